"""`efface faces`: a sheet that is written whole or not at all, and says what its faces are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from generators.errors import EffaceError, FacesUnavailableError
from generators.faces import HONEST_SENTENCE, Portrayed, faces_available
from generators.photos import PhotoRows
from scenarios.cli.faces import app
from scenarios.report.sheet import LONGEST, SheetRow, caption_of, draw_rows, sheet_image

_REASON = faces_available("renders")
needs_heads = pytest.mark.skipif(_REASON is not None, reason=_REASON or "")


class Grey:
    """A source that paints every photo one grey, and keeps how many were asked for at once."""

    name = "grey"

    def __init__(self, resolution: int) -> None:
        self.resolution = resolution
        self.asked: list[int] = []

    def photos(self, person: Portrayed, shots: PhotoRows) -> np.ndarray:
        return self.photos_of([person], np.zeros(len(shots), dtype=np.int64), shots)

    def photos_of(
        self, people: Sequence[Portrayed], of: np.ndarray, shots: PhotoRows
    ) -> np.ndarray:
        assert len(of) == len(shots)
        assert np.all(shots.age >= 18)
        self.asked.append(len(shots))
        greys = np.array([person.tone / 10 for person in people], dtype=np.float32)[of]
        side = self.resolution
        return np.broadcast_to(greys[:, None, None, None], (len(shots), 3, side, side))


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


@pytest.mark.parametrize("years", [0.0, 9.0, 40.0, float(LONGEST)])
def test_photos_of_a_person_cover_the_years_asked_for(years: float) -> None:
    for row in draw_rows(9, 8, 2, years):
        ages = row.shots.age
        assert ages[0] >= 19
        assert ages[-1] <= 83
        assert np.all(np.diff(ages) >= 0)
        assert ages[-1] - ages[0] == pytest.approx(7 / 8 * years, abs=1 / 8 * years + 1e-4)
        assert np.allclose(row.shots.day / 365.25, ages - ages[0] + row.shots.day[0] / 365.25, 0.01)


def test_more_years_than_a_life_on_a_sheet_are_refused() -> None:
    with pytest.raises(ValueError, match="0 to 64 years"):
        draw_rows(1, 1, 0, LONGEST + 1)


def test_minors_stay_blank_tiles_and_are_never_asked_for() -> None:
    row = draw_rows(1, 4, seed=0)[0]
    row.shots.age[:2] = 17
    source = Grey(32)
    done: list[int] = []
    image = sheet_image([row], source, 32, done.append)
    assert source.asked == [2]
    assert done == [2]
    assert image.width > 4 * 32


def test_many_photos_are_asked_for_at_once_and_each_tile_is_its_own_person() -> None:
    rows = draw_rows(10, 8, seed=1)
    source = Grey(16)
    done: list[int] = []
    seen = np.asarray(sheet_image(rows, source, 32, done.append))
    assert source.asked == [64, 16]
    assert done == [64, 80]
    for r, row in enumerate(rows):
        line = seen[12 + r * (32 + 16 + 6) + 16]
        grey = round(255 * row.who.tone / 10)
        assert (np.abs(line.astype(int) - grey) <= 1).all(axis=1).sum() >= 8 * 32


def test_the_caption_says_where_faces_come_from() -> None:
    for name, words in (
        ("generated", "Drawn by the trained generator at 64 pixels"),
        ("renders", "Rendered from the head model at 64 pixels"),
    ):
        source = Grey(64)
        source.name = name
        assert caption_of(source).startswith(HONEST_SENTENCE)
        assert words in caption_of(source)


def test_rows_may_differ_in_length_and_an_empty_sheet_still_says_what_it_is() -> None:
    long, short = draw_rows(2, 3, seed=0)
    short = SheetRow(short.who, draw_rows(1, 1, seed=0)[0].shots, ("held: 1 photo",))
    source = Grey(16)
    assert sheet_image([long, short], source, 32).height > sheet_image([long], source, 32).height
    assert source.asked == [4, 3]
    assert sheet_image([], source, 32).width >= 420
    assert source.asked == [4, 3]


@pytest.mark.heads
@needs_heads
def test_the_command_writes_a_png_and_says_so(tmp_path: Path) -> None:
    from PIL import Image

    out = tmp_path / "made/on/the/way/faces.png"
    asked = ["sheet", "--source", "renders", "--people", "2", "--photos", "2", "--size", "32"]
    asked += ["--out", str(out), "--json"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {
        "sheet": str(out), "source": "renders", "resolution": 32, "weights": None, "people": 2,
        "photos": 2, "years": 9.0, "size": 32, "seed": 0,
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
    for asked in (["sheet", "--source", "renders"], ["group"]):
        result = CliRunner().invoke(app, [*asked, "--out", str(tmp_path / "a.png")])
        assert isinstance(result.exception, FacesUnavailableError)
        assert "efface faces fetch-head-model" in str(result.exception)
        assert list(tmp_path.iterdir()) == []


def test_without_weights_the_sheet_names_the_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="without torch another command is named")
    monkeypatch.setattr("generators.faces.SHIPPED", tmp_path / "none.safetensors")
    result = CliRunner().invoke(app, ["sheet", "--out", str(tmp_path / "a.png")])
    assert isinstance(result.exception, FacesUnavailableError)
    assert "none.safetensors" in str(result.exception)
    assert "git restore generators/data/weights" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_weights_of_renders_are_refused(tmp_path: Path) -> None:
    asked = ["sheet", "--source", "renders", "--weights", "w.safetensors"]
    result = CliRunner().invoke(app, [*asked, "--out", str(tmp_path / "a.png")])
    assert isinstance(result.exception, EffaceError)
    assert result.exception.faults[0].key == "--weights"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.heads
@needs_heads
def test_a_group_photo_is_shown_with_its_faces(tmp_path: Path) -> None:
    from PIL import Image

    out = tmp_path / "group.png"
    asked = ["group", "--people", "3", "--size", "128", "--out", str(out), "--json"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["people"] == 3
    boxes = np.array(told["boxes"])
    assert boxes.shape == (3, 4)
    assert np.all(boxes[:, 2:] > boxes[:, :2])
    with Image.open(out) as image:
        assert image.width == 128 + 12
        assert image.height > 128 + 3 * 72


@pytest.mark.heads
@needs_heads
def test_faces_of_a_group_are_framed_as_portraits() -> None:
    """Eyes and mouth of the boxes' people come near to where portraits have them: a face cut out
    is more like its person's portrait, seen coarsely, than the other faces are."""
    from generators.heads.render import photo_of
    from scenarios.report.group_sheet import draw_group, faces_of

    group = draw_group(3, 0, 4, 256)
    faces = faces_of(group.photo, 32)
    assert faces.shape == (3, 3, 32, 32)
    assert faces.min() >= 0
    assert faces.max() <= 1
    portraits = np.stack(
        [
            photo_of(who, 0, age, 1.0, 1, 32).transpose(2, 0, 1)
            for who, age in zip(group.people, group.ages, strict=True)
        ]
    )
    middle = np.s_[:, :, 8:26, 9:23]
    apart = ((faces[middle][:, None] - portraits[middle][None]) ** 2).mean(axis=(2, 3, 4))
    assert apart.argmin(axis=1).tolist() == [0, 1, 2]


@pytest.mark.parametrize("size", ["100", "130"])
def test_a_group_photo_of_another_size_is_refused(tmp_path: Path, size: str) -> None:
    result = CliRunner().invoke(app, ["group", "--size", size, "--out", str(tmp_path / "a.png")])
    assert result.exit_code != 0
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
