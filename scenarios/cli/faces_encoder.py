"""`efface faces train-encoder`: a face encoder learnt from a set of rendered people."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from generators.errors import EffaceError, Fault
from generators.packages import FACES, require_packages
from scenarios.cli.faces_judge import (
    numbers_of,
    people_range,
    print_figures,
    require_apart,
    require_comparable,
)
from scenarios.cli.options import INTERRUPTED, JsonOption, print_json
from scenarios.cli.training_progress import asked_to_stop, progress
from scenarios.folder import make_room, write_atomic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from generators.encoder.network import FaceNetwork
    from generators.encoder.training import Progress, TrainingPlan

CHECKPOINT = ".checkpoint"
"""What stands after the weights' name in the name of the file to go on from."""
PICTURES = {"clean": ("clean",), "photos": ("photos",), "both": ("clean", "photos")}
"""Which arrays of a render set are shown under each name."""


def train_encoder(
    data: Annotated[Path, typer.Option(help="Render set, made by `efface faces render`.")],
    out: Annotated[Path, typer.Option(help="Weights to write, a name in .safetensors.")],
    images: Annotated[int, typer.Option(min=128, help="Images to show in all.")] = 3_000_000,
    seed: Annotated[int, typer.Option(min=0, help="Other first weights, another order.")] = 0,
    people: Annotated[
        str | None,
        typer.Option(metavar="FIRST:LAST", help="Learn from these people of the set alone."),
    ] = None,
    test: Annotated[
        str | None,
        typer.Option(metavar="FIRST:LAST", help="Other people of the set to judge it on."),
    ] = None,
    pictures: Annotated[
        str,
        typer.Option(help="clean, photos (as compressed on the web) or both, drawn at random."),
    ] = "both",
    precision: Annotated[
        str | None, typer.Option(help="bf16 or fp32; the faster one by default.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Processor threads.")] = 1,
    checkpoint_every: Annotated[
        float, typer.Option(min=1, help="Seconds between files to go on from.")
    ] = 180.0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where it stopped.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Train a face encoder on rendered people, by images shown; Ctrl-C stops it safely.

    Only a render set is taken, whose manifest says that its people do not exist. What was learnt
    before Ctrl-C or SIGTERM is kept, and the same command with --resume goes on exactly there.
    """
    require_packages("encoders", FACES)
    require_safetensors(out)
    if pictures not in PICTURES:
        raise EffaceError(
            Fault(
                "no such pictures", key="--pictures", found=pictures, expected=", ".join(PICTURES)
            )
        )
    shown = PICTURES[pictures]
    from generators.heads.render_set import open_render_set

    render_set = open_render_set(data)
    first, last = people_range("--people", people or ":", len(render_set.photos))
    judged = None if test is None else people_range("--test", test, len(render_set.photos))
    if judged is not None:
        require_apart("--test", judged, (first, last))
        require_comparable("--test", judged, render_set)
    from generators.encoder.network import NetworkShape, best_precision, use_threads
    from generators.encoder.on_renders import figures_json, judge_on_renders
    from generators.encoder.training import PRECISIONS, TrainingPlan
    from generators.encoder.weights import EncoderCard, weights_bytes

    if precision is None:
        fastest = best_precision()
        precision = next(name for name, kind in PRECISIONS.items() if kind is fastest)
    if precision not in PRECISIONS:
        raise EffaceError(
            Fault("no such precision", key="--precision", found=precision, expected="bf16 or fp32")
        )
    taken = [{"clean": render_set.clean, "photos": render_set.photos}[name] for name in shown]
    of_each, side = taken[0].shape[1:3]
    plan = TrainingPlan(images, seed, NetworkShape(resolution=side), precision)
    kept = out.with_name(out.name + CHECKPOINT)
    checkpoint = _checkpoint(kept, resume)
    make_room("the weights", out)
    use_threads(threads)
    began = time.monotonic()
    try:
        network = _trained(
            [photos[first:last] for photos in taken],
            plan,
            source=f"{render_set.digest} {first}:{last} {pictures}",
            checkpoint=checkpoint,
            keep=lambda content: write_atomic(kept, lambda to: write_bytes(to, content)),
            keep_every=checkpoint_every,
        )
        seconds = time.monotonic() - began
        figures = (
            {} if judged is None else figures_json(judge_on_renders(network, render_set, judged))
        )
    except KeyboardInterrupt:  # by _trained, or a Ctrl-C while it was judged
        how = f"the same command with --resume goes on from {kept}"
        typer.echo(f"stopped; {how if kept.is_file() else 'nothing was learnt yet'}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    card = EncoderCard(
        shape=plan.shape,
        seed=seed,
        images=plan.steps * plan.batch,
        precision=precision,
        photos_digest=render_set.digest,
        people_seed=render_set.plan.seed,
        people=numbers_of(render_set, (first, last)),
        photos_of_each=of_each,
        text=_words(plan, last - first, of_each, pictures, seconds, judged),
        figures=figures,
    )
    write_atomic(out, lambda to: write_bytes(to, weights_bytes(network, card)))
    kept.unlink(missing_ok=True)
    if as_json:
        told = {"weights": str(out), "images": card.images, "seconds": round(seconds, 1)}
        print_json(told | {"figures": figures})
    else:
        print_figures(figures)
        typer.echo(f"{out}: {card.images} images of {last - first} people", err=True)


def _trained(versions: Sequence[NDArray[np.uint8]], plan: TrainingPlan, **how: Any) -> FaceNetwork:
    """Train with progress on standard error; see `generators.encoder.training.train`.

    Raises:
        KeyboardInterrupt: it was stopped, by Ctrl-C or SIGTERM, and what it had learnt is kept.
    """
    from generators.encoder.training import TrainingStoppedError, train

    with asked_to_stop() as stop, progress(None, plan.steps * plan.batch) as tell:

        def report(now: Progress) -> None:
            tell(now.shown, {"loss": now.loss, "margin": now.margin})

        try:
            return train(versions, plan, stop=stop, report=report, **how)
        except TrainingStoppedError:
            raise KeyboardInterrupt from None


def _words(
    plan: TrainingPlan,
    people: int,
    of_each: int,
    pictures: str,
    seconds: float,
    judged: tuple[int, int] | None,
) -> str:
    from generators.promises import HONEST_SENTENCE

    told = f"judged on people {judged[0]}:{judged[1]}" if judged else "not judged"
    return (
        f"{people} people who do not exist, {of_each} renders of each (pictures: {pictures}), "
        f"{plan.steps * plan.batch} images shown, {seconds / 60:.0f} minutes since the training "
        f"last began; {told}. {HONEST_SENTENCE}"
    )


def _checkpoint(kept: Path, resume: bool) -> Path | None:
    """Return the file to go on from; one that is there unasked for is not overwritten."""
    if not resume:
        if kept.exists():
            raise EffaceError(
                Fault(
                    "a training of this name was stopped: --resume goes on, or remove the file",
                    file=str(kept),
                )
            )
        return None
    if not kept.is_file():
        raise EffaceError(Fault("there is nothing to go on from", str(kept), key="--resume"))
    return kept


def write_bytes(to: Path, content: bytes) -> None:
    """Write a file, as `write_atomic` asks for."""
    to.write_bytes(content)


def require_safetensors(out: Path) -> None:
    """Refuse a path that cannot become a safetensors file, before any work is done.

    Raises:
        EffaceError: it has another ending, or is a folder.
    """
    if out.suffix.lower() != ".safetensors":
        raise EffaceError(
            Fault(
                "what is written is a safetensors file",
                key="--out",
                found=str(out),
                expected="a name in .safetensors",
            )
        )
    if out.is_dir():
        raise EffaceError(
            Fault("there is a folder of that name", key="--out", found=str(out), expected="a file")
        )
