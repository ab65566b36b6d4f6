"""`efface faces train-encoder`: takes render sets, stops and goes on, and writes whole files."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch", reason="the encoder needs the extra [faces]")

from safetensors import safe_open  # noqa: E402

from generators.digests import sha256  # noqa: E402
from generators.encoder.batches import Batches  # noqa: E402
from generators.encoder.encoder import load_encoder  # noqa: E402
from generators.heads import render_set  # noqa: E402
from generators.heads.render_plan import RenderPlan  # noqa: E402
from scenarios.cli.main import app  # noqa: E402

PEOPLE = 12


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> render_set.RenderSet:
    """A render set of noise patterns, opened in place of any folder."""
    draw = np.random.default_rng(0)
    pattern = draw.integers(40, 216, (PEOPLE, 1, 4, 4, 3)).repeat(8, 2).repeat(8, 3)
    photos = pattern + draw.normal(0, 20, (PEOPLE, 4, 32, 32, 3))
    pictures = np.clip(photos, 0, 255).astype(np.uint8)
    nothing = np.zeros((PEOPLE, 4, 1), np.float32)
    found = render_set.RenderSet(
        folder=Path("set"),
        plan=RenderPlan(PEOPLE, 4, 32, 5, 100),
        renderer="r" * 64,
        digest="d" * 64,
        clean=pictures,
        photos=pictures,
        mask=np.zeros((PEOPLE, 4, 8, 8), np.uint8),
        identity=nothing[:, 0],
        shots=nothing,
        labels={
            "tone": (np.arange(PEOPLE)[:, None] % 10 + 1).repeat(4, 1),
            "sex": np.array([["female"], ["male"]] * (PEOPLE // 2)).repeat(4, 1),
        },
    )
    monkeypatch.setattr(render_set, "open_render_set", lambda folder: found)
    return found


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["faces", "train-encoder", "--data", "set", *words])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.usefixtures("made_up")
class TestTrainEncoder:
    def test_writes_weights_with_a_card(self, tmp_path: Path) -> None:
        out = tmp_path / "w.safetensors"
        code, printed, _ = run(
            "--out", str(out), "--images", "300", "--people", ":8", "--test", "8:", "--json",
            "--precision", "fp32",
        )  # fmt: skip
        assert code == 0
        told = json.loads(printed)
        card = load_encoder(out).card
        assert told["images"] == card.images == 384
        assert (card.people_seed, card.people) == (5, (100, 108))
        assert card.photos_digest == "d" * 64
        assert card.figures == told["figures"]
        eer = card.figures["eer"]
        assert eer["low"] <= eer["value"] <= eer["high"]
        # Of the four people judged two are female, and the tones are 9, 10, 1 and 2.
        assert set(card.figures["groups"]) == {"female", "male", "tones 1-3", "tones 9-10"}
        assert "No photograph of anyone" in card.text
        assert [path.name for path in tmp_path.iterdir()] == ["w.safetensors"]

    @pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
    @pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
    def test_stopped_between_checkpoints_it_goes_on_to_the_same_weights(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: signal.Signals
    ) -> None:
        words = ("--images", "600", "--precision", "fp32", "--checkpoint-every", "3600")
        assert run("--out", str(tmp_path / "whole.safetensors"), *words)[0] == 0
        out = tmp_path / "w.safetensors"
        at = Batches.at

        def interrupted(batches: Batches, step: int) -> tuple[torch.Tensor, torch.Tensor]:
            if step == 2:
                os.kill(os.getpid(), kind)
            return at(batches, step)

        before = signal.getsignal(kind)
        with monkeypatch.context() as patch:
            patch.setattr(Batches, "at", interrupted)
            code, _, said = run("--out", str(out), *words)
        assert code == 130
        assert "--resume goes on" in said
        assert signal.getsignal(kind) == before
        assert not out.exists()
        kept = tmp_path / "w.safetensors.checkpoint"
        with safe_open(kept, "pt") as file:
            assert file.metadata()["step"] == "3"
        code, _, said = run("--out", str(out), *words)
        assert code == 2
        assert "--resume goes on" in said
        assert run("--out", str(out), *words, "--resume")[0] == 0
        assert not kept.exists()
        one, other = (load_encoder(tmp_path / f"{name}.safetensors") for name in ("whole", "w"))
        ours, theirs = one.network.state_dict(), other.network.state_dict()
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)

    def test_stopped_while_it_is_judged_the_training_is_not_lost(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        out = tmp_path / "w.safetensors"
        words = ("--out", str(out), "--images", "128", "--people", ":8", "--test", "8:")
        with monkeypatch.context() as patch:
            patch.setattr("generators.encoder.on_renders.judge_on_renders", interrupted)
            code, _, said = run(*words)
        assert code == 130
        assert "--resume goes on" in said
        monkeypatch.setattr(Batches, "at", interrupted)
        assert run(*words, "--resume")[0] == 0
        assert out.is_file()

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("--people", "3:4"), "no such range of people"),
            (("--people", "3:99"), "no such range of people"),
            (("--people", "a:b"), "no such range of people"),
            (("--people", ":8", "--test", "7:"), "did not learn from"),
            (("--test", ":"), "did not learn from"),
            (("--pictures", "dark"), "no such pictures"),
            (("--precision", "fp8"), "no such precision"),
            (("--resume",), "nothing to go on from"),
        ],
    )
    def test_refuses_what_cannot_be(
        self, tmp_path: Path, words: tuple[str, ...], said: str
    ) -> None:
        code, _, printed = run("--out", str(tmp_path / "w.safetensors"), *words)
        assert code == 2
        assert said in printed
        assert not list(tmp_path.iterdir())

    def test_tells_a_log_how_far_it_is(self, tmp_path: Path) -> None:
        words = ("--images", "256", "--precision", "fp32")
        _, _, said = run("--out", str(tmp_path / "w.safetensors"), *words)
        assert "256 of 256 images, loss" in said

    def test_refuses_a_name_that_is_no_weights_file(self, tmp_path: Path) -> None:
        code, _, printed = run("--out", str(tmp_path / "w.pt"))
        assert code == 2
        assert "safetensors" in printed


def judge(weights: Path, *words: str) -> tuple[int, str, str]:
    command = ["faces", "judge-encoder", "--weights", str(weights), "--data", "set", *words]
    result = CliRunner().invoke(app, command)
    return result.exit_code, result.stdout, result.stderr


class TestJudgeEncoder:
    @pytest.fixture
    def weights(self, made_up: render_set.RenderSet, tmp_path: Path) -> Path:
        out = tmp_path / "w.safetensors"
        assert run("--out", str(out), "--images", "128", "--people", ":8")[0] == 0
        return out

    def test_gives_the_figures_of_training(self, weights: Path) -> None:
        code, printed, _ = judge(weights, "--people", "8:", "--json")
        assert code == 0
        told = json.loads(printed)
        card = load_encoder(weights).card
        assert told["weights"] == {"sha256": sha256(weights), "text": card.text}
        figures = told["figures"]
        assert figures["people"] == 4
        assert 0 <= figures["eer"]["value"] <= 1
        code, printed, _ = judge(weights, "--people", "8:")
        assert code == 0
        assert f"{figures['eer']['value']:.4f}" in printed
        assert "female: FNMR" in printed

    def test_refuses_people_that_it_learnt_from_in_any_set(
        self,
        weights: Path,
        made_up: render_set.RenderSet,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        code, _, said = judge(weights, "--people", "7:")
        assert code == 2
        assert "people 107:112" in said
        shifted = dataclasses.replace(made_up.plan, first_person=96)
        for plan, expected in (
            (shifted, 2),  # row 8 is then person 104, from whom it learnt
            (dataclasses.replace(shifted, seed=6), 0),  # other people altogether
        ):
            other = dataclasses.replace(made_up, plan=plan, digest="e" * 64)
            monkeypatch.setattr(render_set, "open_render_set", lambda folder, o=other: o)
            assert judge(weights, "--people", "8:")[0] == expected

    def test_refuses_more_than_can_be_compared(
        self, weights: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("generators.encoder.evaluation.MOST_PHOTOS", 12)
        code, _, said = judge(weights, "--people", "8:")
        assert code == 2
        assert "up to 3 people" in said

    def test_refuses_photos_of_another_size(
        self,
        weights: Path,
        made_up: render_set.RenderSet,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        small = dataclasses.replace(made_up, photos=made_up.photos[:, :, ::2, ::2])
        monkeypatch.setattr(render_set, "open_render_set", lambda folder: small)
        code, _, said = judge(weights, "--people", "8:")
        assert code == 2
        assert "another size" in said


def test_refuses_a_folder_that_is_no_render_set(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"x")
    out = tmp_path / "w.safetensors"
    words = ["faces", "train-encoder", "--data", str(tmp_path), "--out", str(out)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "no manifest of the renderer" in result.stderr
    assert not out.exists()
