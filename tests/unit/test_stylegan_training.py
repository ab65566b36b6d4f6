"""Training StyleGAN2-ADA: three configurations, resumed to the bit, killed, adapting."""

from __future__ import annotations

import csv
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the generator needs the extra [faces]")

from generators.stylegan.augment import BGC  # noqa: E402
from generators.stylegan.checkpoint import read_checkpoint, write_checkpoint  # noqa: E402
from generators.stylegan.folder import Pace, TrainingFolder  # noqa: E402
from generators.stylegan.images import PairedImages, TensorImages  # noqa: E402
from generators.stylegan.paired import PairedSettings  # noqa: E402
from generators.stylegan.scalars import NAMES, ScalarLog  # noqa: E402
from generators.stylegan.schedule import TrainingSettings  # noqa: E402
from generators.stylegan.settings import DiscriminatorSettings, GeneratorSettings  # noqa: E402
from generators.stylegan.snapshots import sheet, write_png  # noqa: E402
from generators.stylegan.soften import soften  # noqa: E402
from generators.stylegan.training import Training  # noqa: E402

SIDE, BATCH = 16, 4
QUICK = TrainingSettings(
    images=40, batch=BATCH, r1_every=3, path_every=2, ada_images=100, ada_target=0.0,
    average_images=50, soften_from=1.0, soften_images=30,
)  # fmt: skip
PAIRED = replace(
    QUICK, paired=PairedSettings(), paired_images=16, game_rampup=16, game_weight=0.5, mixing=0.0,
    decay_from=20,
)  # fmt: skip
CONFIGURATIONS = ["plain", "labels", "paired"]


