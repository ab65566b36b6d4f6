"""How long the stages of a case take: fitted to the record, and tried on authorities left out.

The logarithm of a duration is a mean, plus what its stage adds, plus an error that holds the
authority's own pace too (one or two durations of an authority cannot tell its pace from chance):
two variances, estimated by the method of moments and never from what is to be predicted. What a
stage adds is drawn towards the mean of all stages by the size of its sample
(empirical Bayes: Efron and Morris 1973, "Stein's estimation rule and its competitors", JASA 68),
so that a stage that only one authority has ever gone through can still be predicted, widely. A
new authority's duration lies within the band of a t distribution on logarithms (Geisser 1993,
"Predictive Inference", chapter 2). The naive band knows no stages: one log-normal for all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from generators.errors import Fault, ScenarioError
from scenarios.authority_files import authority_id
from scenarios.public_record import Action, ActionStep, Record, read_data
from scenarios.stages import STAGES

BAND = 0.90
"""Probability of the predicted band."""

COVERAGE = (0.80, 1.00)
"""Share of the durations left out that must fall inside their bands."""

LEAST_VARIANCE = 0.05**2
"""Least variance of a stage's or the errors' logarithm: no stage is known to a twentieth."""


@dataclass(frozen=True)
class Duration:
    """One stage of one recorded case.

    Attributes:
        stage: name in `STAGES`.
        action: the record's id.
        authority: id of the authority's data file.
        days: between the two steps.
        begins: kind of the step that begins it.
        ends: kind of the step that ends it.
        sources: addresses of the two steps in the record.
        grade: the weaker of the two steps' grades.
    """

    stage: str
    action: str
    authority: str
    days: int
    begins: str
    ends: str
    sources: tuple[str, str]
    grade: str


@dataclass(frozen=True)
class StageFit:
    """The log-normal of one stage.

    Attributes:
        stage: name in `STAGES`.
        count: durations of the stage that the fit has seen.
        mean: mean of the logarithm of days, drawn towards all stages.
        error: standard error of that mean.
        spread: standard deviation of a new authority's logarithm around it.
    """

    stage: str
    count: int
    mean: float
    error: float
    spread: float

    @property
    def median(self) -> float:
        """Return the median in days."""
        return math.exp(self.mean)

    @property
    def deviation(self) -> float:
        """Return the deviation of a new duration's logarithm, with the error of the mean."""
        return math.hypot(self.spread, self.error)


@dataclass(frozen=True)
class Fit:
    """The fitted stages and the degrees of freedom of the variances."""

    stages: dict[str, StageFit]
    freedom: int

    def band(self, stage: str, probability: float = BAND) -> tuple[float, float]:
        """Return the days between which a new authority's duration lies with a probability."""
        one = self.stages[stage]
        half = _t(0.5 + probability / 2, self.freedom) * one.deviation
        return math.exp(one.mean - half), math.exp(one.mean + half)


@dataclass(frozen=True)
class LeftOut:
    """One duration, predicted from the other authorities alone.

    Attributes:
        duration: what was recorded.
        low: lower end of the band, days.
        high: upper end.
        naive_low: lower end of the band without stages.
        naive_high: upper end.
    """

    duration: Duration
    low: float
    high: float
    naive_low: float
    naive_high: float

    @property
    def inside(self) -> bool:
        """Return whether the recorded duration lies in the band."""
        return self.low <= self.duration.days <= self.high

    @property
    def naive_inside(self) -> bool:
        """Return whether it lies in the band without stages."""
        return self.naive_low <= self.duration.days <= self.naive_high


def recorded_durations(record: Record) -> tuple[Duration, ...]:
    """Return every duration that `record/durations.yaml` names, counted from the record's dates.

    Raises:
        ScenarioError: a stage, action or step that does not exist, or that has no length.
    """
    found = []
    for entry in read_data("durations.yaml"):
        action = record.action(entry["action"])
        first, last = (_step(action, entry[end]) for end in ("from", "to"))
        days = (last[1] - first[1]).days
        if entry["stage"] not in STAGES or days <= 0:
            raise ScenarioError(
                Fault(
                    "a duration is not one of a stage",
                    file="durations.yaml",
                    key=action.id,
                    found=f"{entry['stage']}, {days} days",
                    expected=", ".join(STAGES),
                )
            )
        found.append(
            Duration(
                stage=entry["stage"],
                action=action.id,
                authority=authority_id(action),
                days=days,
                begins=first[0].kind,
                ends=last[0].kind,
                sources=(first[0].source, last[0].source),
                grade=max(first[0].grade, last[0].grade, key=lambda grade: (grade[0], len(grade))),
            )
        )
    return tuple(found)


