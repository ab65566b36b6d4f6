"""`efface residency`: figures, picture, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scenarios.cli.main import app
from scenarios.report.residency_picture import caption, residency_spec, write_residency_picture
from scenarios.residency import residency_figures
from sim.operator.signals import SIGNALS, Signals
from sim.parameters import load_parameters

FEW = ["--people", "1000"]


def told(*words: str):
    result = CliRunner().invoke(app, ["residency", *words, *FEW, "--json"])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def usual():
    return told()


def test_the_closed_form_is_that_of_the_parameters(usual):
    recall, false_inclusion = Signals.of(load_parameters()).rates()
    closed = usual["closed_form"]
    assert (closed["recall"], closed["false_inclusion"]) == (recall, false_inclusion)
    share = load_parameters()["gallery.share.uk"]
    assert usual["share"] == pytest.approx(share)
    inferred = share * recall + (1.0 - share) * false_inclusion
    assert closed["precision"] == pytest.approx(share * recall / inferred)
    assert usual["scope"] == "GB"


def test_the_curves_measured_have_the_thresholds_of_the_closed_form(usual):
    measured, closed = usual["measured"], usual["closed_form"]["curve"]
    assert measured["people"] == 1000
    assert measured["faces"] > 1000
    for kind, which in (("expected", "expected_curve"), ("counted", "counted_curve")):
        curve = measured[which]
        assert [row["threshold"] for row in curve] == [row["threshold"] for row in closed]
        recalls = [row["recall"] for row in curve]
        assert recalls == sorted(recalls, reverse=True)
        own = [row for row in curve if row["threshold"] <= usual["threshold"]][-1]
        for name in ("recall", "false_inclusion", "precision"):
            rate = measured[name]
            assert own[name] == rate["expected" if kind == "expected" else "value"]
            assert rate["error"] > 0.0


def test_what_is_expected_mixes_the_rates_by_who_posted(usual):
    measured, closed = usual["measured"], usual["closed_form"]
    hit, false = closed["recall"], closed["false_inclusion"]
    for name, part in (("recall", "posted"), ("false_inclusion", "posted_of_others")):
        mixed = measured[part] * hit + (1.0 - measured[part]) * false
        assert measured[name]["expected"] == pytest.approx(mixed)
    assert 0.0 < measured["posted_of_others"] < measured["posted"] < 1.0
    assert measured["recall"]["expected"] < hit
    assert measured["false_inclusion"]["expected"] > false
    assert measured["precision"]["expected"] < closed["precision"]


def test_the_same_seed_gives_the_same_figures(usual):
    assert told() == usual
    assert told("--seed", "2")["measured"]["recall"] != usual["measured"]["recall"]


def test_a_higher_threshold_finds_fewer_and_errs_less(usual):
    strict = told("--set", "operator.residency.threshold=5 nats")
    for kind in ("recall", "false_inclusion"):
        assert strict["closed_form"][kind] < usual["closed_form"][kind]
        for how in ("value", "expected"):
            assert strict["measured"][kind][how] <= usual["measured"][kind][how]
    assert strict["measured"]["recall"]["value"] < usual["measured"]["recall"]["value"]
    assert strict["closed_form"]["precision"] > usual["closed_form"]["precision"]


def test_in_words_it_says_what_it_is_and_how_sure(tmp_path: Path):
    picture = tmp_path / "curve.svg"
    result = CliRunner().invoke(app, ["residency", *FEW, "--picture", str(picture)])
    assert result.exit_code == 0, result.stderr
    assert "3 (the operator's)" in result.stdout
    assert "In this model." in result.stdout
    assert "Standard errors" in result.stdout
    text = picture.read_text(encoding="utf-8")
    assert text.startswith("<svg")
    assert "In this model." in text
    assert "closed form" in text
    assert str(picture) in result.stderr


def surely(figures, error: float):
    """Return the figures as if their precision had been counted with that error."""
    measured = figures.measured
    precision = replace(measured.precision, error=error)
    return replace(figures, measured=replace(measured, precision=precision))


def test_a_picture_is_drawn_on_either_ground(tmp_path: Path):
    figures = surely(residency_figures([], 1000, 1), 0.1)
    light, dark = tmp_path / "light.png", tmp_path / "dark.png"
    write_residency_picture(figures, light)
    write_residency_picture(figures, dark, dark=True)
    for path in (light, dark):
        assert path.read_bytes().startswith(b"\x89PNG")
    assert light.read_bytes() != dark.read_bytes()
    marks = residency_spec(figures)["layer"][-1]["data"]["values"]
    curves = figures.closed, figures.measured.expected, figures.measured.counted
    assert [mark["recall"] for mark in marks] == [c.recall[c.at(3.0)] for c in curves]
    assert {mark["text"] for mark in marks} == {"3"}


def test_what_was_counted_stands_with_its_error_or_not_at_all():
    figures = surely(residency_figures([], 1000, 1), 0.1)
    (bar,) = residency_spec(figures)["layer"][-3]["data"]["values"]
    value = figures.measured.precision.value
    assert bar["bottom"] == pytest.approx(value - 0.1)
    assert bar["top"] == pytest.approx(min(value + 0.1, 1.0))
    assert "and 10.0 points" in caption(figures)
    few = surely(figures, 1.67)
    spec = residency_spec(few)
    assert spec["layer"][-3]["data"]["values"] == []
    assert len(spec["layer"][-1]["data"]["values"]) == 2
    assert "too few people to count" in caption(few)
    assert "167" not in caption(few)


@pytest.mark.parametrize(
    "settings",
    [
        [f"signals.{name}.present=0" for name in SIGNALS],
        ["operator.residency.threshold=60 nats"],
    ],
)
def test_where_nobody_counts_shares_are_nothing_and_precision_is_null_with_a_reason(settings):
    words = [f"--set={setting}" for setting in settings]
    got = told(*words)
    measured, closed = got["measured"], got["closed_form"]
    assert (closed["recall"], closed["false_inclusion"], closed["precision"]) == (0.0, 0.0, None)
    assert "no face counts" in closed["why"]
    for name in ("recall", "false_inclusion"):
        assert (measured[name]["value"], measured[name]["why"]) == (0.0, None)
    assert measured["precision"]["value"] is None
    assert "no face counts" in measured["precision"]["why"]
    for row in measured["counted_curve"]:
        for name in ("recall", "false_inclusion"):
            assert 0.0 <= row[name] <= 1.0
        assert row["precision"] is None or 0.0 <= row["precision"] <= 1.0
    printed = CliRunner().invoke(app, ["residency", *FEW, *words]).stdout
    assert "nobody counts as one" in printed
    assert "precision none" not in printed
    assert "nan" not in printed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "operator.residency.threshold=-1 nats"], "operator.residency.threshold"),
        (["--set", "operator.residency.threshold=61 nats"], "0 to 60 nats"),
        (["--set", "signals.declared.present=1.2"], "signals.declared.present"),
        (["--set", "signals.language.hit=0.5"], "more than 0.6"),
        (["--set", "operator.residency.missing=0.5"], "operator.residency.missing"),
        (["--set", "gallery.share.uk=0"], "a share above 0"),
        (
            [f"--set=gallery.share.{one}" for one in ("us=0.65", "eu=0.3", "uk=0.2")],
            "sum to more than 1",
        ),
        (["--people", "3"], "--people"),
        (["--seed", "-1"], "--seed"),
        (["--picture", "curve.gif"], ".svg or .png"),
        (["--picture", "/dev/null/curve.svg"], "cannot be written"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["residency", *FEW, *words])
    assert result.exit_code == 2, result.stdout
    assert said in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_range_draws_whose_shares_cannot_be_are_refused_before_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Set by hand within bounds, and the rest of the draw at the high end: more than the whole."""
    monkeypatch.chdir(tmp_path)
    settings = [f"--set=gallery.share.{one}" for one in ("uk=0.2", "eu=0.3", "au=0.04")]
    words = ["run", "ico-2022", *settings, "--people", "200", "--ranges", "4", "--out", "run"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2, result.stdout
    assert "sum to more than 1" in result.stderr
    assert list(tmp_path.iterdir()) == []
