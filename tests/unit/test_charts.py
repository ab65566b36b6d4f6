"""The chart of a case: which events stand where, and that nothing hides anything else."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from generators.errors import EffaceError
from scenarios import tables
from scenarios.report.charts import case_chart, described, gap_chart, weekly
from scenarios.report.looks import DARK, LIGHT
from scenarios.report.marks import CHARACTER, FELL, NEVER_FELL, ON_RECORD, case_marks, placed
from scenarios.report.picture import picture_spec, write_picture
from scenarios.store import Run

ARMS = ("no-uk-order", "ico-2022", "ico-2022-obeyed")
WINDOWS = {
    "jurisdiction": "GB",
    "notice": "2022-05-18",
    "cease_deadline": "2022-09-15",
    "delete_deadline": "2022-12-15",
    "litigation_end": "2025-12-31",
}
STEPS = (
    ("2020-07-09", "investigation_opened", None),
    ("2021-11-29", "provisional_notice", 17_000_000),
    ("2022-05-18", "final_penalty", 7_552_800),
    ("2022-05-18", "enforcement_notice", None),
    ("2022-06-15", "appeal_lodged", None),
    ("2022-11-21", "hearing", None),
    ("2023-10-17", "tribunal_sets_aside", None),
    ("2025-10-06", "tribunal_restores_jurisdiction", None),
)


def event(arm: str, when: str, kind: str, amount: int | None, recorded: bool) -> dict[str, Any]:
    return {
        "arm": arm,
        "id": 0,
        "date": when,
        "actor": "authority",
        "kind": kind,
        "case": "UK-ICO-2022",
        "authority": "ICO",
        "instrument": "case",
        "amount": amount,
        "currency": None if amount is None else "GBP",
        "because": None,
        "recorded": recorded,
        "text": kind,
    }


LOG = [event("ico-2022", *step, True) for step in STEPS]


def columns(rows: list[dict[str, Any]], names: list[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run folder with a made-up weekly series: 50 of 100 searchable, 20 when obeyed."""
    rows = []
    for arm in ARMS:
        for week in range(10):
            at = date(2022, 7, 1) + timedelta(weeks=week)
            value = 0.2 if arm.endswith("obeyed") and week > 5 else 0.5
            row = dict.fromkeys(tables.MEASURES.names)
            row |= {
                "arm": arm,
                "name": "searchable_persons",
                "at": at.isoformat(),
                "margin": "all",
                "level": "",
                "headline": False,
                "unit": "share of residents",
                "value": value,
                "value_range_low": value - 0.1,
                "value_range_high": value + 0.2,
                "structural_zero": False,
            }
            if arm != "ico-2022":
                row |= {
                    "from_scenario": value - 0.5,
                    "from_scenario_range_low": value - 0.6,
                    "from_scenario_range_high": value - 0.45,
                    "from_scenario_zero": False,
                }
            rows.append(row)
    answers = tables.table(tables.MEASURES, columns(rows, tables.MEASURES.names))
    pq.write_table(answers, tmp_path / "measures.parquet")
    (tmp_path / "events").mkdir()
    log = tables.table(tables.EVENTS, columns(LOG, tables.EVENTS.names))
    pq.write_table(log, tmp_path / "events" / "r0000.parquet")
    (tmp_path / "scenario.yaml").write_text("cases: [{record: UK-ICO-2022}]", encoding="utf-8")
    none = {name: [] for name in tables.PARAMETERS.names}
    pq.write_table(tables.table(tables.PARAMETERS, none), tmp_path / "parameters.parquet")
    manifest = {
        "run": "made-up",
        "scenario": "ico-2022",
        "counterfactual": "no-uk-order",
        "beside": ["ico-2022-obeyed"],
        "arms": list(ARMS),
        "titles": dict(zip(ARMS, ("without", "as it happened", "obeyed"), strict=True)),
        "question": "What did the order change?",
        "scenario_hash": "0" * 64,
        "seed": 1,
        "people": 1000,
        "replications": 2,
        "ranges": 2,
        "efface_version": "0",
        "horizon": {"from": "2017-01-01", "to": "2025-12-31"},
        "windows": WINDOWS,
    }
    return Run(tmp_path, manifest)


def test_marks_are_the_records_key_steps_and_the_two_deadlines():
    marks = {mark.at: mark for mark in case_marks(LOG, WINDOWS)}
    assert marks["2022-05-18"].label == "Fine £7,552,800 · Order to stop and delete"
    assert marks["2022-05-18"].nature == ON_RECORD
    assert marks["2022-12-15"].nature == NEVER_FELL
    assert marks["2022-12-15"].label.endswith("never fell")
    assert "2022-11-21" not in marks, "there is no room for hearings"


def test_a_deadline_of_a_notice_in_force_did_fall():
    log = [*LOG[:4], event("no-stay", "2022-09-15", "collection_ceased", None, False)]
    natures = {mark.at: mark.nature for mark in case_marks(log, WINDOWS)}
    assert natures["2022-09-15"] == natures["2022-12-15"] == FELL


def test_what_the_model_makes_is_no_fact_of_the_record():
    made = [event("ico-2022", "2021-11-29", "provisional_notice", 17_000_000, False)]
    assert case_marks(made, WINDOWS) == ()