def _step(action: Action, kind: str) -> tuple[ActionStep, date]:
    for step in action.steps:
        if step.kind == kind and step.date is not None:
            return step, step.date
    raise ScenarioError(
        Fault(f"{action.id} has no dated step '{kind}'", file="durations.yaml", key=action.id)
    )


def fit(durations: Sequence[Duration]) -> Fit:
    """Fit the stages.

    Args:
        durations: at least two of them share a stage, and there are at least three.

    Raises:
        ScenarioError: too few durations for a variance.
    """
    logs = {stage: [math.log(d.days) for d in durations if d.stage == stage] for stage in STAGES}
    seen = {stage: values for stage, values in logs.items() if values}
    freedom = len(durations) - len(seen)
    if freedom < 1:
        raise ScenarioError(Fault("too few durations for a variance", found=str(len(durations))))
    means = {stage: _mean(values) for stage, values in seen.items()}
    within = sum((x - means[s]) ** 2 for s, values in seen.items() for x in values) / freedom
    within = max(within, LEAST_VARIANCE)
    between = max(_between(seen, means, within), LEAST_VARIANCE)
    weights = {stage: 1 / (between + within / len(values)) for stage, values in seen.items()}
    total = sum(weights.values())
    centre = sum(weights[s] * means[s] for s in seen) / total
    return Fit({stage: _stage(stage, logs[stage], centre, 1 / total, within, between)
                for stage in STAGES}, freedom)  # fmt: skip


def _between(seen: dict[str, list[float]], means: dict[str, float], within: float) -> float:
    """Return the variance of the stages' means (DerSimonian and Laird 1986, moments)."""
    if len(seen) < 2:
        return 0.0
    weights = {stage: len(values) / within for stage, values in seen.items()}
    total = sum(weights.values())
    centre = sum(weights[s] * means[s] for s in seen) / total
    excess = sum(weights[s] * (means[s] - centre) ** 2 for s in seen) - (len(seen) - 1)
    return excess / (total - sum(w * w for w in weights.values()) / total)


def _stage(
    stage: str, logs: list[float], centre: float, of_centre: float, within: float, between: float
) -> StageFit:
    """Draw a stage's mean towards the centre; without durations it is the centre."""
    n = len(logs)
    own = n * between / (n * between + within)
    mean = centre if n == 0 else centre + own * (_mean(logs) - centre)
    error = math.sqrt(between * (1 - own) + (1 - own) ** 2 * of_centre)
    return StageFit(stage, n, mean, error, math.sqrt(within))


def leave_one_authority_out(durations: Sequence[Duration]) -> tuple[LeftOut, ...]:
    """Predict every duration from the durations of the other authorities."""
    found = []
    for authority in dict.fromkeys(d.authority for d in durations):
        others = [d for d in durations if d.authority != authority]
        fitted = fit(others)
        naive = _naive_band([math.log(d.days) for d in others])
        for mine in (d for d in durations if d.authority == authority):
            found.append(LeftOut(mine, *fitted.band(mine.stage), *naive))
    return tuple(found)


def coverage(left_out: Sequence[LeftOut], naive: bool = False) -> float:
    """Return the share of the durations left out that lie inside their bands."""
    inside = (one.naive_inside if naive else one.inside for one in left_out)
    return sum(inside) / len(left_out)


def width(left_out: Sequence[LeftOut], naive: bool = False) -> float:
    """Return the bands' width: the geometric mean of upper end over lower end."""
    return math.exp(
        _mean(
            [
                math.log(one.naive_high / one.naive_low if naive else one.high / one.low)
                for one in left_out
            ]
        )
    )


def _naive_band(logs: list[float]) -> tuple[float, float]:
    """Return the band of one log-normal for every stage."""
    n, mean = len(logs), _mean(logs)
    spread = math.sqrt(sum((x - mean) ** 2 for x in logs) / (n - 1) * (1 + 1 / n))
    half = _t(0.5 + BAND / 2, n - 1) * spread
    return math.exp(mean - half), math.exp(mean + half)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _t(probability: float, freedom: int) -> float:
    """Return a quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))
