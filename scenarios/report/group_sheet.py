"""A photo of several people on a sheet: where each face is, and the faces cut out below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from generators.faces import HONEST_SENTENCE, Portrayed
from scenarios.report.sheet import FAINT, GAP, PAPER, draw_rows, tile, wrapped

if TYPE_CHECKING:
    from PIL import Image

    from generators.heads.group import GroupPhoto

QUALITY = 0.8
"""Of the photo: a good snapshot."""
_CROP = 72
_FRAME = 1.75
"""Side of a portrait's frame against the height of a face's box: 27 cm against some 15.5 cm."""
_MIDDLE = (0.6, 0.585)
"""Where the middle between eyes and mouth lies, from the top: share of the box and of the frame
(`generators.heads.camera`)."""
_LINE = (255, 214, 92)


@dataclass(frozen=True)
class Group:
    """People in one photo, and the photo."""

    people: tuple[Portrayed, ...]
    ages: tuple[float, ...]
    photo: GroupPhoto


def draw_group(people: int, photo: int, seed: int, size: int) -> Group:
    """Return a photo of people who do not exist, of all tones, both sexes and many ages.

    Args:
        people: 1 to `generators.heads.group.LARGEST`.
        photo: number of the photo; another has another place, light and expressions.
        seed: another seed gives other people.
        size: pixels a side, a multiple of 8.

    Raises:
        FacesUnavailableError: there is no head model; names the one command.
    """
    from generators.heads.group import group_photo_of

    rows = draw_rows(people, 1, seed)
    # Neighbours on a sheet have neighbouring tones; in a photo people stand as they come.
    order = np.random.default_rng(seed).permutation(people)
    who = tuple(rows[i].who for i in order)
    ages = tuple(float(rows[i].shots.age[0]) for i in order)
    return Group(who, ages, group_photo_of(who, photo, ages, QUALITY, size))


def faces_of(photo: GroupPhoto, size: int) -> NDArray[np.float32]:
    """Return the faces of a group photo, float32 [n, 3, size, size] in 0..1, framed as portraits.

    Boxes tell place and scale; a face that leans stays leaning. What lies outside the photo is
    its edge, drawn out.

    Args:
        photo: the photo.
        size: pixels a side.
    """
    from PIL import Image

    out = np.empty((len(photo.boxes), 3, size, size), dtype=np.float32)
    for i, (left, top, right, bottom) in enumerate(photo.boxes):
        side = max(1, round(_FRAME * float(bottom - top)))
        first_row = round(float(top + _MIDDLE[0] * (bottom - top)) - _MIDDLE[1] * side)
        first_column = round(float(left + right - side) / 2)
        at = np.arange(side)
        rows = np.clip(first_row + at, 0, len(photo.picture) - 1)
        columns = np.clip(first_column + at, 0, len(photo.picture) - 1)
        cut = photo.picture[rows[:, None], columns]
        for c in range(3):
            plane = Image.fromarray(cut[..., c]).resize((size, size), Image.Resampling.LANCZOS)
            out[i, c] = np.clip(np.asarray(plane), 0, 1)
    return out


def group_image(group: Group) -> tuple[NDArray[np.float32], Image.Image]:
    """Return the boxes [n, 4] (left, top, right, bottom, pixels) and the sheet that shows them.

    Args:
        group: who, and their photo.
    """
    from PIL import Image, ImageDraw, ImageFont

    photo, boxes = group.photo, group.photo.boxes
    side = photo.picture.shape[0]
    columns = max(1, (side + GAP) // (_CROP + GAP))
    lines = -(-len(boxes) // columns)
    small = ImageFont.load_default(11)
    words = f"{HONEST_SENTENCE} Rendered from the head model as one photo of {len(boxes)}."
    caption = wrapped(words, small.getlength, side)
    crops_top = 2 * GAP + side
    caption_top = crops_top + lines * (_CROP + 16 + GAP)
    height = caption_top + 15 * len(caption) + GAP
    sheet = Image.new("RGB", (side + 2 * GAP, height), PAPER)
    sheet.paste(tile(photo.picture.transpose(2, 0, 1), side), (GAP, GAP))
    draw = ImageDraw.Draw(sheet)
    crops = faces_of(photo, _CROP)
    for i, (box, crop, age) in enumerate(zip(boxes, crops, group.ages, strict=True)):
        number = str(i + 1)
        draw.rectangle([float(at) + GAP for at in box], outline=_LINE, width=max(1, side // 256))
        place = (float(box[0]) + GAP + 3, float(box[1]) + GAP + 1)
        draw.text(place, number, font=small, fill=_LINE, stroke_width=1, stroke_fill=(0, 0, 0))
        left = GAP + (i % columns) * (_CROP + GAP)
        top = crops_top + (i // columns) * (_CROP + 16 + GAP)
        sheet.paste(tile(crop, _CROP), (left, top))
        draw.text((left, top + _CROP + 2), f"{number}: {int(age)}", font=small, fill=FAINT)
    for i, line in enumerate(caption):
        draw.text((GAP, caption_top + 15 * i), line, font=small, fill=FAINT)
    return boxes, sheet
