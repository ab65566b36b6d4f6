"""A small run, the real server over it, and a headless Chromium that looks at the page."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scenarios.store import Run, load_run

HOST = "127.0.0.1"
PATIENCE = 60.0


def efface(*words: str) -> list[str]:
    """The command line that a user types, run with this interpreter."""
    return [sys.executable, "-m", "scenarios.cli.main", *words]


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`ico-2022` with few people: enough for every part of the page, too few for its figures."""
    folder = tmp_path_factory.mktemp("runs") / "ico-2022-1"
    sizes = ("--people", "2000", "--replications", "2", "--ranges", "2", "--workers", "1")
    subprocess.run(
        efface("run", "ico-2022", *sizes, "--out", str(folder)), check=True, capture_output=True
    )
    return load_run(folder)


@dataclass
class Server:
    """A running `efface dashboard`."""

    process: subprocess.Popen[bytes]
    address: str

    def interrupt(self) -> int:
        """Press Ctrl-C and return the exit status."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE)


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., Server]]:
    """A function that starts the dashboard over a run, with changes to the environment."""
    started: list[Server] = []

    def start(run: Run, **environment: str) -> Server:
        with socket.socket() as trial:
            trial.bind((HOST, 0))
            port = trial.getsockname()[1]
        # A session of its own, so that Ctrl-C can be sent to the group as a terminal does.
        process = subprocess.Popen(
            efface("dashboard", str(run.folder), "--port", str(port), "--no-browser"),
            env={**os.environ, **environment},
            start_new_session=True,
        )
        server = Server(process, f"http://{HOST}:{port}")
        started.append(server)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert process.poll() is None, "the dashboard ended by itself"
            try:
                with urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=5):
                    return server
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        raise AssertionError("the dashboard did not answer")

    yield start
    for server in started:
        server.interrupt()


@dataclass
class View:
    """A page as a reader has it, and what their browser noticed."""

    page: object
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def look() -> Iterator[Callable[..., View]]:
    """A function that opens an address in a headless Chromium and waits for the whole page."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium on the PATH: the page is not looked at")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )

        def open_page(
            address: str, scheme: str = "light", width: int = 1280, until: str = "Check it"
        ) -> View:
            page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
            view = View(page)
            page.on("request", lambda request: view.requests.append(request.url))
            page.on("pageerror", lambda error: view.complaints.append(str(error)))
            page.on(
                "console",
                lambda said: view.complaints.append(said.text) if said.type == "error" else None,
            )
            page.goto(address)
            page.get_by_text(until).first.wait_for(timeout=1000 * PATIENCE)
            return view

        yield open_page
        browser.close()


@pytest.fixture(scope="session")
def without_torch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH with which Python finds no torch."""
    folder = tmp_path_factory.mktemp("no-torch")
    (folder / "sitecustomize.py").write_text("import sys\n\nsys.modules['torch'] = None\n")
    return folder
