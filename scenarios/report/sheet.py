"""A sheet of people and their photos, with words: sex, tone and age, and the honest sentence.

Used by `efface faces sheet` and by the dashboard. Photos of somebody under 18 stay blank tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from generators.faces import (
    ADULT_AGE,
    HONEST_SENTENCE,
    FaceSource,
    Portrayed,
    RenderedFaces,
    faces_available,
    grown_up,
)
from generators.heads.identity import TONES, Sex
from generators.keyed import Streams
from generators.photos import PhotoRows

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

__all__ = ["SheetRow", "draw_rows", "faces_available", "sheet_image"]

PAPER = (252, 252, 250)
INK = (38, 40, 44)
FAINT = (120, 122, 128)
_BLANK = (226, 226, 224)
GAP = 6
_LABEL_WIDTH = 104
_AGE_HEIGHT = 16


@dataclass(frozen=True)
class SheetRow:
    """One person on a sheet.

    Attributes:
        who: the person.
        shots: the photos to draw, in order.
        label: lines beside the row; sex and tone where empty.
    """

    who: Portrayed
    shots: PhotoRows
    label: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """Return what stands beside the row."""
        return self.label or (self.who.sex, f"Monk tone {self.who.tone}")


def draw_rows(people: int, photos: int, seed: int) -> list[SheetRow]:
    """Return people for a sheet: tones in order from light to dark, sexes and ages mixed.

    Each person's photos are spread over up to nine years, from good portraits to poor snapshots.

    Args:
        people: how many.
        photos: photos of each.
        seed: another seed gives other people.
    """
    streams = Streams(seed, 0, ("identity", "age", "years", "quality", "sexes"))
    order = streams.generator("age").permutation(people)
    first_is_male = int(streams.generator("sexes").integers(2))
    sexes: tuple[Sex, Sex] = ("female", "male")
    rows = []
    for i in range(people):
        # Ages are spread evenly over 19 to 74 and dealt out at random.
        age = 19 + 55 * (int(order[i]) + float(streams.uniform("age", i)[0])) / people
        ordinals = np.arange(photos)
        years = np.sort(9 * streams.uniform("years", i, ordinals))
        rows.append(
            SheetRow(
                who=Portrayed(
                    key=int(streams.words("identity", i)[0]),
                    sex=sexes[(i + first_is_male) % 2],
                    tone=1 + int(TONES * (i + 0.5) / people),
                ),
                shots=PhotoRows(
                    photo=ordinals.astype(np.int64),
                    person=np.full(photos, i, dtype=np.int64),
                    day=(365.25 * years).astype(np.int32),
                    age=(age + years).astype(np.float32),
                    quality=(0.35 + 0.65 * streams.uniform("quality", i, ordinals)).astype(
                        np.float32
                    ),
                    group=np.ones(photos, dtype=np.int16),
                ),
            )
        )
    return rows


def sheet_image(
    rows: Sequence[SheetRow],
    size: int = 128,
    source: FaceSource | None = None,
    progress: Callable[[int], None] | None = None,
) -> Image.Image:
    """Return a sheet: one row a person, one tile a photo with the age under it, and a caption.

    Args:
        rows: who and which photos; rows may differ in length.
        size: pixels of a tile's side.
        source: what draws the faces; renders of that size by default.
        progress: called with the number of tiles done after each.

    Raises:
        FacesUnavailableError: faces cannot be drawn here; names the one command.
    """
    from PIL import Image, ImageDraw, ImageFont

    source = source or RenderedFaces(size)
    columns = max((len(row.shots) for row in rows), default=0)
    width = max(3 * GAP + _LABEL_WIDTH + columns * (size + GAP), 420)
    font, small = ImageFont.load_default(13), ImageFont.load_default(11)
    caption = wrapped(HONEST_SENTENCE, small.getlength, width - 4 * GAP)
    row_height = size + _AGE_HEIGHT + GAP
    caption_top = 2 * GAP + row_height * len(rows)
    sheet = Image.new("RGB", (width, caption_top + 15 * len(caption) + 2 * GAP), PAPER)
    draw = ImageDraw.Draw(sheet)
    done = 0
    for r, row in enumerate(rows):
        top = 2 * GAP + r * row_height
        for i, line in enumerate(row.lines()):
            place = (2 * GAP, top + size / 2 - 16 + 17 * i)
            draw.text(place, line, font=font, fill=INK if i == 0 else FAINT)
        adult = grown_up(row.shots)
        for c in range(len(row.shots)):
            left = 3 * GAP + _LABEL_WIDTH + c * (size + GAP)
            if adult[c]:
                sheet.paste(_tile(source, row, c, size), (left, top))
            else:
                _blank_tile(draw, left, top, size, small)
            age = f"{int(row.shots.age[c])}" if adult[c] else f"under {ADULT_AGE}"
            middle = left + size / 2 - small.getlength(age) / 2
            draw.text((middle, top + size + 2), age, font=small, fill=FAINT)
            done += 1
            if progress is not None:
                progress(done)
    for i, line in enumerate(caption):
        draw.text((2 * GAP, caption_top + 15 * i), line, font=small, fill=FAINT)
    return sheet


def _tile(source: FaceSource, row: SheetRow, column: int, size: int) -> Image.Image:
    from PIL import Image

    one = slice(column, column + 1)
    shots = row.shots
    shot = PhotoRows(
        shots.photo[one],
        shots.person[one],
        shots.day[one],
        shots.age[one],
        shots.quality[one],
        shots.group[one],
    )
    picture: NDArray[np.float32] = source.photos(row.who, shot)[0].transpose(1, 2, 0)
    tile = Image.fromarray((picture * 255 + 0.5).astype(np.uint8))
    return tile if tile.width == size else tile.resize((size, size), Image.Resampling.LANCZOS)


def _blank_tile(
    draw: ImageDraw.ImageDraw,
    left: int,
    top: int,
    size: int,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    """Draw a tile without a face that says why there is none."""
    draw.rectangle((left, top, left + size - 1, top + size - 1), fill=_BLANK)
    for i, line in enumerate((f"under {ADULT_AGE}:", "never drawn")):
        draw.text(
            (left + size / 2, top + size / 2 - 8 + 16 * i),
            line,
            anchor="mm",
            font=font,
            fill=FAINT,
        )


def wrapped(text: str, length: Callable[[str], float], width: float) -> list[str]:
    """Return the text in lines of at most `width` pixels."""
    lines: list[str] = []
    for word in text.split():
        if lines and length(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
