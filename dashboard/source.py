"""Where the pages get their run: the folder that the command line named, opened once.

The folder is only read. There is no other way in: no upload, no address, no face from outside.
"""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

from generators.errors import Fault, RunFolderError
from scenarios.store import Run, load_run


def run_folder() -> Path:
    """Return the run folder that `efface dashboard` passed on.

    Raises:
        RunFolderError: the page was started without one.
    """
    if len(sys.argv) < 2:
        raise RunFolderError(
            Fault("no run folder was named", expected="`efface dashboard RUN` starts the page")
        )
    return Path(sys.argv[1])


@st.cache_resource(show_spinner=False, max_entries=2)
def _opened(folder: Path, changed: float) -> Run:
    return load_run(folder)


def open_run() -> Run:
    """Return the run that the command line named.

    Raises:
        RunFolderError: none was named, or it is no finished run.
    """
    folder = run_folder()
    manifest = folder / "manifest.json"
    return _opened(folder, manifest.stat().st_mtime if manifest.is_file() else 0.0)
