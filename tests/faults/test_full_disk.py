"""A full disk, a place that cannot be written, a memory that does not suffice: one line each.

Room is taken away for real where the system allows it: no file may grow beyond a limit, and
standard output is a device that is always full.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scenarios.cli.main import app

RUN = ["run", "ico-2022", "--people", "200", "--replications", "1", "--ranges", "0"]
EFFACE = [sys.executable, "-m", "scenarios.cli.main"]
FULL = Path("/dev/full")


def limited(size: int, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command none of whose files may be larger than `size` bytes."""
    resource = pytest.importorskip("resource", reason="limits are POSIX's")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return subprocess.run(
        [*EFFACE, *words], capture_output=True, text=True, check=False, preexec_fn=limit
    )


def test_a_disk_that_is_full_at_once_leaves_nothing(tmp_path: Path) -> None:
    for size in (100, 6000):
        refused = limited(size, *RUN, "--workers", "1", "--out", str(tmp_path / "run"))
        assert refused.returncode == 2
        assert "File too large" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_what_was_done_before_the_disk_was_full_is_kept_and_resumed(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    subprocess.run([*EFFACE, *RUN, "--workers", "1", "--out", str(whole)], check=True)
    answers = (whole / "measures.parquet").stat().st_size
    assert answers > (whole / "replications/r0000.parquet").stat().st_size
    there = tmp_path / "there"
    words = [*RUN, "--workers", "1", "--out", str(there / "run")]
    refused = limited(answers - 1, *words)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert "--resume" in refused.stderr
    assert [path.name for path in there.iterdir()] == ["run.partial"]
    assert not list(there.rglob(".writing-*.parquet"))
    assert subprocess.run([*EFFACE, *words, "--resume"], check=False).returncode == 0
    assert [path.name for path in there.iterdir()] == ["run"]


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("words", [["list"], ["list", "--json"], ["--help"], ["--version"]])
def test_an_output_that_is_full_is_said_in_one_line(words: list[str]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [*EFFACE, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr == "No space left on device\n"


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*EFFACE, "list"], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert done.stderr == ""


def test_a_memory_that_does_not_suffice_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_many(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("generators.population.build_population", too_many)
    refused = CliRunner().invoke(app, [*RUN, "--out", str(tmp_path / "run")])
    assert refused.exit_code == 2
    assert refused.stderr.strip().endswith("try fewer --people or --workers")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["file/run", "run.partial", "x/..", "a" * 300])
def test_a_place_that_cannot_hold_a_run_is_refused_before_any_work(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("work was done")

    monkeypatch.setattr("generators.population.build_population", never)
    (tmp_path / "file").write_text("mine")
    refused = CliRunner().invoke(app, [*RUN, "--out", f"{tmp_path}/{name}"])
    assert refused.exit_code == 2
    assert f"found: {tmp_path}/{name}" in refused.stderr
    assert refused.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
