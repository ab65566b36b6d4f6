"""Photos by the trained generator: a function of person and photo, from the project's weights."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the generator needs the extra [faces]")
pytest.importorskip("numba", reason="the generator's codes need the extra [faces]")

from generators.errors import EffaceError, FacesUnavailableError  # noqa: E402
from generators.faces import (  # noqa: E402
    Portrayed,
    UnderageError,
    face_source,
    faces_available,
)
from generators.photos import PhotoRows  # noqa: E402
from generators.portraits.codes import CODE_NAMES, NOISE, codes_of  # noqa: E402
from generators.portraits.generated import GeneratedFaces  # noqa: E402
from generators.portraits.shipped import SHIPPED  # noqa: E402
from generators.portraits.weights import CODES_KEY, codes_digest  # noqa: E402
from generators.stylegan.generator import Generator  # noqa: E402
from generators.stylegan.settings import GeneratorSettings  # noqa: E402
from generators.stylegan.weights import Weights, save_weights  # noqa: E402

trained = pytest.mark.skipif(not SHIPPED.is_file(), reason=f"no weights at {SHIPPED}")
ROUNDING = 1e-4
"""Most that a value in 0..1 moves with the number of threads, which orders sums otherwise."""


def settings(**other: object) -> GeneratorSettings:
    usual = {
        "z_dim": NOISE, "c_dim": len(CODE_NAMES), "w_dim": 32, "mapping": "code",
        "mapping_layers": 2, "channel_base": 128, "channel_max": 32,
    }  # fmt: skip
    return GeneratorSettings(32, **{**usual, **other})  # type: ignore[arg-type]


def written(path: Path, shape: GeneratorSettings, card: dict[str, object]) -> Path:
    torch.manual_seed(0)
    save_weights(path, Weights(Generator(shape), None, None, card))
    return path


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small generator of the right kind that learnt nothing."""
    path = tmp_path_factory.mktemp("weights") / "untrained.safetensors"
    return written(path, settings(), {CODES_KEY: codes_digest()})


def shots(*photos: int, age: float = 35.0, quality: float = 0.9) -> PhotoRows:
    n = len(photos)
    return PhotoRows(
        photo=np.array(photos, dtype=np.int64),
        person=np.zeros(n, dtype=np.int64),
        day=np.zeros(n, dtype=np.int32),
        age=np.full(n, age, dtype=np.float32),
        quality=np.full(n, quality, dtype=np.float32),
        group=np.ones(n, dtype=np.int16),
    )


SOMEBODY = Portrayed(11, "female", 4)


def test_pictures_have_the_shape_and_range_of_every_source(untrained: Path) -> None:
    source = face_source("generated", weights=untrained)
    assert (source.name, source.resolution) == ("generated", 32)
    pictures = source.photos(SOMEBODY, shots(1, 2))
    assert pictures.dtype == np.float32
    assert pictures.shape == (2, 3, 32, 32)
    assert 0 <= pictures.min() <= pictures.max() <= 1
    assert source.photos(SOMEBODY, shots()).shape == (0, 3, 32, 32)


def test_the_same_photo_has_the_same_bits_in_any_company(untrained: Path) -> None:
    alone = GeneratedFaces(untrained).photos(SOMEBODY, shots(5))[0]
    source = GeneratedFaces(untrained)
    people = [SOMEBODY, Portrayed(12, "male", 9)]
    of = np.array([1, 0] * 40)
    among = source.photos_of(people, of, shots(*range(80)))
    assert np.array_equal(among[5], source.photos(people[1 - 5 % 2], shots(5))[0])
    assert np.array_equal(alone, source.photos_of(people, np.array([1, 0]), shots(5, 5))[1])
    assert not np.array_equal(among[0], among[2])


def test_threads_change_a_picture_by_rounding_at_most(untrained: Path) -> None:
    source = GeneratedFaces(untrained)
    before = torch.get_num_threads()
    pictures = []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            pictures.append(source.photos(SOMEBODY, shots(1, 2, 3)))
    finally:
        torch.set_num_threads(before)
    assert np.abs(pictures[0] - pictures[1]).max() <= ROUNDING


