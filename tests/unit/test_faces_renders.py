"""Renders of the head model: one person many photos, controllable, never of minors."""

from __future__ import annotations

import numpy as np
import pytest

from generators.errors import FacesUnavailableError
from generators.faces import Portrayed, RenderedFaces, UnderageError, faces_available
from generators.photos import PhotoRows

_REASON = faces_available("renders")
needs_heads = pytest.mark.skipif(_REASON is not None, reason=_REASON or "")

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def shots(*photos: int, age: float = 35.0, quality: float = 0.9, group: int = 1) -> PhotoRows:
    n = len(photos)
    return PhotoRows(
        photo=np.array(photos, dtype=np.int64),
        person=np.zeros(n, dtype=np.int64),
        day=np.zeros(n, dtype=np.int32),
        age=np.full(n, age, dtype=np.float32),
        quality=np.full(n, quality, dtype=np.float32),
        group=np.full(n, group, dtype=np.int16),
    )


@pytest.mark.heads
@needs_heads
class TestOnePersonManyPhotos:
    def test_photos_are_the_same_to_the_bit_every_time(self) -> None:
        who = Portrayed(11, "female", 4)
        first = RenderedFaces(64).photos(who, shots(1, 2, 3))
        from generators.heads import head

        for kept in (head.head_at, head.hair_of, head.scalp_of, head.glasses_of):
            kept.cache_clear()
        again = RenderedFaces(64).photos(who, shots(1, 2, 3))
        assert first.dtype == np.float32
        assert first.shape == (3, 3, 64, 64)
        assert first.min() >= 0
        assert first.max() <= 1
        assert np.array_equal(first, again)

    def test_one_more_photo_changes_no_other(self) -> None:
        who = Portrayed(12, "male", 7)
        source = RenderedFaces(32)
        alone = source.photos(who, shots(5))[0]
        among = source.photos(who, shots(9, 4, 5, 6))
        assert np.array_equal(alone, among[2])
        assert not np.array_equal(among[0], among[1])

    def test_drawing_other_people_in_between_changes_nothing(self) -> None:
        source = RenderedFaces(32)
        before = source.photos(Portrayed(13, "female", 2), shots(0))
        source.photos(Portrayed(14, "male", 9), shots(0))
        assert np.array_equal(before, source.photos(Portrayed(13, "female", 2), shots(0)))

    def test_a_person_is_nearer_to_herself_than_to_others(self) -> None:
        """Rank-1 over 24 people by the skin between brows and chin, two good photos of each.

        By chance the expected share is 1/24; the light and pose of the two photos differ.
        """
        source = RenderedFaces(64)
        people = [Portrayed(100 + i, ("female", "male")[i % 2], 1 + i % 10) for i in range(24)]
        faces = np.array([source.photos(who, shots(0, 1, quality=1.0)) for who in people])
        inner = faces[..., 22:56, 16:48]
        blocks = inner[..., :32, :].reshape(24, 2, 3, 8, 4, 8, 4).mean(axis=(4, 6))
        codes = blocks.reshape(24, 2, -1)
        codes = codes - codes.mean(axis=(0, 1))
        gallery, probe = codes[:, 0], codes[:, 1]
        distance = np.linalg.norm(gallery[None] - probe[:, None], axis=2)
        assert np.mean(distance.argmin(axis=1) == np.arange(24)) > 0.25
        mated = np.diag(distance).mean()
        assert mated < 0.75 * distance[~np.eye(24, dtype=bool)].mean()

    def test_the_same_shot_shows_two_people_apart(self) -> None:
        from generators.heads.directions import identity_code
        from generators.heads.render import render
        from generators.heads.shot import draw_shot

        who, other = Portrayed(15, "male", 5), Portrayed(16, "male", 5)
        shot = draw_shot(identity_code(who), 0, 1.0, 1)
        same = np.abs(render(who, 30, shot, 64) - render(who, 31, shot, 64)).mean()
        apart = np.abs(render(who, 30, shot, 64) - render(other, 30, shot, 64)).mean()
        assert same < 0.25 * apart


