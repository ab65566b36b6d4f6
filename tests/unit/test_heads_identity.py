"""The identity code stays with a person, the shot code with a photo."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from generators.heads.identity import IdentityCode, Portrayed, draw_identity

DIRECTION = np.full(100, 0.1, dtype=np.float32)


def _flat(code: object) -> list[object]:
    """Return every value of a code, arrays as lists."""
    out: list[object] = []
    for field in fields(code):  # type: ignore[arg-type]
        value = getattr(code, field.name)
        if isinstance(value, np.ndarray):
            out.append(value.tolist())
        elif is_dataclass(value):
            out.extend(_flat(value))
        else:
            out.append(value)
    return out


def _code(key: int, tone: int = 5, sex: str = "female") -> IdentityCode:
    return draw_identity(Portrayed(key, sex, tone), DIRECTION)  # type: ignore[arg-type]


def test_a_key_gives_the_same_code_every_time() -> None:
    assert _flat(_code(2**64 - 1)) == _flat(_code(2**64 - 1))


def test_neighbouring_keys_are_unlike_people() -> None:
    modes = np.array([_code(key).modes for key in range(400)])
    alike = np.corrcoef(modes)[~np.eye(400, dtype=bool)]
    # 79,800 pairs of 100 nearly independent normals: five standard errors are 0.5.
    assert np.abs(alike).max() < 0.65
    assert len({code.tobytes() for code in modes}) == 400


def test_another_tone_changes_neither_shape_nor_brows() -> None:
    light, dark = _code(7, tone=1), _code(7, tone=10)
    assert np.array_equal(light.modes, dark.modes)
    assert light.brows == dark.brows


def test_sex_moves_the_head_along_the_masculine_direction() -> None:
    pull = {
        sex: np.array([_code(key, sex=sex).modes @ DIRECTION for key in range(200)])
        for sex in ("female", "male")
    }
    assert pull["male"].min() > pull["female"].max() - 2
    assert pull["male"].mean() - pull["female"].mean() > 1.5


def test_only_men_have_beards_and_only_women_lipstick() -> None:
    women = [_code(key) for key in range(100)]
    men = [_code(key, sex="male") for key in range(100)]
    assert {code.beard for code in women} == {"none"}
    assert {code.makeup for code in men} == {0.0}
    assert len({code.beard for code in men}) == 6


@pytest.mark.parametrize(
    ("key", "sex", "tone"),
    [(-1, "female", 5), (2**64, "female", 5), (1, "woman", 5), (1, "male", 0), (1, "male", 11)],
)
def test_a_person_outside_the_scales_is_refused(key: int, sex: str, tone: int) -> None:
    with pytest.raises(ValueError, match="found"):
        Portrayed(key, sex, tone)  # type: ignore[arg-type]
