"""Measures: named questions asked of a `History`, one module per family."""
