"""Compiled kernels are kept by the sources of all of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba")

from generators.heads.kernel import digest_of_kernels


def _package(folder: Path, inner: int) -> Path:
    """Write a package whose one kernel calls another in a second file."""
    import generators.heads.kernel as kernel

    room = folder / "tiny"
    room.mkdir(exist_ok=True)
    (room / "__init__.py").write_text("")
    (room / "kernel.py").write_bytes(Path(kernel.__file__).read_bytes())
    (room / "inner.py").write_text(
        f"from tiny.kernel import kernel\n\n@kernel\ndef inner(x):\n    return x + {inner}\n"
    )
    (room / "outer.py").write_text(
        "from tiny.inner import inner\nfrom tiny.kernel import kernel\n\n"
        "@kernel\ndef outer(x):\n    return 10 * inner(x)\n"
    )
    return room


def _outer(folder: Path, **environment: str) -> str:
    """Return what the outer kernel gives for 1 in a process of its own, and whether it was kept."""
    program = "from tiny.outer import outer\nprint(outer(1), sum(outer.stats.cache_hits.values()))"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True,
        env={**{k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}, **environment},
    ).stdout.strip()  # fmt: skip


def test_a_change_in_another_file_is_compiled(tmp_path: Path) -> None:
    _package(tmp_path, 1)
    assert _outer(tmp_path) == "20 0"
    assert _outer(tmp_path) == "20 1"
    _package(tmp_path, 2)
    assert _outer(tmp_path) == "30 0"


def test_the_folder_set_for_numba_is_used(tmp_path: Path) -> None:
    room = _package(tmp_path, 1)
    kept = tmp_path / "kept"
    _outer(tmp_path, NUMBA_CACHE_DIR=str(kept))
    assert list(kept.glob("kernels-*/**/*.nbi"))
    assert not list((room / "__pycache__").glob("kernels-*"))


def test_other_packages_keep_their_own_setting() -> None:
    import numba

    import generators.heads.noise  # noqa: F401

    assert "kernels-" not in str(numba.config.CACHE_DIR)


def test_the_digest_follows_kernels_and_nothing_else(tmp_path: Path) -> None:
    room = _package(tmp_path, 1)
    before = digest_of_kernels(room)
    (room / "words.py").write_text("x = 1\n")
    assert digest_of_kernels(room) == before
    _package(tmp_path, 3)
    assert digest_of_kernels(room) != before
