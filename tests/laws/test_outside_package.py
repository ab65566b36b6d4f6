"""An intervention from a package of its own: installed, listed, run; and one that fails, named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTSIDE = ROOT / "tests" / "data" / "outside"
QUESTION = """format: 1
question: What would postcards have changed?
rests_on: [UK-ICO-2022]
counterfactual: without
beside: []
world: uk-only
horizon: {from: 2017-01-01, to: 2023-12-31}
people: 300
operator: {profile: clearview-like, strategy: comply}
cases: []
interventions:
  - {kind: cease-collection, from: 2022-05-18, strength: 0}
  - {kind: KIND, from: 2022-05-18}
parameters: {}
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built and installed by pip into a folder of its own."""
    source = shutil.copytree(OUTSIDE, tmp_path_factory.mktemp("source") / "outside")
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    pip += ["--no-build-isolation", "--no-compile", "--target", str(target), str(source)]
    subprocess.run(pip, check=True, capture_output=True, text=True)
    assert (target / "efface_postcards-0.1.0.dist-info" / "entry_points.txt").is_file()
    return target


@pytest.fixture
def efface(installed: Path, tmp_path: Path):
    """The command in a process that finds the package, as a user's would."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        paths = os.pathsep.join([str(installed), str(ROOT)])
        command = [sys.executable, "-c", "from scenarios.cli.main import main; main()", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": paths},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def question(folder: Path, kind: str) -> Path:
    """A question about an intervention, with its counterfactual beside it."""
    path = folder / "asked.yaml"
    path.write_text(QUESTION.replace("KIND", kind), encoding="utf-8")
    listed = QUESTION[QUESTION.index("interventions:") : QUESTION.index("parameters")]
    without = QUESTION.replace(listed, "interventions: []\n").replace(
        "counterfactual: without", "counterfactual: null"
    )
    (folder / "without.yaml").write_text(without, encoding="utf-8")
    return path


ONCE = ("--replications", "2", "--ranges", "0", "--workers", "1", "--json")


@pytest.mark.slow
def test_an_intervention_from_another_package_is_listed_and_moves_what_it_says(
    efface, tmp_path: Path
) -> None:
    listed = json.loads(efface("list", "interventions", "--json").stdout)["interventions"]
    (mine,) = (row for row in listed if row["name"] == "postcards")
    assert mine["power"] == "None needed: anybody may write a postcard."
    ran = efface("run", str(question(tmp_path, "postcards")), *ONCE, "--out", "ran")
    assert ran.returncode == 0, ran.stderr
    events = efface("query", "ran", "select date, kind from events where kind like 'postcards%'")
    assert "2022-05-18" in events.stdout
    assert "postcards_sent" in events.stdout
    (informed,) = (
        row
        for row in json.loads(ran.stdout)["measures"]
        if (row["name"], row["at"]) == ("share_informed", "2023-12-31")
    )
    assert informed["low"] > 0.0


def test_one_that_fails_is_named_with_its_date_and_the_line_that_lists_it(
    efface, tmp_path: Path
) -> None:
    path = question(tmp_path, "torn-postcards")
    line = next(
        i for i, text in enumerate(path.read_text().splitlines(), 1) if "torn-postcards" in text
    )
    words = ("--set", "desk.delay=2 weeks")
    ran = efface("run", str(path), *words, *ONCE, "--out", "ran")
    assert ran.returncode == 2
    again = f"run {path} --seed 0 --set 'desk.delay=2 weeks' --only-replication 0"
    assert f"`efface {again}`" in ran.stderr
    assert f"asked.yaml:{line}" in ran.stderr
    assert "'torn-postcards' failed on 2022-05-25 in replication 0 of seed 0" in ran.stderr
    assert "ZeroDivisionError: the postcard tore" in ran.stderr


@pytest.mark.slow
def test_the_replication_in_which_it_failed_can_be_run_again_alone(efface, tmp_path: Path) -> None:
    path = str(question(tmp_path, "torn-postcards"))
    alone = ("--only-replication", "7", "--ranges", "0", "--workers", "1", "--json")
    ran = efface("run", path, *alone, "--out", "alone")
    assert ran.returncode == 2
    assert "in replication 7 of seed 0" in ran.stderr
