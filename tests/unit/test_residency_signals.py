"""Signals of residence: their worth, what they share, and what is refused."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from generators.errors import ParameterError
from sim.draws import streams
from sim.operator.gallery_shares import SHARE_PARAMETERS, gallery_shares
from sim.operator.residency import measured_curve, residency_curve, thresholds_of
from sim.operator.signals import SIGNALS, Signal, Signals
from sim.operator.together import require_possible
from sim.parameters import load_parameters

PARAMETERS = load_parameters()
ABSENT = {f"signals.{name}.present": 0.0 for name in SIGNALS}


def signals(**values: float) -> Signals:
    """Return the default signals with values changed; `declared__present=1` sets the first's."""
    changed = {f"signals.{name.replace('__', '.')}": value for name, value in values.items()}
    return Signals.of(PARAMETERS.with_values(changed))


def test_a_signal_is_worth_its_log_likelihood_ratio():
    one = Signal("caption", present=0.5, hit=0.8, false=0.1)
    assert one.worth == pytest.approx([0.0, math.log(8.0), math.log(2.0 / 9.0)])
    assert one.chances(True) == pytest.approx([0.5, 0.4, 0.1])
    assert one.chances(False) == pytest.approx([0.5, 0.05, 0.45])


def test_rates_are_those_of_a_plain_enumeration():
    ours = signals()
    here = elsewhere = 0.0
    for says in itertools.product((None, True, False), repeat=len(SIGNALS)):
        chance_here = chance_elsewhere = 1.0
        evidence = 0.0
        for one, said in zip(ours.signals, says, strict=True):
            if said is None:
                chance_here *= 1.0 - one.present
                chance_elsewhere *= 1.0 - one.present
                continue
            hit, false = (one.hit, one.false) if said else (1.0 - one.hit, 1.0 - one.false)
            chance_here *= one.present * hit
            chance_elsewhere *= one.present * false
            evidence += math.log(hit / false)
        if evidence > ours.threshold:
            here += chance_here
            elsewhere += chance_elsewhere
    assert ours.rates() == pytest.approx((here, elsewhere), rel=1e-12)
    assert (ours.recall, ours.false_inclusion) == ours.rates()
    for scope in (True, False):
        assert ours.pattern_chances(scope).sum() == pytest.approx(1.0, rel=1e-12)


def test_keyed_draws_have_the_rates_of_the_enumeration():
    """One photo of each of 300,000 uploaders: within four standard errors of a binomial."""
    ours, m = signals(), 300_000
    uploader = np.arange(m)
    for scope in (True, False):
        evidence = drawn(ours, uploader, uploader % 7, uploader % 4, np.full(m, scope))
        for threshold in (0.0, 1.0, 3.0, 5.0):
            chance = ours.rates(threshold)[0 if scope else 1]
            error = math.sqrt(chance * (1.0 - chance) / m)
            assert (evidence > threshold).mean() == pytest.approx(chance, abs=4.0 * error)
        values, counts = np.unique(evidence, return_counts=True)
        chances = np.array(
            [ours.pattern_chances(scope)[ours.pattern_evidence == value].sum() for value in values]
        )
        likely = chances * m > 20
        errors = np.sqrt(m * chances * (1.0 - chances))
        assert (np.abs(counts - m * chances) < 5.0 * errors)[likely].all()


def test_the_defaults_find_about_seven_residents_in_ten_and_one_other_in_two_hundred():
    here, elsewhere = signals().rates()
    assert here == pytest.approx(0.70, abs=0.02)
    assert elsewhere == pytest.approx(0.005, abs=0.001)


def test_without_any_signal_nobody_counts_at_any_threshold():
    mute = Signals.of(PARAMETERS.with_values(ABSENT))
    m = 500
    evidence = mute.evidence(
        streams(1, 0),
        np.arange(m),
        np.zeros(m, dtype=np.int64),
        np.zeros(m, dtype=np.int64),
        np.ones(m, dtype=np.bool_),
    )
    assert (evidence == 0.0).all()
    assert mute.rates(0.0) == (0.0, 0.0), "0 is the lowest threshold that the table admits"
    with pytest.raises(ParameterError, match=r"cannot be -0\.1"):
        PARAMETERS.with_values({"operator.residency.threshold": -0.1})


def drawn(ours: Signals, uploader, number, platform, scope, seed=1):
    return ours.evidence(streams(seed, 0), uploader, number, platform, scope)


