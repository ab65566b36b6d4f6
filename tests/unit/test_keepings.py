"""The manners of keeping as a data file: every number sourced, every fault of the file told."""

from __future__ import annotations

from importlib import resources

import pytest

from generators.errors import ScenarioError
from scenarios import catalogue
from scenarios.keepings import FILE, keepings_from_text, known_keepings
from sim.gallery.keeping import NUMBERS, Kind

TEXT = resources.files("scenarios").joinpath(FILE).read_text(encoding="utf-8")


def faults(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        keepings_from_text(text, FILE)
    assert all(fault.file == FILE and fault.line for fault in error.value.faults)
    return [fault.as_text() for fault in error.value.faults]


def test_every_manner_of_keeping_is_there_with_its_numbers_and_their_sources():
    known = known_keepings()
    assert list(known) == [str(kind) for kind in Kind]
    for name, entry in known.items():
        assert entry.keeping.kind == name
        assert tuple(entry.values) == NUMBERS[Kind(name)]
        for value in entry.values.values():
            assert value.seen_at or value.source.startswith(("Assumption", "Measured"))
    assert [row["name"] for row in catalogue.stores()] == list(known)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  rewrite:", "  rewrote:", "'rewrote' is not a manner of keeping"),
        ("      days: {value: 7,", "      weeks: {value: 7,", "has no weeks"),
        ('{value: 0.2, unit: "1", low: 0.1', '{value: 0, unit: "1", low: 0', "threshold is"),
        ("value: 8192, unit: bytes, low: 8192", "value: 0, unit: bytes, low: 0", "page is"),
        ("value: 30, unit: days, low: 1", "value: 30, unit: days, low: 31", "outside its own"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_with_its_line(old, new, told):
    assert old in TEXT
    assert any(told in fault for fault in faults(TEXT.replace(old, new, 1)))


def test_a_file_that_lacks_a_manner_is_refused():
    assert any("lacks rewrite" in fault for fault in faults(TEXT[: TEXT.index("  rewrite:")]))
