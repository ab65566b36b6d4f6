"""The core brings neither torch nor FAISS, whatever may import them inside a function."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("faiss", "torch", "numba")
AT_SCORES = """
from generators.population import build_population
from scenarios.arms import arm_setup
from scenarios.design import design
from scenarios.scenario import load_scenario
from sim.measures import read_measures
from sim.model import run_arms
loaded = load_scenario("no-uk-order", ["horizon.to=2022-12-31"])
design(loaded, 100, 1, 0, 1)
setup = arm_setup(loaded, question=loaded)
read_measures(run_arms(build_population(100, 0), {"a": setup}, 0, 0)["a"])
"""


def heavy_after(program: str) -> list[str]:
    look = f"import json, sys\nprint(json.dumps([n for n in {HEAVY!r} if n in sys.modules]))"
    line = [sys.executable, "-c", f"{program}\n{look}"]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "module",
    [
        "sim.model",
        "sim.gallery.stored",
        "sim.pixels.matcher",
        "sim.pixels.photos",
        "sim.pixels.faces",
        "sim.measures",
        "scenarios.cli.main",
        "scenarios.experiment",
        "scenarios.replication",
        "generators.population",
        "generators.faces",
        "dashboard.source",
    ],
)
def test_importing_the_core_brings_nothing_heavy(module: str) -> None:
    assert heavy_after(f"import {module}") == []


def test_a_run_at_scores_brings_nothing_heavy() -> None:
    assert heavy_after(AT_SCORES) == []


def test_this_test_would_see_it() -> None:
    pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")
    assert heavy_after("from sim.gallery.stored import StoredGallery; StoredGallery(2)") == [
        "faiss"
    ]


def test_the_gallery_needs_nothing_else_of_efface_but_its_errors() -> None:
    pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")
    rooms = ("dashboard", "generators", "scenarios", "sim")
    program = (
        "import json, sys\n"
        "from sim.gallery.stored import StoredGallery\n"
        "StoredGallery(2)\n"
        f"print(json.dumps(sorted(n for n in sys.modules if n.split('.')[0] in {rooms!r})))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    others = [name for name in json.loads(done.stdout) if not name.startswith("sim.gallery")]
    assert others == ["generators", "generators.errors", "sim"]
