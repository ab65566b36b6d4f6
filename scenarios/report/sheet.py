"""A sheet of people and their photos, with words: sex, tone and age, and the honest sentence.

Used by `efface faces sheet` and by the dashboard. Photos of somebody under 18 stay blank tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from generators.faces import (
    ADULT_AGE,
    HONEST_SENTENCE,
    FaceSource,
    Portrayed,
    grown_up,
)
from generators.heads.identity import TONES, Sex
from generators.keyed import Streams
from generators.photos import PhotoRows

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

PAPER = (252, 252, 250)
INK = (38, 40, 44)
FAINT = (120, 122, 128)
_BLANK = (226, 226, 224)
GAP = 6
_LABEL_WIDTH = 104
_AGE_HEIGHT = 16
_AT_ONCE = 64
"""Photos asked for at once: what the generator makes in one go."""
YOUNGEST, OLDEST = 19, 83
"""Ages on a sheet, years."""
LONGEST = OLDEST - YOUNGEST
"""Most years between a person's photos."""


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


def draw_rows(people: int, photos: int, seed: int, years: float = 9) -> list[SheetRow]:
    """Return people for a sheet: tones in order from light to dark, sexes and ages mixed.

    Each person's photos are spread evenly over some years, from good portraits to poor snapshots.

    Args:
        people: how many.
        photos: photos of each.
        seed: another seed gives other people.
        years: how long the photos of one person cover, 0 to `LONGEST`.

    Raises:
        ValueError: years outside that.
    """
    if not 0 <= years <= LONGEST:
        raise ValueError(f"photos of a person cover 0 to {LONGEST} years, found {years:g}")
    streams = Streams(seed, 0, ("identity", "age", "years", "quality", "sexes"))
    order = streams.generator("age").permutation(people)
    first_is_male = int(streams.generator("sexes").integers(2))
    sexes: tuple[Sex, Sex] = ("female", "male")
    rows = []
    for i in range(people):
        # Ages at the first photo are spread evenly and dealt out at random.
        place = (int(order[i]) + float(streams.uniform("age", i)[0])) / people
        age = YOUNGEST + (LONGEST - years) * place
        ordinals = np.arange(photos)
        since = years * (ordinals + streams.uniform("years", i, ordinals)) / photos
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
                    day=(365.25 * since).astype(np.int32),
                    age=(age + since).astype(np.float32),
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
    source: FaceSource,
    size: int = 128,
    progress: Callable[[int], None] | None = None,
) -> Image.Image:
    """Return a sheet: one row a person, one tile a photo with the age under it, and a caption.

    Args:
        rows: who and which photos; rows may differ in length.
        source: what draws the faces.
        size: pixels of a tile's side; pictures of another size are scaled smoothly.
        progress: called with the number of photos drawn so far.
    """
    from PIL import Image, ImageDraw, ImageFont

    columns = max((len(row.shots) for row in rows), default=0)
    width = max(3 * GAP + _LABEL_WIDTH + columns * (size + GAP), 420)
    font, small = ImageFont.load_default(13), ImageFont.load_default(11)
    caption = wrapped(caption_of(source), small.getlength, width - 4 * GAP)
    row_height = size + _AGE_HEIGHT + GAP
    caption_top = 2 * GAP + row_height * len(rows)
    sheet = Image.new("RGB", (width, caption_top + 15 * len(caption) + 2 * GAP), PAPER)
    draw = ImageDraw.Draw(sheet)
    drawn = iter(_pictures(rows, source, progress))
    for r, row in enumerate(rows):
        top = 2 * GAP + r * row_height
        for i, line in enumerate(row.lines()):
            place = (2 * GAP, top + size / 2 - 16 + 17 * i)
            draw.text(place, line, font=font, fill=INK if i == 0 else FAINT)
        adult = grown_up(row.shots)
        for c in range(len(row.shots)):
            left = 3 * GAP + _LABEL_WIDTH + c * (size + GAP)
            if adult[c]:
                sheet.paste(tile(next(drawn), size), (left, top))
            else:
                _blank_tile(draw, left, top, size, small)
            age = f"{int(row.shots.age[c])}" if adult[c] else f"under {ADULT_AGE}"
            middle = left + size / 2 - small.getlength(age) / 2
            draw.text((middle, top + size + 2), age, font=small, fill=FAINT)
    for i, line in enumerate(caption):
        draw.text((2 * GAP, caption_top + 15 * i), line, font=small, fill=FAINT)
    return sheet


def caption_of(source: FaceSource) -> str:
    """Return what stands under faces: where they come from, and what drew them."""
    side = source.resolution
    by = {
        "generated": f"Drawn by the trained generator at {side} pixels; it learnt from renders of "
        "such heads alone.",
        "renders": f"Rendered from the head model at {side} pixels.",
    }
    return f"{HONEST_SENTENCE} {by.get(source.name, source.name)}"


def tile(picture: NDArray[np.float32], size: int) -> Image.Image:
    """Return a picture, float32 [3, R, R] in 0..1, as an image of `size` pixels a side."""
    from PIL import Image

    image = Image.fromarray((picture.transpose(1, 2, 0) * 255 + 0.5).astype(np.uint8))
    return image if image.width == size else image.resize((size, size), Image.Resampling.LANCZOS)


def _pictures(
    rows: Sequence[SheetRow], source: FaceSource, progress: Callable[[int], None] | None
) -> list[NDArray[np.float32]]:
    """Return the photos of adults, row by row, asked for many at once."""
    if not rows:
        return []
    shots = PhotoRows(
        *(np.concatenate([getattr(row.shots, f.name) for row in rows]) for f in fields(PhotoRows))
    )
    of = np.repeat(np.arange(len(rows)), [len(row.shots) for row in rows])
    adults = np.flatnonzero(grown_up(shots))
    people = [row.who for row in rows]
    pictures: list[NDArray[np.float32]] = []
    for start in range(0, len(adults), _AT_ONCE):
        part = adults[start : start + _AT_ONCE]
        pictures += list(source.photos_of(people, of[part], shots.taken(part)))
        if progress is not None:
            progress(len(pictures))
    return pictures


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
