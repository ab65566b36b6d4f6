"""Photos of several people: one light, one place, and where each face is."""

from __future__ import annotations

import numpy as np
import pytest

from generators.faces import Portrayed, UnderageError, faces_available

_REASON = faces_available("renders")
needs_heads = pytest.mark.skipif(_REASON is not None, reason=_REASON or "")
pytest.importorskip("numba")

from generators.heads.group import LARGEST, group_photo_of  # noqa: E402


def _people(count: int) -> list[Portrayed]:
    return [Portrayed(800 + i, ("female", "male")[i % 2], 1 + 3 * i % 10) for i in range(count)]


@pytest.mark.heads
@needs_heads
class TestGroupPhotos:
    def test_the_same_arguments_give_the_same_bits(self) -> None:
        first, again = (group_photo_of(_people(4), 3, [30, 40, 50, 60], 0.9, 96) for _ in "ab")
        assert first.picture.dtype == np.float32
        assert first.picture.shape == (96, 96, 3)
        assert first.picture.min() >= 0
        assert first.picture.max() <= 1
        assert np.array_equal(first.picture, again.picture)
        assert np.array_equal(first.boxes, again.boxes)

    @pytest.mark.parametrize("count", [1, 2, 5, 8, 13, LARGEST])
    def test_boxes_lie_in_the_picture_and_apart(self, count: int) -> None:
        photo = group_photo_of(_people(count), 1, [35.0] * count, 1.0, 128)
        left, top, right, bottom = photo.boxes.T
        assert photo.boxes.shape == (count, 4)
        assert np.all((left > 0) & (top > 0) & (right < 128) & (bottom < 128))
        assert np.all((right - left > 3) & (bottom - top > 3))
        middle = np.stack([(left + right) / 2, (top + bottom) / 2], axis=1)
        for i in range(count):
            inside = np.all((middle > photo.boxes[i, :2]) & (middle < photo.boxes[i, 2:]), axis=1)
            assert np.flatnonzero(inside).tolist() == [i]

    def test_a_box_holds_the_face_of_its_person(self) -> None:
        """Swap one of three for somebody darker: only the pixels about that box change much."""
        light = [Portrayed(830 + i, "male", 2) for i in range(3)]
        dark = [light[0], light[1], Portrayed(832, "male", 10)]
        before, after = (group_photo_of(who, 0, [30, 30, 30], 1.0, 96) for who in (light, dark))

        def darker(box: np.ndarray) -> float:
            left, top, right, bottom = box.astype(int)
            tile = np.s_[top:bottom, left:right]
            return float((before.picture[tile] - after.picture[tile]).mean())

        assert darker(after.boxes[2]) > 0.2
        assert abs(darker(after.boxes[0])) < 0.08
        assert abs(darker(after.boxes[1])) < 0.08

    def test_a_portrait_is_not_changed_by_drawing_groups(self) -> None:
        from generators.heads.render import photo_of

        who = _people(2)[1]
        before = photo_of(who, 0, 40, 0.9, 1, 32)
        group_photo_of(_people(2), 0, [40, 40], 0.9, 64)
        assert np.array_equal(before, photo_of(who, 0, 40, 0.9, 1, 32))


@pytest.mark.parametrize(
    ("count", "ages", "words"),
    [
        (0, 0, "1 to 30 people, found 0"),
        (LARGEST + 1, LARGEST + 1, "found 31"),
        (2, 3, "2 people need as many ages"),
    ],
)
def test_wrong_groups_are_refused(count: int, ages: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        group_photo_of(_people(count), 0, [30.0] * ages, 1.0, 64)


def test_nobody_is_in_a_photo_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        group_photo_of(_people(1) * 2, 0, [30.0, 30.0], 1.0, 64)


@pytest.mark.parametrize("age", [17.9, -1.0, float("nan")])
def test_nobody_under_18_is_drawn_in_a_group(age: float) -> None:
    """The door's rule holds for group photos; one such person and nothing is drawn."""
    with pytest.raises(UnderageError, match=r"photo 7 .* never drawn"):
        group_photo_of(_people(3), 7, [40.0, age, 30.0], 1.0, 64)
