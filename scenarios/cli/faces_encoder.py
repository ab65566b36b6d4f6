"""`efface faces train-encoder`: a face encoder learnt from a set of rendered people."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from generators.errors import EffaceError, Fault
from scenarios.cli.options import INTERRUPTED, JsonOption, print_json
from scenarios.folder import make_room, write_atomic

if TYPE_CHECKING:
    from generators.encoder.network import FaceNetwork
    from generators.encoder.training import Progress, TrainingPlan
    from generators.heads.render_set import RenderSet

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
    from rich.console import Console
    from rich.progress import Progress as Bar

    from generators.heads.render_set import open_render_set

    render_set = open_render_set(data)
    first, last = people_range("--people", people or ":", len(render_set.photos))
    judged = None if test is None else people_range("--test", test, len(render_set.photos))
    if judged is not None and judged[0] < last and first < judged[1]:
        raise EffaceError(
            Fault(
                "an encoder is judged on people it did not learn from",
                key="--test",
                found=f"{judged[0]}:{judged[1]}",
                expected=f"people outside {first}:{last}",
            )
        )
    from generators.encoder.network import NetworkShape, best_precision, use_threads
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
    messages = Console(stderr=True)
    with Bar(*Bar.get_default_columns(), console=messages) as bar:
        task = bar.add_task("training", total=plan.steps * plan.batch)

        def report(progress: Progress) -> None:
            words = f"loss {progress.loss:.3f}, margin {progress.margin:.2f}"
            bar.update(task, completed=progress.shown, description=words)

        try:
            network = train(
                [photos[first:last] for photos in taken],
                plan,
                source=f"{render_set.digest} {first}:{last} {pictures}",
                checkpoint=checkpoint,
                keep=lambda content: write_atomic(kept, lambda to: _write(to, content)),
                keep_every=checkpoint_every,
                report=report,
            )
        except KeyboardInterrupt:
            if kept.is_file():
                typer.echo(f"stopped; the same command with --resume goes on from {kept}", err=True)
            raise typer.Exit(INTERRUPTED) from None
    seconds = time.monotonic() - began
    figures = {} if judged is None else _judge(network, render_set, judged)
    card = EncoderCard(
        shape=plan.shape,
        seed=seed,
        images=plan.steps * plan.batch,
        precision=precision,
        photos_digest=render_set.digest,
        people=(first, last),
        photos_of_each=of_each,
        text=_words(plan, last - first, of_each, pictures, seconds, judged),
        figures=figures,
    )
    write_atomic(out, lambda to: _write(to, weights_bytes(network, card)))
    kept.unlink(missing_ok=True)
    if as_json:
        print_json(
            {"weights": str(out), "images": card.images, "seconds": round(seconds, 1)} | figures
        )
    else:
        for name, figure in figures.items():
            typer.echo(
                f"{name} {figure['value']:.4f} ({figure['low']:.4f} to {figure['high']:.4f})"
            )
        typer.echo(f"{out}: {card.images} images of {last - first} people", err=True)


def people_range(key: str, text: str, people: int) -> tuple[int, int]:
    """Return the first person and the one after the last of `FIRST:LAST`, either may be left out.

    Raises:
        EffaceError: it is not of that form, or names fewer than two people or some not there.
    """
    form = re.fullmatch(r"(\d*):(\d*)", text)
    first, last = (0, 0) if form is None else (int(form[1] or 0), int(form[2] or people))
    if not 0 <= first < last - 1 < people:
        raise EffaceError(
            Fault(
                "no such range of people",
                key=key,
                found=text,
                expected=f"two or more of 0:{people}",
            )
        )
    return first, last


def _judge(
    network: FaceNetwork, render_set: RenderSet, people: tuple[int, int]
) -> dict[str, dict[str, float]]:
    """Return the headline figures on other people's photos."""
    from generators.encoder.encoder import encode_photos
    from generators.encoder.evaluation import evaluate

    found = evaluate(encode_photos(network, render_set.photos[slice(*people)]))
    names = ("eer", "threshold", "fnmr", "rank_one", "d_prime")
    return {name: getattr(found, name).as_json() for name in names}


def _words(
    plan: TrainingPlan,
    people: int,
    of_each: int,
    pictures: str,
    seconds: float,
    judged: tuple[int, int] | None,
) -> str:
    from generators.faces import HONEST_SENTENCE

    told = f"judged on people {judged[0]}:{judged[1]}" if judged else "not judged"
    return (
        f"{people} people who do not exist, {of_each} renders of each (pictures: {pictures}), "
        f"{plan.steps * plan.batch} images shown, {seconds / 60:.0f} minutes since the training "
        f"last began; {told}. {HONEST_SENTENCE}"
    )


def _checkpoint(kept: Path, resume: bool) -> bytes | None:
    """Return the checkpoint to go on from; one that is there unasked for is not overwritten."""
    if not resume:
        if kept.exists():
            raise EffaceError(
                Fault(
                    "a training of this name was stopped: --resume goes on, or remove the file",
                    file=str(kept),
                )
            )
        return None
    try:
        return kept.read_bytes()
    except OSError as error:
        raise EffaceError(
            Fault(f"there is nothing to go on from: {error.strerror}", str(kept), key="--resume")
        ) from None


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
