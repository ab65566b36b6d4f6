"""How long the stages of a case take: the band predicted for an authority that the fit has not
seen holds its durations as often as it says, and is narrower than one that knows no stages."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from generators.errors import ScenarioError
from scenarios import duration_check, durations
from scenarios.cases import case_file
from scenarios.cli.main import app
from scenarios.duration_check import COVERAGE, coverage, leave_one_authority_out, width
from scenarios.duration_fit import BAND, LEAST_VARIANCE, fit
from scenarios.durations import Duration, recorded_durations
from scenarios.public_record import load_record
from scenarios.stages import STAGES
from sim.draws import streams
from sim.law.drawing import dated


@pytest.fixture(scope="module")
def recorded():
    return recorded_durations(load_record())


def lasting(days: float, stage: str = STAGES[0], authority: str = "A") -> Duration:
    return Duration(stage, "case", authority, round(days), "a", "b", ("", ""), "A")


def test_the_records_durations_are_counted_from_its_dates(recorded):
    derived = load_record().action("UK-ICO-2022").derived
    mine = {d.stage: d.days for d in recorded if d.authority == "ICO"}
    assert mine == {
        "open to notice": derived["days_open_to_provisional"],
        "notice to final": derived["days_provisional_to_final"],
        "final to first decision": derived["days_final_to_FTT"],
        "decision to next decision": derived["days_FTT_to_UT"],
    }
    french = load_record().action("FR-CNIL-2022").derived
    theirs = {d.stage: d.days for d in recorded if d.authority == "CNIL"}
    assert theirs["notice to final"] == french["days_notice_to_fine"]
    assert theirs["order to liquidation"] == french["days_fine_to_liquidation"]


def test_left_out_authorities_lie_in_their_band_as_often_as_is_asked(recorded):
    left_out = leave_one_authority_out(recorded)
    assert len(left_out) == len(recorded)
    assert COVERAGE[0] <= coverage(left_out) <= COVERAGE[1]


def test_the_band_is_narrower_than_the_naive_one_and_holds_more(recorded):
    left_out = leave_one_authority_out(recorded)
    assert width(left_out) < width(left_out, naive=True)
    assert coverage(left_out) > coverage(left_out, naive=True)


def test_an_authoritys_own_durations_do_not_move_its_prediction(recorded):
    slower = [replace(d, days=d.days * 10) if d.authority == "OPC" else d for d in recorded]
    before = [(x.low, x.high) for x in leave_one_authority_out(recorded)
              if x.duration.authority == "OPC"]  # fmt: skip
    after = [(x.low, x.high) for x in leave_one_authority_out(slower)
             if x.duration.authority == "OPC"]  # fmt: skip
    assert before == after


def test_with_one_stage_the_fit_is_the_mean_and_the_variance_of_the_logarithms():
    days = (100, 200, 400)
    fitted = fit([lasting(d) for d in days])
    logs = np.log(days)
    stage = fitted.stages[STAGES[0]]
    assert stage.mean == pytest.approx(logs.mean())
    assert stage.spread == pytest.approx(logs.std(ddof=1))
    assert fitted.freedom == 2
    # The predictive interval of a normal sample (Geisser 1993, chapter 2); t of 2 degrees at 95 %.
    half = 2.9199856 * logs.std(ddof=1) * math.sqrt(1 + 1 / 3)
    low, high = fitted.band(STAGES[0])
    assert (math.log(low), math.log(high)) == pytest.approx(
        (logs.mean() - half, logs.mean() + half), rel=1e-3
    )


def test_a_stage_that_nobody_went_through_is_predicted_at_the_centre_and_widest(recorded):
    fitted = fit([d for d in recorded if d.stage != "order to liquidation"])
    unseen = fitted.stages["order to liquidation"]
    seen = [stage for stage in fitted.stages.values() if stage.count]
    assert min(s.mean for s in seen) < unseen.mean < max(s.mean for s in seen)
    assert all(unseen.deviation > stage.deviation for stage in seen)


def test_equal_durations_are_never_known_more_sharply_than_the_least_variance():
    fitted = fit([lasting(100, stage) for stage in STAGES for _ in range(3)])
    for stage in fitted.stages.values():
        assert stage.median == pytest.approx(100)
        assert stage.spread == pytest.approx(math.sqrt(LEAST_VARIANCE))


def test_stages_far_apart_are_hardly_drawn_together_and_stages_alike_almost_wholly():
    generator = np.random.default_rng(4)

    def sample(gap: float) -> list[Duration]:
        means = {stage: 5.0 + gap * i for i, stage in enumerate(STAGES)}
        return [lasting(math.exp(generator.normal(mean, 0.1)), stage)
                for stage, mean in means.items() for _ in range(4)]  # fmt: skip

    for gap, most in ((1.0, 0.1), (0.0, 1.0)):
        found = sample(gap)
        fitted = fit(found)
        centre = np.mean([stage.mean for stage in fitted.stages.values()])
        for name, stage in fitted.stages.items():
            own = np.mean([math.log(d.days) for d in found if d.stage == name])
            drawn = abs(stage.mean - own) / max(abs(own - centre), 1e-9)
            assert drawn < most or abs(own - centre) < 0.1


def test_the_band_holds_what_it_says_when_durations_are_as_the_model_has_them():
    """400 worlds of ten authorities; coverage of 90 % has a standard error of 1.5 points."""
    generator = np.random.default_rng(7)
    inside = []
    for _ in range(400):
        means = generator.normal(6.0, 0.4, len(STAGES))
        found = [
            lasting(math.exp(generator.normal(means[s], 0.4)), STAGES[s], str(a))
            for a in range(10)
            for s in range(2 if a % 2 else 3)
        ]
        fitted = fit(found[:-1])
        low, high = fitted.band(found[-1].stage)
        inside.append(low <= found[-1].days <= high)
    assert np.mean(inside) == pytest.approx(BAND, abs=0.04)


def test_too_few_durations_are_refused():
    with pytest.raises(ScenarioError, match="too few durations"):
        fit([lasting(100, stage) for stage in STAGES])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"stage": "open to fine"}, "not one of a stage"),
        ({"action": "UK-ICO-2021"}, "has no entry"),
        ({"from": "complaint_filed"}, "has no dated step 'complaint_filed'"),
        ({"from": "final_penalty", "to": "provisional_notice"}, "not one of a stage"),
    ],
)
def test_a_pair_of_steps_that_the_record_lacks_is_refused(monkeypatch, change, says):
    entry = {"stage": STAGES[0], "action": "UK-ICO-2022", "from": "investigation_opened",
             "to": "provisional_notice"} | change  # fmt: skip
    monkeypatch.setattr(durations, "read_data", lambda name: (entry,))
    with pytest.raises(ScenarioError, match=says):
        recorded_durations(load_record())


def test_the_command_prints_the_coverage_and_both_widths(recorded):
    left_out = leave_one_authority_out(recorded)
    told = CliRunner().invoke(app, ["law", "durations", "--json"])
    assert told.exit_code == 0
    printed = json.loads(told.stdout)
    assert printed["ok"] is True
    assert printed["coverage"] == coverage(left_out)
    assert printed["width"] == width(left_out)
    assert printed["naive_width"] == width(left_out, naive=True)
    assert [row["days"] for row in printed["left_out"]] == [x.duration.days for x in left_out]
    text = CliRunner().invoke(app, ["law", "durations"]).stdout
    assert f"{coverage(left_out):.0%} of its durations" in text


def test_the_documents_give_the_figures_as_they_are(recorded):
    left_out = leave_one_authority_out(recorded)
    page = (Path(__file__).parents[2] / "docs" / "legal-tests.md").read_text("utf-8")
    for told in (
        f"{100 * coverage(left_out):.0f} % of an authority's durations",
        f"is {width(left_out):.1f} times its lower one",
        f"holds {100 * coverage(left_out, naive=True):.0f} %",
        f"and is {width(left_out, naive=True):.1f} times wide",
        f"{len(recorded)} durations of {len({d.authority for d in recorded})} authorities",
    ):
        assert told in page, told


def test_the_command_ends_with_1_where_too_few_lie_inside(monkeypatch):
    monkeypatch.setattr(duration_check, "COVERAGE", (0.99, 1.0))
    told = CliRunner().invoke(app, ["law", "durations", "--json"])
    assert told.exit_code == 1
    assert json.loads(told.stdout)["ok"] is False


def test_the_days_that_a_run_draws_fall_in_the_fitted_band(recorded):
    """Drawn log-normals know the median's error but not the t distribution's tails, so the band of
    90 % holds a little more of them: 0.90 to 0.95, with a standard error of 1 point."""
    record, fitted = load_record(), fit(recorded)
    file = case_file(record, "UK-ICO-2022", drawn=True)
    ends = {d.ends: d for d in recorded if d.authority == "ICO"}
    lengths: dict[str, list[int]] = {end: [] for end in ends}
    for replication in range(800):
        days: dict[str, int] = {}
        for step in dated(file, streams(3, replication)).steps:
            days.setdefault(step.kind, step.day)
        for end, one in ends.items():
            lengths[end].append(days[end] - days[one.begins])
    for end, one in ends.items():
        low, high = fitted.band(one.stage)
        inside = np.mean([low <= length <= high for length in lengths[end]])
        assert 0.87 <= inside <= 0.98, one.stage
        median = fitted.stages[one.stage].median
        assert np.median(lengths[end]) == pytest.approx(median, rel=0.08), one.stage
