"""`efface faces`: a sheet that is written whole or not at all, and says what its faces are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from generators.errors import EffaceError, FacesUnavailableError
from generators.faces import Portrayed, faces_available
from generators.photos import PhotoRows
from scenarios.cli.faces import app
from scenarios.report.sheet import SheetRow, draw_rows, sheet_image

_REASON = faces_available()
needs_heads = pytest.mark.skipif(_REASON is not None, reason=_REASON or "")


class Grey:
    """A source that paints every photo one grey, and counts them."""

    name = "grey"

    def __init__(self, resolution: int) -> None:
        self.resolution = resolution
        self.drawn = 0

    def photos(self, person: Portrayed, shots: PhotoRows) -> np.ndarray:
        self.drawn += len(shots)
        shape = (len(shots), 3, self.resolution, self.resolution)
        return np.full(shape, 0.5, dtype=np.float32)


def test_a_sheet_spreads_tones_ages_and_sexes() -> None:
    rows = draw_rows(10, 5, seed=3)
    assert [row.who.tone for row in rows] == list(range(1, 11))
    assert sorted(row.who.sex for row in rows) == ["female"] * 5 + ["male"] * 5
    ages = np.sort([row.shots.age[0] for row in rows])
    assert ages[0] >= 18
    assert ages[0] < 30
    assert ages[-1] > 60
    assert all(np.all(np.diff(row.shots.age) >= 0) for row in rows)
    assert len({row.who.key for row in rows}) == 10


def test_the_same_seed_gives_the_same_people_and_another_gives_others() -> None:
    keys = [[row.who.key for row in draw_rows(4, 2, seed)] for seed in (1, 1, 2)]
    assert keys[0] == keys[1]
    assert not set(keys[0]) & set(keys[2])


def test_minors_stay_blank_tiles_and_are_never_asked_for() -> None:
    row = draw_rows(1, 4, seed=0)[0]
    row.shots.age[:2] = 17
    source = Grey(32)
    done: list[int] = []
    image = sheet_image([row], 32, source, done.append)
    assert source.drawn == 2
    assert done == [1, 2, 3, 4]
    assert image.width > 4 * 32


def test_rows_may_differ_in_length_and_an_empty_sheet_still_says_what_it_is() -> None:
    long, short = draw_rows(2, 3, seed=0)
    short = SheetRow(short.who, draw_rows(1, 1, seed=0)[0].shots, ("held: 1 photo",))
    source = Grey(16)
    assert sheet_image([long, short], 32, source).height > sheet_image([long], 32, source).height
    assert source.drawn == 7
    assert sheet_image([], 32, source).width >= 420


@pytest.mark.heads
@needs_heads
def test_the_command_writes_a_png_and_says_so(tmp_path: Path) -> None:
    from PIL import Image

    out = tmp_path / "made/on/the/way/faces.png"
    asked = ["sheet", "--people", "2", "--photos", "2", "--size", "32", "--out", str(out), "--json"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {
        "sheet": str(out), "source": "renders", "people": 2, "photos": 2, "size": 32, "seed": 0,
    }  # fmt: skip
    first = out.read_bytes()
    with Image.open(out) as image:
        assert image.format == "PNG"
        assert np.asarray(image).std() > 10
    CliRunner().invoke(app, asked)
    assert out.read_bytes() == first
    assert [p.name for p in out.parent.iterdir()] == ["faces.png"]


@pytest.mark.parametrize("name", ["faces.jpg", "faces", "file.txt/faces.png", "folder.png"])
def test_a_path_that_cannot_be_a_sheet_is_refused_before_drawing(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file.txt").write_text("mine")
    result = CliRunner().invoke(app, ["sheet", "--out", str(tmp_path / name)])
    assert isinstance(result.exception, EffaceError)
    assert "--out" in result.exception.faults[0].key  # type: ignore[operator]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file.txt", "folder.png"]


def test_without_heads_the_sheet_names_the_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba", reason="without numba another command is named")
    monkeypatch.setenv("EFFACE_HEAD_MODEL", str(tmp_path / "none"))
    result = CliRunner().invoke(app, ["sheet", "--out", str(tmp_path / "a.png")])
    assert isinstance(result.exception, FacesUnavailableError)
    assert "efface faces fetch-head-model" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", [["--people", "0"], ["--photos", "99"], ["--size", "8"]])
def test_numbers_outside_their_range_are_refused(option: list[str]) -> None:
    assert CliRunner().invoke(app, ["sheet", *option]).exit_code == 2


def test_fetching_from_what_is_no_repository_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EFFACE_HEAD_MODEL", str(tmp_path / "heads"))
    (tmp_path / "empty").mkdir()
    result = CliRunner().invoke(app, ["fetch-head-model", "--from", str(tmp_path / "empty")])
    assert isinstance(result.exception, FacesUnavailableError)
    assert not (tmp_path / "heads").exists()
