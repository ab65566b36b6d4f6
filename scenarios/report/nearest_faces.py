"""The figure of nearest training pictures: what a reader needs to see that nobody was copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from generators.promises import HONEST_SENTENCE
from scenarios.report.sheet import FAINT, GAP, INK, PAPER, wrapped

if TYPE_CHECKING:
    from PIL import Image

_BETWEEN = 22
_LINE = 16
_TILE = 128


@dataclass(frozen=True)
class Neighbours:
    """The nearest training pictures to some generated ones, in one space.

    Attributes:
        title: over the columns.
        photos: uint8 [n, k, R, R, 3], nearest first.
        words: under each picture, n × k.
    """

    title: str
    photos: NDArray[np.uint8]
    words: Sequence[Sequence[str]]


def nearest_figure(
    generated: NDArray[np.uint8], neighbours: Sequence[Neighbours], title: str = "generated"
) -> Image.Image:
    """Return a picture: a row for each generated image, its nearest training pictures beside it.

    Args:
        generated: uint8 [n, R, R, 3] (sRGB).
        neighbours: one group of columns for each space, in order.
        title: over the first column.

    Raises:
        ValueError: no row or column, or neighbours of another number of images.
    """
    from PIL import Image, ImageDraw, ImageFont

    if not len(generated) or not neighbours:
        raise ValueError("a figure needs an image and a space in which it has neighbours")
    for group in neighbours:
        if len(group.photos) != len(generated) or len(group.words) != len(generated):
            raise ValueError(f"{group.title}: neighbours of {len(group.photos)} images, not of all")
    lefts, width = [], GAP
    for columns in (1, *(group.photos.shape[1] for group in neighbours)):
        lefts.append(width)
        width += columns * (_TILE + GAP) + _BETWEEN
    font = ImageFont.load_default(12)
    words = wrapped(HONEST_SENTENCE, font.getlength, width - 2 * GAP)
    row_height = _TILE + _LINE + GAP
    top = GAP + _LINE + GAP
    height = top + len(generated) * row_height + len(words) * _LINE + GAP
    sheet = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(sheet)
    for left, text in zip(lefts, (title, *(group.title for group in neighbours)), strict=True):
        pen.text((left, GAP), text, fill=INK, font=font)
    for row, image in enumerate(generated):
        y = top + row * row_height
        sheet.paste(_tile(image), (lefts[0], y))
        for left, group in zip(lefts[1:], neighbours, strict=True):
            for column, photo in enumerate(group.photos[row]):
                x = left + column * (_TILE + GAP)
                sheet.paste(_tile(photo), (x, y))
                pen.text((x, y + _TILE + 1), group.words[row][column], fill=FAINT, font=font)
    for line, text in enumerate(words):
        y = top + len(generated) * row_height + line * _LINE
        pen.text((GAP, y), text, fill=FAINT, font=font)
    return sheet


def _tile(photo: NDArray[np.uint8]) -> Image.Image:
    """Return a photo at the size of a tile, its pixels kept as squares where they are few."""
    from PIL import Image

    picture = Image.fromarray(photo)
    kind = Image.Resampling.NEAREST if _TILE % photo.shape[0] == 0 else Image.Resampling.BICUBIC
    return picture.resize((_TILE, _TILE), kind)
