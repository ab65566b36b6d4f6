"""Populations whose build is killed: what bears the name is whole, and the next build clears up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generators.errors import PopulationError
from generators.population import build_population, load_population

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes by POSIX signals")

BUILD = """
import sys
from generators.population import build_population
people = build_population(2000, 7, acquaintances="by community")
print("drawn", flush=True)
people.save(sys.argv[1])
print("saved", flush=True)
"""


def killed_at(folder: Path, seconds: float) -> bool:
    """Kill a build some time after it began to write; return whether it had ended before."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUILD, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "drawn\n"
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    left = process.stdout.read()
    process.wait()
    process.stdout.close()
    return left == "saved\n"


def test_a_build_killed_at_any_moment_leaves_a_whole_population_or_none(tmp_path: Path) -> None:
    whole = build_population(2000, 7, acquaintances="by community").content_hash
    folder = tmp_path / "people"
    interrupted = 0
    for wait in (0.0, 0.02, 0.05, 0.1):
        ended = killed_at(folder, wait)
        partial = folder.with_name("people.partial")
        if folder.exists():
            assert load_population(folder).content_hash == whole
            assert not partial.exists()
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
            continue
        assert not ended
        interrupted += 1
        if partial.exists():
            with pytest.raises(PopulationError, match="not a whole population"):
                load_population(partial)
    assert interrupted, "no build was interrupted; wait less"
    build_population(2000, 7, acquaintances="by community").save(folder)
    assert load_population(folder).content_hash == whole
    assert [path.name for path in tmp_path.iterdir()] == ["people"]
