"""Where the weights lie that come with the project; found without torch."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).parent.parent / "data" / "weights" / "faces-64.safetensors"
"""The generator's weights; their card is `docs/faces.md`."""
