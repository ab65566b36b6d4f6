"""The sheet of people: a face, a name, an age, and how many photos of each are held.

Faces are drawn by the generator that ships with the project, from the identity of each person.
Where it cannot draw, each gets a tile with initials and the page says which one command brings
faces. Nobody under 18 is ever shown.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from dashboard.markup import element
from generators.faces import ADULT_AGE
from scenarios.report.looks import first_look
from scenarios.report.words import arm_words

if TYPE_CHECKING:
    from generators.heads.identity import Sex
    from scenarios.store import Run

PORTRAIT_SIZE = 128
"""Pixels a side: twice what the generator draws, since larger would only be softer."""


@dataclass(frozen=True)
class Shown:
    """One person of the sheet.

    Attributes:
        person: row in the population.
        name: full name.
        age: years on the last day.
        sex: `female` or `male`.
        tone: Monk scale, 1 to 10.
        identity: 64-bit key of the face, as a string.
        birth_day: day number.
        held: photos held of the person, by arm.
    """

    person: int
    name: str
    age: int
    sex: Sex
    tone: int
    identity: str
    birth_day: int
    held: Mapping[str, int]

    @property
    def initials(self) -> str:
        """First letters of the first and last name."""
        words = self.name.split()
        return "".join(word[0] for word in (words[0], words[-1])) if words else "?"


def sample(rows: Iterable[Mapping[str, Any]], count: int) -> tuple[Shown, ...]:
    """Return the first `count` adults of the run's sample, in the order of the draw.

    Args:
        rows: rows of `people.parquet`, one a person and arm.
        count: how many to show.
    """
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["age"] >= ADULT_AGE:
            found.setdefault(row["person"], []).append(row)
    keys = ("person", "name", "age", "sex", "tone", "identity", "birth_day")
    return tuple(
        Shown(
            **{key: same[0][key] for key in keys},
            held={row["arm"]: row["held"] for row in same},
        )
        for same in list(found.values())[:count]
    )


def portraits(people: Sequence[Shown]) -> tuple[dict[int, bytes], str]:
    """Return a PNG of each person's face, by person, and what to say under them.

    Each is a calm portrait at the age on the last day.

    Args:
        people: whom to draw; adults only.

    Raises:
        FacesUnavailableError: faces cannot be drawn here; names the one command that helps.
        EffaceError: the generator's weights cannot be used.
    """
    import numpy as np

    from generators.faces import Portrayed, face_source
    from generators.photos import PhotoRows
    from scenarios.report.sheet import caption_of, tile

    count = len(people)
    shots = PhotoRows(
        photo=np.zeros(count, np.int64),
        person=np.array([shown.person for shown in people], np.int64),
        day=np.zeros(count, np.int32),
        age=np.array([shown.age for shown in people], np.float32),
        quality=np.ones(count, np.float32),
        group=np.ones(count, np.int16),
    )
    who = [Portrayed(int(shown.identity), shown.sex, shown.tone) for shown in people]
    found: dict[int, bytes] = {}
    source = face_source()
    pictures = source.photos_of(who, np.arange(count), shots)
    for shown, picture in zip(people, pictures, strict=True):
        stream = io.BytesIO()
        tile(picture, PORTRAIT_SIZE).save(stream, format="PNG")
        found[shown.person] = stream.getvalue()
    return found, caption_of(source)


def cards(run: Run, people: Sequence[Shown], portraits: Mapping[int, bytes]) -> str:
    """Return the sheet as HTML.

    Args:
        run: the run, for its columns.
        people: whom to show.
        portraits: PNG bytes by person; who has none gets initials.
    """
    most = max((count for shown in people for count in shown.held.values()), default=0)
    written = "".join(
        _card(run, shown, portraits.get(shown.person), max(most, 1)) for shown in people
    )
    return element("div", written, kind="ef ef-cards")


def _card(run: Run, shown: Shown, portrait: bytes | None, most: int) -> str:
    if portrait is None:
        face = element("div", escape(shown.initials), kind="initials", aria_hidden="true")
    else:
        data = base64.b64encode(portrait).decode("ascii")
        says = f"Drawn face of {shown.name}, who does not exist"
        face = element("img", "", src=f"data:image/png;base64,{data}", alt=says)
    bars = "".join(
        element(
            "div",
            element("span", escape(arm_words(arm, run.manifest)))
            + element("i", "", style=_width(shown.held[arm] / most))
            + element("b", str(shown.held[arm]), data_held=arm),
            kind=f"ef-bar arm{index}",
        )
        for index, arm in enumerate(run.arms, first_look(run))
    )
    caption = element("b", escape(shown.name)) + f"<br>{shown.age} years" + bars
    return element(
        "figure",
        face + element("figcaption", caption),
        kind="ef-card",
        data_person=str(shown.person),
    )


def _width(share: float) -> str:
    """Return the style of a bar; whatever is not 0 is seen."""
    return f"width:max({100 * share:.1f}%, 2px)" if share > 0 else "width:0"
