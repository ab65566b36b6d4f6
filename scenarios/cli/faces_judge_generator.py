"""`efface faces judge`: how good the generator's faces are, and whether it copied anybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from generators.errors import EffaceError, Fault
from scenarios.cli.faces_judge import numbers_of, require_apart, require_comparable
from scenarios.cli.options import CHECK_FAILED, JsonOption, print_columns, print_json
from scenarios.folder import make_room, write_atomic, write_json

if TYPE_CHECKING:
    from PIL import Image

    from generators.encoder.weights import EncoderCard
    from generators.heads.render_set import RenderSet
    from generators.quality.judgement import Judgement, Material

IN_FIGURE = 8
"""Generated pictures in the figure of nearest neighbours."""


def judge(
    encoder: Annotated[
        Path, typer.Option(help="Encoder that took no part in the generator's training.")
    ],
    held_out: Annotated[Path, typer.Option(help="Render set of people unknown to both.")],
    trained_on: Annotated[Path, typer.Option(help="Render set that the generator learnt from.")],
    out: Annotated[Path, typer.Option(help="JSON file to write, for the card.")],
    weights: Annotated[
        Path | None, typer.Option(help="The generator's weights; the shipped ones by default.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(help="PNG of nearest training pictures to write.")
    ] = None,
    people: Annotated[
        int | None, typer.Option(min=8, help="Twins; half of the held-out set by default.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a generator: error rates, variety, distance to renders, control, memorisation.

    Every figure stands beside what renders of unknown people reach, with its interval over
    people. Exit 1 where the test of memorisation fails.
    """
    for what, path in (("the figures", out), ("the figure", figure)):
        if path is not None:
            make_room(what, path)
    from generators.encoder.weights import read_weights
    from generators.heads.render_set import open_render_set
    from generators.portraits.codes import NOISE
    from generators.portraits.generated import GeneratedFaces
    from generators.quality.judgement import judge as judge_material
    from generators.quality.material import material_of

    network, card = read_weights(encoder)
    source = GeneratedFaces() if weights is None else GeneratedFaces(weights)
    unknown, known = open_render_set(held_out), open_render_set(trained_on)
    count = people or len(unknown.clean) // 2
    _require_unknown(card, source.resolution, unknown, known, count)
    material = material_of(source.clean, NOISE, unknown, known, count)
    found = judge_material(network, material)
    figures = {
        "encoder": str(encoder),
        "held_out": unknown.digest,
        "trained_on": known.digest,
        "people": count,
        "photos_of_each": material.twins.shape[1],
        **found.as_json(),
    }
    write_json(out, figures)
    if figure is not None:
        drawn = _figure(found, material)
        write_atomic(figure, lambda to: drawn.save(to, format="PNG"))
    if as_json:
        print_json(figures)
    else:
        print_columns(["", "generated", "renders"], _rows(found), [False, True, True])
    if any(test.copies for test in found.copies.values()):
        typer.echo("the test of memorisation says that training pictures were copied", err=True)
        raise typer.Exit(CHECK_FAILED)


def _require_unknown(
    card: EncoderCard, resolution: int, held_out: RenderSet, trained_on: RenderSet, people: int
) -> None:
    """Refuse held-out people that generator or encoder learnt from, too few, and other sizes."""
    everybody, side = len(held_out.clean), held_out.clean.shape[2]
    if 2 * people > everybody:
        raise EffaceError(
            Fault(
                "judging needs twins and as many other people",
                key="--people",
                found=str(people),
                expected=f"up to {everybody // 2} of the {everybody} held out",
            )
        )
    for key, found in (
        ("--encoder", card.shape.resolution),
        ("--weights", resolution),
        ("--trained-on", trained_on.clean.shape[2]),
    ):
        if found != side:
            raise EffaceError(
                Fault(
                    "all must be of one size",
                    key=key,
                    found=f"{found} pixels a side",
                    expected=f"{side}, as the held-out set",
                )
            )
    require_comparable("--people", (0, people), held_out)
    asked = numbers_of(held_out, (0, 2 * people))
    if card.people_seed == held_out.plan.seed:
        require_apart("--held-out", asked, card.people)
    if trained_on.plan.seed == held_out.plan.seed:
        require_apart("--held-out", asked, numbers_of(trained_on, (0, len(trained_on.clean))))


def _rows(found: Judgement) -> list[list[str]]:
    """Return the figures as lines of a table: what, of generated photos, of renders."""

    def words(figure: Any) -> str:
        return f"{figure.value:.4f} ({figure.low:.4f} to {figure.high:.4f})"

    ours, theirs = found.told_apart.generated, found.told_apart.renders
    rows = [
        ["equal error rate", words(ours.eer), words(theirs.eer)],
        ["d′", words(ours.d_prime), words(theirs.d_prime)],
        ["rank-1", words(ours.rank_one), words(theirs.rank_one)],
        ["identity kept", words(found.retention.generated), words(found.retention.renders)],
        ["collisions", words(found.collisions.generated), words(found.collisions.renders)],
        ["variance within a person", words(found.variance), "1"],
        ["likeness to the render", words(found.likeness), "1"],
    ]
    for name in ("precision", "recall"):
        pair = (getattr(of, name) for of in (found.coverage.generated, found.coverage.renders))
        rows.append([name, *map(words, pair)])
    distances = (found.distance.generated, found.distance.renders)
    rows.append(
        [
            "KID",
            *(f"{of.value:.4f}" + (f" ± {of.error:.4f}" if of.error else "") for of in distances),
        ]
    )
    for name, control in found.control.items():
        rows.append([f"{name} obeyed", words(control.generated), words(control.renders)])
    for space, test in found.copies.items():
        rows.append([f"nearer to training ({space})", f"{test.nearer:.3f}, p {test.p:.3g}", "0.5"])
        rows.append([f"near copies ({space})", words(test.near_copies), "0.01"])
    return rows


def _figure(found: Judgement, material: Material) -> Image.Image:
    """Draw generated pictures of as many people, each with its nearest training pictures."""
    import numpy as np

    from scenarios.report.nearest_faces import Neighbours, nearest_figure

    people, photos = material.generated.shape[:2]
    shown = np.linspace(0, people - 1, min(IN_FIGURE, people)).astype(int)
    rows = shown * photos
    of_each = material.training.shape[1]
    groups = []
    for space, title in (
        ("encoder", "nearest by encoder: cosine"),
        ("pixels", "by pixels: distance"),
    ):
        nearest = found.nearest[space]
        place, distance = nearest.place[rows], nearest.distance[rows]
        # Of vectors of unit length the distance tells the cosine.
        told = 1 - distance**2 / 2 if space == "encoder" else distance
        words = [[f"{one:.2f}" for one in line] for line in told]
        groups.append(
            Neighbours(title, material.training[place // of_each, place % of_each], words)
        )
    return nearest_figure(material.generated[shown, 0], groups)
