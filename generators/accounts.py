"""Accounts: who is online, who has an account on which platform, and who keeps it public.

Whether somebody is online depends on where they live and how old they are; of the online, whether
they have an account depends on age, everywhere as in the first jurisdiction. Platforms are
fictional and every address ends in `.example` (RFC 2606).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from generators.calendar import DAYS_A_YEAR, REFERENCE_DAY
from generators.keyed import Streams
from generators.strata import AGE_BAND_EDGES, Strata

LEAST_AGE = 13
"""Years from which platforms admit people."""


def draw_accounts(
    j: int,
    rows: NDArray[np.int64],
    birth_day: NDArray[np.int32],
    strata: Strata,
    streams: Streams,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Draw who of some residents of a jurisdiction is online, has accounts, and public ones.

    An account on platform p stands where √r·u + √(1 − r)·e_p is below the quantile of the
    table's share, with u the person's own and e_p the platform's standard normal, so accounts
    on two platforms have latents correlated by r (`account_correlation`); public ones likewise,
    with latents of their own. The accounts of the first age band belong to those of `LEAST_AGE`
    or more as far as these suffice.

    Args:
        j: the jurisdiction.
        rows: int64 [n], ids that key the draws.
        birth_day: int32 [n].
        strata: the tables.
        streams: `online`, `account`, `public`.

    Returns:
        online bool [n]; accounts, public bool [n, P]: public implies an account, which implies
        online.
    """
    from scipy.special import ndtri

    age = (REFERENCE_DAY - birth_day) / DAYS_A_YEAR
    band = np.searchsorted(AGE_BAND_EDGES, age, side="right")
    grown = (age >= LEAST_AGE).astype(np.int64)
    online = streams.uniform("online", rows) < strata.online[j][band]
    having, showing = ndtri(shares_by_age(j, strata)), ndtri(strata.public)
    platforms = len(strata.platforms)
    accounts = np.empty((rows.size, platforms), dtype=np.bool_)
    public = np.empty_like(accounts)
    correlation = strata.ties["account_correlation"]
    for stream, held in (("account", accounts), ("public", public)):
        person = math.sqrt(correlation) * streams.normal(stream, rows, platforms)
        for p in range(platforms):
            latent = person + math.sqrt(1 - correlation) * streams.normal(stream, rows, p)
            held[:, p] = latent < (
                having[p][grown, band] if stream == "account" else showing[p][band]
            )
    accounts &= online[:, None]
    public &= accounts
    return online, accounts, public


def shares_by_age(j: int, strata: Strata) -> NDArray[np.float64]:
    """Return float64 [P, 2, B]: share of the online with an account, below and from `LEAST_AGE`.

    In the first band those below have what the band's share asks for beyond one account for each
    of the others: with the shipped tables nothing. Ages are uniform inside the tables' groups.
    """
    start, end = strata.age_limits[:-1], strata.age_limits[1:]
    people = strata.age_sex[j].sum(axis=1)

    def below(limit: float) -> float:
        return float((people * np.clip((limit - start) / (end - start), 0, 1)).sum())

    children = below(float(AGE_BAND_EDGES[0]))
    grown = 1 - below(LEAST_AGE) / children if children > 0 else 1.0
    shares = np.repeat(strata.account[:, None, :], 2, axis=1)
    first = strata.account[:, 0]
    shares[:, 1, 0] = np.minimum(first / grown, 1.0) if grown > 0 else first
    shares[:, 0, 0] = np.maximum(first - grown, 0.0) / max(1 - grown, 1e-12)
    return shares


def render_url(platform: str, handle: str) -> str:
    """Return the profile's address; the host ends in `.example`, which nobody can register."""
    return f"https://{platform}.example/{handle}"