@pytest.fixture(autouse=True)
def _one_thread():
    """Bits depend on the number of threads, and networks this small gain nothing from a second."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def pictures(count=12):
    """Smooth random pictures, uint8 [count, SIDE, SIDE, 3]."""
    coarse = torch.rand(count, 3, 4, 4, generator=torch.Generator().manual_seed(1))
    fine = torch.nn.functional.interpolate(coarse, size=SIDE, mode="bilinear")
    return (255 * fine).to(torch.uint8).permute(0, 2, 3, 1)


def images_for(configuration):
    shown = pictures()
    if configuration == "plain":
        return TensorImages(shown)
    if configuration == "labels":
        return TensorImages(shown, torch.eye(3)[torch.arange(len(shown)) % 3])
    codes = torch.randn(len(shown), 5, generator=torch.Generator().manual_seed(2))
    return PairedImages(shown, codes[:, :3], codes[:, 3:])


def training_for(configuration, settings=None):
    images = images_for(configuration)
    paired = configuration == "paired"
    if settings is None:
        settings = PAIRED if paired else QUICK
    return Training(
        settings,
        GeneratorSettings(
            SIDE, z_dim=4, c_dim=images.c_dim, w_dim=8, mapping="code" if paired else "latent",
            mapping_layers=2, channel_base=128, channel_max=12,
        ),
        DiscriminatorSettings(
            SIDE, c_dim=images.c_dim if configuration == "labels" else 0, label_layers=1,
            channel_base=128, channel_max=12,
        ),
        images,
    )  # fmt: skip


def same(a, b, at="state"):
    """Hold two states to the bit."""
    assert type(a) is type(b), at
    if isinstance(a, dict):
        assert a.keys() == b.keys(), at
        for key in a:
            same(a[key], b[key], f"{at}.{key}")
    elif isinstance(a, list | tuple):
        assert len(a) == len(b), at
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            same(x, y, f"{at}.{i}")
    elif isinstance(a, torch.Tensor):
        assert torch.equal(a, b), at
    else:
        assert a == b or (a != a and b != b), at


# -- steps -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_every_figure_is_finite_and_measured_when_it_is_due(configuration):
    training = training_for(configuration)
    start = {n: p.clone() for n, p in training.average.named_parameters()}
    for step in range(10):
        measured = training.step()
        assert all(math.isfinite(value) for value in measured.values())
        playing = configuration != "paired" or step * BATCH >= PAIRED.paired_images
        assert ("pairs" in measured) == (configuration == "paired")
        assert ("generator" in measured) == playing
        assert ("discriminator" in measured) == playing
        assert ("r1" in measured) == (playing and step % 3 == 0)
        assert ("path" in measured) == (playing and step % 2 == 0)
        assert set(measured) <= set(NAMES)
    assert training.seen == 40
    assert training.steps == 10
    for name, parameter in training.average.named_parameters():
        assert torch.isfinite(parameter).all()
        if "noise_strength" not in name:
            assert not torch.equal(parameter, start[name]), name


def test_pairs_are_learnt():
    settings = replace(PAIRED, images=10**6, paired_images=10**6, rate=0.01, decay_from=None)
    training = training_for("paired", settings)
    losses = [training.step()["pairs"] for _ in range(60)]
    assert np.mean(losses[-8:]) < 0.6 * np.mean(losses[:4])


def test_each_network_moves_in_its_own_turn():
    training = training_for("plain", replace(QUICK, path_weight=0.0))
    judge = [p.clone() for p in training.discriminator.parameters()]
    training.discriminator.requires_grad_(False)
    real, beside = training.images.batch(torch.arange(BATCH))
    fakes, labels = training._generator_step(real, beside, True, {})
    training.adam_g.step()
    for before, after in zip(judge, training.discriminator.parameters(), strict=True):
        assert torch.equal(before, after)
        assert after.grad is None
    make = [p.clone() for p in training.generator.parameters()]
    training.discriminator.requires_grad_(True)
    training._discriminator_step(real, beside, fakes, labels, {})
    for before, after in zip(make, training.generator.parameters(), strict=True):
        assert torch.equal(before, after)
    moved = zip(judge, training.discriminator.parameters(), strict=True)
    assert any(not torch.equal(before, after) for before, after in moved)


@pytest.mark.parametrize(("target", "climbs"), [(-0.99, True), (0.99, False)])
def test_p_climbs_where_the_discriminator_is_surer_than_asked(target, climbs):
    training = training_for("plain", replace(QUICK, ada_target=target, ada_images=64))
    measured = [training.step() for _ in range(9)]
    ps = [m["p"] for m in measured]
    if climbs:
        # A step every fourth batch, of its 16 images over the 64 that it may climb in.
        assert ps[3] == pytest.approx(0.25)
        assert ps[7] == pytest.approx(0.5)
    else:
        assert ps == [0.0] * 9
    assert all(-1 <= m["r_t"] <= 1 for m in measured)


def test_without_a_target_nothing_is_augmented():
    training = training_for("plain", replace(QUICK, ada_target=None))
    assert "p" not in training.step()
    assert training.adaptive.p == 0.0


def test_rate_falls_to_a_tenth_along_a_cosine():
    training = training_for("paired")
    start = training.rate_g
    rates = []
    for _ in range(11):
        training.step()
        rates.append(training.adam_g.param_groups[0]["lr"])
    assert rates[:5] == [start] * 5
    assert rates[5] == pytest.approx(start)
    assert rates == sorted(rates, reverse=True)
    assert rates[10] == pytest.approx(0.1 * start)


def test_lazy_regularisation_corrects_adam():
    training = training_for("plain")
    share = 2 / 3
    assert training.adam_g.param_groups[0]["lr"] == pytest.approx(QUICK.rate * share)
    assert training.adam_g.param_groups[0]["betas"] == pytest.approx((0.0, 0.99**share))
    assert training.adam_d.param_groups[0]["lr"] == pytest.approx(QUICK.rate * 3 / 4)


# -- images ----------------------------------------------------------------------------------------


def test_images_are_scaled_and_keep_their_labels():
    shown = torch.zeros(3, SIDE, SIDE, 3, dtype=torch.uint8)
    shown[1], shown[2, 0, 1, 2] = 255, 255
    labels = torch.eye(3)
    images = TensorImages(shown, labels)
    found, beside = images.batch(torch.tensor([2, 1]))
    assert found.shape == (2, 3, SIDE, SIDE)
    assert found[0, 2, 0, 1] == 1.0
    assert found[0].sum() == 2 - 3 * SIDE * SIDE
    assert (found[1] == 1).all()
    assert torch.equal(beside, labels[[2, 1]])
    first_channels = TensorImages(shown.permute(0, 3, 1, 2), labels)
    assert torch.equal(first_channels.batch(torch.tensor([2]))[0], found[:1])
    with pytest.raises(ValueError, match="uint8"):
        TensorImages(shown.float())
    with pytest.raises(ValueError, match="square"):
        TensorImages(shown[:, :8])
    with pytest.raises(ValueError, match=r"labels are \[3, c\]"):
        TensorImages(shown, labels[:2])


def test_codes_to_generate_from_put_one_images_identity_in_anothers_shot():
    n = 12
    kept = torch.arange(n, dtype=torch.float32)[:, None].expand(-1, 3)
    images = PairedImages(pictures(n), kept, kept[:, :2] + 100)
    codes = images.labels(500, torch.Generator().manual_seed(0))
    assert torch.equal(codes[:, :3], codes[:, :1].expand(-1, 3))
    assert torch.equal(codes[:, 3:], codes[:, 3:4].expand(-1, 2))
    shots = codes[:, 3] - 100
    own = torch.tensor([False, True])
    tied = PairedImages(pictures(n), kept, kept[:, :2] + 100, own)
    assert tied.bound.tolist() == [True] * 3 + [False, True]
    with_own = tied.labels(500, torch.Generator().manual_seed(0))
    assert torch.equal(with_own[:, :4], codes[:, :4])
    assert torch.equal(with_own[:, 4] - 100, with_own[:, 0])
    for wrong in (own[:1], own.float()):
        with pytest.raises(ValueError, match=r"bound is bool \[2\]"):
            PairedImages(pictures(n), kept, kept[:, :2], wrong)
    assert set(codes[:, 0].tolist()) == set(shots.tolist()) == set(range(n))
    # Chance puts an image's own shot beside it once in n.
    share = (codes[:, 0] == shots).float().mean().item()
    assert abs(share - 1 / n) < 4 * math.sqrt(1 / n / 500)


def test_shapes_that_do_not_go_together_are_refused():
    plain, labels = images_for("plain"), images_for("labels")
    make, judge = GeneratorSettings(SIDE, z_dim=4, w_dim=4), DiscriminatorSettings(SIDE)
    with pytest.raises(ValueError, match="one resolution"):
        Training(QUICK, GeneratorSettings(32, z_dim=4, w_dim=4), judge, plain)
    with pytest.raises(ValueError, match="3 numbers beside"):
        Training(QUICK, make, judge, labels)
    with pytest.raises(ValueError, match="needs a generator of codes"):
        Training(PAIRED, make, judge, plain)


# -- the folder: resumed, killed -------------------------------------------------------------------


def in_folder(path, configuration, **pace):
    kept = TrainingFolder(
        path, training_for(configuration), Pace(1e9, snapshot_images=16, scalar_images=10)
    )
    kept.pace = replace(kept.pace, **pace)
    return kept


def contents(folder):
    """The whole of what a training left, but for the time that it took."""
    state = read_checkpoint(folder / "checkpoint.pt")
    del state["seconds"]
    files = {p.name: p.read_bytes() for p in folder.rglob("*") if p.suffix in (".csv", ".png")}
    return {"state": state, "files": files}


@pytest.mark.parametrize(
    ("configuration", "steps"), [("plain", 3), ("labels", 5), ("paired", 3), ("paired", 6)]
)
def test_stopped_and_resumed_is_uninterrupted_to_the_bit(tmp_path, configuration, steps):
    whole = in_folder(tmp_path / "whole", configuration)
    assert whole.run()
    parted = in_folder(tmp_path / "parted", configuration)
    assert not parted.run(stop=lambda: parted.training.steps == steps)
    assert parted.training.seen == steps * BATCH
    again = in_folder(tmp_path / "parted", configuration)
    again.resume()
    assert again.training.steps == steps
    assert again.run()
    same(contents(tmp_path / "whole"), contents(tmp_path / "parted"))
    with (tmp_path / "whole" / "scalars.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["images", *NAMES]
    assert [row[0] for row in rows[1:]] == ["12", "20", "32", "40"]


def test_rows_and_pictures_after_the_checkpoint_are_made_again(tmp_path):
    whole = in_folder(tmp_path / "whole", "labels")
    whole.run()
    parted = in_folder(tmp_path / "parted", "labels")
    parted.run(stop=lambda: parted.training.steps == 4)
    early = (tmp_path / "parted" / "checkpoint.pt").read_bytes()
    parted.run(stop=lambda: parted.training.steps == 9)
    # As if it had been killed there: everything is newer than the checkpoint.
    (tmp_path / "parted" / "checkpoint.pt").write_bytes(early)
    again = in_folder(tmp_path / "parted", "labels")
    again.resume()
    again.run()
    same(contents(tmp_path / "whole"), contents(tmp_path / "parted"))


CHILD = """
import sys, torch
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from test_stylegan_training import in_folder
torch.set_num_threads(1)
folder = in_folder(Path(sys.argv[1]), "plain", checkpoint_seconds=0.0)
folder.run(report=lambda seen, scalars: print(seen, flush=True))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_killed_in_the_middle_leaves_a_checkpoint_that_goes_on(tmp_path):
    here = os.path.dirname(os.path.abspath(__file__))
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path / "killed"), here], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    for _ in range(4):
        assert process.stdout.readline()
    time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    again = in_folder(tmp_path / "killed", "plain")
    again.resume()
    assert again.training.seen >= 12
    assert again.run()
    in_folder(tmp_path / "whole", "plain").run()
    same(contents(tmp_path / "whole"), contents(tmp_path / "killed"))


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.pt"
    write_checkpoint(path, {"a": 1})

    def half(content, file):
        file.write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(OSError, match="No space"):
        write_checkpoint(path, {"a": 2})
    assert read_checkpoint(path) == {"a": 1}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", b"nonsense"])
