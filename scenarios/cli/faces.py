"""`efface faces`: a sheet of people who do not exist, and getting the head model they come from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from generators.errors import EffaceError, Fault
from scenarios.cli.faces_encoder import train_encoder
from scenarios.cli.faces_import import generate, import_weights
from scenarios.cli.faces_judge import judge_encoder
from scenarios.cli.faces_judge_generator import judge
from scenarios.cli.faces_render import render
from scenarios.cli.faces_train import train
from scenarios.cli.options import JsonOption, print_json
from scenarios.folder import make_room, unwritable, write_atomic

app = typer.Typer(
    help="Faces of people who do not exist: draw a sheet, fetch the head model.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

app.command()(render)
app.command()(train_encoder)
app.command()(judge_encoder)
app.command()(judge)
app.command()(train)
app.command("import")(import_weights)
app.command()(generate)


@app.command()
def sheet(
    people: Annotated[int, typer.Option(min=1, max=60, help="How many people.")] = 8,
    photos: Annotated[int, typer.Option(min=1, max=24, help="Photos of each.")] = 6,
    out: Annotated[Path, typer.Option(help="PNG file to write.")] = Path("faces.png"),
    size: Annotated[int, typer.Option(min=32, max=256, help="Pixels of a photo's side.")] = 128,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other people.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Draw a sheet of people: one row a person, one tile a photo, ages under the tiles."""
    _require_png(out)
    from rich.console import Console
    from rich.progress import Progress

    from generators.faces import RenderedFaces
    from scenarios.report.sheet import draw_rows, sheet_image

    source = RenderedFaces(size)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("drawing faces", total=people * photos)
        image = sheet_image(
            draw_rows(people, photos, seed),
            size,
            source,
            progress=lambda done: bar.update(task, completed=done),
        )
    try:
        write_atomic(out, lambda to: image.save(to, format="PNG"))
    except OSError as error:
        raise EffaceError(unwritable("the sheet", out, error)) from None
    if as_json:
        written = {
            "sheet": str(out),
            "source": source.name,
            "people": people,
            "photos": photos,
            "size": size,
            "seed": seed,
        }
        print_json(written)
    else:
        typer.echo(f"{out}: {people} people, {photos} photos of each", err=True)


@app.command()
def fetch_head_model(
    home: Annotated[
        str | None,
        typer.Option("--from", help="Another address, or a local clone or bare mirror."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch the head model (ICT-FaceKit, MIT) from its public repository at the pinned commit.

    Reads about 400 MB of meshes with git, checks their sha256 and builds a file of 16 MB, in the
    folder that EFFACE_HEAD_MODEL names or else in your user data folder.
    """
    from rich.console import Console
    from rich.progress import Progress

    from generators.heads.fetch import COMMIT, PUBLIC_HOME, fetch_head_model
    from generators.heads.pack import head_model_folder

    home = home or PUBLIC_HOME
    folder = head_model_folder()
    typer.echo(f"reading {home} at commit {COMMIT[:12]}", err=True)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading meshes", total=None)
        path = fetch_head_model(
            folder,
            home=home,
            progress=lambda done, total, _: bar.update(task, completed=done, total=total),
        )
    if as_json:
        print_json({"head_model": str(path), "commit": COMMIT})
    else:
        typer.echo(f"{path}: the head model, checked; faces can be drawn", err=True)


def _require_png(out: Path) -> None:
    """Refuse a path that cannot become a PNG file, before any work is done."""
    if out.suffix.lower() != ".png":
        raise EffaceError(
            Fault("a sheet is a PNG file", key="--out", found=str(out), expected="a name in .png")
        )
    if out.is_dir():
        raise EffaceError(
            Fault("there is a folder of that name", key="--out", found=str(out), expected="a file")
        )
    make_room("the sheet", out)
