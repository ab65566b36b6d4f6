"""What is shown while a run is under way: numbers so far, with money as the record has it."""

from __future__ import annotations

from functools import partial
from io import StringIO

from rich.console import Console

from scenarios.replication import Done
from scenarios.report.table import headline_grid, printed
from scenarios.report.table_live import Watch
from scenarios.roles import Roles
from sim.fidelity import Fidelity

ROLES = Roles("ico-2022", "no-uk-order", ())
TITLES = {"no-uk-order": "without", "ico-2022": "as it happened"}


def done(kind: str, number: int, searchable: float) -> Done:
    readings = {
        ("searchable_persons", "2025-12-31"): (0.9, searchable),
        ("fine_payable", ""): (0.0, 7552800.0),
    }
    return Done(
        kind,
        number,
        {
            (arm, *key): value
            for key, values in readings.items()
            for arm, value in zip(ROLES.arms, values, strict=True)
        },
    )


def so_far(replications: int, draws: int) -> str:
    watch = Watch(Console(file=StringIO()), ROLES, TITLES, Fidelity.SCORES)
    watch.replications = [done("replication", i, 0.7 + i / 100) for i in range(replications)]
    watch.draws = [done("range", i, 0.5 + i / 100) for i in range(draws)]
    return printed(lambda console: console.print(headline_grid(watch.content(9), 100)), 100)


def test_an_amount_of_money_stands_once_from_the_first_replication_on():
    for text in (so_far(1, 0), so_far(3, 3)):
        line = next(line for line in text.splitlines() if line.startswith("fine payable"))
        assert line.split() == ["fine", "payable", "0", "7,552,800", "+7,552,800"]
        assert text.count("+7,552,800") == 1


def test_a_range_comes_before_the_mean_once_two_draws_are_done():
    assert "±" not in so_far(1, 0)
    assert "-19.0 ± 2.5" in so_far(3, 1)
    lines = so_far(3, 3).splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("searchable persons"))
    assert lines[first].endswith("-39.9 to -38.1")
    assert lines[first + 1].endswith("-19.0 ± 2.5")


def test_the_unit_of_what_searches_return_follows_the_fidelity():
    for fidelity, unit in ((Fidelity.SCORES, "per 100 residents"), (Fidelity.PIXELS, "aged 18")):
        watch = Watch(Console(file=StringIO()), ROLES, TITLES, fidelity)
        found = {(arm, "identifiability", "2025-12-31"): 0.5 for arm in ROLES.arms}
        watch.replications = [Done("replication", 0, found)]
        shown = printed(partial(_print_content, watch), 120)
        assert unit in shown
        assert ("aged 18" in shown) == (fidelity is Fidelity.PIXELS)


def _print_content(watch: Watch, console: Console) -> None:
    console.print(headline_grid(watch.content(9), 120))
