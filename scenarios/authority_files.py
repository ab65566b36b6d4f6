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
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from generators.errors import Fault, ScenarioError
from scenarios.faults import faults_of
from scenarios.public_record import Action
from scenarios.strict import Strict, wrong
from scenarios.yaml_reader import read_yaml
from sim.setup import Authority, Drawn, Stay

INSTRUMENTS = (
    "enforcement notice",
    "monetary penalty notice",
    "periodic penalty",
    "private action",
)
"""Instruments that a power or a largest amount can be about."""

_BEGINS = {
    "open to notice": "investigation_opened",
    "notice to final": "provisional_notice",
    "final to first decision": "enforcement_notice",
    "decision to next decision": "tribunal_sets_aside",
    "order to liquidation": "injunction",
}
"""Kind of step from which a stage runs, where a case has no kind of its own for it."""

Grade = Literal["A", "A-", "B", "C", ""]
Measures = Literal["same", "proxy", "assumed"]


class Sourced(Strict):
    """One value with where it comes from.

    Attributes:
        value: a number, or a text such as the address of a law.
        unit: of a number; "" for a text.
        low: lower end of the plausible range of a number.
        high: upper end.
        source: the document and the place in it, or the ground of an assumption.
        seen_at: address of the copy that was read; "" where the source itself was not read.
        grade: of what was read; "" where nothing was.
        fit: whether the source says this, something near it, or the value is assumed.
    """

    value: int | float | str
    unit: str = ""
    low: int | float | None = None
    high: int | float | None = None
    source: str = Field(min_length=1)
    seen_at: str = ""
    grade: Grade = ""
    fit: Measures

    @model_validator(mode="after")
    def _hangs_together(self) -> Sourced:
        if bool(self.grade) != bool(self.seen_at):
            raise wrong("a grade is about a copy that was read", "seen_at and grade, or neither")
        if isinstance(self.value, str):
            return self
        if self.low is None or self.high is None or not self.low <= self.value <= self.high:
            raise wrong("the value lies outside its own range", "low <= value <= high")
        return self


class Length(Strict):
    """A log-normal duration: its median in days and the deviation of its logarithm."""

    median: float = Field(gt=0)
    sigma: float = Field(gt=0)
    source: str = Field(min_length=1)
    fit: Measures


class Law(Strict):
    """What a law gives to every authority under it."""

    law: str
    powers: dict[str, Sourced]
    maximum: dict[str, Sourced] = Field(default_factory=dict)


class AuthorityFile(Strict):
    """One data file, as written."""

    format: Literal[1]
    id: str
    name: str
    kind: Literal["authority", "court", "prosecutor", "private party"]
    jurisdictions: tuple[str, ...] = Field(min_length=1)
    acts_in: tuple[str, ...]
    laws: tuple[str, ...] = ()
    powers: dict[str, Sourced] = Field(default_factory=dict)
    maximum: dict[str, Sourced] = Field(default_factory=dict)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    stay: Sourced
    appeal_period_days: Sourced
    intent_days: Sourced
    durations: dict[str, Length]
    officers: Sourced
    joins: Sourced
    check_days: Sourced
    detects: Sourced
    collects: Sourced

    @model_validator(mode="after")
    def _values(self) -> AuthorityFile:
        for name in ("joins", "detects", "collects"):
            _require(0 <= _number(getattr(self, name)) <= 1, f"'{name}' is a share", "0 to 1")
        for name in ("appeal_period_days", "intent_days", "check_days", "officers"):
            value = getattr(self, name).value
            _require(isinstance(value, int) and value >= 0, f"'{name}' is a count", "0 or more")
        kinds = [str(stay) for stay in Stay]
        _require(self.stay.value in kinds, "'stay' is not a rule for appeals", " or ".join(kinds))
        for name in self.maximum:
            _require(name in INSTRUMENTS, f"'{name}' is no instrument", ", ".join(INSTRUMENTS))
        return self


def _require(holds: bool, message: str, expected: str) -> None:
    if not holds:
        raise wrong(message, expected)


def _number(sourced: Sourced) -> float:
    if isinstance(sourced.value, str):
        raise wrong("is not a number", "a number")
    return float(sourced.value)


@dataclass(frozen=True)
class KnownAuthority:
    """An authority with the marks of every value in its file and its laws.

    Attributes:
        authority: as the model takes it.
        acts_in: ids of the record's actions in which it acts.
        values: dotted key (`powers.delete`, `joins`) to the sourced value.
        lengths: stage to the duration as the file has it.
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
    written: AuthorityFile = _read(text, file, AuthorityFile)
    powers: dict[str, Sourced] = {}
    maximum: dict[str, Sourced] = {}
    for name in written.laws:
        try:
            law = _law(name)
        except FileNotFoundError:
            raise ScenarioError(Fault("no such law", file=file, key="laws", found=name)) from None
        powers |= law.powers
        maximum |= law.maximum
    powers |= written.powers
    maximum |= written.maximum
    single = {
        name: getattr(written, name)
        for name in (
            *("stay", "appeal_period_days", "intent_days", "officers", "joins", "check_days"),
            *("detects", "collects"),
        )
    }
    authority = Authority(
        id=written.id,
        name=written.name,
        kind=written.kind,
        jurisdictions=written.jurisdictions,
        powers={kind: str(power.value) for kind, power in powers.items()},
        maximum={kind: int(_number(most)) for kind, most in maximum.items()},
        currency=written.currency,
        stay=Stay(str(written.stay.value)),
        stay_law=written.stay.source,
        appeal_period_days=int(_number(written.appeal_period_days)),
        intent_days=int(_number(written.intent_days)),
        durations={
            stage: Drawn(_BEGINS[stage], length.median, length.sigma)
            for stage, length in written.durations.items()
        },
        officers=int(_number(written.officers)),
        joins=_number(written.joins),
        check_days=int(_number(written.check_days)),
        detects=_number(written.detects),
        collects=_number(written.collects),
    )
    values = {f"powers.{kind}": power for kind, power in powers.items()}
    values |= {f"maximum.{kind}": most for kind, most in maximum.items()}
    return KnownAuthority(authority, written.acts_in, values | single, dict(written.durations))


def _read(text: str, file: str, model: type[Any]) -> Any:
    document = read_yaml(text, file)
    if document.faults:
        raise ScenarioError(document.faults)
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise ScenarioError(faults_of(error, document, model)) from None
    except PydanticCustomError as error:  # pragma: no cover - pydantic wraps these
        raise ScenarioError(Fault(str(error), file=file)) from None


def _folder() -> Traversable:
    return resources.files("scenarios").joinpath("authorities")


@cache
def _law(name: str) -> Law:
    file = _folder().joinpath("laws", f"{name}.yaml")
    law: Law = _read(file.read_text(encoding="utf-8"), f"authorities/laws/{name}.yaml", Law)
    return law


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
