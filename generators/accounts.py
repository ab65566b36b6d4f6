"""Accounts: who has one on which platform, who keeps it public, and what it is called.

Having an account depends on age; keeping it public depends on age and on findability (a probit
that keeps the table's share), since people who are easy to find are so for a reason. Platforms
are fictional and every address ends in `.example` (RFC 2606).
"""

from __future__ import annotations

import math
import unicodedata

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.strata import Strata


def draw_accounts(
    age_band: NDArray[np.uint8],
    findability_z: NDArray[np.float64],
    rows: NDArray[np.int64],
    strata: Strata,
    streams: Streams,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Draw accounts and visibility.

    An account on platform p stands where √r·u + √(1 − r)·e_p is below the quantile of the
    table's share, with u the person's own and e_p the platform's standard normal, so accounts
    on two platforms have latents correlated by r (`account_correlation`). A public one stands
    where a standard normal is below a + b·z, b = `findability_public`,
    a = Φ⁻¹(share)·√(1 + b²), which keeps the share over z.

    Args:
        age_band: uint8 [n] at the tables' date.
        findability_z: float64 [n].
        rows: int64 [n], ids that key the draws.
        strata: the tables.
        streams: `account`, `public`.

    Returns:
        accounts, public: bool [n, P]; public implies an account.
    """
    from scipy.special import ndtri

    platforms = len(strata.platforms)
    shared = strata.ties["account_correlation"]
    slope = strata.ties["findability_public"]
    person = math.sqrt(shared) * streams.normal("account", rows, platforms)
    accounts = np.empty((rows.size, platforms), dtype=np.bool_)
    public = np.empty_like(accounts)
    for p in range(platforms):
        latent = person + math.sqrt(1 - shared) * streams.normal("account", rows, p)
        accounts[:, p] = latent < ndtri(strata.account[p])[age_band]
        centre = ndtri(strata.public[p])[age_band] * math.sqrt(1 + slope**2)
        public[:, p] = streams.normal("public", rows, p) < centre + slope * findability_z
    return accounts, accounts & public


def render_handle(name: str, row: int, platform: int) -> str:
    """Return a handle made of a name as people make them, unique on its platform.

    The style differs by person and platform; the row's number at the end makes it unique.
    """
    parts = [part for part in (_plain(word) for word in name.split()) if part]
    first, last = (parts[0], parts[-1]) if parts else ("someone", "someone")
    styles = (
        f"{first}.{last}",
        f"{first}{last}",
        f"{first[0]}{last}_",
        f"{first}_{last[0]}",
        f"{last}.{first}",
    )
    return f"{styles[(row * 7 + platform * 3) % len(styles)]}{row}"


def render_url(platform: str, handle: str) -> str:
    """Return the profile's address; the host ends in `.example`, which nobody can register."""
    return f"https://{platform}.example/{handle}"


def _plain(word: str) -> str:
    """Return a word in ASCII letters, lower case."""
    folded = unicodedata.normalize("NFKD", word)
    return "".join(c for c in folded if c.isascii() and c.isalpha()).lower()
