"""The weights that ship: there, small, of known origin, and what the model's threshold rests on."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path

import pytest

import generators
from sim.parameters import load_parameters

FOLDER = Path(generators.__file__).parent / "data" / "weights"
NAMES = ("faces-64", "encoder-64")


def test_they_are_there_and_under_25_megabytes_in_all() -> None:
    found = {path.stem: path.stat().st_size for path in FOLDER.iterdir() if path.is_file()}
    assert set(found) == set(NAMES)
    assert sum(found.values()) < 25e6


@pytest.mark.parametrize("name", NAMES)
def test_the_threshold_was_measured_with_these(name: str) -> None:
    """Other weights need another threshold: `python -m benchmarks pixels` finds it."""
    digest = hashlib.sha256((FOLDER / f"{name}.safetensors").read_bytes()).hexdigest()
    source = load_parameters().parameter("search.encoder_threshold").source
    assert f"{name} (" in source
    assert digest[:12] in source


@pytest.mark.parametrize("name", NAMES)
def test_their_cards_tell_of_renders_alone(name: str) -> None:
    content = (FOLDER / f"{name}.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    told = json.dumps(json.loads(content[8 : 8 + length])["__metadata__"])
    assert "render" in told
    assert "No photograph of anyone and no scraped face" in told
