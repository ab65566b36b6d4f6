"""`efface faces judge-encoder`: how well an encoder knows rendered people apart."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from generators.digests import sha256
from generators.errors import EffaceError, Fault
from generators.packages import FACES, require_packages
from scenarios.cli.options import JsonOption, print_columns, print_json

if TYPE_CHECKING:
    from generators.encoder.weights import EncoderCard
    from generators.heads.render_set import RenderSet


def judge_encoder(
    weights: Annotated[Path, typer.Option(help="Weights, made by `efface faces train-encoder`.")],
    data: Annotated[Path, typer.Option(help="Render set, made by `efface faces render`.")],
    people: Annotated[
        str,
        typer.Option(metavar="FIRST:LAST", help="People of the set; 500 take a minute."),
    ] = ":",
    as_json: JsonOption = False,
) -> None:
    """Tell how well an encoder knows rendered people apart, in the words of ISO/IEC 19795-1."""
    require_packages("encoders", FACES)
    from generators.heads.render_set import open_render_set

    render_set = open_render_set(data)
    chosen = people_range("--people", people, len(render_set.photos))
    require_comparable("--people", chosen, render_set)
    from generators.encoder.on_renders import figures_json, judge_on_renders
    from generators.encoder.weights import read_weights

    network, card = read_weights(weights)
    _require_strangers(card, render_set, chosen)
    figures = figures_json(judge_on_renders(network, render_set, chosen))
    if as_json:
        print_json({"weights": identified(weights, card.text), "figures": figures})
    else:
        print_figures(figures)


def _require_strangers(card: EncoderCard, render_set: RenderSet, rows: tuple[int, int]) -> None:
    """Refuse people that the encoder learnt from, in whatever set, and photos of another size."""
    side = render_set.photos.shape[2]
    if side != card.shape.resolution:
        raise EffaceError(
            Fault(
                "the encoder was made for photos of another size",
                key="--data",
                found=f"{side} pixels a side",
                expected=str(card.shape.resolution),
            )
        )
    if card.people_seed == render_set.plan.seed:
        require_apart("--people", numbers_of(render_set, rows), card.people)


def require_comparable(key: str, rows: tuple[int, int], render_set: RenderSet) -> None:
    """Refuse people whose photos cannot all be compared with one another.

    Raises:
        EffaceError: there is one photo of each, or there are too many.
    """
    from generators.encoder.evaluation import MOST_PHOTOS

    of_each = render_set.photos.shape[1]
    most = MOST_PHOTOS // of_each
    if of_each < 2 or rows[1] - rows[0] > most:
        raise EffaceError(
            Fault(
                "every photo is compared with every other",
                key=key,
                found=f"{rows[1] - rows[0]} people with {of_each} photos each",
                expected=f"up to {most} people, two photos of each or more",
            )
        )


def identified(weights: Path, text: str) -> dict[str, str]:
    """Return what names a weights file wherever it lies: its SHA-256 and its card's words."""
    return {"sha256": sha256(weights), "text": text}


def numbers_of(render_set: RenderSet, rows: tuple[int, int]) -> tuple[int, int]:
    """Return the numbers, under the set's seed, of the people of rows: the same in every set."""
    first = render_set.plan.first_person
    return first + rows[0], first + rows[1]


def require_apart(
    key: str,
    judged: tuple[int, int],
    learnt: tuple[int, int],
    law: str = "an encoder is judged on people it did not learn from",
) -> None:
    """Refuse to judge an encoder on people that it learnt from.

    Args:
        key: option to change.
        judged: numbers of the people, the first and the one after the last.
        learnt: numbers of those that were learnt from, under the same seed.
        law: what is broken where they share somebody.

    Raises:
        EffaceError: the two ranges of people share somebody.
    """
    if judged[0] < learnt[1] and learnt[0] < judged[1]:
        raise EffaceError(
            Fault(
                law,
                key=key,
                found=f"people {judged[0]}:{judged[1]}",
                expected=f"people outside {learnt[0]}:{learnt[1]}",
            )
        )


def print_figures(figures: dict[str, Any]) -> None:
    """Print an encoder's headline figures with their intervals, then each group's error rates.

    Args:
        figures: as `figures_json` gives them, or empty.
    """

    def words(figure: dict[str, float]) -> list[str]:
        return [f"{figure['value']:.4f}", f"{figure['low']:.4f} to {figure['high']:.4f}"]

    rows = [
        [words_of, *words(figures[name])]
        for name, words_of in (
            ("eer", "equal error rate"),
            ("threshold", "threshold at FMR 0.001"),
            ("fnmr", "FNMR at that threshold"),
            ("rank_one", "rank-1 identification rate"),
            ("d_prime", "d′"),
        )
        if name in figures
    ]
    for name, group in figures.get("groups", {}).items():
        rows += [[f"{name}: {rate.upper()}", *words(group[rate])] for rate in ("fnmr", "fmr")]
    if rows:
        print_columns(["", "value", "95 % over people"], rows, [False, True, False])


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
