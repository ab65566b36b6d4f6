"""Authorities as data files: what each may order, up to which amount, what an appeal does, and how
long it takes.

`authorities/ID.yaml` holds one authority, court, prosecutor or private party of the public record;
every value in it carries unit, range, source, the copy that was read, the source's grade and what
the source measures (`same`, `proxy`, `assumed`), as the model's parameters do. What several
authorities have from one law stands once in `authorities/laws/`, and a file's own entries come
before it. A newcomer adds a file; `efface law authorities` prints them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from generators.errors import Fault, ScenarioError
from scenarios.authority_format import AuthorityFile, Law, Length, Maximum, Stages
from scenarios.public_record import Action
from scenarios.sourced import Sourced, SourcedText, read_model
from scenarios.stages import BEGINS, STAGES
from scenarios.strict import nearest_names
from sim.setup import Authority, Drawn, Stay


@dataclass(frozen=True)
class KnownAuthority:
    """An authority with the marks of every value in its file and its laws.

    Attributes:
        authority: as the model takes it.
        acts_in: ids of the record's actions in which it acts.
        values: dotted key (`powers.delete`, `joins`) to the sourced value.
        lengths: stage to its duration, the file's own or the one fitted to all authorities.
    """

    authority: Authority
    acts_in: tuple[str, ...]
    values: Mapping[str, Sourced]
    lengths: Mapping[str, Length]


def authority_from_text(text: str, file: str) -> KnownAuthority:
    """Return an authority from the text of its file.

    Raises:
        ScenarioError: everything that is wrong with the file, each with its line.
    """
    written: AuthorityFile = read_model(text, file, AuthorityFile)
    laws = [_law(name, file) for name in written.laws]
    powers: dict[str, SourcedText] = {}
    maximum: dict[str, Maximum] = {}
    for one in (*laws, written):
        powers |= one.powers
        maximum |= one.maximum
    durations = fitted_durations() | written.durations
    authority = Authority(
        id=written.id,
        name=written.name,
        kind=written.kind,
        jurisdictions=written.jurisdictions,
        powers={kind: power.value for kind, power in powers.items()},
        maximum={kind: most.value for kind, most in maximum.items()},
        daily=frozenset(kind for kind, most in maximum.items() if most.daily),
        currency=written.currency,
        stay=Stay(written.stay.value),
        appeal_period_days=written.appeal_period_days.value,
        intent_months=written.intent_months.value,
        durations={
            stage: Drawn(BEGINS[stage], length.median, length.sigma)
            for stage, length in durations.items()
        },
        officers=written.officers.value,
        joins=written.joins.value,
        check_days=written.check_days.value,
        detects=written.detects.value,
        collects=written.collects.value,
    )
    values: dict[str, Sourced] = {f"powers.{kind}": power for kind, power in powers.items()}
    values |= {f"maximum.{kind}": most for kind, most in maximum.items()}
    values |= {name: getattr(written, name) for name in _SINGLE}
    return KnownAuthority(authority, written.acts_in, values, durations)


_SINGLE = (
    *("stay", "appeal_period_days", "intent_months", "officers", "joins", "check_days"),
    *("detects", "collects"),
)
"""Values of a file that stand by themselves."""


def _folder() -> Traversable:
    return resources.files("scenarios").joinpath("authorities")


@cache
def fitted_durations() -> dict[str, Length]:
    """Return the duration of every stage as fitted to all authorities, read once a process.

    Raises:
        ScenarioError: a file that is not what it should be, or that lacks a stage.
    """
    name = "record/fitted.yaml"
    text = resources.files("scenarios").joinpath(name).read_text(encoding="utf-8")
    fitted: Stages = read_model(text, name, Stages)
    missing = [stage for stage in STAGES if stage not in fitted.durations]
    if missing:
        raise ScenarioError(
            Fault(f"lacks {', '.join(missing)}", file=name, key="durations",
                  expected=", ".join(STAGES))
        )  # fmt: skip
    return fitted.durations


@cache
def _shipped_law(name: str) -> Law:
    file = _folder().joinpath("laws", f"{name}.yaml")
    law: Law = read_model(file.read_text(encoding="utf-8"), f"authorities/laws/{name}.yaml", Law)
    return law


def _law(name: str, file: str) -> Law:
    known = [law.name.removesuffix(".yaml") for law in _folder().joinpath("laws").iterdir()]
    if name in known:
        return _shipped_law(name)
    raise ScenarioError(
        Fault(
            f"there is no law '{name}'",
            file=file,
            key="laws",
            found=name,
            expected=", ".join(sorted(known)),
            nearest=nearest_names(name, known),
        )
    )


@cache
def known_authorities() -> Mapping[str, KnownAuthority]:
    """Return every shipped authority by id, read and checked once a process.

    Raises:
        ScenarioError: a file that is not what it should be.
    """
    found: dict[str, KnownAuthority] = {}
    for file in sorted(_folder().iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".yaml"):
            continue
        name = f"authorities/{file.name}"
        known = authority_from_text(file.read_text(encoding="utf-8"), name)
        if f"{known.authority.id}.yaml" != file.name:
            raise ScenarioError(
                Fault("is named otherwise than its id", file=name, key="id",
                      found=known.authority.id)
            )  # fmt: skip
        found[known.authority.id] = known
    return found


def load_authorities() -> Mapping[str, Authority]:
    """Return every shipped authority by id, as the model takes it."""
    return {id: known.authority for id, known in known_authorities().items()}


def known_authority(id: str) -> KnownAuthority:
    """Return one authority by its id.

    Raises:
        ScenarioError: no data file has that id.
    """
    known = known_authorities()
    if id in known:
        return known[id]
    raise ScenarioError(
        Fault(
            f"there is no authority '{id}'",
            key=id,
            found=id,
            expected=", ".join(known),
            nearest=nearest_names(id.upper(), tuple(known)),
        )
    )


def authority_id(action: Action) -> str:
    """Return the id of the authority that acts in one action of the record.

    Raises:
        ScenarioError: no data file names the action.
    """
    for id, known in known_authorities().items():
        if action.id in known.acts_in:
            return id
    raise ScenarioError(
        Fault(
            f"no authority's data file names {action.id}",
            key=action.id,
            found=action.authority,
            expected="an entry of acts_in in a file of scenarios/authorities",
        )
    )


def authority_of(action: Action) -> Authority:
    """Return the authority that acts in one action of the record; errors as `authority_id`."""
    return known_authorities()[authority_id(action)].authority


def lent(borrower: Authority, lender: Authority, kinds: frozenset[str]) -> Authority:
    """Return an authority that may also order what another's order holds.

    An order transplant asks what another authority's wording would do here, not whether the law
    would allow it; the power says from whom it is borrowed.

    Args:
        borrower: the authority of the case.
        lender: the authority whose order is copied.
        kinds: the duties of that order.
    """
    borrowed = {
        kind: f"borrowed from {lender.id} for the comparison: {lender.powers[kind]}"
        for kind in kinds
        if kind in lender.powers and kind not in borrower.powers
    }
    return replace(borrower, powers={**borrower.powers, **borrowed})
