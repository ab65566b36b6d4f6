"""Measures: named questions asked of a `History`, one module per family."""

from sim.measures.question import Measure, Reading
from sim.measures.registry import (
    GALLERY_SERIES,
    MEASURES,
    SERIES,
    measures_at,
    read_measures,
    same_until,
    stated_measures,
    structural_zero,
    weekly_series,
)

__all__ = [
    "GALLERY_SERIES",
    "MEASURES",
    "SERIES",
    "Measure",
    "Reading",
    "measures_at",
    "read_measures",
    "same_until",
    "stated_measures",
    "structural_zero",
    "weekly_series",
]
