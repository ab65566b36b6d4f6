"""Identity codes without the head model: what draws them ships with the project.

A generator that was trained on renders needs a person's code, never the head's shape, so that it
works where the head model (`pack.py`) has not been fetched.
"""

from __future__ import annotations

from functools import lru_cache

from generators.heads.identity import IdentityCode, Portrayed, draw_identity
from generators.heads.pack import load_assets


@lru_cache(maxsize=256)
def identity_code(who: Portrayed) -> IdentityCode:
    """Return the identity code of a person, the same that renders are made from.

    Raises:
        FacesUnavailableError: the project's own data file is damaged.
    """
    return draw_identity(who, load_assets().sexdir)