@pytest.mark.parametrize(
    ("name", "photos", "platforms"),
    [
        ("declared", 1, 1),
        ("language", 1, 1),
        ("host", 1, 4),
        ("geotag", 8, 8),
        ("caption", 8, 8),
    ],
)
def test_what_belongs_to_an_account_is_shared_by_its_photos(name, photos, platforms):
    """Values among 8 photos of one uploader: on one platform, and on four (two photos each)."""
    only = ABSENT | {f"signals.{name}.present": 0.5}
    ours = Signals.of(PARAMETERS.with_values(only))
    people, each = 2000, 8
    uploader, number = np.repeat(np.arange(people), each), np.tile(np.arange(each), people)
    scope = np.ones(len(uploader), dtype=np.bool_)
    for platform, independent in ((np.zeros_like(number), photos), (number % 4, platforms)):
        evidence = drawn(ours, uploader, number, platform, scope).reshape(people, each)
        alike = (evidence == evidence[:, :1]).all(axis=1).mean()
        one = ours.signals[SIGNALS.index(name)]
        by_chance = (one.chances(True) ** independent).sum()
        error = math.sqrt(by_chance * (1.0 - by_chance) / people)
        assert alike == pytest.approx(by_chance, abs=4.0 * error + 1e-12)


def test_evidence_is_that_of_the_key_alone():
    ours = signals()
    rng = np.random.default_rng(5)
    uploader, number = rng.integers(0, 900, 5000), rng.integers(0, 50, 5000)
    platform, scope = rng.integers(0, 6, 5000), rng.random(5000) < 0.5
    whole = drawn(ours, uploader, number, platform, scope)
    order = rng.permutation(5000)
    moved = drawn(ours, uploader[order], number[order], platform[order], scope[order])
    assert np.array_equal(whole[order], moved)
    assert whole.dtype == np.float32
    alone = drawn(ours, uploader[:1], number[:1], platform[:1], scope[:1])
    assert alone[0] == whole[0]
    other = drawn(ours, uploader, number, platform, scope, seed=2)
    assert (other != whole).mean() > 0.3


def test_living_in_scope_only_ever_adds_evidence():
    """One uniform decides both ways: whoever moves into scope says "in scope" more often."""
    ours = signals()
    uploader = np.arange(20_000)
    number = np.zeros_like(uploader)
    here = drawn(ours, uploader, number, number, np.ones(len(uploader), dtype=np.bool_))
    away = drawn(ours, uploader, number, number, np.zeros(len(uploader), dtype=np.bool_))
    assert (here >= away).all()
    assert (here > away).mean() > 0.5


def test_the_threshold_moves_recall_down_and_precision_up():
    ours = signals()
    curve = residency_curve(ours, 0.015)
    assert (np.diff(curve.thresholds) > 0).all()
    assert (np.diff(curve.recall) <= 1e-12).all()
    assert (np.diff(curve.false_inclusion) <= 1e-12).all()
    inferred = 0.015 * curve.recall + 0.985 * curve.false_inclusion
    some = inferred > 1e-15
    assert np.allclose(curve.precision[some], 0.015 * curve.recall[some] / inferred[some])
    assert (np.diff(curve.precision[some]) >= -1e-9).all(), "likelihood ratios order the patterns"
    low, own, high = (curve.at(t) for t in (1.0, ours.threshold, 5.0))
    assert curve.recall[low] > curve.recall[own] > curve.recall[high]
    assert curve.precision[low] < curve.precision[own] < curve.precision[high]
    assert curve.recall[own] == pytest.approx(ours.recall, rel=1e-12)
    assert np.isnan(curve.precision[-1]), "above the highest evidence nobody counts"


def test_a_curve_holds_between_its_steps():
    ours = signals()
    curve = residency_curve(ours, 0.2)
    for threshold in np.linspace(0.0, 8.0, 97):
        row = curve.at(float(threshold))
        assert (curve.recall[row], curve.false_inclusion[row]) == ours.rates(float(threshold))


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, math.nan])
def test_a_curve_of_no_share_is_refused(share):
    with pytest.raises(ValueError, match="share"):
        residency_curve(signals(), share)


def test_who_posts_mixes_the_rates():
    ours = signals()
    plain, mixed = residency_curve(ours, 0.1), residency_curve(ours, 0.1, 0.9, 0.05)
    assert mixed.recall == pytest.approx(0.9 * plain.recall + 0.1 * plain.false_inclusion)
    assert mixed.false_inclusion == pytest.approx(
        0.05 * plain.recall + 0.95 * plain.false_inclusion
    )
    below = ~np.isnan(plain.precision)
    assert (mixed.precision[below] < plain.precision[below]).all()


