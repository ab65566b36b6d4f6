"""Legal tests as a lawyer writes them: given a case, when its steps fall so, then this holds.

The format is told in `docs/legal-tests.md`. A file is strict: an unknown key, case, authority,
step, duty, event or status is refused with its line and the nearest names, before any test is run.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from scenarios.authority_files import authority_of, known_authority
from scenarios.case_amounts import amount_not_stated
from scenarios.cases import case_file
from scenarios.legal_given import Given, When
from scenarios.legal_then import Then
from scenarios.legal_words import AS_RECORDED, known_word
from scenarios.public_record import load_record
from scenarios.strict import Errors, Strict, as_date, several, wrong


class LegalTest(Strict):
    """One test.

    Attributes:
        title: what the law or the record says, as a sentence.
        about: ids of the record and addresses of the law that it rests on.
        given: the case.
        when: how its steps fall.
        then: what must hold.
        variant: whether the case differs from the record, so that its outcome is not in it.
    """

    title: str = Field(min_length=10)
    about: tuple[str, ...] = Field(min_length=1)
    given: Given
    when: When = When()
    then: Then
    variant: bool = False

    @model_validator(mode="after")
    def _steps_of_the_case(self) -> LegalTest:
        if (self.given.processing is None) != (self.then.scope is None):
            raise wrong("the scope of the law is asked of a processing", "'processing' and 'scope'")
        errors: Errors = [
            (("then", "on", day), wrong("lies after the end of the test",
                                        f"{self.when.until} or earlier", at_key=True))
            for day in self.then.on
            if as_date(day) > self.when.until
        ]  # fmt: skip
        several("then", errors)
        if self.given.operator == AS_RECORDED and self.when.met:
            raise wrong("the record says what was met", "an operator that is not 'as recorded'")
        several("amounts", self._amounts())
        if self.given.case is None:
            return self
        steps = case_file(load_record(), self.given.case).steps
        every = tuple(dict.fromkeys(step.kind for step in steps))
        once = tuple(kind for kind in every if sum(step.kind == kind for step in steps) == 1)
        for key, kinds, known in (
            ("dates", tuple(self.when.dates), once),
            ("amounts", tuple(self.when.amounts), once),
            ("without", self.when.without, every),
        ):
            for i, kind in enumerate(kinds):
                listed = key == "without"
                message = f"'{kind}' is not a step of {self.given.case}"
                error = known_word(kind, known, message, not listed)
                if error is not None:
                    errors.append((("when", key, i if listed else kind), error))
        several("when", errors)
        return self

    def _amounts(self) -> Errors:
        """Return an error for every amount of a step that can have none."""
        given, when = self.given, self.when
        if given.processing is not None:
            return []
        if given.authority is not None:
            powers = known_authority(given.authority).authority
        else:
            powers = authority_of(load_record().action(given.case or ""))
        stated: list[tuple[tuple[str | int, ...], str]] = [
            (("given", "steps", i, "amount"), step.step)
            for i, step in enumerate(given.steps)
            if step.amount is not None
        ]
        stated += [
            (("when", "also", i, "amount"), step.step)
            for i, step in enumerate(when.also)
            if step.amount is not None
        ]
        stated += [(("when", "amounts", kind), kind) for kind in when.amounts]
        faults = ((place, amount_not_stated(kind, powers)) for place, kind in stated)
        return [(place, error) for place, error in faults if error is not None]


class LegalFile(Strict):
    """A file of legal tests."""

    format: Literal[1]
    tests: tuple[LegalTest, ...]

    @field_validator("tests")
    @classmethod
    def _titles(cls, value: tuple[LegalTest, ...]) -> tuple[LegalTest, ...]:
        if not value:
            raise wrong("there is no legal test", "a list of tests")
        titles = [test.title for test in value]
        errors: Errors = [
            ((i, "title"), wrong("the title stands twice", "a title of its own"))
            for i, title in enumerate(titles)
            if title in titles[:i]
        ]
        several("tests", errors)
        return value
