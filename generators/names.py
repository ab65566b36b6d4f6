"""Names: three random words and a sex become a name of the person's own part of the world.

The lists and their weights are Faker's (MIT). A population stores words, so a newer list changes
how people are called but no result. Columns of names come as numbers of the lists' entries; text
is made only for those who are shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.strata import SEXES

LOCALES: Mapping[str, tuple[str, ...]] = {
    "GB": ("en_GB",),
    "AU": ("en_GB", "en_GB", "en_NZ"),
    "CA": ("en_US", "en_GB", "en_US", "fr_CA"),
    "AT": ("de_AT",),
    "DE": ("de_DE",),
    "FR": ("fr_FR",),
    "GR": ("el_GR",),
    "IT": ("it_IT",),
    "NL": ("nl_NL",),
    "SE": ("sv_SE",),
    "EU": ("es_ES", "es_ES", "pt_PT", "ro_RO", "cs_CZ", "hu_HU", "da_DK", "fi_FI"),
    "US": ("en_US",),
    "XX": ("en_IN", "en_IN", "id_ID", "pt_BR", "es_MX", "yo_NG", "tr_TR"),
}
"""Lists by jurisdiction, equally likely; parts of a country (`US-IL`) are called as the country,
a code without an entry as the rest of the world. Faker has no Australian list and no English one
of Canada, so British, New Zealand and American ones stand in for them; its Polish list of family
names is a placeholder, so Poland's names are missing from the other members of the EU."""

WORDS = 2**32
_LATIN = {
    "αυ": "av", "ευ": "ev", "ου": "ou",
    **dict(zip("αβγδεζηικλμνοπρστυφω", "avgdeziiklmnoprstyfo", strict=True)),
    "θ": "th", "ξ": "x", "ς": "s", "χ": "ch", "ψ": "ps",
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
}  # fmt: skip
"""What becomes of letters that do not fall apart into one of the English alphabet and marks: of
Greek ones, pairs first, about as ISO 843 transcribes them, and of a few of the Latin alphabet."""


@dataclass(frozen=True, eq=False)
class Names:
    """The entries of one list.

    Attributes:
        labels: the names.
        cumulated: float64 [k], sums of their weights up to each.
    """

    labels: tuple[str, ...]
    cumulated: NDArray[np.float64]

    def choose(self, words: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return the number of the entry that each uniform 32-bit word picks."""
        at = words / WORDS * self.cumulated[-1]
        place = np.searchsorted(self.cumulated, at, side="right")
        return np.minimum(place, len(self.labels) - 1)

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """The entries in the letters a to z, as handles write them."""
        return tuple(plain(label) for label in self.labels)


def name_codes(streams: Streams, rows: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Return uint32 [n, 3]: uniform words that pick locale, first name and last name."""
    words = [streams.words("name", rows, part) >> np.uint64(32) for part in range(3)]
    return np.column_stack(words).astype(np.uint32)


def locales_of(jurisdiction: str) -> tuple[str, ...]:
    """Return the lists from which residents of a jurisdiction are called."""
    country = jurisdiction.split("-")[0]
    return LOCALES.get(jurisdiction) or LOCALES.get(country) or LOCALES["XX"]


def locale_numbers(jurisdiction: str, words: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return which of a jurisdiction's lists each word picks."""
    return (words.astype(np.uint64) * np.uint64(len(locales_of(jurisdiction))) >> 32).astype(
        np.int64
    )


def name_parts(jurisdiction: str, sex: int, words: NDArray[np.uint32]) -> tuple[str, str]:
    """Return first and last name.

    Args:
        jurisdiction: code of the residence.
        sex: index into `SEXES`.
        words: uint32 [3], the words that pick the list, the first name and the last name.
    """
    locale = locales_of(jurisdiction)[int(locale_numbers(jurisdiction, words[:1])[0])]
    first, last = names_of(locale, "first_names", sex), names_of(locale, "last_names", sex)
    return first.labels[int(first.choose(words[1])[()])], last.labels[
        int(last.choose(words[2])[()])
    ]


@cache
def names_of(locale: str, kind: str, sex: int) -> Names:
    """Return the `first_names` or `last_names` of a list for a sex (index into `SEXES`)."""
    provider = import_module(f"faker.providers.person.{locale}").Provider
    held = getattr(provider, f"{kind}_{SEXES[sex]}", None) or getattr(provider, kind)
    weights = held.values() if isinstance(held, Mapping) else (1.0 for _ in held)
    return Names(tuple(held), np.array(list(accumulate(weights)), dtype=np.float64))


def plain(word: str) -> str:
    """Return a name in the letters a to z; `someone` where none is left."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if c.isalpha())
    for theirs, ours in _LATIN.items():
        letters = letters.replace(theirs, ours)
    return "".join(c for c in letters if c.isascii()) or "someone"
