"""Names fit place and sex; handles are made of them and belong to one person on a platform."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest

from generators import handles
from generators.errors import PopulationError
from generators.handles import STYLES, number_handles, render_handle, year_digits
from generators.names import LOCALES, locales_of, name_parts, names_of, plain
from generators.population import Population, build_population


@pytest.fixture(scope="module")
def many() -> Population:
    return build_population(100_000, seed=3, acquaintances="by community")


def test_names_go_with_sex_and_place(many: Population) -> None:
    from faker.providers.person.en_US import Provider

    for i in many.residents("US")[:100].tolist():
        first = many.display_name(i).split(" ")[0]
        listed = Provider.first_names_female if many.sex[i] == 0 else Provider.first_names_male
        assert first in listed


def test_names_follow_the_weights_of_the_list(many: Population) -> None:
    """Smith is the commonest surname of the American list: its share, within four errors."""
    from faker.providers.person.en_US import Provider

    names = [many.display_name(i).split(" ", 1)[1] for i in many.residents("US").tolist()]
    weights = Provider.last_names
    share = weights["Smith"] / sum(weights.values())
    error = (share * (1 - share) / len(names)) ** 0.5
    assert names.count("Smith") / len(names) == pytest.approx(share, abs=4 * error)


def test_every_list_has_names_that_leave_letters_for_a_handle() -> None:
    for locale in {one for several in LOCALES.values() for one in several}:
        for kind in ("first_names", "last_names"):
            for sex in (0, 1):
                names = names_of(locale, kind, sex)
                assert len(set(names.labels)) > 25, (locale, kind)
                assert all(word.isascii() and word.islower() for word in names.plain)
                assert "someone" not in names.plain, (locale, kind)


def test_parts_of_a_country_are_called_as_the_country() -> None:
    assert locales_of("US-IL") == locales_of("US")
    assert locales_of("nowhere") == LOCALES["XX"]
    words = np.array([0, 2**31, 2**32 - 1], dtype=np.uint32)
    assert name_parts("US-VT", 0, words) == name_parts("US", 0, words)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Zoë", "zoe"),
        ("Müller", "muller"),
        ("Strauß", "strauss"),
        ("O'Connor-Jones", "oconnorjones"),
        ("Ευαγγελία", "evaggelia"),
        ("Ψαρράς", "psarras"),
        ("Łukasz", "lukasz"),
        ("Yıldız", "yildiz"),
        ("Sørensen", "sorensen"),
        ("'s Gravensande", "sgravensande"),
        ("李", "someone"),
    ],
)
def test_handles_are_written_in_plain_letters(name: str, letters: str) -> None:
    assert plain(name) == letters


def test_handles_are_unique_on_a_platform_and_addresses_end_in_example(many: Population) -> None:
    for p in range(2):
        called = [many.handle(i, p) for i in range(len(many))]
        assert len(set(called)) == len(many)
    for i in (0, 17_000, 99_999):
        url = many.profile_url(i, 1)
        host, handle = url.removeprefix("https://").split("/")
        assert host == f"{many.platforms[1]}.example"
        assert handle.isascii()
        assert handle == many.handle(i, 1)


def test_the_first_has_the_name_the_next_the_year_the_others_a_number(many: Population) -> None:
    """By the text alone: whoever has an account takes a handle before those who have none."""
    holds = many.accounts[:, 0]
    order = [*np.flatnonzero(holds).tolist(), *np.flatnonzero(~holds).tolist()]
    year = year_digits(many.birth_day)
    bases: set[str] = set()
    alike: Counter[str] = Counter()
    for i in order:
        handle = many.handle(i, 0)
        base = handle.rstrip("0123456789")
        if base not in bases:
            bases.add(base)
            assert handle == base
            continue
        dated = f"{base}{year[i]:02d}"
        alike[dated] += 1
        assert handle == dated + (str(alike[dated]) if alike[dated] > 1 else "")


def test_the_year_of_a_handle_is_that_of_birth() -> None:
    days = np.array([-23_000, -400, -1, 0, 364, 365, 2000], dtype=np.int32)
    expected = [(date(2017, 1, 1) + timedelta(days=int(day))).year % 100 for day in days]
    assert year_digits(days).tolist() == expected


def test_handles_are_made_as_people_make_them() -> None:
    made = [render_handle("anna", "bell", style, 84, 0) for style in range(len(STYLES))]
    assert made == ["anna.bell", "annabell", "anna_bell", "abell", "annab", "a.bell"]
    assert render_handle("anna", "bell", 0, 4, 1) == "anna.bell04"
    assert render_handle("anna", "bell", 0, 4, 2) == "anna.bell042"


def test_too_many_people_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handles, "MOST_ALIKE", 3)

    def numbered(n: int) -> np.ndarray:
        columns = {
            "jurisdiction": np.zeros(n, dtype=np.uint8),
            "sex": np.zeros(n, dtype=np.uint8),
            "birth_day": np.zeros(n, dtype=np.int32),
            "identity": np.zeros(n, dtype=np.uint64),
            "name_code": np.zeros((n, 3), dtype=np.uint32),
            "accounts": np.ones((n, 2), dtype=np.bool_),
        }
        return number_handles(("GB",), columns)

    assert numbered(4)[:, 1].tolist() == [0, 1, 2, 3]
    with pytest.raises(PopulationError, match="too many people of one name") as refused:
        numbered(5)
    assert refused.value.faults[0].expected == "3 or fewer"