@pytest.mark.parametrize("width", [400, 640, 900, 1600])
def test_no_label_covers_another(width):
    marks = placed(case_marks(LOG, WINDOWS), "2017-01-01", "2025-12-31", width)
    assert len(marks) == 8
    days = (date(2025, 12, 31) - date(2017, 1, 1)).days

    def span(mark):
        x = (date.fromisoformat(mark.at) - date(2017, 1, 1)).days * width / days
        length = CHARACTER * len(mark.label)
        return (x - length, x) if mark.leftwards else (x, x + length)

    for one, other in combinations(marks, 2):
        (a, b), (c, d) = span(one), span(other)
        assert one.row != other.row or b <= c or d <= a, f"{one.label} / {other.label}"


def test_series_are_per_hundred_and_differences_run_from_the_scenario(run):
    frame = weekly(run)
    last = frame[frame["at"] == frame["at"].max()].set_index("line")
    assert last.loc["obeyed", "value"] == pytest.approx(20.0)
    assert last.loc["obeyed", "gap"] == pytest.approx(30.0), "as it happened minus obeyed"
    assert last.loc["obeyed", "gap_low"] == pytest.approx(25.0)
    assert last.loc["obeyed", "gap_high"] == pytest.approx(40.0)
    assert last.loc["without the order", "gap"] == 0.0


def looks(spec: dict[str, Any], channel: str) -> dict[str, Any]:
    """What each line looks like in a channel, from the first layer that says so."""
    for layer in spec["layer"]:
        scale = layer["encoding"].get(channel, {}).get("scale")
        if scale and "range" in scale:
            return dict(zip(scale["domain"], map(str, scale["range"]), strict=True))
    raise AssertionError(f"no layer says {channel}")


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_every_line_is_told_apart_by_more_than_colour(run, palette):
    spec = case_chart(run, palette).to_dict()
    lines = list(looks(spec, "color"))
    assert lines == ["without the order", "as it happened", "obeyed", ON_RECORD, NEVER_FELL]
    shapes = {
        line: (looks(spec, "strokeDash")[line], looks(spec, "strokeWidth")[line]) for line in lines
    }
    arms = lines[:3]
    assert len({looks(spec, "color")[arm] for arm in arms}) == 3
    assert len({shapes[arm] for arm in arms}) == 3, "coinciding lines must both be seen"
    assert shapes[ON_RECORD] != shapes[NEVER_FELL]
    y_titles = [layer["encoding"].get("y", {}).get("title") for layer in spec["layer"]]
    assert "searchable, per 100 UK residents" in y_titles


def test_description_names_last_values_ranges_and_events(run):
    text = described(run)
    assert "obeyed: 20.0, range 10.0 to 40.0" in text
    assert "18 May 2022, Fine £7,552,800" in text


def test_hover_reads_every_arm_and_leaves_out_the_scenario_minus_itself(run):
    tips = [
        [tip["field"] for tip in layer["encoding"]["tooltip"]]
        for chart in (case_chart(run, hover=True), gap_chart(run, hover=True))
        for layer in chart.to_dict()["layer"][-1:]
    ]
    assert tips == [
        ["at", "without the order", "as it happened", "obeyed"],
        ["at", "without the order", "obeyed"],
    ]


def test_picture_is_the_same_bytes_every_time(run, tmp_path):
    first = write_picture(run, tmp_path / "a.svg").read_bytes()
    assert first == write_picture(run, tmp_path / "b.svg").read_bytes()
    text = first.decode("utf-8")
    assert text.startswith("<svg")
    for words in ("What did the order change?", "obeyed", "never fell", "Efface 0"):
        assert words in text
    width = float(text.split('width="', 1)[1].split('"', 1)[0])
    assert 860 <= width <= 930, "it must be readable at 900 pixels"
    assert (write_picture(run, tmp_path / "c.png").read_bytes()).startswith(b"\x89PNG")


def test_picture_says_that_it_shows_differences_between_simulated_worlds(run):
    assert "not what the notice caused" in str(picture_spec(run))


def test_picture_leads_with_exposure_and_then_says_who_can_be_found(run, monkeypatch):
    sentences = ["In this model, exposure. " * 9, "In this model, found."]
    monkeypatch.setattr("scenarios.report.picture.headlines", lambda rows, manifest: sentences)
    lines = picture_spec(run)["title"]["subtitle"]
    assert " ".join(lines[:-1]) == sentences[0].strip(), "a sentence begins a line of its own"
    assert lines[-1] == sentences[1]
    assert all(len(line) <= 125 for line in lines)


def test_another_kind_of_picture_is_refused(run, tmp_path):
    with pytest.raises(EffaceError, match="SVG or PNG") as caught:
        write_picture(run, tmp_path / "chart.pdf")
    assert caught.value.faults[0].found == ".pdf"
    assert not (tmp_path / "chart.pdf").exists()


def test_a_picture_that_cannot_be_written_is_an_error_of_the_input(run, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(EffaceError, match="cannot be written"):
        write_picture(run, tmp_path / "file" / "chart.svg")