def test_what_is_no_checkpoint_is_said(tmp_path, content):
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a checkpoint of a training"):
        read_checkpoint(path)


class Touch:
    """Its pickle would write a file where it is run."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


def test_a_checkpoint_runs_no_code(tmp_path):
    path, trace = tmp_path / "checkpoint.pt", tmp_path / "trace"
    torch.save({"format": "stylegan-training 1", "state": {"a": Touch(str(trace))}}, path)
    with pytest.raises(ValueError, match="not a checkpoint"):
        read_checkpoint(path)
    assert not trace.exists()


def test_a_checkpoint_of_another_shape_is_refused():
    state = training_for("plain").state()
    with pytest.raises(ValueError, match="of another training"):
        training_for("paired").restore(state)


def test_a_figure_that_is_not_finite_ends_the_training(tmp_path):
    folder = in_folder(tmp_path, "plain")
    with torch.no_grad():
        folder.training.discriminator.output.weight.fill_(math.nan)
    with pytest.raises(ArithmeticError, match="generator is nan"):
        folder.run()


@pytest.mark.parametrize("net", ["generator", "discriminator", "average"])
def test_weights_that_are_not_finite_are_not_kept(tmp_path, net):
    folder = in_folder(tmp_path, "plain", checkpoint_seconds=0.0)
    folder.run(stop=lambda: folder.training.steps == 3)
    kept = (tmp_path / "checkpoint.pt").read_bytes()
    with torch.no_grad():
        next(getattr(folder.training, net).parameters()).view(-1)[0] = math.inf
    with pytest.raises(ArithmeticError, match=f"after 12 images {net}.* is not finite"):
        folder.run(stop=lambda: True)
    assert (tmp_path / "checkpoint.pt").read_bytes() == kept


def test_killed_before_the_first_checkpoint_it_begins_with_an_empty_folder(tmp_path):
    in_folder(tmp_path / "whole", "labels").run()
    killed = in_folder(tmp_path / "killed", "labels")
    killed.run(stop=lambda: killed.training.steps == 9)
    (tmp_path / "killed" / "checkpoint.pt").unlink()
    assert in_folder(tmp_path / "killed", "labels").run()
    same(contents(tmp_path / "whole"), contents(tmp_path / "killed"))


def test_the_last_checkpoint_is_there_before_the_last_picture(tmp_path, monkeypatch):
    folder = in_folder(tmp_path, "plain", snapshot_images=10**9)

    def failed():
        raise RuntimeError("no picture")

    monkeypatch.setattr(folder, "draw", failed)
    with pytest.raises(RuntimeError, match="no picture"):
        folder.run()
    monkeypatch.undo()
    again = in_folder(tmp_path, "plain")
    again.resume()
    assert again.training.seen == 40
    assert again.run()
    assert (tmp_path / "snapshots" / "000000040.png").is_file()


def test_outputs_that_are_not_finite_end_the_training(tmp_path):
    folder = in_folder(tmp_path, "plain")
    state = folder.training.adaptive.state_dict()
    folder.training.adaptive.load_state_dict({**state, "signs": math.nan})
    with pytest.raises(ArithmeticError, match="after 12 images the discriminator's outputs"):
        folder.run()


def test_a_fault_of_the_images_is_told_as_it_is(tmp_path, monkeypatch):
    folder = in_folder(tmp_path, "plain")

    def unreadable(rows):
        raise ValueError("row 3 cannot be read")

    monkeypatch.setattr(folder.training.images, "batch", unreadable)
    with pytest.raises(ValueError, match="row 3 cannot be read"):
        folder.run()


def test_a_new_training_leaves_the_programs_own_draws_alone():
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    first = training_for("plain")
    assert torch.equal(torch.rand(3), wanted)
    same(first.state(), training_for("plain").state())


def test_the_default_augmentation_is_the_papers():
    assert TrainingSettings(images=1).augmentation == BGC
    assert BGC.noise == BGC.cutout == BGC.filtering == 0.0


PARTS = ["training", "scalars", "seconds", "training.path", "training.seen", "training.rng",
         "training.adam_g", "training.adaptive", "scalars.sums", "scalars.bytes"]  # fmt: skip


@pytest.mark.parametrize("put", [None, "nonsense"])
@pytest.mark.parametrize("part", PARTS)
def test_a_checkpoint_that_lacks_a_part_is_refused(tmp_path, part, put):
    folder = in_folder(tmp_path, "plain")
    folder.run(stop=lambda: folder.training.steps == 4)
    state = read_checkpoint(tmp_path / "checkpoint.pt")
    *above, last = part.split(".")
    inner = state[above[0]] if above else state
    if put is None:
        del inner[last]
    else:
        inner[last] = put
    write_checkpoint(tmp_path / "checkpoint.pt", state)
    rows = (tmp_path / "scalars.csv").read_bytes()
    with pytest.raises(ValueError, match="checkpoint"):
        in_folder(tmp_path, "plain").resume()
    assert (tmp_path / "scalars.csv").read_bytes() == rows


@pytest.mark.parametrize("state", [None, 3, "text"])
def test_a_checkpoint_without_a_state_is_refused(tmp_path, state):
    path = tmp_path / "checkpoint.pt"
    torch.save({"format": "stylegan-training 1", "state": state}, path)
    with pytest.raises(ValueError, match="it has no state"):
        read_checkpoint(path)


def test_blurring_stays_on_the_images_device(monkeypatch):
    convolve, kernels = torch.nn.functional.conv2d, []

    def noted(images, kernel, **options):
        kernels.append(kernel.device.type)
        return convolve(images, kernel, **options)

    monkeypatch.setattr(torch.nn.functional, "conv2d", noted)
    soften(torch.zeros(2, 3, SIDE, SIDE, device="meta"), 1.0)
    assert kernels == ["meta", "meta"]


def test_lost_rows_are_noticed(tmp_path):
    log = ScalarLog(tmp_path / "s.csv", 4)
    log.note(4, {"p": 0.5})
    state = log.state_dict()
    (tmp_path / "s.csv").write_text("images\n")
    with pytest.raises(ValueError, match="bytes"):
        ScalarLog(tmp_path / "s.csv", 4).load_state_dict(state)


def test_rows_are_means_since_the_row_before(tmp_path):
    log = ScalarLog(tmp_path / "s.csv", 8)
    for seen, p in ((4, 1.0), (8, 2.0), (12, 5.0), (16, 0.1)):
        log.note(seen, {"p": p, **({"r1": p} if seen == 4 else {})})
    with (tmp_path / "s.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(r["images"], r["p"], r["r1"]) for r in rows] == [
        ("8", "1.5", "1.0"),
        ("16", "2.55", ""),
    ]


# -- snapshots -------------------------------------------------------------------------------------


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_snapshots_ask_the_network_on_its_own_device(configuration):
    training = training_for(configuration)
    asked = []

    class Elsewhere(torch.nn.Module):
        settings = training.average.settings

        def forward(self, z, code, noise):
            asked.extend([z.device.type, "meta" if code is None else code.device.type])
            return torch.zeros(len(z), 3, SIDE, SIDE)

    training.average, training.device = Elsewhere(), torch.device("meta")
    assert sheet(training).shape == (4 * SIDE, 8 * SIDE, 3)
    assert set(asked) == {"meta"}


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_snapshots_are_the_same_each_time_and_touch_nothing(tmp_path, configuration):
    training = training_for(configuration)
    before = training.state()["rng"].clone()
    first, second = sheet(training), sheet(training)
    assert first.shape == (4 * SIDE, 8 * SIDE, 3)
    assert np.array_equal(first, second)
    assert torch.equal(training.state()["rng"], before)
    if configuration == "paired":
        bound = training.images.bound
        training.images.bound = torch.ones_like(bound)
        alone = sheet(training)
        training.images.bound = bound
        assert np.array_equal(alone[SIDE : 2 * SIDE], first[SIDE : 2 * SIDE])
        assert np.array_equal(alone[2 * SIDE : 3 * SIDE], alone[SIDE : 2 * SIDE])
        assert not np.array_equal(first[2 * SIDE : 3 * SIDE], first[SIDE : 2 * SIDE])
        known = training.images.images.numpy()
        assert any(np.array_equal(first[:SIDE, :SIDE], picture) for picture in known)
    image_file = pytest.importorskip("PIL.Image")
    write_png(tmp_path / "s.png", first)
    with image_file.open(tmp_path / "s.png") as found:
        assert np.array_equal(np.asarray(found), first)
