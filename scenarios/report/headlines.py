"""The headline of a run in plain sentences: exposure first, then who can be found at the end.

Each sentence opens with "In this model", and each figure is its range over assumed parameters
first and its mean after it. Arms beside the scenario are compared with it, and it with its
counterfactual. A run without ranges claims nothing, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scenarios.report.table_differences import layout, range_decimals
from scenarios.report.table_numbers import Scale, decimals_for, number, scale_of, scaled
from scenarios.report.table_rows import Difference, headline_rows
from scenarios.report.words import arm_clause, arm_words, day_words, residents
from scenarios.roles import Roles

UNRANGED = "In this model, nothing is claimed without a range, and this run drew none."
UNDEFINED = (
    "In this model, nothing is claimed without a range, and in some draw of this run there is none."
)
ABOUT = 0.005
"""Below this part of the level (of all residents, for shares) there are hardly more or fewer."""


_NONE, _HARDLY = "by assumption neither more nor fewer", "hardly more or fewer"
_AS_MANY = {_NONE: "by assumption as many", _HARDLY: "about as many"}
"""What reads better where no second "as" follows."""


@dataclass(frozen=True)
class Subject:
    """What a sentence is about.

    Attributes:
        measure: its name.
        at: ISO date, or "" for the whole run.
        noun: what is counted, after the number.
        opens: what stands before the number: (as it is, as it would be).
        closes: what stands after the noun: (as it is, as it would be).
    """

    measure: str
    at: str
    noun: str
    opens: tuple[str, str]
    closes: tuple[str, str]


def headlines(rows: Sequence[Mapping[str, Any]], manifest: Mapping[str, Any]) -> list[str]:
    """Return the headline sentences of a run, exposure first where it was read.

    Args:
        rows: headline rows of `measures.parquet`.
        manifest: the run's manifest.
    """
    said = [_sentence(rows, manifest, subject) for subject in _subjects(manifest)]
    return list(dict.fromkeys(sentence for sentence in said if sentence))


def reading(
    rows: Iterable[Mapping[str, Any]], arm: str, name: str, at: str
) -> Mapping[str, Any] | None:
    """Return the row of one measure of one arm for all residents in question, or None.

    Args:
        rows: headline rows of `measures.parquet`.
        arm: name of the arm.
        name: name of the measure.
        at: ISO date, or "" for the whole run.
    """
    for row in rows:
        if (row["arm"], row["name"], row["at"], row["margin"]) == (arm, name, at, "all"):
            return row
    return None


def _subjects(manifest: Mapping[str, Any]) -> tuple[Subject, Subject]:
    last = manifest["horizon"]["to"]
    windows = manifest["windows"]
    who = residents(windows["jurisdiction"])
    end = day_words(min(last, windows["litigation_end"]))
    found = (
        f" on which {who} could be found by a search, from "
        f"{day_words(windows['cease_deadline'])}, when collection should have ceased, to {end},"
    )
    when = f" searchable on {day_words(last)}"
    return (
        Subject(
            "exposure_during_appeal",
            "",
            "person-days",
            ("there are ", "there would be "),
            (found,) * 2,
        ),
        Subject(
            "searchable_persons",
            last,
            f"of every 100 {who}",
            ("", ""),
            (f" are{when}", f" would be{when}"),
        ),
    )


def _sentence(
    rows: Sequence[Mapping[str, Any]], manifest: Mapping[str, Any], subject: Subject
) -> str:
    """Return one sentence, or "" where the measure has no value in some arm."""
    beside = tuple(manifest["beside"])
    roles = Roles(manifest["scenario"], manifest.get("counterfactual"), beside)
    answers = [row for row in rows if (row["name"], row["at"]) == (subject.measure, subject.at)]
    row = next(iter(headline_rows(answers, roles)), None)
    if row is None or None in row.values.values():
        return ""
    pairs = [(arm, roles.scenario) for arm in beside]
    if roles.counterfactual is not None:
        pairs.append((roles.scenario, roles.counterfactual))
    if not pairs:
        return _level(answers, manifest, subject)
    scale, decimals = layout(row, roles.scenario)
    said: list[str] = []
    for arm, other in pairs:
        difference = row.differences[arm, other]
        effect = _effect(difference, row.values[other] or 0.0, scale, decimals)
        if effect is None:
            return UNDEFINED if manifest["ranges"] else UNRANGED
        clause, than = arm_clause(arm, manifest), arm_clause(other, manifest)
        opens = noun = closes = ""
        if not said:
            would = arm_words(arm, manifest) != "as it happened"
            opens, closes = subject.opens[would], subject.closes[would]
            noun = f" {subject.noun}"
        many, joint = effect.many, "than"
        if many in _AS_MANY and not than.startswith("as "):
            many, joint = _AS_MANY[many], "as"
        said.append(
            f"{clause}, {opens}{many}{noun}{effect.mean}{closes} {joint} {than}{effect.after}"
        )
    return "In this model, " + "; ".join(said) + "."


@dataclass(frozen=True)
class Effect:
    """A difference in words.

    Attributes:
        many: the range: how many fewer or more.
        mean: the mean in brackets, or "".
        after: what stands in brackets at the end, or "".
    """

    many: str
    mean: str = ""
    after: str = ""


def _effect(difference: Difference, level: float, scale: Scale, decimals: int) -> Effect | None:
    """Return a difference in words, or None where it has no range.

    Args:
        difference: of two arms, in the order of the sentence.
        level: value of the other arm.
        scale: as everywhere for this row.
        decimals: those of its row.
    """
    if difference.structural_zero:
        return Effect(_NONE)
    low, high, mean = difference.range_low, difference.range_high, difference.mean
    if low is None or high is None or mean is None:
        return None
    decimals = range_decimals(difference, scale, decimals)
    whole = 1.0 if scale.unit.startswith("per 100") else level
    if max(abs(low), abs(high), abs(mean)) < ABOUT * whole:
        return Effect(_HARDLY, after=f" ({spread(low, high, scale, decimals)})")
    middle = _amount(mean, scale, decimals)
    if low < 0 < high or mean * (low + high) < 0:
        middle = _way(mean, scale, decimals)
    return Effect(spread(low, high, scale, decimals), f" (mean {middle})")


def spread(low: float, high: float, scale: Scale, decimals: int) -> str:
    """Return a range in words: "3.1 to 23.0 billion fewer", "5.0 fewer to 1.0 more".

    Args:
        low: lower end, negative for fewer.
        high: upper end.
        scale: as everywhere for this row.
        decimals: digits after the point.
    """
    if low < 0 < high:
        return f"{_way(low, scale, decimals)} to {_way(high, scale, decimals)}"
    if low == high == 0:
        return "0 to 0"
    least, most = sorted((abs(low), abs(high)))
    return f"{number(least, scale, decimals)} to {_way(low or high, scale, decimals, most)}"


def _way(value: float, scale: Scale, decimals: int, size: float | None = None) -> str:
    """Return "1.5 billion fewer": an amount (`size`, or that of `value`) and which way it goes."""
    word = "more" if value > 0 else "fewer"
    return f"{_amount(abs(value) if size is None else size, scale, decimals)} {word}"


def _amount(value: float, scale: Scale, decimals: int) -> str:
    """Return an amount without its sign, with "million" or "billion" where it is so scaled."""
    if value == 0:
        return "0"
    size = next((word for word in ("million", "billion") if scale.unit.startswith(word)), "")
    return f"{number(abs(value), scale, decimals)} {size}".rstrip()


def _level(
    answers: Sequence[Mapping[str, Any]], manifest: Mapping[str, Any], subject: Subject
) -> str:
    """Return the sentence of a run whose scenario has nothing to be compared with."""
    row = reading(answers, manifest["scenario"], subject.measure, subject.at)
    if row is None:
        return ""
    low, high, mean = row["value_range_low"], row["value_range_high"], row["value"]
    if low is None or high is None:
        return UNDEFINED if manifest["ranges"] else UNRANGED
    scale = scale_of(row["unit"], [low, high, mean])
    decimals = max(decimals_for(scaled([mean], scale)), 1 if scale.factor == 100.0 else 0)
    ends = f"{number(low, scale, decimals)} to {_amount(high, scale, decimals)}"
    middle = _amount(mean, scale, decimals)
    closes = subject.closes[0].rstrip(",")
    return (
        f"In this model, {subject.opens[0]}{ends} {subject.noun} (mean {middle}){closes}; nothing "
        "stands beside it."
    )
