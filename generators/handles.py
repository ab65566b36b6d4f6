"""Handles: what people call themselves on a platform, made from their names as people do.

A handle starts as first and last name in one of a few styles. The first who takes it has it as it
is; whoever finds it taken adds the two last digits of the year of birth, and where that is taken
too a number. Handles are therefore unique on a platform. Which of these it is stands in one small
number a person and platform, ranked in columns; text is made only for those who are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, PopulationError
from generators.names import locale_numbers, locales_of, names_of
from generators.row_blocks import blocks, for_each

STYLES: tuple[Callable[[str, str], tuple[str, str]], ...] = (
    lambda first, last: (f"{first}.", last),
    lambda first, last: (first, last),
    lambda first, last: (f"{first}_", last),
    lambda first, last: (first[0], last),
    lambda first, last: (first, last[0]),
    lambda first, last: (f"{first[0]}.", last),
)
"""Two pieces of each style; what is made of them holds no digit, so that digits behind it can
always be told apart."""
MOST_NUMBER = 65_535
MOST_ALIKE = 65_000
"""No more people of one name, year and style on a platform; higher numbers are for newcomers."""
_ROWS_A_PART = 1 << 21
_BASE = 0x5851F42D4C957F2D
_YEARS = np.uint64(0x9E3779B97F4A7C15)


def style_of(identity: NDArray[np.uint64], platform: int) -> NDArray[np.uint8]:
    """Return the style of people's handles on a platform: mostly their own, the same everywhere.

    One in four takes another on a platform; both follow from bits of the key of the face.
    """
    own = identity % np.uint64(len(STYLES))
    word = identity >> np.uint64(16 + 8 * (platform % 5))
    other = (word >> np.uint64(2)) % np.uint64(len(STYLES))
    return np.where(word & np.uint64(3), own, other).astype(np.uint8)


def year_digits(birth_day: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return the last two digits of the year of birth."""
    born = np.datetime64("2017-01-01") + birth_day
    # Such dates count years from 1970.
    return ((born.astype("datetime64[Y]").astype(np.int64) + 1970) % 100).astype(np.uint8)


def render_handle(first: str, last: str, style: int, year: int, number: int) -> str:
    """Return a handle as text.

    Args:
        first, last: names in the letters a to z.
        style: index into `STYLES`.
        year: last two digits of the year of birth.
        number: 0 for the name alone, 1 for name and year, from 2 on the number behind both.
    """
    base = "".join(STYLES[style](first, last))
    if number == 0:
        return base
    return f"{base}{year:02d}" + (str(number) if number > 1 else "")


