"""`efface faces train`: takes render sets alone, stops safely, goes on exactly, writes weights."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch", reason="the generator needs the extra [faces]")

from generators.heads import render_set  # noqa: E402
from generators.heads.codes import IDENTITY_NAMES, SHOT_NAMES  # noqa: E402
from generators.heads.render_plan import RenderPlan  # noqa: E402
from generators.stylegan.checkpoint import read_checkpoint  # noqa: E402
from generators.stylegan.training import Training  # noqa: E402
from generators.stylegan.weights import load_weights  # noqa: E402
from scenarios.cli import training_progress  # noqa: E402
from scenarios.cli.main import app  # noqa: E402

PEOPLE, PHOTOS, SIDE = 4, 3, 32
CODES = len(IDENTITY_NAMES) + len(SHOT_NAMES)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A render set of noise patterns, opened in place of any folder."""
    draw = np.random.default_rng(0)
    pattern = draw.integers(0, 256, (PEOPLE, PHOTOS, 4, 4, 3)).repeat(8, 2).repeat(8, 3)
    pictures = pattern.astype(np.uint8)
    each = (PEOPLE, PHOTOS)
    found = render_set.RenderSet(
        folder=Path("set"),
        plan=RenderPlan(PEOPLE, PHOTOS, SIDE, 0, 0),
        renderer="r" * 64,
        digest="d" * 64,
        clean=pictures,
        photos=pictures,
        mask=np.zeros((*each, 8, 8), np.uint8),
        identity=draw.normal(size=(PEOPLE, len(IDENTITY_NAMES))).astype(np.float32),
        shots=draw.normal(size=(*each, len(SHOT_NAMES))).astype(np.float32),
        labels={
            "tone": draw.integers(1, 11, each),
            "sex": np.array(["male", "female"])[draw.integers(0, 2, each)],
        },
    )
    monkeypatch.setattr(render_set, "open_render_set", lambda folder: found)


def run(out: Path, *words: str) -> tuple[int, str, str]:
    command = ["faces", "train", "--data", "set", "--out", str(out), *words]
    result = CliRunner().invoke(app, command)
    return result.exit_code, result.stdout, result.stderr


def bits(folder: Path) -> tuple[bytes, dict[str, torch.Tensor]]:
    state = read_checkpoint(folder / "checkpoint.pt")["training"]
    tensors = {
        f"{net}.{name}": value
        for net in ("generator", "discriminator", "average")
        for name, value in state[net].items()
    }
    return (folder / "scalars.csv").read_bytes(), tensors


@pytest.fixture
def interrupt(monkeypatch: pytest.MonkeyPatch):
    """A function that has a signal sent during the step of that number."""

    def at(number: int, kind: signal.Signals) -> None:
        step = Training.step

        def interrupted(training: Training) -> dict[str, float]:
            if training.steps == number:
                os.kill(os.getpid(), kind)
            return step(training)

        monkeypatch.setattr(Training, "step", interrupted)

    return at


