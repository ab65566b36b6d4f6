"""Whom the record's cases against an operator are against, by the operator's profile."""

from __future__ import annotations

_TARGETS: dict[str, tuple[str, ...]] = {
    "clearview-like": (
        *("Clearview AI Inc", "Clearview AI and executives"),
        *("Swedish Police Authority (customer)", "police users"),
    ),
    "public-search": ("PimEyes", "PimEyes and officers"),
}


def targets_of(profile: str) -> tuple[str, ...]:
    """Return the targets of the cases that the operator of a profile meets, customers included.

    Raises:
        KeyError: an unknown profile (the file format knows them).
    """
    return _TARGETS[profile]
