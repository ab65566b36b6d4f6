"""`efface faces`: sheets of people who do not exist, and getting the head model they come from."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from generators.errors import EffaceError, Fault
from scenarios.cli.faces_encoder import train_encoder
from scenarios.cli.faces_import import generate, import_weights
from scenarios.cli.faces_judge import judge_encoder
from scenarios.cli.faces_judge_generator import judge
from scenarios.cli.faces_render import render
from scenarios.cli.faces_templates import fit_templates
from scenarios.cli.faces_train import train
from scenarios.cli.options import JsonOption, print_json
from scenarios.folder import make_room, unwritable, write_atomic

if TYPE_CHECKING:
    from PIL import Image


class Source(StrEnum):
    """What draws faces (`generators.faces.SOURCES`, named here so that --help loads nothing)."""

    GENERATED = "generated"
    RENDERS = "renders"


app = typer.Typer(
    help="Faces of people who do not exist: draw them, and make what draws them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

app.command()(render)
app.command()(train_encoder)
app.command()(judge_encoder)
app.command()(judge)
app.command()(train)
app.command()(fit_templates)
app.command("import")(import_weights)
app.command()(generate)


@app.command()
def sheet(
    people: Annotated[int, typer.Option(min=1, max=60, help="How many people.")] = 8,
    photos: Annotated[int, typer.Option(min=1, max=24, help="Photos of each.")] = 6,
    years: Annotated[
        float, typer.Option(min=0, max=64, help="Years within which one person's photos fall.")
    ] = 9,
    out: Annotated[Path, typer.Option(help="PNG file to write.")] = Path("faces.png"),
    source: Annotated[
        Source,
        typer.Option(
            help="generated: by the trained generator, at the size it learnt, enlarged smoothly; "
            "renders: by the head model, at the tile's size."
        ),
    ] = Source.GENERATED,
    weights: Annotated[
        Path | None, typer.Option(help="Another generator's weights; those that ship if not given.")
    ] = None,
    size: Annotated[int, typer.Option(min=32, max=256, help="Pixels of a tile's side.")] = 128,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other people.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Draw a sheet of people: one row a person, one tile a photo, ages under the tiles."""
    _require_png(out)
    if weights is not None and source is Source.RENDERS:
        raise EffaceError(
            Fault(
                "renders come from the head model, which has no weights",
                key="--weights",
                found=str(weights),
                expected="--source generated, or no weights",
            )
        )
    from rich.console import Console
    from rich.progress import Progress

    from generators.faces import face_source
    from scenarios.report.sheet import draw_rows, sheet_image

    draws = face_source(source.value, size, weights)
    make_room("the sheet", out)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("drawing faces", total=people * photos)
        image = sheet_image(
            draw_rows(people, photos, seed, years),
            draws,
            size,
            progress=lambda done: bar.update(task, completed=done),
        )
    _write_png("the sheet", out, image)
    if as_json:
        written = {
            "sheet": str(out),
            "source": draws.name,
            "resolution": draws.resolution,
            "weights": None if weights is None else str(weights),
            "people": people,
            "photos": photos,
            "years": years,
            "size": size,
            "seed": seed,
        }
        print_json(written)
    else:
        typer.echo(f"{out}: {people} people, {photos} photos of each, {draws.name}", err=True)


@app.command()
def group(
    people: Annotated[int, typer.Option(min=1, max=30, help="How many people.")] = 5,
    out: Annotated[Path, typer.Option(help="PNG file to write.")] = Path("group.png"),
    size: Annotated[
        int, typer.Option(min=128, max=1024, help="Pixels of the photo's side, a multiple of 8.")
    ] = 512,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other people.")] = 0,
    photo: Annotated[int, typer.Option(min=0, help="Number of the photo of these people.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Render one photo of several people: where each face is, and the faces cut out below.

    Needs the head model.
    """
    _require_png(out)
    if size % 8:
        raise EffaceError(
            Fault("pictures are made of blocks of 8 pixels", key="--size", found=str(size),
                  expected="a multiple of 8")
        )  # fmt: skip
    from generators.errors import FacesUnavailableError
    from generators.faces import faces_available

    missing = faces_available("renders")
    if missing is not None:
        raise FacesUnavailableError(missing)
    make_room("the photo", out)
    from scenarios.report.group_sheet import draw_group, group_image

    boxes, image = group_image(draw_group(people, photo, seed, size))
    _write_png("the photo", out, image)
    if as_json:
        print_json(
            {"group": str(out), "source": "renders", "people": people, "size": size, "seed": seed,
             "photo": photo, "boxes": [[round(float(at), 1) for at in box] for box in boxes]}
        )  # fmt: skip
    else:
        typer.echo(f"{out}: {people} people in one photo", err=True)


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


def _write_png(what: str, out: Path, image: Image.Image) -> None:
    """Write an image whole or not at all.

    Raises:
        EffaceError: it cannot be written there.
    """
    try:
        write_atomic(out, lambda to: image.save(to, format="PNG"))
    except OSError as error:
        raise EffaceError(unwritable(what, out, error)) from None


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
