"""The table says the range first, never cuts a number off, and fits 80 columns."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from scenarios import tables
from scenarios.folder import write_table
from scenarios.report.table import table_text, write_report
from scenarios.report.table_differences import layout
from scenarios.report.table_json import run_json
from scenarios.report.table_rows import content_of
from scenarios.report.table_words import driver_lines, headline_sentence
from scenarios.store import Run

ARMS = ("no-uk-order", "ico-2022", "ico-2022-obeyed")
TITLES = dict(zip(ARMS, ("without", "as it happened", "obeyed"), strict=True))
ZERO = "the notice was suspended on every day, and no news of it reached anybody"
JSON_KEYS = [
    "name",
    "unit",
    "at",
    "scenario",
    "counterfactual",
    "difference",
    "low",
    "high",
    "range_low",
    "range_high",
    "level",
    "structural_zero",
    "why",
]


def answer(arm: str, name: str, unit: str, at: str, value: float | None, **other: object) -> dict:
    row = dict.fromkeys(tables.MEASURES.names)
    row |= {"arm": arm, "name": name, "unit": unit, "at": at, "margin": "all", "level": ""}
    row |= {"headline": True, "value": value, "structural_zero": False, "from_scenario_zero": False}
    return row | other


def interval(mean: float, half: float, low: float | None, high: float | None, prefix: str) -> dict:
    ends = {"low": mean - half, "high": mean + half, "range_low": low, "range_high": high}
    first = "from_scenario" if prefix else "difference"
    return {first: mean} | {f"{prefix}{end}": value for end, value in ends.items()}


def rows(ranges: bool) -> list[dict]:
    def ends(low: float, high: float) -> tuple[float | None, float | None]:
        return (low, high) if ranges else (None, None)

    exposure = ("exposure_during_appeal", "person-days", "")
    share = ("searchable_persons", "share of residents", "2025-12-31")
    fine = ("fine_imposed", "GBP", "")
    over = ("over_deletion", "share of those removed", "2022-12-15")
    zero = {"structural_zero": True, "why": ZERO}
    nothing = interval(0.0, 0.0, *ends(0.0, 0.0), "")
    back = "from_scenario_"
    return [
        answer("no-uk-order", *exposure, 41.25e9, **interval(0, 0, *ends(0, 0), back)),
        answer("ico-2022", *exposure, 41.25e9, **nothing, **zero),
        answer(
            "ico-2022-obeyed",
            *exposure,
            12.5e9,
            **interval(-28.75e9, 0.02e9, *ends(-40.1e9, -9.9e9), ""),
            **interval(-28.75e9, 0.02e9, *ends(-40.1e9, -9.9e9), back),
        ),
        answer("no-uk-order", *share, 0.7113, **interval(0.0004, 1e-5, *ends(0, 0.001), back)),
        answer("ico-2022", *share, 0.7109, **interval(-0.0004, 1e-5, *ends(-0.001, 0), "")),
        answer(
            "ico-2022-obeyed",
            *share,
            0.2001,
            **interval(-0.5112, 0.0012, *ends(-0.6, -0.3), ""),
            **interval(-0.5108, 0.0012, *ends(-0.6, -0.3), back),
        ),
        answer("no-uk-order", *fine, 0.0, **interval(-7552800, 0, *ends(-7552800, -7552800), back)),
        answer("ico-2022", *fine, 7552800.0, **interval(7552800, 0, *ends(7552800, 7552800), "")),
        answer(
            "ico-2022-obeyed",
            *fine,
            7552800.0,
            **interval(7552800, 0, *ends(7552800, 7552800), ""),
            **interval(0, 0, *ends(0, 0), back),
        ),
        answer("no-uk-order", *over, None, why="nothing was removed", from_scenario_why="no"),
        answer("ico-2022", *over, None, why="nothing was removed"),
        answer(
            "ico-2022-obeyed",
            *over,
            0.0312,
            why="no-uk-order: nothing was removed",
            from_scenario_why="ico-2022: nothing was removed",
        ),
    ]


PARAMETERS = [
    ("gallery.share.uk", 0.015, "1", 0.005, 0.03, "", "assumed", 9.1e9),
    ("people.findability_cv", 2.0, "1", 1.0, 4.0, "", "assumed", -0.1e9),
    ("score.fnir", 0.0012, "1", 0.0007, 0.0015, "A", "same", 9.9e9),
]


def _ends(move: float, ranges: int) -> tuple[float | None, float | None, float | None]:
    """Headline effects at both ends that differ by `move`, and the difference."""
    return (20e9, 20e9 + move, move) if ranges else (None, None, None)


@pytest.fixture(params=[True, False], ids=["ranges", "no ranges"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    ranges = 20 if request.param else 0
    folder = tmp_path / "ico-2022-1"
    folder.mkdir()
    answers = rows(request.param)
    columns = {name: [row[name] for row in answers] for name in tables.MEASURES.names}
    write_table(folder / "measures.parquet", tables.table(tables.MEASURES, columns))
    written = [
        dict(zip(("name", "value", "unit", "low", "high", "quality", "fit"), row, strict=False))
        | {"distribution": "uniform", "what": "Something.", "source": "", "seen_at": ""}
        | {"set_by": "default"}
        | dict(zip(("effect_low", "effect_high", "drives"), _ends(row[-1], ranges), strict=True))
        for row in PARAMETERS
    ]
    columns = {name: [row[name] for row in written] for name in tables.PARAMETERS.names}
    write_table(folder / "parameters.parquet", tables.table(tables.PARAMETERS, columns))
    return Run(
        folder,
        {
            "run": "ico-2022-1",
            "scenario": "ico-2022",
            "scenario_hash": "abc",
            "counterfactual": "no-uk-order",
            "beside": ["ico-2022-obeyed"],
            "arms": list(ARMS),
            "titles": TITLES,
            "question": "What did the order change?",
            "seed": 0,
            "replications": 20,
            "people": 100000,
            "ranges": ranges,
            "range_people": 20000,
            "windows": {"jurisdiction": "GB"},
            "headline": {"name": "exposure_during_appeal", "at": ""},
        },
    )


def has_ranges(run: Run) -> bool:
    return run.manifest["ranges"] > 0


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_table_fits_its_width_and_cuts_nothing_off(run: Run, width: int) -> None:
    text = table_text(run, width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    for piece in ("41.2", "12.5", "71.1", "20.0", "7,552,800", "without", "as it happened"):
        assert piece in text
    for piece in ("+28.75", "-0.040", "+51.1", "0.001"):
        assert piece in text, "both differences have their column"


def test_a_terminal_too_narrow_for_the_words_still_gets_all_of_them(run: Run) -> None:
    text = table_text(run, 40)
    assert "…" not in text
    for piece in ("7,552,800", "+28.75", "-0.040", "+51.1", "0.001"):
        assert piece in text


def test_amounts_of_the_record_are_marked_and_stand_once(run: Run) -> None:
    lines = table_text(run, 140).splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("fine imposed"))
    mark = re.search(r"fine imposed (\[\w\])", lines[first])
    assert mark is not None
    assert any(line.startswith(f"{mark[1]} the amount on the public record") for line in lines)
    assert lines[first].count("+7,552,800") == 1
    assert "±" not in lines[first] + lines[first + 1]
    assert "7,552,800" not in lines[first + 1]


def test_one_scale_serves_a_row_wherever_it_is_shown(run: Run) -> None:
    content = content_of(run)
    few = replace(content.rows[0], values=dict.fromkeys(ARMS, 1.0))
    assert layout(content.rows[0], "ico-2022")[0].unit == "billion person-days"
    assert layout(few, "ico-2022")[0].unit == "billion person-days", "its differences count too"


def test_each_difference_says_its_range_before_the_error_of_its_mean(run: Run) -> None:
    lines = table_text(run, 140).splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("exposure during appeal"))
    if has_ranges(run):
        assert lines[first].endswith("+9.9 to +40.1")
        assert lines[first + 1].endswith("+28.75 ± 0.02")
    else:
        assert lines[first].endswith("+28.75 ± 0.02")


def test_without_ranges_the_table_says_that_none_was_computed(run: Run) -> None:
    text = " ".join(table_text(run).split())
    assert ("no range was computed" in text) == (not has_ranges(run))
    assert ("(5–95 % over 20 joint draws" in text) == has_ranges(run)


def test_a_structural_zero_is_0_by_assumption_with_its_reason(run: Run) -> None:
    text = table_text(run, 140)
    row = next(line for line in text.splitlines() if line.startswith("exposure during appeal"))
    assert "0 by assumption [a]" in row
    assert f"[a] {ZERO}" in text


def test_an_undefined_value_has_its_reason(run: Run) -> None:
    text = table_text(run, 140)
    row = next(line for line in text.splitlines() if line.startswith("over deletion"))
    mark = re.search(r"undefined (\[\w\])", row)
    assert mark is not None
    assert f"{mark[1]} nothing was removed" in text
    assert "nan" not in text.lower()


def test_money_is_in_whole_units_with_its_currency(run: Run) -> None:
    text = table_text(run, 140)
    first = next(line for line in text.splitlines() if line.startswith("fine imposed"))
    assert "7,552,800" in first
    assert "7,552,800.0" not in text
    assert "GBP" in text


def test_under_the_table_stand_the_drivers_without_direct_evidence(run: Run) -> None:
    text = " ".join(table_text(run).split())
    if has_ranges(run):
        assert "to the second (billion person-days); 1 of 3 tried move it by less" in text
        assert "20.0 → 29.1 gallery.share.uk = 0.015 (0.005 to 0.03, assumed): Something." in text
    else:
        assert "What drives the headline is unknown: no parameter was moved." in text
    assert "score.fnir" not in text


def _first_line_about_drivers(run: Run, **moves: float | None) -> str:
    """What stands over the drivers when parameters move the headline by so much (0 if unnamed)."""
    rows = run.parameters().to_pylist()
    for row in rows:
        move = moves.get(row["name"].split(".")[1], 0.0)
        row["drives"] = move
        row["effect_low"] = None if move is None else 20e9
        row["effect_high"] = None if move is None else 20e9 + move
    columns = {name: [row[name] for row in rows] for name in tables.PARAMETERS.names}
    write_table(run.folder / "parameters.parquet", tables.table(tables.PARAMETERS, columns))
    return driver_lines(run)[0]


def test_what_drives_the_headline_is_said_for_every_outcome(run: Run) -> None:
    assert _first_line_about_drivers(run) == (
        "In this model, nothing drives the headline: 3 parameters moved, none moves it."
    )
    measured = _first_line_about_drivers(run, fnir=9e9)
    assert measured.startswith(
        "In this model, no parameter without direct evidence drives the headline: 2 of 3 tried"
    )
    strongest = _first_line_about_drivers(run, fnir=9e9, findability_cv=-1e9)
    assert "(billion person-days); 1 of 3 tried move it by less" in strongest
    assert driver_lines(run)[1].startswith("  20.0 → 19.0  people.findability_cv")


def test_levels_and_limits_are_stated(run: Run) -> None:
    text = " ".join(table_text(run).split())
    assert "gallery.share.uk = 0.015 (0.005 to 0.03, assumed)" in text
    assert "people.findability_cv = 2 (1 to 4, assumed)" in text
    assert "What this table cannot tell" in text


def test_the_headline_sentence_opens_with_the_model_and_the_range(run: Run) -> None:
    text = " ".join(table_text(run).split())
    if has_ranges(run):
        assert (
            "In this model, exposure during appeal is between 9.9 and 40.1 billion person-days "
            "higher in 'as it happened' than in 'obeyed' (5–95 %" in text
        )
    assert "In this model, exposure during appeal" in text
    assert "+28.75 ± 0.02 billion person-days" in text, "as in the table"


def test_the_headline_sentence_knows_why_it_has_no_range(run: Run) -> None:
    content = content_of(run)
    assert ("no range was computed" in headline_sentence(run, content)) == (not has_ranges(run))
    pair = ("ico-2022", "ico-2022-obeyed")
    first = content.rows[0]
    gone = replace(first.differences[pair], range_low=None, range_high=None)
    first.differences[pair] = gone
    without = headline_sentence(run, content)
    assert ("undefined in some range draw" in without) == has_ranges(run)


def test_json_has_the_agreed_keys_in_order_and_no_nan(run: Run) -> None:
    answers = run_json(run)
    json.dumps(answers, allow_nan=False)
    assert [entry["name"] for entry in answers["measures"]] == [
        "exposure_during_appeal",
        "searchable_persons",
        "fine_imposed",
        "over_deletion",
    ]
    for entry in answers["measures"] + answers["beside"]["ico-2022-obeyed"]:
        assert list(entry)[: len(JSON_KEYS)] == JSON_KEYS
        if entry["difference"] is None:
            assert entry["why"]
    first = answers["measures"][0]
    assert first["structural_zero"]
    assert first["why"] == ZERO
    assert (first["range_low"] is None) == (not has_ranges(run))
    assert answers["beside"]["ico-2022-obeyed"][0]["difference"] == -28.75e9


def test_a_difference_seen_from_the_other_arm_has_its_ends_turned_round(run: Run) -> None:
    row = content_of(run).rows[1]
    there = row.differences["ico-2022", "ico-2022-obeyed"]
    assert there.mean == pytest.approx(0.5108)
    assert (there.low, there.high) == pytest.approx((0.5096, 0.5120))
    if has_ranges(run):
        assert (there.range_low, there.range_high) == (0.3, 0.6)


def test_the_report_is_written_as_text_and_json(run: Run, tmp_path: Path) -> None:
    again = Run(tmp_path / "copy", run.manifest)
    again.folder.mkdir()
    for name in ("measures.parquet", "parameters.parquet"):
        (again.folder / name).write_bytes((run.folder / name).read_bytes())
    write_report(again)
    assert (again.folder / "report/table.txt").read_text("utf-8") == table_text(run)
    written = json.loads((again.folder / "report/table.json").read_text("utf-8"))
    assert written["sentences"]["headline"].startswith("In this model")