def test_it_needs_no_head_model(
    untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EFFACE_HEAD_MODEL", str(tmp_path / "none"))
    assert faces_available("renders") is not None
    assert face_source("generated", weights=untrained).photos(SOMEBODY, shots(0)).std() > 0


def test_nobody_under_18_is_drawn(untrained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = GeneratedFaces(untrained)
    monkeypatch.setattr(
        GeneratedFaces, "clean", lambda self, code, noise: pytest.fail("something was drawn")
    )
    rows = shots(1, 2)
    rows.age[1] = 17.99
    with pytest.raises(UnderageError, match="photo 2 shows somebody who was not 18"):
        source.photos(SOMEBODY, rows)
    rows.age[1] = np.nan
    with pytest.raises(UnderageError):
        source.photos(SOMEBODY, rows)


def test_codes_say_who_and_how_and_nothing_else() -> None:
    people = [SOMEBODY, Portrayed(12, "male", 9)]
    found = codes_of(people, np.array([0, 0, 1]), shots(1, 2, 1))
    who = [i for i, name in enumerate(CODE_NAMES) if name.startswith("identity.")]
    how = [i for i, name in enumerate(CODE_NAMES) if name.startswith("shot.")]
    assert found.code.shape == (3, len(CODE_NAMES))
    assert len(who) + len(how) == len(CODE_NAMES)
    assert np.isfinite(found.code).all()
    assert np.array_equal(found.code[0, who], found.code[1, who])
    assert not np.array_equal(found.code[0, who], found.code[2, who])
    assert not np.array_equal(found.code[0, how], found.code[1, how])
    again = codes_of(people[::-1], np.array([1]), shots(2))
    assert np.array_equal(again.code[0], found.code[1])
    assert np.array_equal(again.noise[0], found.noise[1])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (2e-4, None),
        (0.01, "another identity.skin_tone"),
        ("much", "no examples of codes"),
    ],
)
def test_codes_that_kept_their_names_and_changed_are_told(
    tmp_path: Path, change: float | str, told: str | None
) -> None:
    codes = json.loads(json.dumps(codes_digest()))
    column = CODE_NAMES.index("identity.skin_tone")
    row = codes["examples"][2]
    row[column] = change if isinstance(change, str) else row[column] + change
    path = written(tmp_path / "w.safetensors", settings(), {CODES_KEY: codes})
    if told is None:
        assert GeneratedFaces(path).resolution == 32
        return
    with pytest.raises(EffaceError) as caught:
        GeneratedFaces(path)
    assert caught.value.faults[0].found == told


@pytest.mark.parametrize("kind", ["missing", "cut short", "imported", "plain", "other codes"])
def test_what_is_no_generator_of_photos_is_refused(
    untrained: Path, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "w.safetensors"
    if kind == "cut short":
        path.write_bytes(untrained.read_bytes()[:-7])
    elif kind == "imported":
        latent = settings(z_dim=64, c_dim=0, mapping="latent")
        written(path, latent, {"origin": "imported", CODES_KEY: codes_digest()})
    elif kind == "plain":
        written(path, settings(), {"text": "no word of its codes"})
    elif kind == "other codes":
        written(path, settings(c_dim=7), {CODES_KEY: codes_digest()})
    with pytest.raises(EffaceError) as caught:
        face_source("generated", weights=path)
    assert caught.value.faults[0].file == str(path)


def test_what_is_missing_is_said_with_the_command_that_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generators.faces.SHIPPED", tmp_path / "faces.safetensors")
    assert "git restore generators/data/weights" in (faces_available() or "")
    with pytest.raises(FacesUnavailableError, match="git restore"):
        face_source()
    with pytest.raises(EffaceError, match="no such file of weights"):
        GeneratedFaces(tmp_path / "faces.safetensors")
    monkeypatch.setitem(sys.modules, "torch", None)
    assert "need the package torch: pip install 'efface[faces]'" in (faces_available() or "")
    with pytest.raises(FacesUnavailableError, match="torch"):
        face_source(weights=tmp_path / "mine.safetensors")


def test_renders_take_no_weights_and_other_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no weights"):
        face_source("renders", weights=tmp_path / "w.safetensors")
    with pytest.raises(ValueError, match="generated or renders"):
        face_source("photographs")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def source() -> GeneratedFaces:
    """The generator that ships."""
    return GeneratedFaces()


@trained
class TestShipped:
    def test_the_code_decides_who_is_seen_and_the_noise_does_not(
        self, source: GeneratedFaces
    ) -> None:
        """One shot of a person with other noise is nearer than the same shot of somebody else
        of the same sex and tone."""
        people = [Portrayed(1000 + i, "male" if i % 2 else "female", 1 + i % 10) for i in range(20)]
        codes = codes_of(people, np.arange(20), shots(*[0] * 20, quality=1.0))
        who = [i for i, name in enumerate(CODE_NAMES) if name.startswith("identity.")]
        others = [Portrayed(5000 + p.key, p.sex, p.tone) for p in people]
        swapped = codes.code.copy()
        theirs = codes_of(others, np.arange(20), shots(*[0] * 20, quality=1.0)).code
        swapped[:, who] = theirs[:, who]
        same, noise = source.clean(codes.code, codes.noise), codes.noise[::-1].copy()
        changed_noise = source.clean(codes.code, noise)
        changed_person = source.clean(swapped, codes.noise)
        face = np.s_[:, 16:52, 18:46]
        by_noise = ((same - changed_noise)[face] ** 2).mean(axis=(1, 2, 3))
        by_person = ((same - changed_person)[face] ** 2).mean(axis=(1, 2, 3))
        assert (by_person > by_noise).mean() >= 0.95

    def test_tone_is_seen(self, source: GeneratedFaces) -> None:
        """The lightest of ten tones is far brighter on the cheeks than the darkest."""
        rows = shots(*range(20), quality=1.0)
        cheeks = np.s_[:, :, 34:44, 24:40]
        seen = [
            source.photos_of(
                [Portrayed(40 + i, "female", tone) for i in range(20)], np.arange(20), rows
            )[cheeks].mean()
            for tone in (1, 10)
        ]
        assert seen[0] > seen[1] + 0.15

    def test_the_card_says_what_made_them(self, source: GeneratedFaces) -> None:
        assert "No photograph of anyone" in source.card["text"]
        assert source.card["plan"]["configuration"] == "paired"
        assert source.resolution == 64
        assert SHIPPED.stat().st_size < 25e6