def test_a_measured_curve_is_counted_face_by_face():
    ours = signals()
    rng = np.random.default_rng(3)
    evidence = rng.choice(ours.pattern_evidence, 400)
    scope, weight = rng.random(400) < 0.3, rng.uniform(1.0, 9.0, 400)
    curve = measured_curve(thresholds_of(ours), evidence, scope, weight)
    for row in (0, curve.at(1.0), curve.at(3.0), curve.at(5.0)):
        counted = evidence > np.float32(curve.thresholds[row])
        recall = weight[counted & scope].sum() / weight[scope].sum()
        precision = weight[counted & scope].sum() / weight[counted].sum()
        assert curve.recall[row] == pytest.approx(recall, rel=1e-9)
        assert curve.precision[row] == pytest.approx(precision, rel=1e-9)
    with pytest.raises(ValueError, match="faces of others"):
        measured_curve(thresholds_of(ours), evidence, np.ones(400, dtype=np.bool_), weight)


def test_a_measured_curve_never_leaves_nought_to_one():
    """Weights whose sums round: of all faces that count nothing is left above the highest."""
    rng = np.random.default_rng(4)
    evidence = np.full(5000, 1.5, dtype=np.float32)
    scope, weight = rng.random(5000) < 0.3, rng.uniform(0.1, 9.0, 5000)
    for _ in range(50):
        rng.shuffle(weight)
        curve = measured_curve(np.array([0.0, 2.0]), evidence, scope, weight)
        assert curve.recall.tolist() == [1.0, 0.0]
        assert curve.false_inclusion.tolist() == [1.0, 0.0]
        assert np.isnan(curve.precision[1])


def test_a_signal_that_misleads_is_refused_by_name():
    wrong = PARAMETERS.with_values({"signals.language.hit": 0.5, "signals.host.false": 0.7})
    with pytest.raises(ParameterError) as caught:
        Signals.of(wrong)
    assert [fault.key for fault in caught.value.faults] == [
        "signals.language.hit",
        "signals.host.hit",
    ]


def test_shares_are_divided_by_residents_inside_a_region():
    regions = ("UK", "EU", "EU", "XX", "AU")
    residents = np.array([60.0, 80.0, 20.0, 7000.0, 25.0])
    shares = gallery_shares(regions, residents, PARAMETERS)
    p = PARAMETERS
    assert shares[0] == p["gallery.share.uk"]
    assert shares[1:3] == pytest.approx([0.8 * p["gallery.share.eu"], 0.2 * p["gallery.share.eu"]])
    named = sum(p[name] for name in SHARE_PARAMETERS.values())
    assert shares[3] == pytest.approx(1.0 - named)
    assert shares[4] == p["gallery.share.au"]


def test_the_rest_of_the_world_has_the_rest_and_all_sum_to_one():
    from generators.strata import read_strata

    strata = read_strata(None)
    shares = gallery_shares(
        strata.regions, np.asarray(strata.residents, dtype=np.float64), PARAMETERS
    )
    assert shares.sum() == pytest.approx(1.0, rel=1e-12)
    assert (shares > 0.0).all()
    there = np.array([r in ("Lethe", "Styx") for r in ("Lethe", "UK", "Styx")])
    invented = gallery_shares(("Lethe", "UK", "Styx"), np.array([1.0, 5.0, 3.0]), PARAMETERS)
    assert invented[there].sum() == pytest.approx(
        1.0 - sum(PARAMETERS[name] for name in SHARE_PARAMETERS.values())
    )
    assert invented[2] == pytest.approx(3.0 * invented[0])


def test_shares_above_one_are_refused_with_every_other_fault():
    wrong = PARAMETERS.with_values(
        {
            "gallery.share.us": 0.65,
            "gallery.share.eu": 0.3,
            "gallery.share.uk": 0.2,
            "signals.declared.hit": 0.001,
        }
    )
    with pytest.raises(ParameterError) as caught:
        require_possible(wrong)
    assert [fault.key for fault in caught.value.faults] == [
        "gallery.share",
        "signals.declared.hit",
    ]
    with pytest.raises(ParameterError, match="sum to more than 1"):
        gallery_shares(("UK", "XX"), np.ones(2), wrong)
    require_possible(PARAMETERS)
