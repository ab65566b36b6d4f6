"""What real searches return, at fidelity `pixels`: adults' photos, drawn, encoded and searched.

The names are those of `recognition` where the question is the same; what answers is the encoder on
the sample's own gallery, not the `operator` score model at the operator's size. On each day of the
table every adult resident in scope is searched for once (the survey); customers' searches of the
whole run are a second log. Nobody under 18 is drawn, so nobody under 18 is among them: rates are of
adults, and where a measure goes over all searches, its formula says what stands for those that show
somebody under 18.
"""

from __future__ import annotations

from sim.dates import iso
from sim.history import History
from sim.matcher import Survey
from sim.measures.question import (
    COLLECTION_MOVERS,
    COLLECTION_ZERO,
    Measure,
    Reading,
    residents_in_scope,
)
from sim.measures.recognition import mated_share, probe_share
from sim.setup import reading_days

_NO_ADULT = "no adult resident in scope is simulated"


def _survey(history: History, day: int) -> Survey | None:
    """Return a day's survey; None where it searched for nobody.

    Raises:
        ValueError: the history has none, because its searches are not real ones.
    """
    survey = history.at(day).survey
    if survey is None:
        raise ValueError(f"nobody was searched for on day {day}: the run was not at 'pixels'")
    return survey if survey.probes else None


def fpir_at(history: History, survey: Survey) -> float:
    """Return the share of non-mated searches that return anybody, of the sample or behind it.

    The sample's part is read from all probes with the person's own templates set aside; the
    background returns somebody with the chance that the operator's threshold holds.
    """
    behind = history.setup.parameters["search.fpir"]
    return 1.0 - (1.0 - survey.others / survey.probes) * (1.0 - behind)


def _identifiability(history: History) -> list[Reading]:
    readings = []
    for day in reading_days(history.setup):
        survey = _survey(history, day)
        value = None if survey is None else survey.found / survey.probes
        why = _NO_ADULT if survey is None else None
        readings.append(Reading("identifiability", iso(day), "all", "", value, why))
    return readings


def _surfaced(history: History) -> list[Reading]:
    survey = _survey(history, history.setup.last_day)
    value = None
    if survey is not None:
        # A probe shows a resident of any age, and one of somebody under 18 is not searched.
        value = 1e6 * probe_share(history) * survey.found / residents_in_scope(history)
    return [_at_end(history, "surfaced_per_million_searches", value)]


def _wrong(history: History) -> list[Reading]:
    survey = _survey(history, history.setup.last_day)
    value = None
    if survey is not None:
        mated = mated_share(history, history.at(history.setup.last_day))
        passed = history.setup.parameters["search.review_pass"]
        value = 1e5 * (1.0 - mated) * fpir_at(history, survey) * passed
    return [_at_end(history, "wrong_identifications_per_100k", value)]


def _fpir(history: History) -> list[Reading]:
    survey = _survey(history, history.setup.last_day)
    return [_at_end(history, "fpir", None if survey is None else fpir_at(history, survey))]


def _at_end(history: History, name: str, value: float | None) -> Reading:
    why = _NO_ADULT if value is None else None
    return Reading(name, iso(history.setup.last_day), "all", "", value, why)


def _rate(history: History) -> list[Reading]:
    seen = history.searches
    if not seen.findable:
        why = "no customer searched for an adult of whom a template could be found"
        return [Reading("identification_rate", "", "all", "", None, why)]
    return [Reading("identification_rate", "", "all", "", seen.found / seen.findable)]


def _wrong_returns(history: History) -> list[Reading]:
    seen = history.searches
    drawn = seen.searches - seen.undrawn
    if not drawn:
        why = "no customer searched for an adult resident in scope"
        return [Reading("wrong_return_rate", "", "all", "", None, why)]
    return [Reading("wrong_return_rate", "", "all", "", seen.wrong / drawn)]


MEASURES = (
    Measure(
        "identifiability", "D(t)", "share of residents aged 18 or over",
        r"D(t) = \frac{1}{A} \sum_{i: a_i \ge 18} w_i \,"
        r" 1[\max_k \langle p_i, x_{ik} \rangle \ge \tau]",
        "With what chance does one photo of a random adult resident return that resident?",
        "recognition", 1, COLLECTION_MOVERS, COLLECTION_ZERO, _identifiability, "encoder",
    ),
    Measure(
        "surfaced_per_million_searches", "U", "adult residents per million searches",
        r"U = 10^6 \, q \, \frac{A}{P} \, D(T)",
        "How many adult residents do a million searches return, whoever is searched for?",
        "recognition", 0, COLLECTION_MOVERS, COLLECTION_ZERO, _surfaced, "encoder",
    ),
    Measure(
        "wrong_identifications_per_100k", "F", "wrong identifications per 100,000 searches",
        r"F = 10^5 \, (1 - M_{\text{all ages}}) \, \mathrm{FPIR}_{\ge 18} \, v",
        "How many searches in 100,000 end with a wrong person taken for the right one, if those "
        "for people under 18 go as those for adults do?",
        "recognition", 1, COLLECTION_MOVERS, COLLECTION_ZERO, _wrong, "encoder and operator",
    ),
    Measure(
        "fpir", r"\mathrm{FPIR}", "share of non-mated searches",
        r"\mathrm{FPIR} = 1 - \Bigl(1 - \frac{1}{A} \sum_i 1[\max_{j \ne i, k}"
        r" \langle p_i, x_{jk} \rangle \ge \tau]\Bigr) (1 - \mathrm{FPIR}_{\text{background}})",
        "What share of searches for somebody who is not enrolled returns anybody?",
        "recognition", 3, COLLECTION_MOVERS, COLLECTION_ZERO, _fpir, "encoder and operator",
    ),
    Measure(
        "identification_rate", "1 - \\mathrm{FNIR}", "share of mated searches",
        r"1 - \mathrm{FNIR} = \text{searches that returned their person}"
        r" / \text{searches whose person could be found}",
        "What share of the customers' searches for adults who could be found returned them?",
        "recognition", 3, COLLECTION_MOVERS, COLLECTION_ZERO, _rate, "encoder",
    ),
    Measure(
        "wrong_return_rate", "R_w", "share of searches",
        r"R_w = \text{searches that returned others and not their person} / \text{searches}",
        "What share of the customers' searches for adults returned others and not the person?",
        "recognition", 3, COLLECTION_MOVERS, COLLECTION_ZERO, _wrong_returns,
        "encoder and operator",
    ),
)  # fmt: skip
