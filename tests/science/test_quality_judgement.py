"""Generators that copy, collapse, disobey or do well are told from one another (`judgement`)."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch", reason="the encoder needs the extra [faces]")

from generators.encoder.network import FaceNetwork, NetworkShape  # noqa: E402
from generators.quality.judgement import Judgement, Material, judge  # noqa: E402

PEOPLE, PHOTOS = 30, 4


@pytest.fixture(scope="module")
def network() -> FaceNetwork:
    """An encoder that learnt nothing: its maps are random projections, which do keep distances."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return FaceNetwork(NetworkShape((6, 8, 12, 16), 24, 32)).eval()


def photographed(
    people: range, seed: int, spread: float = 8
) -> tuple[NDArray[np.uint8], dict[str, NDArray[np.float64]]]:
    """Photos of people that are patterns of 4×4 colours, lit from left or right."""
    light = np.random.default_rng([seed, 1]).uniform(-1, 1, (len(people), PHOTOS))
    return lit(people, light, seed, spread), {"light": light}


def lit(
    people: range, light: NDArray[np.float64], seed: int, spread: float = 8
) -> NDArray[np.uint8]:
    pattern = np.stack(
        [np.random.default_rng(p).integers(60, 196, (4, 4, 3)) for p in people]
    ).repeat(8, 1).repeat(8, 2)  # fmt: skip
    slope = 60 * light[..., None, None, None] * np.linspace(-1, 1, 32)[:, None]
    noise = np.random.default_rng([seed, 2]).normal(0, spread, (*light.shape, 32, 32, 3))
    return np.clip(pattern[:, None] + slope + noise, 0, 255).astype(np.uint8)


def judged(network: FaceNetwork, generated: NDArray[np.uint8]) -> Judgement:
    twins, asked = photographed(range(100, 100 + PEOPLE), 1)
    others, known = photographed(range(200, 200 + PEOPLE), 2)
    training, _ = photographed(range(300, 360), 3)
    return judge(network, Material(generated, twins, others, asked, known, training), replicates=40)


def test_one_that_is_right_reaches_what_renders_do(network: FaceNetwork) -> None:
    _, asked = photographed(range(100, 100 + PEOPLE), 1)
    found = judged(network, lit(range(100, 100 + PEOPLE), asked["light"], 9))
    eer = found.told_apart.renders.eer
    assert eer.low <= found.told_apart.generated.eer.value <= eer.high
    assert found.variance.generated.low < 1 < found.variance.generated.high
    assert found.likeness.value > 0.9
    assert found.control["light"].ratio.value == pytest.approx(1, abs=0.1)
    assert (
        abs(found.distance.generated.value - found.distance.renders.value)
        < 3 * (found.distance.renders.error or 1) + 0.05
    )
    for test in found.copies.values():
        assert not test.generated.copies
        assert not test.renders.copies
    told = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert set(told) == {
        "told_apart", "retention", "collisions", "variance", "likeness", "distance", "coverage",
        "control", "copies",
    }  # fmt: skip


def test_one_that_copies_its_training_set_is_found_in_both_spaces(network: FaceNetwork) -> None:
    training, _ = photographed(range(300, 360), 3)
    found = judged(network, training[:PEOPLE])
    for space in ("encoder", "pixels"):
        assert found.copies[space].generated.copies
        assert not found.copies[space].renders.copies
        assert found.copies[space].generated.near_copies.value == 1
        assert (found.nearest[space].place[:, 0] == np.arange(PEOPLE * PHOTOS)).all()


def test_a_figure_that_renders_reach_stands_beside_every_other(network: FaceNetwork) -> None:
    twins, _ = photographed(range(100, 100 + PEOPLE), 1)
    told = judged(network, twins).as_json()
    for name in ("retention", "collisions", "variance"):
        for side in ("generated", "renders"):
            assert set(told[name][side]) == {"value", "low", "high"}
    distance = told["distance"]["renders"]
    assert distance["blocks"] == 1
    assert distance["low"] is None
    assert told["variance"]["renders"]["low"] < 1 < told["variance"]["renders"]["high"]


def test_one_that_gives_everybody_the_same_face_collides(network: FaceNetwork) -> None:
    _, asked = photographed(range(100, 100 + PEOPLE), 1)
    face = np.repeat(lit(range(100, 101), asked["light"][:1], 9), PEOPLE, axis=0)
    found = judged(network, face)
    assert found.collisions.generated.value > 10 * found.collisions.renders.value
    assert found.told_apart.generated.eer.value > found.told_apart.renders.eer.high
    assert found.coverage.generated.recall.value < found.coverage.renders.recall.low
    assert found.distance.generated.value > 3 * abs(found.distance.renders.value)


def test_one_whose_photos_are_all_alike_varies_too_little(network: FaceNetwork) -> None:
    twins, _ = photographed(range(100, 100 + PEOPLE), 1)
    found = judged(network, np.repeat(twins[:, :1], PHOTOS, axis=1))
    assert found.variance.generated.value < 0.01
    assert found.retention.generated.value == 1
    assert abs(found.control["light"].generated.value) < 0.8 < found.control["light"].renders.value


def test_refuses_material_that_does_not_fit(network: FaceNetwork) -> None:
    twins, asked = photographed(range(100, 100 + PEOPLE), 1)
    for generated, others in ((twins[1:], twins), (twins, twins[1:])):
        with pytest.raises(ValueError, match=r"pairs|as many"):
            judge(network, Material(generated, twins, others, asked, asked, twins))
