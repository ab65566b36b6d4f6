"""`efface faces judge`: how good the generator's faces are, and whether it copied anybody."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from generators.errors import EffaceError, Fault
from generators.packages import FACES, require_packages
from generators.portraits.shipped import SHIPPED
from scenarios.cli.faces_judge import (
    identified,
    numbers_of,
    require_apart,
    require_comparable,
)
from scenarios.cli.options import CHECK_FAILED, JsonOption, print_columns, print_json
from scenarios.folder import make_room, write_atomic, write_json, write_text
from scenarios.report.generator_table import HEADINGS, generator_rows, generator_table

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
    table: Annotated[
        Path | None, typer.Option(help="Markdown table of the figures to write, for the docs.")
    ] = None,
    people: Annotated[
        int | None, typer.Option(min=8, help="Twins; half of the held-out set by default.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a generator: error rates, variety, distance to renders, control, memorisation.

    Every figure stands beside what renders of unknown people reach, with its interval over
    people. Refused where the weights did not learn from that set, or where the encoder guided
    their training or learnt from the same people. Exit 1 where the test of memorisation fails.
    """
    require_packages("generators and encoders", FACES)
    from generators.encoder.weights import read_weights
    from generators.heads.render_set import open_render_set
    from generators.portraits.codes import NOISE
    from generators.portraits.generated import GeneratedFaces
    from generators.quality.judgement import judge as judge_material
    from generators.quality.material import LABELS, material_of

    network, card = read_weights(encoder)
    weights = weights or SHIPPED
    source = GeneratedFaces(weights)
    unknown, known = open_render_set(held_out), open_render_set(trained_on)
    count = people or len(unknown.clean) // 2
    judged_by = identified(encoder, card.text)
    drawn_by = identified(weights, str(source.card.get("text", "")))
    _require_lineage(source.card, known, judged_by["sha256"])
    _require_unknown(card, source.resolution, unknown, known, count)
    for what, path, key in (
        ("the figures", out, "--out"),
        ("the figure", figure, "--figure"),
        ("the table", table, "--table"),
    ):
        if path is not None:
            make_room(what, path, key)
    material = material_of(source.clean, NOISE, unknown, known, count)
    found = judge_material(network, material)
    figures = {
        "encoder": judged_by,
        "generator": drawn_by,
        "held_out": unknown.digest,
        "trained_on": known.digest,
        "renderers": {"held_out": unknown.renderer, "trained_on": known.renderer},
        "people": count,
        "photos_of_each": material.twins.shape[1],
        "labels_left_out": [name for name in LABELS if name not in material.twin_labels],
        **found.as_json(),
    }
    write_json(out, figures)
    if table is not None:
        write_text(table, generator_table(figures))
    if figure is not None:
        drawn = _figure(found, material)
        write_atomic(figure, lambda to: drawn.save(to, format="PNG"))
    if as_json:
        print_json(figures)
    else:
        print_columns(HEADINGS, generator_rows(figures), [False, True, True])
    if figures["labels_left_out"]:
        left_out = ", ".join(figures["labels_left_out"])
        typer.echo(f"not read back, since too few people vary in it: {left_out}", err=True)
    if any(test.generated.copies for test in found.copies.values()):
        typer.echo("the test of memorisation says that training pictures were copied", err=True)
        raise typer.Exit(CHECK_FAILED)


def _require_lineage(weights: Mapping[str, Any], trained_on: RenderSet, encoder: str) -> None:
    """Refuse another training set than the weights', and the encoder that guided their training.

    Args:
        weights: their card, as `efface faces train` writes it.
        trained_on: the set that is said to be theirs.
        encoder: sha256 of the judging encoder's file.
    """
    plan = weights.get("plan")
    if not isinstance(plan, Mapping) or not isinstance(plan.get("data"), str):
        raise EffaceError(
            Fault(
                "the weights' card does not say what they learnt from",
                key="--weights",
                found=f"plan {plan}",
                expected="weights that `efface faces train` wrote",
            )
        )
    if plan["data"] != trained_on.digest:
        raise EffaceError(
            Fault(
                "the generator learnt from another set; copies would be sought in the wrong one",
                key="--trained-on",
                found=trained_on.digest,
                expected=plan["data"],
            )
        )
    if plan.get("encoder") == encoder:
        raise EffaceError(
            Fault(
                "this encoder guided the generator's training and cannot judge it",
                key="--encoder",
                found=encoder,
                expected="an encoder that took no part",
            )
        )


def _require_unknown(
    card: EncoderCard, resolution: int, held_out: RenderSet, trained_on: RenderSet, people: int
) -> None:
    """Refuse people whom two of the three parties know, too few of them, and other sizes."""
    from generators.quality.memorised import FEWEST

    everybody, side = len(held_out.clean), held_out.clean.shape[2]
    if people < FEWEST:
        raise EffaceError(
            Fault(
                "judging needs twins and as many other people",
                key="--held-out",
                found=f"{everybody} people",
                expected=f"{2 * FEWEST} or more",
            )
        )
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
    learnt = numbers_of(trained_on, (0, len(trained_on.clean)))
    if trained_on.plan.seed == held_out.plan.seed:
        law = "a generator is judged on people it did not learn from"
        require_apart("--held-out", asked, learnt, law)
    if trained_on.plan.seed == card.people_seed:
        law = "the encoder that judges must have learnt from other people than the generator"
        require_apart("--encoder", card.people, learnt, law)


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