@pytest.mark.heads
@needs_heads
class TestControls:
    def test_darker_tones_are_darker_on_average(self) -> None:
        """Mean luminance of nose and cheeks over 6 people a tone; tones two apart never swap."""
        source = RenderedFaces(32)
        skin = []
        for tone in range(1, 11):
            faces = np.concatenate(
                [
                    source.photos(Portrayed(200 + i, "female", tone), shots(0, 1, quality=1.0))
                    for i in range(6)
                ]
            )
            skin.append(float((faces[:, :, 17:22, 11:21].mean(axis=(0, 2, 3))) @ LUMINANCE))
        assert all(light > dark for light, dark in zip(skin[:-2], skin[2:], strict=True))
        assert skin[0] > 2 * skin[-1]

    def test_skin_is_warm_at_both_ends_of_the_scale(self) -> None:
        from generators.heads.skin import tone_reflectance

        colours = np.array([tone_reflectance(tone) for tone in range(1, 11)])
        assert np.all(np.diff(colours @ LUMINANCE) < 0)
        assert np.all(colours[:, 0] > 1.15 * colours[:, 1])
        assert np.all(colours[:, 1] > 1.05 * colours[:, 2])

    def test_stubble_is_never_lighter_than_the_skin(self) -> None:
        from generators.heads.directions import identity_code
        from generators.heads.head import head_at

        seen = 0
        for key in range(120):
            who = Portrayed(key, "male", 10)
            if identity_code(who).beard in ("none", "stubble"):
                skin = head_at(who, 70, 32).skin
                assert skin.beard @ LUMINANCE < 0.6 * (skin.base @ LUMINANCE)
                seen += 1
        assert seen > 20

    def test_age_greys_hair_and_deepens_creases(self) -> None:
        from generators.heads.head import head_at

        young, old = (head_at(Portrayed(17, "female", 3), age, 64).skin for age in (25, 80))
        assert young.grey == 0
        assert old.grey > 0.4
        assert old.texture[..., :3].mean() < young.texture[..., :3].mean()

    def test_a_poor_photo_is_less_sharp(self) -> None:
        source = RenderedFaces(64)
        who = Portrayed(18, "male", 4)

        def detail(quality: float, group: int) -> float:
            faces = source.photos(who, shots(*range(12), quality=quality, group=group))
            return float(np.abs(np.diff(faces[:, :, 20:60, 16:48], axis=3)).mean())

        assert detail(1.0, 12) < 0.8 * detail(1.0, 1)

    def test_eyes_and_mouth_lie_at_fixed_places(self) -> None:
        from generators.heads.camera import EYES_AT, MOUTH_AT, project, rotation, turned
        from generators.heads.head import head_at
        from generators.heads.mesh import head_mesh
        from generators.heads.shot import Framing, Pose

        mesh = head_mesh()
        for key, yaw, pitch, roll in (
            (1, 0.0, 0.0, 0.0),
            (2, 0.7, 0.2, -0.3),
            (3, -0.4, -0.3, 0.5),
        ):
            head = head_at(Portrayed(key, "male", 5), 40, 32).place
            pose = Pose(yaw, pitch, roll, 90.0)
            marks = turned(head[mesh.landmarks], rotation(pose))
            screen, _ = project(marks, marks, pose, Framing(0, 0, 0, 0), 100)
            assert screen[36:48, :2].mean(axis=0) == pytest.approx(
                np.multiply(100, EYES_AT), abs=0.01
            )
            assert screen[[48, 54], :2].mean(axis=0) == pytest.approx(
                np.multiply(100, MOUTH_AT), abs=0.01
            )
            jittered, _ = project(marks, marks, pose, Framing(0.02, -0.01, 0, 0), 100)
            assert jittered[:, 0] - screen[:, 0] == pytest.approx(np.full(68, 2.0), abs=0.01)


@pytest.mark.heads
@needs_heads
class TestMinorsAreNeverDrawn:
    @pytest.mark.parametrize("age", [17.9, 0.0, -1.0, float("nan")])
    def test_a_shot_of_a_minor_refuses_the_whole_request(self, age: float) -> None:
        rows = shots(1, 2, 3)
        rows.age[1] = age
        with pytest.raises(UnderageError, match="photo 2 shows somebody who was not 18"):
            RenderedFaces(32).photos(Portrayed(1, "male", 5), rows)

    def test_eighteen_is_drawn(self) -> None:
        assert RenderedFaces(32).photos(Portrayed(1, "male", 5), shots(1, age=18.0)).shape[0] == 1


def test_without_the_head_model_the_one_command_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    pytest.importorskip("numba", reason="without numba another command is named")
    monkeypatch.setenv("EFFACE_HEAD_MODEL", str(tmp_path))
    assert "efface faces fetch-head-model" in (faces_available("renders") or "")
    with pytest.raises(FacesUnavailableError, match="efface faces fetch-head-model"):
        RenderedFaces(64)


def test_without_numba_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "numba" else found(name)
    )
    assert "efface[faces]" in (faces_available("renders") or "")
    with pytest.raises(FacesUnavailableError, match=r"efface\[faces\]"):
        RenderedFaces(64)


def test_the_door_itself_needs_no_numba() -> None:
    import subprocess
    import sys

    code = (
        "import sys; sys.modules['numba'] = None; "
        "import generators.faces, scenarios.report.sheet, scenarios.cli.faces; "
        "print(generators.faces.faces_available('renders'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "numba" in done.stdout or "head model" in done.stdout
