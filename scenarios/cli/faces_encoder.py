"""`efface faces train-encoder`: a face encoder learnt from a set of rendered people."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from generators.errors import EffaceError, Fault
from scenarios.cli.faces_judge import (
    numbers_of,
    people_range,
    print_figures,
    require_apart,
    require_comparable,
)
from scenarios.cli.options import INTERRUPTED, JsonOption, print_json
from scenarios.folder import make_room, write_atomic

if TYPE_CHECKING:
    from generators.encoder.training import Progress, TrainingPlan

CHECKPOINT = ".checkpoint"
"""What stands after the weights' name in the name of the file to go on from."""
LINE_EVERY = 30.0
"""Seconds between lines of progress where there is no terminal."""
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
    """Train a face encoder on rendered people, by images shown; stop it with Ctrl-C, go on later.

    Only a render set is taken, whose manifest says that its people do not exist.
    """
    _require_safetensors(out)
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
    from generators.encoder.training import PRECISIONS, TrainingPlan, train
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
    use_threads(threads)
    began = time.monotonic()
    try:
        with _Watch(plan.steps * plan.batch) as watch:
            network = train(
                [photos[first:last] for photos in taken],
                plan,
                source=f"{render_set.digest} {first}:{last} {pictures}",
                checkpoint=checkpoint,
                keep=lambda content: write_atomic(kept, lambda to: _write(to, content)),
                keep_every=checkpoint_every,
                report=watch,
            )
    except KeyboardInterrupt:
        if kept.is_file():
            typer.echo(f"stopped; the same command with --resume goes on from {kept}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    seconds = time.monotonic() - began
    figures = {} if judged is None else figures_json(judge_on_renders(network, render_set, judged))
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
    write_atomic(out, lambda to: _write(to, weights_bytes(network, card)))
    kept.unlink(missing_ok=True)
    if as_json:
        told = {"weights": str(out), "images": card.images, "seconds": round(seconds, 1)}
        print_json(told | {"figures": figures})
    else:
        print_figures(figures)
        typer.echo(f"{out}: {card.images} images of {last - first} people", err=True)


class _Watch:
    """Progress on standard error: a bar on a terminal, else a line now and then for a log."""

    def __init__(self, images: int) -> None:
        from rich.console import Console
        from rich.progress import Progress as Bar

        console = Console(stderr=True)
        self._bar = (
            Bar(*Bar.get_default_columns(), console=console) if console.is_terminal else None
        )
        self._task = self._bar.add_task("training", total=images) if self._bar else None
        self._first: tuple[int, float] | None = None
        self._said = -math.inf

    def __enter__(self) -> _Watch:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, progress: Progress) -> None:
        """Tell how far the training is."""
        words = f"loss {progress.loss:.3f}, margin {progress.margin:.2f}"
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=progress.shown, description=words)
            return
        now = time.monotonic()
        self._first = self._first or (progress.shown, now)
        if now - self._said < LINE_EVERY and progress.shown < progress.images:
            return
        self._said = now
        line = f"{progress.shown:,} of {progress.images:,} images, {words}"
        shown, seconds = progress.shown - self._first[0], now - self._first[1]
        if shown and seconds:
            left = (progress.images - progress.shown) * seconds / shown
            line += f", {shown / seconds:.0f} images/s, {left / 60:.0f} min left"
        typer.echo(line, err=True)


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


def _write(to: Path, content: bytes) -> None:
    to.write_bytes(content)


def _require_safetensors(out: Path) -> None:
    """Refuse a path that cannot become a weights file, before any work is done."""
    if out.suffix.lower() != ".safetensors":
        raise EffaceError(
            Fault(
                "weights are a safetensors file",
                key="--out",
                found=str(out),
                expected="a name in .safetensors",
            )
        )
    if out.is_dir():
        raise EffaceError(
            Fault("there is a folder of that name", key="--out", found=str(out), expected="a file")
        )
    make_room("the weights", out)
