"""Every face command says first which package is missing, and the one command that brings it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

INSTALL = "pip install 'efface[faces]'"
BLOCKED = """
import sys
for name in {blocked!r}:
    sys.modules[name] = None
from scenarios.cli.main import app
app({words!r}, prog_name="efface")
"""
ENCODER = ("--encoder", "e.safetensors", "--held-out", "set", "--trained-on", "set")
WITH_TORCH = {
    "train": ("--data", "set", "--out", "new/t"),
    "train-encoder": ("--data", "set", "--out", "new/w.safetensors"),
    "judge-encoder": ("--data", "set", "--weights", "w.safetensors"),
    "judge": (*ENCODER, "--out", "new/f.json"),
    "import": ("w.pkl", "--out", "new/w.safetensors"),
    "generate": ("--weights", "w.safetensors", "--z", "z.npy", "--out", "new/p.npy"),
    "fit-templates": ("--out", "new/t.safetensors"),
    "sheet": ("--out", "new/s.png"),
}
WITH_NUMBA = {
    **{
        name: WITH_TORCH[name]
        for name in ("train", "train-encoder", "judge-encoder", "judge", "fit-templates")
    },
    "render": ("--out", "new/set"),
    "group": ("--out", "new/g.png"),
    "sheet": ("--out", "new/s.png", "--source", "renders"),
}


@pytest.mark.parametrize(
    ("blocked", "command", "words"),
    [
        *(("torch", command, words) for command, words in WITH_TORCH.items()),
        *(("numba", command, words) for command, words in WITH_NUMBA.items()),
    ],
)
def test_without_a_package_the_one_command_is_named_and_nothing_is_made(
    tmp_path: Path, blocked: str, command: str, words: tuple[str, ...]
) -> None:
    program = BLOCKED.format(blocked=(blocked,), words=["faces", command, *words])
    line = [sys.executable, "-c", program]
    done = subprocess.run(line, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert blocked in done.stderr
    assert INSTALL in done.stderr
    assert "Traceback" not in done.stderr
    assert not any(tmp_path.iterdir())


def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    words = ["faces", "train", *WITH_TORCH["train"]]
    line = [sys.executable, "-c", BLOCKED.format(blocked=("numba", "torch"), words=words)]
    done = subprocess.run(line, capture_output=True, text=True, cwd=tmp_path)
    assert "need the packages numba and torch: pip install" in done.stderr
