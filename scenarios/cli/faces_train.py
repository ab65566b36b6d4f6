"""`efface faces train`: the generator of faces learnt from a set of rendered people."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from generators.errors import EffaceError, Fault
from generators.packages import FACES, require_packages
from scenarios.cli.options import INTERRUPTED, JsonOption, print_json
from scenarios.cli.training_progress import asked_to_stop, progress
from scenarios.folder import make_room, refuse_name, write_json

if TYPE_CHECKING:
    from generators.heads.render_set import RenderSet
    from generators.stylegan.folder import TrainingFolder
    from generators.stylegan.paired import Guide
    from generators.stylegan.training import Training

PLAN = "training.json"
"""What is being trained, in the training's folder: resumed under an equal plan alone."""
WEIGHTS = "weights.safetensors"


class Configuration(StrEnum):
    """What the generator is told beside noise."""

    PAIRED = "paired"
    PLAIN = "plain"
    LABELS = "labels"


def train(
    data: Annotated[Path, typer.Option(help="Render set, made by `efface faces render`.")],
    out: Annotated[Path, typer.Option(help="Folder of the training.")],
    config: Annotated[
        Configuration,
        typer.Option(
            help="paired: identity and shot codes, with a warm start on known pairs; plain: noise "
            "alone; labels: noise and one of twenty classes (tone by sex)."
        ),
    ] = Configuration.PAIRED,
    images: Annotated[int, typer.Option(min=1, help="Images to show in all.")] = 400_000,
    seed: Annotated[int, typer.Option(min=0, help="Other first weights, another order.")] = 0,
    batch: Annotated[
        int, typer.Option(min=4, max=1024, help="Images a step, a multiple of 4.")
    ] = 16,
    encoder: Annotated[
        Path | None,
        typer.Option(
            help="Encoder (`efface faces train-encoder`) that guides the paired warm start; "
            "whoever judges the generator must have learnt from other people."
        ),
    ] = None,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Processor threads.")] = 1,
    device: Annotated[str, typer.Option(help="cpu, or cuda where there is one.")] = "cpu",
    checkpoint_every: Annotated[
        float, typer.Option(min=1, help="Seconds between checkpoints.")
    ] = 180.0,
    snapshot_every: Annotated[
        int, typer.Option(min=1, help="Images between pictures of what it makes.")
    ] = 20_000,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where it stopped.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Train StyleGAN2-ADA on rendered people; Ctrl-C stops it safely, --resume goes on exactly.

    Only a render set is taken, whose manifest says that its people do not exist. The folder gets
    checkpoint.pt, scalars.csv, snapshots/ and, at the end, weights.safetensors.
    """
    require_packages("generators", FACES)
    _check_options(config, batch, encoder)
    refuse_name(out)
    _check_folder(out, resume)
    from generators.heads.render_set import open_render_set

    renders = open_render_set(data)
    import torch

    from generators.portraits.training import training_of, training_settings
    from generators.stylegan.folder import Pace, TrainingFolder

    _check_device(device)
    guide, encoder_digest = _guide(encoder, renders.plan.size, device)
    settings = replace(training_settings(config.value, images, seed), batch=batch)
    torch.set_num_threads(threads)
    training = training_of(renders, config.value, settings, guide, device)
    plan = _plan(training, config, renders, encoder_digest)
    folder = TrainingFolder(out, training, Pace(checkpoint_every, snapshot_every))
    if resume:
        _go_on(folder, plan)
    else:
        make_room("the training", out)
        out.mkdir(exist_ok=True)
        write_json(out / PLAN, plan)
    if not _trained(folder):
        typer.echo(
            f"stopped after {training.seen} of {images} images; the same command with --resume "
            "goes on from there",
            err=True,
        )
        raise typer.Exit(INTERRUPTED)
    _save(folder, plan, renders)
    if as_json:
        print_json(
            {"weights": str(out / WEIGHTS), "images": training.seen,
             "seconds": round(folder.seconds, 1)}
        )  # fmt: skip
    else:
        typer.echo(f"{out / WEIGHTS}: {training.seen} images shown", err=True)


def _check_options(config: Configuration, batch: int, encoder: Path | None) -> None:
    if batch % 4:
        raise EffaceError(
            Fault("the discriminator compares images in groups of four", key="--batch",
                  found=str(batch), expected="a multiple of 4")
        )  # fmt: skip
    if encoder is not None and config is not Configuration.PAIRED:
        raise EffaceError(
            Fault("only the paired warm start has a guide", key="--encoder", found=str(encoder),
                  expected="--config paired, or no encoder")
        )  # fmt: skip


def _check_device(device: str) -> None:
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    here = ["cpu", *(["cuda"] if count else []), *(f"cuda:{i}" for i in range(count))]
    if device not in here:
        raise EffaceError(
            Fault("there is no such device here", key="--device", found=device,
                  expected=" or ".join(here))
        )  # fmt: skip


def _check_folder(out: Path, resume: bool) -> None:
    """Refuse a folder that is not the training's, before any work is done."""
    there = (out / PLAN).is_file()
    if resume and not there:
        raise EffaceError(
            Fault("there is no training to go on with", key="--resume", found=str(out),
                  expected="a folder that `efface faces train` was stopped in")
        )  # fmt: skip
    if not resume and there:
        raise EffaceError(
            Fault("a training lies here already: --resume goes on with it", key="--out",
                  found=str(out), expected="a new folder")
        )  # fmt: skip
    if not resume and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise EffaceError(
            Fault("something else lies here", key="--out", found=str(out), expected="a new folder")
        )


def _guide(path: Path | None, side: int, device: str) -> tuple[Guide | None, str | None]:
    """Return the guide that an encoder's file holds, and the file's sha256."""
    if path is None:
        return None, None
    from generators.digests import sha256
    from generators.encoder.weights import read_weights
    from generators.portraits.guide import EncoderGuide

    network, _ = read_weights(path)
    if network.shape.resolution != side:
        raise EffaceError(
            Fault("the encoder looks at images of another size", file=str(path), key="--encoder",
                  found=f"{network.shape.resolution} pixels", expected=f"{side} pixels")
        )  # fmt: skip
    return EncoderGuide(network.to(device)), sha256(path)


def _plan(
    training: Training, config: Configuration, renders: RenderSet, encoder: str | None
) -> dict[str, Any]:
    """Return all that decides the training's bits, but the machine and its threads."""
    plan = {
        "configuration": config.value,
        "data": renders.digest,
        "encoder": encoder,
        "settings": asdict(training.settings),
        "generator": asdict(training.generator.settings),
        "discriminator": asdict(training.discriminator.settings),
    }
    told: dict[str, Any] = json.loads(json.dumps(plan, allow_nan=False))
    return told


def _go_on(folder: TrainingFolder, plan: dict[str, Any]) -> None:
    """Take a training to where it stopped.

    Raises:
        EffaceError: the folder's plan is another one, or its checkpoint cannot be used.
    """
    path = folder.folder / PLAN
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EffaceError(
            Fault("the plan cannot be read", file=str(path), found=str(error))
        ) from None
    other = _difference(kept, plan)
    if other is not None:
        key, was, now = other
        raise EffaceError(
            Fault(f"this training is another one: {key} differs", file=str(path), key=key,
                  found=now, expected=was)
        )  # fmt: skip
    if not folder.checkpoint.exists():
        return  # stopped before the first checkpoint: it begins anew
    try:
        folder.resume()
    except (ValueError, OSError) as error:
        raise EffaceError(
            Fault("the checkpoint cannot be used", file=str(folder.checkpoint), found=str(error))
        ) from None


def _difference(kept: Any, plan: Any, at: str = "") -> tuple[str, str, str] | None:
    """Return the key of the first difference and what stands on both sides."""
    if isinstance(kept, dict) and isinstance(plan, dict):
        for key in [*plan, *(k for k in kept if k not in plan)]:
            found = _difference(kept.get(key), plan.get(key), f"{at}.{key}".lstrip("."))
            if found is not None:
                return found
        return None
    return None if kept == plan else (at, json.dumps(kept), json.dumps(plan))


def _trained(folder: TrainingFolder) -> bool:
    """Train with progress on standard error; return whether the end was reached."""
    training = folder.training
    try:
        with (
            asked_to_stop() as stop,
            progress(training.seen, training.settings.images) as report,
        ):
            return folder.run(stop, report)
    except ArithmeticError as error:
        raise EffaceError(
            Fault(f"the training lost its way: {error}", file=str(folder.folder),
                  expected="figures that are finite; another --seed may do")
        ) from None  # fmt: skip


def _save(folder: TrainingFolder, plan: dict[str, Any], renders: RenderSet) -> None:
    """Write the averaged generator with its card."""
    from generators.portraits.weights import CODES_KEY, codes_digest
    from generators.promises import HONEST_SENTENCE
    from generators.stylegan.weights import Weights, save_weights

    training = folder.training
    paired = plan["configuration"] == Configuration.PAIRED
    how = (
        "The paired term kept its whole weight to the end; there was no path length "
        "regularisation, style mixing or noise. "
    )
    card = {
        "text": f"{plan['configuration']} StyleGAN2-ADA from {renders.plan.people} people who do "
        f"not exist, {renders.plan.photos} renders of each, {training.seen} images shown in "
        f"{folder.seconds / 3600:.2f} hours. {how if paired else ''}{HONEST_SENTENCE}",
        "images": training.seen,
        "seconds": round(folder.seconds),
        "plan": plan,
    }
    if paired:
        card[CODES_KEY] = codes_digest()
    save_weights(folder.folder / WEIGHTS, Weights(training.average, None, None, card))
