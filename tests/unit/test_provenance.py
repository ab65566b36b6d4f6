"""A run names the packages that made it, whatever name they were installed under."""

from __future__ import annotations

from importlib import metadata

import pytest

from generators.errors import FacesUnavailableError
from scenarios import provenance

HOLDING = {
    "faiss": ["faiss-gpu-cu12"],
    "numba": ["numba"],
    "safetensors": ["safetensors"],
    "torch": ["torch"],
}


def test_another_build_of_faiss_is_named_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "packages_distributions", lambda: HOLDING)
    monkeypatch.setattr(metadata, "version", lambda name: f"1 of {name}")
    found = provenance.packages(with_faces=True)
    assert found["faiss-gpu-cu12"] == "1 of faiss-gpu-cu12"
    assert "faiss-cpu" not in found
    assert not {"torch", "faiss-gpu-cu12"} & set(provenance.packages())


def test_a_module_without_a_version_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    without = {name: held for name, held in HOLDING.items() if name != "faiss"}
    monkeypatch.setattr(metadata, "packages_distributions", lambda: without)
    with pytest.raises(
        FacesUnavailableError, match="no installed package says that it holds faiss"
    ):
        provenance.packages(with_faces=True)