@pytest.mark.usefixtures("made_up")
class TestTrain:
    @pytest.mark.parametrize("config", ["paired", "plain", "labels"])
    def test_writes_weights_with_a_card(self, tmp_path: Path, config: str) -> None:
        out = tmp_path / "new" / "training"
        code, printed, _ = run(
            out, "--config", config, "--images", "16", "--batch", "8", "--seed", "3", "--json",
            "--snapshot-every", "8",
        )  # fmt: skip
        assert code == 0
        assert json.loads(printed)["images"] == 16
        weights = load_weights(out / "weights.safetensors")
        assert weights.average.settings.resolution == SIDE
        assert weights.average.settings.c_dim == {"paired": CODES, "plain": 0, "labels": 20}[config]
        assert "No photograph of anyone" in weights.card["text"]
        assert ("no path length" in weights.card["text"]) == (config == "paired")
        assert weights.card["plan"]["data"] == "d" * 64
        assert weights.card["plan"]["settings"]["seed"] == 3
        names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
        assert names == {
            "checkpoint.pt", "scalars.csv", "training.json", "weights.safetensors",
            "snapshots/000000008.png", "snapshots/000000016.png",
        }  # fmt: skip

    @pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
    @pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
    def test_stopped_it_says_how_to_go_on_and_goes_on_to_the_same_bits(
        self, tmp_path: Path, interrupt, kind: signal.Signals
    ) -> None:
        words = ("--images", "64", "--batch", "8")
        assert run(tmp_path / "whole", *words)[0] == 0
        interrupt(3, kind)
        before = signal.getsignal(kind)
        code, _, said = run(tmp_path / "parted", *words)
        assert code == 130
        assert "stopped after 32 of 64 images" in said
        assert "--resume" in said
        assert signal.getsignal(kind) == before
        assert not (tmp_path / "parted" / "weights.safetensors").exists()
        assert run(tmp_path / "parted", *words, "--resume")[0] == 0
        (rows, tensors), (again, others) = bits(tmp_path / "whole"), bits(tmp_path / "parted")
        assert rows == again
        assert tensors.keys() == others.keys()
        assert all(torch.equal(tensors[name], others[name]) for name in tensors)

    def test_goes_on_with_an_equal_plan_alone(self, tmp_path: Path, interrupt) -> None:
        words = ("--images", "32", "--batch", "8")
        interrupt(1, signal.SIGTERM)
        assert run(tmp_path / "t", *words)[0] == 130
        kept = (tmp_path / "t" / "checkpoint.pt").read_bytes()
        code, _, said = run(tmp_path / "t", *words, "--seed", "5", "--resume")
        assert code == 2
        assert "settings.seed differs" in said
        code, _, said = run(tmp_path / "t", *words)
        assert code == 2
        assert "--resume goes on with it" in said
        assert (tmp_path / "t" / "checkpoint.pt").read_bytes() == kept
        (tmp_path / "t" / "checkpoint.pt").write_bytes(kept[:-100])
        code, _, said = run(tmp_path / "t", *words, "--resume")
        assert code == 2
        assert "the checkpoint cannot be used" in said

    def test_killed_before_a_checkpoint_it_begins_anew(self, tmp_path: Path) -> None:
        words = ("--images", "8", "--batch", "8")
        assert run(tmp_path / "whole", *words)[0] == 0
        assert run(tmp_path / "t", *words)[0] == 0
        (tmp_path / "t" / "checkpoint.pt").unlink()
        (tmp_path / "t" / "snapshots" / "000000004.png").write_bytes(b"of the run before")
        assert run(tmp_path / "t", *words, "--resume")[0] == 0
        (rows, tensors), (again, others) = bits(tmp_path / "whole"), bits(tmp_path / "t")
        assert rows == again
        assert len(rows.splitlines()) == 2
        assert all(torch.equal(tensors[name], others[name]) for name in tensors)
        assert [p.name for p in (tmp_path / "t" / "snapshots").iterdir()] == ["000000008.png"]

    def test_codes_of_another_length_end_with_two(self, tmp_path: Path, monkeypatch) -> None:
        found = render_set.open_render_set(tmp_path)
        other = replace(found, shots=found.shots[..., 1:])
        monkeypatch.setattr(render_set, "open_render_set", lambda folder: other)
        code, _, said = run(tmp_path / "t", "--images", "8")
        assert code == 2
        assert "codes are of another version" in said
        assert not (tmp_path / "t").exists()
        assert run(tmp_path / "t", "--images", "8", "--config", "plain")[0] == 0

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (("--resume",), "there is no training to go on with"),
            (("--batch", "6"), "groups of four"),
            (("--config", "plain", "--encoder", "e.safetensors"), "only the paired warm start"),
            (("--encoder", "missing.safetensors"), "missing.safetensors"),
            (("--config", "other"), "other"),
        ],
    )
    def test_wrong_options_end_with_two_and_write_nothing(
        self, tmp_path: Path, words: tuple[str, ...], told: str
    ) -> None:
        code, _, said = run(tmp_path / "t", "--images", "8", *words)
        assert code == 2
        assert told in said
        assert not any(tmp_path.iterdir())

    @pytest.mark.parametrize("device", ["cuda:9", "cuda:x", "tpu", ""])
    def test_a_device_that_is_not_there_is_refused_with_those_that_are(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str
    ) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
        code, _, said = run(tmp_path / "t", "--images", "8", "--device", device)
        assert code == 2
        assert "cpu or cuda or cuda:0 or cuda:1" in said
        assert not any(tmp_path.iterdir())

    def test_a_folder_of_something_else_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "letter.txt").write_text("dear")
        code, _, said = run(tmp_path, "--images", "8")
        assert code == 2
        assert "something else lies here" in said
        assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]

    def test_figures_that_are_not_finite_end_with_two(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr(Training, "step", lambda training: {"pairs": float("nan")})
        code, _, said = run(tmp_path / "t", "--images", "8")
        assert code == 2
        assert "lost its way" in said


def test_logs_get_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    now = [0.0]
    monkeypatch.setattr(training_progress.time, "monotonic", lambda: now[0])
    with training_progress.lines(1000, 5000) as report:
        for now[0], seen in ((10.0, 1100), (40.0, 1200), (50.0, 1300)):
            report(seen, {"pairs": 0.25, "generator": 1.0})
    told = capsys.readouterr().err.splitlines()
    assert told == ["1200 of 5000 images, 5 images/s, 13 minutes left, pairs 0.250"]


def test_logs_of_a_training_gone_on_with_tell_its_own_rate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr(training_progress.time, "monotonic", lambda: now[0])
    with training_progress.lines(None, 5000) as report:
        for now[0], seen in ((10.0, 4600), (40.0, 4900), (50.0, 5000)):
            report(seen, {"loss": 0.5, "margin": 0.35})
    told = capsys.readouterr().err.splitlines()
    assert told == [
        "4900 of 5000 images, 10 images/s, 0 minutes left, loss 0.500, margin 0.350",
        "5000 of 5000 images, 10 images/s, 0 minutes left, loss 0.500, margin 0.350",
    ]


class TestOtherFolders:
    """Nothing is trained on but what the renderer made."""

    def test_a_folder_without_the_renderers_manifest_is_refused(self, tmp_path: Path) -> None:
        data = tmp_path / "faces"
        data.mkdir()
        np.save(data / "clean.npy", np.zeros((4, 2, 32, 32, 3), np.uint8))
        result = CliRunner().invoke(
            app, ["faces", "train", "--data", str(data), "--out", str(tmp_path / "t")]
        )
        assert result.exit_code == 2
        assert "no manifest of the renderer" in result.stderr
        assert not (tmp_path / "t").exists()

    @pytest.mark.parametrize("manifest", ["{}", "[]", "no JSON", '{"kind": "my photos"}'])
    def test_so_is_one_with_a_manifest_of_another_kind(self, tmp_path: Path, manifest: str) -> None:
        data = tmp_path / "faces"
        data.mkdir()
        (data / "manifest.json").write_text(manifest)
        result = CliRunner().invoke(
            app, ["faces", "train", "--data", str(data), "--out", str(tmp_path / "t")]
        )
        assert result.exit_code == 2
        assert "manifest" in result.stderr
        assert not (tmp_path / "t").exists()
