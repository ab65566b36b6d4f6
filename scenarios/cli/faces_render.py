"""`efface faces render`: labelled training images of people who do not exist."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from generators.errors import FacesUnavailableError
from scenarios.cli.options import JsonOption, print_json
from scenarios.folder import make_room, refuse_name


def render(
    out: Annotated[Path, typer.Option(help="New folder for the set.")],
    people: Annotated[int, typer.Option(min=1, help="How many people.")] = 1000,
    photos: Annotated[int, typer.Option(min=1, max=1000, help="Photos of each.")] = 8,
    size: Annotated[
        int, typer.Option(min=32, max=256, help="Pixels of a photo's side, a multiple of 8.")
    ] = 64,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other people.")] = 0,
    first_person: Annotated[
        int,
        typer.Option(min=0, help="Number of the first person; ranges apart share nobody."),
    ] = 0,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; as many as cores if not given.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Render a set of labelled training images, balanced over sexes and ten skin tones.

    A set that was stopped goes on where it was when the same command is given again. The same
    seed gives the same bytes whatever the number of workers.
    """
    from generators.faces import faces_available

    missing = faces_available("renders")
    if missing is not None:
        raise FacesUnavailableError(missing)
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    from generators.heads.render_build import build_render_set
    from generators.heads.render_plan import RenderPlan
    from scenarios.workers import carry_out, cores, process_pools

    plan = RenderPlan(people, photos, size, seed, first_person)
    refuse_name(out)
    make_room("the set", out)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeLeft())
    with (
        Progress(*columns, console=Console(stderr=True), transient=True) as bar,
        process_pools(workers or cores()) as make_executor,
    ):
        shown = bar.add_task("rendering", total=people * photos)
        build_render_set(
            plan,
            out,
            spread=lambda tasks, work, on_done: carry_out(tasks, work, make_executor, on_done),
            progress=lambda done, total: bar.update(shown, completed=done, total=total),
        )
    if as_json:
        print_json({"set": str(out), "people": people, "photos": photos, "size": size})
    else:
        typer.echo(f"{out}: {people} people, {photos} photos of each", err=True)
