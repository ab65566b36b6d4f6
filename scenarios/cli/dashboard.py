"""`efface dashboard`: starts the page over a run folder on this machine alone.

The page lives in the package `dashboard`, which lies above this one: it is found by name and
started as a server of its own, never imported here.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from generators.errors import EffaceError, Fault, RunFolderError

HOST = "127.0.0.1"
FIRST_PORT = 8501
PORTS_TRIED = 50
PATIENCE = 5.0
"""Seconds that the server has to end after it was asked to."""


def newest_run(runs: Path) -> Path:
    """Return the finished run that was written last below a folder.

    Raises:
        RunFolderError: there is none; the error says what makes one.
    """
    finished = [
        manifest.parent
        for manifest in runs.glob("*/manifest.json")
        if not manifest.parent.name.endswith(".partial")
    ]
    if not finished:
        raise RunFolderError(
            Fault(
                "there is no finished run to look at",
                file=str(runs),
                expected="`efface run ico-2022` makes one; or name a run folder: "
                "`efface dashboard RUN`",
            )
        )
    return max(finished, key=lambda run: ((run / "manifest.json").stat().st_mtime, run.name))


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        if os.name == "posix":
            # A port that a server has just left is free, as it is for the server itself.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port(asked: int | None) -> int:
    """Return the port to listen on: the one asked for, or the first free one from 8501.

    Raises:
        EffaceError: the port is taken, or none of the tried ones is free.
    """
    candidates = [asked] if asked is not None else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED)
    for port in candidates:
        if _is_free(port):
            return port
    raise EffaceError(
        Fault(
            f"port {candidates[0]} is taken",
            key="--port",
            found=str(candidates[0]),
            expected="a free port, or no --port for the first free one",
        )
    )


def _flags(settings: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Return nested settings as Streamlit's flags (`--theme.dark.textColor=#fff`)."""
    flags = []
    for key, value in settings.items():
        if isinstance(value, Mapping):
            flags += _flags(value, f"{prefix}{key}.")
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            flags.append(f"--{prefix}{key}={text}")
    return flags


def server_command(run: Path, port: int, browser: bool) -> list[str]:
    """Return the command that serves the page.

    Args:
        run: a finished run folder.
        port: a free port.
        browser: open the reader's browser.

    Raises:
        EffaceError: the package `dashboard` is not installed.
    """
    import tomllib

    found = importlib.util.find_spec("dashboard")
    if found is None or not found.submodule_search_locations:
        raise EffaceError("the package `dashboard` is not installed: pip install efface")
    rooms = Path(next(iter(found.submodule_search_locations)))
    settings = tomllib.loads((rooms / "streamlit.toml").read_text(encoding="utf-8"))
    return [
        *(sys.executable, "-m", "streamlit", "run", str(rooms / "app.py")),
        *_flags(settings),
        f"--server.port={port}",
        f"--server.headless={'false' if browser else 'true'}",
        *("--", str(run.resolve())),
    ]


def _serve(command: list[str]) -> int:
    """Run the server until it ends or the reader presses Ctrl-C; return its exit status."""

    def end(_signal: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    server = subprocess.Popen(command)
    try:
        return server.wait()
    except KeyboardInterrupt:
        # Ctrl-C reaches the server too; a bare signal to this process does not.
        server.terminate()
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        return 0
    finally:
        signal.signal(signal.SIGTERM, before)


def dashboard(
    run: Annotated[
        Path | None, typer.Argument(help="Run folder; without it, the newest under ./runs.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; without it, the first free one.")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in your browser.")
    ] = True,
) -> None:
    """Look at a run: the case, the three columns, the people, the assumptions."""
    from scenarios.store import load_run

    folder = run if run is not None else newest_run(Path("runs"))
    load_run(folder)
    port = free_port(port)
    command = server_command(folder, port, browser)
    typer.echo(f"{folder} at http://{HOST}:{port} (Ctrl-C ends it)", err=True)
    raise typer.Exit(_serve(command))
