"""The README's figures and picture are those of the shipped run, as the shipped code makes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scenarios.experiment import run_experiment
from scenarios.report.brief import brief
from scenarios.report.headlines import headlines
from scenarios.report.picture import write_picture
from scenarios.scenario import load_scenario

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_readme_shows_what_the_shipped_run_gives(tmp_path):
    run = run_experiment(load_scenario("ico-2022"), out=tmp_path / "ico-2022-1")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert brief(run) in readme
    said = headlines(run.measures(headline=True).to_pylist(), run.manifest)[1]
    kept_out = re.search(r"obeyed, (\S+ to \S+) fewer of every 100", said)
    assert kept_out is not None
    assert f"{kept_out[1]} of every 100 UK residents out of reach" in readme
    write_picture(run, tmp_path / "picture.svg")
    made = (tmp_path / "picture.svg").read_bytes()
    assert made == (ROOT / "docs" / "ico-2022.svg").read_bytes()
