"""`efface dashboard` refuses what is no finished run, and opens the page to this machine alone."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generators.errors import EffaceError, RunFolderError
from scenarios.cli.dashboard import HOST, free_port, newest_run, server_command
from scenarios.cli.main import app
from scenarios.report.looks import DARK, LIGHT


def finished(folder: Path, age: float) -> Path:
    """A folder that looks like a finished run, written `age` seconds ago."""
    folder.mkdir(parents=True)
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({"format": 1}), encoding="utf-8")
    os.utime(manifest, (1e9 - age, 1e9 - age))
    return folder


def test_without_a_name_the_newest_finished_run_is_taken(tmp_path):
    finished(tmp_path / "ico-2022-1", age=300)
    newest = finished(tmp_path / "ico-2022-2", age=200)
    finished(tmp_path / "ico-2022-3.partial", age=100)
    (tmp_path / "notes").mkdir()
    assert newest_run(tmp_path) == newest


def test_without_any_run_the_error_says_what_makes_one(tmp_path):
    with pytest.raises(RunFolderError) as caught:
        newest_run(tmp_path / "runs")
    assert "efface run ico-2022" in str(caught.value)


@pytest.mark.parametrize("name", ["missing", "begun.partial", "begun", "empty"])
def test_what_is_no_finished_run_ends_with_code_2_and_no_server(tmp_path, monkeypatch, name):
    (tmp_path / "begun.partial").mkdir()
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(
        "scenarios.cli.dashboard._serve", lambda command: pytest.fail("a server was started")
    )
    result = CliRunner().invoke(app, ["dashboard", str(tmp_path / name), "--no-browser"])
    assert result.exit_code == 2
    assert name.removesuffix(".partial") in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_that_is_taken_is_refused_by_number():
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(EffaceError, match=f"port {taken} is taken"):
            free_port(taken)
        assert free_port(None) != taken


def test_server_listens_here_alone_and_reports_to_nobody(tmp_path):
    command = server_command(tmp_path, 8599, browser=False)
    assert "--server.address=127.0.0.1" in command
    assert "--browser.gatherUsageStats=false" in command
    assert "--server.headless=true" in command
    assert command[-2:] == ["--", str(tmp_path.resolve())]
    assert Path(command[4]).name == "app.py"


def test_page_and_charts_stand_on_the_same_ground(tmp_path):
    command = server_command(tmp_path, 8599, browser=True)
    for name, palette in (("light", LIGHT), ("dark", DARK)):
        assert f"--theme.{name}.backgroundColor={palette.ground}" in command
        assert f"--theme.{name}.textColor={palette.ink}" in command
