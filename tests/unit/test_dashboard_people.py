"""The people of the dashboard: portraits in one go, twice the generator's size, initials else."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest

from dashboard.people import PORTRAIT_SIZE, Shown, portraits, sample
from dashboard.words import no_faces
from generators.errors import FacesUnavailableError
from generators.faces import Portrayed, UnderageError, refuse_minors
from generators.photos import PhotoRows
from scenarios.report.sheet import caption_of


class Tones:
    """A source that paints the person's tone, and counts how often it is asked."""

    name = "tones"
    resolution = 64

    def __init__(self) -> None:
        self.asked = 0

    def photos_of(
        self, people: Sequence[Portrayed], of: np.ndarray, shots: PhotoRows
    ) -> np.ndarray:
        refuse_minors(shots)
        self.asked += 1
        grey = np.array([people[i].tone / 10 for i in of], dtype=np.float32)
        return np.broadcast_to(grey[:, None, None, None], (len(of), 3, 64, 64))


def shown(person: int, tone: int, age: int = 40) -> Shown:
    return Shown(person, "Ada Example", age, "female", tone, str(2**63 + person), 0, {})


def test_portraits_are_drawn_at_once_and_belong_to_their_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from PIL import Image

    source = Tones()
    monkeypatch.setattr("generators.faces.face_source", lambda: source)
    found, said = portraits([shown(7, 2), shown(3, 9)])
    assert said == caption_of(source)
    assert source.asked == 1
    assert list(found) == [7, 3]
    for person, tone in ((7, 2), (3, 9)):
        with Image.open(io.BytesIO(found[person])) as image:
            assert image.size == (PORTRAIT_SIZE, PORTRAIT_SIZE) == (128, 128)
            assert np.asarray(image).mean() == pytest.approx(25.5 * tone, abs=1)


def test_nobody_under_18_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generators.faces.face_source", Tones)
    with pytest.raises(UnderageError):
        portraits([shown(1, 5), shown(2, 5, age=17)])
    row = {
        "person": 1, "name": "A B", "age": 17, "sex": "male", "tone": 3, "identity": "5",
        "birth_day": 0, "arm": "a", "held": 1,
    }  # fmt: skip
    assert sample([row, {**row, "person": 2, "age": 18}], 5) == (
        Shown(2, "A B", 18, "male", 3, "5", 0, {"a": 1}),
    )


def test_what_is_missing_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(FacesUnavailableError) as caught:
        portraits([shown(1, 5)])
    said = no_faces(str(caught.value))
    assert said == f"Initials stand for faces here: {caught.value}"
    assert "pip install 'efface[faces]'" in said


def test_nothing_that_draws_is_loaded_before_it_draws() -> None:
    code = (
        "import sys, dashboard.people, dashboard.words, generators.faces as f; "
        "f.faces_available(); print([n for n in ('torch', 'numba') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
