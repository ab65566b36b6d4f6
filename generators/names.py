"""Names: three random words and a sex become a name of the person's own part of the world.

The lists and their weights are Faker's (MIT). They are read only when a name is asked for: a
population stores words, so building one never pays for the import, and a newer list changes how
people are called but no result.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from itertools import accumulate

from generators.strata import SEXES

LOCALES: Mapping[str, tuple[str, ...]] = {
    "GB": ("en_GB",),
    "AU": ("en_GB", "en_GB", "en_NZ"),
    "EU": ("de_DE", "fr_FR", "it_IT", "es_ES", "nl_NL", "sv_SE", "pt_PT", "ro_RO"),
    "US": ("en_US",),
    "XX": ("en_IN", "id_ID", "pt_BR", "es_MX", "yo_NG", "tr_TR"),
}
"""Lists by jurisdiction, equally likely; a code without an entry is called as the rest of the
world. Faker has no Australian list, so British and New Zealand ones stand in for it."""

_WORDS = 2**32


def render_name(jurisdiction: str, sex: int, words: tuple[int, int, int]) -> str:
    """Return first and last name.

    Args:
        jurisdiction: code of the residence.
        sex: index into `SEXES`.
        words: 32-bit words that pick the list, the first name and the last name.
    """
    locales = LOCALES.get(jurisdiction, LOCALES["XX"])
    locale = locales[words[0] * len(locales) // _WORDS]
    first = _choose(_names(locale, "first_names", SEXES[sex]), words[1])
    last = _choose(_names(locale, "last_names", SEXES[sex]), words[2])
    return f"{first} {last}"


def _choose(names: tuple[tuple[str, ...], tuple[float, ...]], word: int) -> str:
    labels, cumulated = names
    place = bisect_right(cumulated, word / _WORDS * cumulated[-1])
    return labels[min(place, len(labels) - 1)]


@cache
def _names(locale: str, kind: str, sex: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the names of a list and their cumulated weights."""
    provider = import_module(f"faker.providers.person.{locale}").Provider
    held = getattr(provider, f"{kind}_{sex}", None) or getattr(provider, kind)
    if isinstance(held, Mapping):
        return tuple(held), tuple(accumulate(held.values()))
    unweighted = tuple(held)
    return unweighted, tuple(float(k + 1) for k in range(len(unweighted)))
