"""`efface faces fit-templates`: what templates look like, for galleries too large to draw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from generators.errors import EffaceError, Fault
from generators.packages import FACES, require_packages
from scenarios.cli.faces_encoder import require_safetensors, write_bytes
from scenarios.cli.options import JsonOption, print_columns, print_json
from scenarios.folder import make_room, write_atomic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from generators.template_fit import ScoreQuantile
    from sim.pixels.faces import Faces


def fit_templates(
    out: Annotated[Path, typer.Option(help="File to write, a name in .safetensors.")],
    people: Annotated[int, typer.Option(min=100, help="People to fit to.")] = 5000,
    photos: Annotated[int, typer.Option(min=2, max=24, help="Photos of each.")] = 4,
    check: Annotated[
        int, typer.Option(min=10, max=1000, help="Other people, to compare scores on.")
    ] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other people.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Fit the distribution of templates to photos of the shipped generator and encoder.

    Draws and encodes them; 24,000 photos take two minutes. What it writes is what `efface gallery
    audit --rows` draws its templates from.
    """
    require_packages("templates", FACES)
    require_safetensors(out)
    _require_comparable(check, photos)
    make_room("the distribution", out)
    from generators.promises import HONEST_SENTENCE
    from generators.template_file import TemplateCard, templates_bytes
    from generators.template_fit import compare_scores, fit_templates
    from sim.pixels.faces import shipped_faces

    faces = shipped_faces()
    drawn = _drawn(faces, people + check, photos, seed)
    fitted = fit_templates(drawn[:people])
    quantiles = compare_scores(fitted, drawn[people:], seed)
    card = TemplateCard(
        encoder=faces.encoder_name,
        digests=faces.digests,
        people=people,
        photos=photos,
        seed=seed,
        text=(
            f"Fitted to {photos} photos of each of {people} people who do not exist, drawn by the "
            f"generator; compared on {check} others. {HONEST_SENTENCE}"
        ),
        check=quantiles,
    )
    content = templates_bytes(fitted, card)
    write_atomic(out, lambda to: write_bytes(to, content))
    if as_json:
        print_json({"templates": str(out), "sigma": fitted.sigma, "kinds": len(fitted.shares),
                    "check": [vars(row) for row in quantiles]})  # fmt: skip
    else:
        print_quantiles(quantiles)
        typer.echo(f"{out}: {people * photos} photos of {people} people", err=True)


def _require_comparable(check: int, photos: int) -> None:
    from generators.encoder.evaluation import MOST_PHOTOS

    if check * photos > MOST_PHOTOS:
        raise EffaceError(
            Fault(
                "every photo of the other people is compared with every other",
                key="--check",
                found=f"{check} people with {photos} photos each",
                expected=f"up to {MOST_PHOTOS // photos} people",
            )
        )


def print_quantiles(quantiles: tuple[ScoreQuantile, ...]) -> None:
    """Print quantiles of scores, of drawn photos beside those of the fitted distribution."""
    rows = [
        [row.scores, f"{row.quantile:g}", f"{row.real:.3f}", f"{row.fitted:.3f}"]
        for row in quantiles
    ]
    header = ["scores", "quantile", "photos", "fitted"]
    print_columns(header, rows, [False, True, True, True])


def _drawn(faces: Faces, people: int, photos: int, seed: int) -> NDArray[np.float32]:
    """Draw and encode, with progress on standard error; see `sim.pixels.sample`."""
    from rich.console import Console
    from rich.progress import Progress

    from generators.calendar import LAST_DAY
    from generators.population import build_population
    from sim.pixels.sample import sample_templates

    # Two in a shipped population's three were adults on the first day.
    population = build_population(2 * people, seed)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("drawing faces", total=people * photos)
        return sample_templates(
            faces,
            population,
            people,
            photos,
            seed,
            LAST_DAY,
            lambda done: bar.update(task, completed=done),
        )
