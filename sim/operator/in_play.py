"""What a run tells apart: of whom faces must be told from others because somebody acts on them.

Telling residents of one more jurisdiction apart costs a signal more of every photo, so a run does
it only for those whom some case or intervention of its arms is about. All arms of a replication
tell the same apart, so that they differ by what is done and by nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from generators.population import AGE_BANDS
from sim.law.duties import DUTIES
from sim.levers import ON_FACES
from sim.operator.removal_order import REMOVALS
from sim.setup import ArmSetup, CaseFile, InterventionSpec, Scope


@dataclass(frozen=True)
class InPlay:
    """What faces are told apart by.

    Attributes:
        codes: jurisdictions, the question's first.
        thresholds: of each, the evidence in nats above which a face counts as its resident's,
            ascending: the operator's own, and those that an order states.
        own: the operator's own threshold.
        known: every jurisdiction where somebody is simulated; orders elsewhere reach nobody here.
        bands: whether by the person's age band on the day of capture.
        platforms: whether by the platform on which the photo was posted.
    """

    codes: tuple[str, ...]
    thresholds: tuple[tuple[float, ...], ...]
    own: float
    known: tuple[str, ...]
    bands: bool = False
    platforms: bool = False

    def refusal(self, scope: Scope) -> str:
        """Return why a scope's faces are not told apart here, or "" where they are."""
        code = scope.jurisdiction
        if code in self.known and code not in self.codes:
            return f"residents of {code} are not told apart in this run"
        if scope.group is not None and scope.group not in AGE_BANDS:
            return f"there is no age band {scope.group!r}; they are {', '.join(AGE_BANDS)}"
        if scope.group is not None and not self.bands:
            return "age bands are not told apart in this run"
        if scope.platform is not None and not self.platforms:
            return "platforms are not told apart in this run"
        return ""


def _nowhere(_setup: ArmSetup) -> Iterable[str]:
    return ()


def in_play(
    setups: Iterable[ArmSetup],
    known: tuple[str, ...],
    own: float,
    reached: Callable[[ArmSetup], Iterable[str]] = _nowhere,
) -> InPlay:
    """Return what some case or intervention of these arms needs told apart.

    Args:
        setups: the arms of a replication, at least one; the question is the same in all.
        known: every jurisdiction of the population.
        own: the operator's own threshold, in nats.
        reached: what an arm's interventions reach beyond the jurisdictions that they name.
    """
    arms = list(setups)
    question = arms[0].windows.jurisdiction
    found: dict[str, set[float]] = {question: {own}}
    scopes: list[Scope] = []
    for setup in arms:
        for code in reached(setup):
            found.setdefault(code, {own})
        for file in setup.cases:
            for code, threshold in _of_case(file):
                found.setdefault(code, {own}).add(own if threshold is None else threshold)
        for spec in setup.interventions:
            scopes.append(spec.scope)
            threshold = spec.options.get("threshold")
            for code in _of_intervention(spec, known):
                stated = own if not isinstance(threshold, int | float) else float(threshold)
                found.setdefault(code, {own}).add(stated)
    others = [code for code in known if code in found and code != question]
    codes = (question, *others)
    return InPlay(
        codes=codes,
        thresholds=tuple(tuple(sorted(found[code])) for code in codes),
        own=own,
        known=known,
        bands=any(scope.group is not None for scope in scopes),
        platforms=any(scope.platform is not None for scope in scopes)
        or any(part.passes != 1.0 for setup in arms for part in setup.profile.segments),
    )


def _of_case(file: CaseFile) -> Iterator[tuple[str, float | None]]:
    """Yield the jurisdiction of a case with the threshold of each duty that is done to faces.

    A duty that the operator is recorded not to have met asks nothing of anybody.
    """
    for duty in file.obligations:
        if file.conduct is not None and duty.kind not in file.conduct.meets:
            continue
        kind = DUTIES[duty.kind]
        if kind.job in REMOVALS:
            yield file.jurisdiction, duty.threshold
        elif kind.lever in ON_FACES:
            yield file.jurisdiction, None


def _of_intervention(spec: InterventionSpec, known: tuple[str, ...]) -> set[str]:
    """Return the jurisdictions that an intervention is about, those that an option names too."""
    named = {spec.jurisdiction, spec.scope.jurisdiction}
    for value in spec.options.values():
        words = value.replace(",", " ").split() if isinstance(value, str) else ()
        named |= set(words)
    return {code for code in known if code in named}
