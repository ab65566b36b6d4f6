"""What is asked of a render shows in its pixels: age, sex, tone, beard, glasses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from generators.faces import Portrayed, faces_available

_REASON = faces_available("renders")
pytestmark = [
    pytest.mark.heads,
    pytest.mark.skipif(_REASON is not None, reason=_REASON or ""),
]
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def _forget() -> None:
    from generators.heads import directions, head, posed

    for kept in (
        directions.identity_code, head._young_shape, head.head_at, head.hair_of, head.scalp_of,
        head.glasses_of, head.lenses_of, posed._still,
    ):  # fmt: skip
        kept.cache_clear()


@pytest.fixture
def nothing_kept() -> Iterator[None]:
    """Forget what was drawn of people before and after a test that changes their codes."""
    _forget()
    yield
    _forget()


def _face(picture: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the luminance from forehead to mouth of a picture of 64 pixels a side."""
    return picture[20:52, 18:46] @ LUMINANCE


def test_age_shows_a_little_more_every_ten_years() -> None:
    """One shot of ten people from 20 to 80: further from the face at 20, and darker, each time."""
    from generators.heads.render import photo_of

    people = [Portrayed(600 + i, ("female", "male")[i % 2], 2 + i % 6) for i in range(10)]
    faces = np.array(
        [[_face(photo_of(who, 0, age, 1.0, 1, 64)) for age in range(20, 90, 10)] for who in people]
    )
    away = np.abs(faces - faces[:, :1]).mean(axis=(0, 2, 3))
    assert np.all(np.diff(away) > 0.002)
    assert np.all(np.diff(faces.mean(axis=(0, 2, 3))) < 0)


def test_sex_is_a_continuous_control_of_the_shape(
    monkeypatch: pytest.MonkeyPatch, nothing_kept: None
) -> None:
    """Five steps from feminine to masculine heads: jaws of short-haired people grow wider."""
    from generators.heads import directions
    from generators.heads.identity import IdentityCode, draw_identity
    from generators.heads.render import seen_light
    from generators.heads.shot import draw_shot

    people = [Portrayed(601 + 2 * i, "male", 2 + i % 6) for i in range(5)]
    faces, jaws = [], []
    for step in (-1.0, -0.5, 0.0, 0.5, 1.0):

        def moved(
            who: Portrayed, direction: NDArray[np.float32], step: float = step
        ) -> IdentityCode:
            code = draw_identity(who, direction)
            along = 1.6 * step - float(code.modes @ direction)
            modes = (code.modes + along * direction).astype(np.float32)
            return replace(code, modes=modes, beard="none")

        monkeypatch.setattr(directions, "draw_identity", moved)
        _forget()
        seen = []
        for who in people:
            shot = draw_shot(directions.identity_code(who), 0, 1.0, 1)
            stance = shot.pose._replace(yaw=0.0, pitch=0.0)
            seen.append(seen_light(who, 30, replace(shot, pose=stance, expression={}), 64))
        faces.append([_face(light) for light, _ in seen])
        jaws.append(np.mean([there[47:53].sum(axis=1).mean() for _, there in seen]))
    away = np.abs(np.array(faces) - np.array(faces[:1])).mean(axis=(1, 2, 3))
    assert np.all(np.diff(away) > 0.003)
    assert np.all(np.diff(jaws) > 0)


def test_a_young_dark_beard_is_below_the_albedo_of_the_darkest_skin() -> None:
    from generators.heads.directions import identity_code
    from generators.heads.head import head_at

    kinds = set()
    for key in range(150):
        who = Portrayed(key, "male", 10)
        skin = head_at(who, 28, 32).skin
        assert skin.beard @ LUMINANCE < 0.6 * (skin.base @ LUMINANCE)
        kinds.add(identity_code(who).beard)
    assert kinds >= {"stubble", "moustache", "goatee", "short beard", "full beard"}


def test_the_darkest_skin_keeps_detail() -> None:
    """Light falls off over faces of tone 10: the middle 80 % of luminance spans a tenth or more."""
    from generators.heads.render import photo_of

    for key in range(700, 708):
        face = _face(photo_of(Portrayed(key, "female", 10), 0, 30, 1.0, 1, 64))
        low, high = np.quantile(face, [0.1, 0.9])
        assert low > 0.02
        assert high - low > 0.1


def test_lenses_change_what_is_seen_through_them_and_nothing_below() -> None:
    from generators.heads.directions import identity_code
    from generators.heads.render import seen_light
    from generators.heads.shot import draw_shot

    changed = []
    for key in range(20, 26):
        who = Portrayed(key, "male", 4)
        shot = replace(draw_shot(identity_code(who), 0, 1.0, 1), glasses=False)
        without, _ = seen_light(who, 40, shot, 64)
        worn, _ = seen_light(who, 40, replace(shot, glasses=True), 64)
        assert np.abs(worn[56:] - without[56:]).max() == 0
        changed.append(np.mean(np.abs(worn - without)[26:33, 18:46].sum(axis=2) > 0.005))
    assert np.mean(changed) > 0.4
