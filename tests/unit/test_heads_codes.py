"""What a generator is told: vectors that hold every trait and leave out what no picture tells."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from generators.heads.codes import (
    IDENTITY_NAMES,
    SHOT_NAMES,
    coarse_backdrop,
    identity_vector,
    shot_vector,
)
from generators.heads.develop import degraded, degraded_batch, develop, exposed
from generators.heads.directions import identity_code
from generators.heads.identity import IdentityCode, Portrayed
from generators.heads.shot import EXPRESSION_SHAPES, ShotCode, draw_shot

WHO = Portrayed(77, "male", 6)


def _code() -> IdentityCode:
    code = identity_code(WHO)
    return replace(code, hair=replace(code.hair, style="swept", fringe=False), beard="goatee")


def _shot(code: IdentityCode) -> ShotCode:
    return replace(draw_shot(code, 4, 0.5, 1), hair_day=0, glasses=False, lipstick=False)


def _changed(names: tuple[str, ...], a: np.ndarray, b: np.ndarray) -> set[str]:
    return {name for name, moved in zip(names, a != b, strict=True) if moved}


class TestVectors:
    def test_every_entry_has_a_name_of_its_own_and_is_finite(self) -> None:
        for names in (IDENTITY_NAMES, SHOT_NAMES):
            assert len(set(names)) == len(names)
        for key in range(60):
            code = identity_code(Portrayed(key, "female" if key % 2 else "male", 1 + key % 10))
            identity = identity_vector(code)
            shot = shot_vector(code, 20 + key, draw_shot(code, key, 0.3, 1))
            assert identity.shape == (len(IDENTITY_NAMES),)
            assert shot.shape == (len(SHOT_NAMES),)
            assert identity.dtype == shot.dtype == np.float32
            for vector in (identity, shot):
                assert np.isfinite(vector).all()
                assert np.abs(vector).max() < 8

    @pytest.mark.parametrize(
        ("trait", "value", "entries"),
        [
            ("ruddiness", 0.01, {"skin_ruddiness"}),
            ("freckles", 0.33, {"freckles"}),
            ("ageing", 0.6, {"ageing"}),
            ("beard", "none", {"beard_none", "beard_goatee"}),
            ("lid_rest", 0.5, {"lid_rest"}),
            ("iris_radius", 0.7, {"iris_radius"}),
            ("grain", np.zeros(3, dtype=np.float32), set()),
            ("iris_grain", 0.0, set()),
        ],
    )
    def test_a_trait_changes_its_own_entries(
        self, trait: str, value: Any, entries: set[str]
    ) -> None:
        code = _code()
        other = replace(code, **{trait: value})
        found = _changed(IDENTITY_NAMES, identity_vector(code), identity_vector(other))
        assert found == entries

    def test_moles_are_told_from_the_deepest(self) -> None:
        moles = np.array([[1, 2, 0.1, 0.5], [3, 4, 0.1, 0.9]], dtype=np.float32)
        vector = dict(
            zip(IDENTITY_NAMES, identity_vector(replace(_code(), moles=moles)), strict=True)
        )
        assert vector["mole_0_depth"] == pytest.approx(0.9)
        assert vector["mole_0_x"] == pytest.approx(0.6)
        assert vector["mole_1_depth"] == pytest.approx(0.5)
        assert vector["mole_2_depth"] == 0

    @pytest.mark.parametrize(
        ("part", "value", "entries"),
        [
            ("hair_day", 1, {"hair_day_0", "hair_day_1"}),
            ("glasses", True, {"glasses_worn", "glasses_red", "glasses_green", "glasses_blue"}),
            ("stripes", 3.3, {"cloth_stripes"}),
            ("neckline", -9.0, {"cloth_neckline"}),
            ("expression", {}, None),
            ("backdrop", 5, None),
        ],
    )
    def test_a_part_of_the_shot_changes_its_own_entries(
        self, part: str, value: Any, entries: set[str] | None
    ) -> None:
        code = _code()
        shot = _shot(code)
        other = replace(shot, **{part: value})
        found = _changed(SHOT_NAMES, shot_vector(code, 40, shot), shot_vector(code, 40, other))
        if entries is None:
            assert found
            assert all(name.startswith(part) for name in found)
        else:
            assert found == entries

    def test_blur_noise_and_compression_are_not_told(self) -> None:
        code = _code()
        shot = _shot(code)
        worse = replace(shot, camera=replace(shot.camera, blur=0.02, noise=0.1, compression=0.9))
        assert np.array_equal(shot_vector(code, 40, shot), shot_vector(code, 40, worse))

    def test_age_shows_in_the_shot_and_is_rounded_as_in_renders(self) -> None:
        code = _code()
        shot = _shot(code)
        young, old = (shot_vector(code, age, shot) for age in (25, 75))
        found = _changed(SHOT_NAMES, young, old)
        assert {"age_years", "age_aged", "age_grey", "age_receded", "hair_now_red"} <= found
        assert all(name.startswith(("age_", "hair_now_", "beard_now_")) for name in found)
        assert np.array_equal(shot_vector(code, 40.2, shot), shot_vector(code, 39.8, shot))

    def test_every_blend_shape_of_a_shot_is_on_the_list(self) -> None:
        code = _code()
        used = {name for photo in range(300) for name in draw_shot(code, photo, 0, 1).expression}
        assert used <= set(EXPRESSION_SHAPES)
        assert len(used) > 0.9 * len(EXPRESSION_SHAPES)

    def test_the_coarse_background_follows_the_background(self) -> None:
        from generators.heads.backdrop import backdrop

        for seed in range(12):
            fine = backdrop(seed, 48).reshape(6, 8, 6, 8, 3).mean(axis=(1, 3))
            assert np.corrcoef(coarse_backdrop(seed).ravel() ** 3, fine.ravel())[0, 1] > 0.95

    def test_neither_needs_the_head_model(self, tmp_path: Any) -> None:
        import os

        script = (
            "from generators.heads.codes import identity_vector, shot_vector\n"
            "from generators.heads.directions import identity_code\n"
            "from generators.heads.identity import Portrayed\n"
            "from generators.heads.shot import draw_shot\n"
            "code = identity_code(Portrayed(1, 'male', 3))\n"
            "shot = draw_shot(code, 1, 1, 1)\n"
            "print(len(identity_vector(code)) + len(shot_vector(code, 30, shot)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "EFFACE_HEAD_MODEL": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert int(done.stdout) == len(IDENTITY_NAMES) + len(SHOT_NAMES)


class TestDevelop:
    def _scenes(self) -> list[tuple[np.ndarray, np.ndarray, ShotCode]]:
        rng = np.random.default_rng(3)
        code = _code()
        scenes = []
        for photo in range(8):
            light = rng.gamma(2, 0.2, (32, 32, 3)).astype(np.float32)
            shot = draw_shot(code, photo, photo / 8, 1 + photo)
            scenes.append((light, rng.random((32, 32)) < 0.5, shot))
        return scenes

    def test_exposing_and_degrading_is_developing(self) -> None:
        for light, head, shot in self._scenes():
            clean = exposed(light, head, shot.camera)
            assert clean.dtype == np.float32
            assert clean.min() >= 0
            assert clean.max() <= 1
            found = degraded(clean, shot.camera, shot.backdrop)
            assert np.array_equal(found, develop(light, head, shot.camera, shot.backdrop))
            assert not np.array_equal(found, clean)

    def test_a_batch_is_degraded_as_each_picture_alone(self) -> None:
        clean = [(exposed(light, head, s.camera), s) for light, head, s in self._scenes()]
        cameras = [shot.camera for _, shot in clean]
        batch = degraded_batch(
            np.stack([picture for picture, _ in clean]),
            np.array([camera.blur for camera in cameras]),
            np.array([camera.noise for camera in cameras]),
            np.array([camera.compression for camera in cameras]),
            np.array([shot.backdrop for _, shot in clean]),
        )
        for found, (picture, shot) in zip(batch, clean, strict=True):
            assert np.array_equal(found, degraded(picture, shot.camera, shot.backdrop))
