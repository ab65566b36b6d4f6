"""`efface faces judge`: figures and a picture for the card, from people whom nobody learnt from."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

torch = pytest.importorskip("torch", reason="the encoder needs the extra [faces]")

from generators.digests import sha256  # noqa: E402
from generators.encoder.network import FaceNetwork, NetworkShape  # noqa: E402
from generators.encoder.weights import EncoderCard, weights_bytes  # noqa: E402
from generators.heads import render_set  # noqa: E402
from generators.heads.render_plan import RenderPlan  # noqa: E402
from generators.quality.material import LABELS, material_of  # noqa: E402
from scenarios.cli.main import app  # noqa: E402

PHOTOS = 3


def made_up_set(people: int, seed: int, first_person: int = 0) -> render_set.RenderSet:
    """A render set whose pictures show nothing but their codes, a stripe for each number."""
    draw = np.random.default_rng([seed, first_person])
    identity = draw.random((people, 4), dtype=np.float32)
    shots = draw.random((people, PHOTOS, 4), dtype=np.float32)
    code = np.concatenate([identity[:, None].repeat(PHOTOS, 1), shots], axis=2)
    labels = {name: draw.random((people, PHOTOS)) for name in LABELS}
    labels["yaw"] = shots[..., 0].astype(np.float64)
    labels["grain_seed"] = draw.integers(0, 2**60, (people, PHOTOS))
    clean = np.round(255 * drawn(code.reshape(-1, 8))).astype(np.uint8)
    clean = clean.reshape(people, PHOTOS, 32, 32, 3)
    return render_set.RenderSet(
        folder=Path("set"),
        plan=RenderPlan(people, PHOTOS, 32, seed, first_person),
        renderer="r" * 64,
        digest=f"{seed}{first_person}",
        clean=clean,
        photos=clean,
        mask=np.zeros((people, PHOTOS, 8, 8), np.uint8),
        identity=identity,
        shots=shots,
        labels=labels,
    )


def drawn(code: NDArray[np.float32], noise: NDArray[np.float32] | None = None) -> NDArray:
    """A generator that does as it is told: pictures [n, 32, 32, 3] of stripes."""
    stripes = code.repeat(4, axis=1)[:, None, :, None]
    return np.broadcast_to(0.1 + 0.8 * stripes, (len(code), 32, 32, 3)).astype(np.float32)


class TestMaterial:
    def test_a_generator_is_asked_for_each_persons_codes_in_each_shot(self) -> None:
        held_out, training = made_up_set(20, 1), made_up_set(5, 2)
        asked: list[NDArray] = []

        def draw(code: NDArray, noise: NDArray) -> NDArray:
            asked.append(noise)
            return drawn(code)

        found = material_of(draw, 6, held_out, training, 9)
        assert np.array_equal(found.generated, held_out.clean[:9])
        assert np.array_equal(found.twins, held_out.clean[:9])
        assert np.array_equal(found.others, held_out.clean[9:18])
        assert np.array_equal(found.twin_labels["yaw"], held_out.labels["yaw"][:9])
        assert np.array_equal(found.other_labels["age"], held_out.labels["age"][9:18])
        noise = np.stack(asked)
        assert noise.shape == (9, PHOTOS, 6)
        assert len(np.unique(noise)) == noise.size
        with pytest.raises(ValueError, match="11 twins"):
            material_of(draw, 6, held_out, training, 11)


class TestJudge:
    @pytest.fixture
    def sets(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, render_set.RenderSet]:
        found = {"held": made_up_set(20, 1), "trained": made_up_set(30, 2)}
        monkeypatch.setattr(render_set, "open_render_set", lambda folder: found[folder.name])
        return found

    @pytest.fixture
    def generator(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
        file = tmp_path / "generator.safetensors"
        file.write_bytes(b"weights")
        monkeypatch.setattr("scenarios.cli.faces_judge_generator.SHIPPED", file)
        card = {
            "text": "twelve hours of stripes",
            "plan": {"data": made_up_set(30, 2).digest, "encoder": "0" * 64},
        }
        source = SimpleNamespace(clean=drawn, resolution=32, card=card)
        module = SimpleNamespace(GeneratedFaces=lambda weights=None: source)
        monkeypatch.setitem(sys.modules, "generators.portraits.generated", module)
        return source

    @pytest.fixture
    def encoder(self, tmp_path: Path) -> Path:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            network = FaceNetwork(NetworkShape((6, 8, 12, 16), 24, 32))
        card = EncoderCard(network.shape, 0, 1, "fp32", "", 1, (500, 600), 3, "four stripes")
        path = tmp_path / "encoder.safetensors"
        path.write_bytes(weights_bytes(network, card))
        return path

    def run(self, encoder: Path, *words: str) -> tuple[int, str, str]:
        command = ["faces", "judge", "--encoder", str(encoder), "--held-out", "held"]
        out = str(encoder.parent / "card" / "figures.json")
        result = CliRunner().invoke(
            app, [*command, "--trained-on", "trained", "--out", out, *words]
        )
        return result.exit_code, result.stdout, result.stderr

    @pytest.mark.usefixtures("sets", "generator")
    def test_writes_figures_and_picture(self, encoder: Path) -> None:
        picture = encoder.parent / "nearest.png"
        code, printed, said = self.run(encoder, "--figure", str(picture), "--json")
        assert code == 0, said
        figures = json.loads(printed)
        assert figures == json.loads((encoder.parent / "card" / "figures.json").read_text())
        assert figures["encoder"] == {"sha256": sha256(encoder), "text": "four stripes"}
        drawer = sha256(encoder.parent / "generator.safetensors")
        assert figures["generator"] == {"sha256": drawer, "text": "twelve hours of stripes"}
        assert str(encoder.parent) not in printed
        assert figures["people"] == 10
        assert figures["likeness"]["value"] == pytest.approx(1, abs=1e-5)
        assert figures["variance"]["generated"]["value"] == pytest.approx(1)
        assert figures["labels_left_out"] == []
        assert figures["control"]["yaw"]["ratio"]["value"] == pytest.approx(1)
        assert not figures["copies"]["pixels"]["generated"]["copies"]
        assert picture.read_bytes()[:4] == b"\x89PNG"
        table = encoder.parent / "table.md"
        code, printed, _ = self.run(encoder, "--table", str(table))
        assert code == 0
        assert "equal error rate" in printed
        lines = table.read_text(encoding="utf-8").split("\n")
        assert lines[:2] == ["|  | generated | renders |", "|---|---|---|"]
        ratio = next(line for line in lines if line.startswith("| yaw: over the renders'"))
        assert ratio == "| yaw: over the renders' correlation | 1.0000 (1.0000 to 1.0000) | 1 |"
        assert "10 people unknown to the generator" in lines[-2]

    @pytest.mark.usefixtures("generator")
    def test_a_label_that_too_few_vary_in_is_left_out_and_named(
        self, encoder: Path, sets: dict[str, render_set.RenderSet]
    ) -> None:
        glasses = np.zeros((20, PHOTOS), dtype=bool)
        glasses[3, 0] = True
        held = sets["held"]
        sets["held"] = dataclasses.replace(held, labels={**held.labels, "glasses": glasses})
        code, printed, said = self.run(encoder, "--json")
        assert code == 0, said
        assert "too few people vary in it: glasses" in said
        figures = json.loads(printed)
        assert figures["labels_left_out"] == ["glasses"]
        assert "glasses" not in figures["control"]

    @pytest.mark.usefixtures("sets")
    def test_refuses_another_training_set_and_the_encoder_that_guided(
        self, encoder: Path, generator: SimpleNamespace
    ) -> None:
        right = generator.card["plan"]
        guide = sha256(encoder)
        for card, said in (
            ({}, "does not say what they learnt from"),
            ({"plan": "x"}, "does not say what they learnt from"),
            ({"plan": {**right, "data": "f" * 64}}, "learnt from another set"),
            ({"plan": {**right, "encoder": guide}}, "guided the generator"),
        ):
            generator.card = card
            code, _, printed = self.run(encoder)
            assert code == 2
            assert said in printed
        assert not (encoder.parent / "card").exists()

    @pytest.mark.usefixtures("generator")
    def test_fails_where_training_pictures_were_copied(
        self, encoder: Path, sets: dict[str, render_set.RenderSet], generator: SimpleNamespace
    ) -> None:
        # Of ten copied people chance alone would spare the unseen in one labelling of thirty.
        sets.update(held=made_up_set(48, 1), trained=made_up_set(40, 2))
        generator.card = {"plan": {"data": sets["trained"].digest}}
        rows = iter(sets["trained"].clean)
        generator.clean = lambda code, noise: next(rows).astype(np.float32) / 255
        code, _, said = self.run(encoder)
        assert code == 1
        assert "copied" in said
        assert (encoder.parent / "card" / "figures.json").is_file()

    @pytest.mark.usefixtures("generator")
    def test_refuses_people_whom_somebody_learnt_from_and_sets_that_do_not_fit(
        self,
        encoder: Path,
        sets: dict[str, render_set.RenderSet],
        generator: SimpleNamespace,
    ) -> None:
        good = dict(sets)
        for change, words, said in (
            ({"held": made_up_set(20, 1, first_person=590)}, (), "did not learn from"),
            ({"trained": made_up_set(30, 1)}, (), "did not learn from"),
            (
                {"held": made_up_set(20, 3), "trained": made_up_set(30, 1, 580)},
                (),
                "other people than the generator",
            ),
            ({}, ("--people", "11"), "as many other people"),
            ({"held": made_up_set(15, 1)}, (), "16 or more"),
            (
                {
                    "trained": dataclasses.replace(
                        good["trained"], clean=good["trained"].clean[:, :, ::2, ::2]
                    )
                },
                (),
                "one size",
            ),
        ):
            sets.update(good | change)
            generator.card = {"plan": {"data": sets["trained"].digest}}
            code, _, printed = self.run(encoder, *words)
            assert code == 2
            assert said in printed
        sets.update(good)
        generator.resolution = 64
        assert "one size" in self.run(encoder)[2]
        assert not (encoder.parent / "card").exists()