def number_handles(
    jurisdictions: tuple[str, ...], columns: Mapping[str, NDArray[Any]], workers: int = 1
) -> NDArray[np.uint16]:
    """Return uint16 [n, P]: the `number` of everybody's handle on each platform.

    Those with an account come first, in order of row; what the others would be called comes
    after. A name counts by a 64-bit hash of its text: two texts with one hash would only make a
    number higher than it need be.

    Args:
        jurisdictions: codes.
        columns: `jurisdiction`, ascending, `sex`, `birth_day`, `identity`, `name_code` and
            `accounts` of a population, by name.
        workers: threads.

    Raises:
        PopulationError: more people of one name and year than numbers.
    """
    accounts, birth_day = columns["accounts"], columns["birth_day"]
    n, platforms = accounts.shape
    numbers = np.zeros((n, platforms), dtype=np.uint16)
    ends = np.searchsorted(columns["jurisdiction"], np.arange(len(jurisdictions)), side="right")
    cut = [
        (code, first, last)
        for code, start, end in zip(jurisdictions, [0, *ends[:-1]], ends, strict=True)
        for first, last in blocks(int(start), int(end))
    ]
    key = np.empty(n, dtype=np.uint64)
    parts = min(-(-n // _ROWS_A_PART), 255)
    part_of = np.empty(n, dtype=np.uint8)
    for platform in range(platforms):

        def name(block: tuple[str, int, int], platform: int = platform) -> None:
            code, first, last = block
            rows = slice(first, last)
            style = style_of(columns["identity"][rows], platform)
            key[rows] = _hashes(code, columns["sex"][rows], columns["name_code"][rows], style)
            part_of[rows] = (key[rows] >> np.uint64(32)) % np.uint64(parts)

        def rank(part: int, platform: int = platform) -> None:
            rows = np.flatnonzero(part_of == part)
            holds = accounts[rows, platform]
            rows = np.concatenate((rows[holds], rows[~holds]))
            numbers[rows, platform] = _numbers(key[rows], year_digits(birth_day[rows]))

        for_each(name, cut, workers)
        for_each(rank, range(parts), workers)
    return numbers


def _numbers(key: NDArray[np.uint64], year: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Number handles in the order in which they are taken."""
    taken = np.flatnonzero(_ranks(key))
    rank = _ranks(key[taken] ^ (year[taken].astype(np.uint64) + np.uint64(1)) * _YEARS)
    if rank.max(initial=0) >= MOST_ALIKE:
        raise PopulationError(
            Fault(
                "too many people of one name and year of birth for the numbers of their handles",
                key="people",
                found=str(int(rank.max()) + 1),
                expected=f"{MOST_ALIKE} or fewer",
            )
        )
    numbers = np.zeros(key.size, dtype=np.uint16)
    numbers[taken] = rank + 1
    return numbers


def _ranks(key: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return how many of the same key come before each."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    starts = np.concatenate(([True], ordered[1:] != ordered[:-1]))[: key.size]
    first = np.flatnonzero(starts)
    ranks = np.empty(key.size, dtype=np.int64)
    ranks[order] = np.arange(key.size) - np.repeat(first, np.diff(np.append(first, key.size)))
    return ranks


@dataclass(frozen=True, eq=False)
class _Hashes:
    """Hashes of the pieces of handles by style and entry of a list.

    The text of two pieces has the hash left · power(length of right) + right: a polynomial in
    `_BASE`, modulo 2^64.
    """

    left: NDArray[np.uint64]
    right: NDArray[np.uint64]
    power: NDArray[np.uint64]


@cache
def _hashes_of(locale: str, sex: int) -> _Hashes:
    first = names_of(locale, "first_names", sex).plain
    last = names_of(locale, "last_names", sex).plain
    left = [[_hash(style(name, "a")[0]) for name in first] for style in STYLES]
    right = [[style("a", name)[1] for name in last] for style in STYLES]
    return _Hashes(
        left=np.array(left, dtype=np.uint64),
        right=np.array([[_hash(piece) for piece in row] for row in right], dtype=np.uint64),
        power=np.array(
            [[pow(_BASE, len(piece), 2**64) for piece in row] for row in right], dtype=np.uint64
        ),
    )


def _hash(text: str) -> int:
    total = 0
    for letter in text.encode("ascii"):
        total = (total * _BASE + letter) % 2**64
    return total


def _hashes(
    code: str, sex: NDArray[np.uint8], words: NDArray[np.uint32], style: NDArray[np.uint8]
) -> NDArray[np.uint64]:
    """Return the hash of the text before digits, for residents of one jurisdiction."""
    out = np.empty(sex.size, dtype=np.uint64)
    locales = locales_of(code)
    group = locale_numbers(code, words[:, 0]) * 2 + sex
    for number in range(2 * len(locales)):
        locale, of_sex = locales[number // 2], number % 2
        rows = np.flatnonzero(group == number)
        held, styles = _hashes_of(locale, of_sex), style[rows]
        first = names_of(locale, "first_names", of_sex).choose(words[rows, 1])
        last = names_of(locale, "last_names", of_sex).choose(words[rows, 2])
        out[rows] = held.left[styles, first] * held.power[styles, last] + held.right[styles, last]
    return out
