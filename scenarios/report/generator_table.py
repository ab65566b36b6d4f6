"""A generator's figures as a table: each beside what renders of unknown people reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HEADINGS = ["", "generated", "renders"]


def generator_rows(figures: Mapping[str, Any]) -> list[list[str]]:
    """Return figures as lines of a table: what, of generated photos, of renders.

    Args:
        figures: what `efface faces judge` writes (JSON values).
    """
    told = figures["told_apart"]
    sides = ("generated", "renders")
    rows = [
        [words, *(_figure(told[side][name]) for side in sides)]
        for name, words in (
            ("eer", "equal error rate"),
            ("fnmr", "FNMR at FMR 0.001, each at its own threshold"),
            ("d_prime", "d′"),
            ("rank_one", "rank-1 identification rate"),
        )
    ]
    for name, words in (
        ("retention", "comparisons within a person that match, at the renders' threshold"),
        ("collisions", "comparisons of different people that match there"),
        ("variance", "variance within a person, over that of renders"),
    ):
        rows.append([words, *(_figure(figures[name][side]) for side in sides)])
    rows.append(["mean cosine to the render of the same codes", _figure(figures["likeness"]), "1"])
    rows.append(["KID", *(_figure(figures["distance"][side]) for side in sides)])
    for name in ("precision", "recall"):
        rows.append([name, *(_figure(figures["coverage"][side][name]) for side in sides)])
    for name, control in figures["control"].items():
        words = name.replace("_", " ")
        rows.append(
            [f"{words} read back: correlation", *(_figure(control[side]) for side in sides)]
        )
        rows.append([f"{words}: over the renders' correlation", _figure(control["ratio"]), "1"])
    for space, test in figures["copies"].items():
        rows.append(
            [f"nearest is somebody unseen in training, over chance, by {space}",
             *(_figure(test[side]["unseen"]) for side in sides)]
        )  # fmt: skip
        rows.append(["its p", *(f"{test[side]['p']:.3g}" for side in sides)])
        rows.append(
            [f"near copies, by {space}",
             *(_figure(test[side]["near_copies"]) for side in sides)]
        )  # fmt: skip
    return rows


def generator_table(figures: Mapping[str, Any]) -> str:
    """Return the figures as a Markdown table with one sentence that says how they were made.

    Args:
        figures: what `efface faces judge` writes (JSON values).
    """
    people, photos = figures["people"], figures["photos_of_each"]
    lines = [
        "| " + " | ".join(HEADINGS) + " |",
        "|---|---|---|",
        *("| " + " | ".join(row) + " |" for row in generator_rows(figures)),
        "",
        f"{people} people unknown to the generator and to the encoder that judges, {photos} photos "
        "of each, beside renders of the same people in the same shots; KID, precision, recall and "
        f"nearness to training are against renders of {people} other people. In brackets 95 % "
        "intervals over people (KID: over disjoint blocks of people).",
    ]
    return "\n".join(lines) + "\n"


def _figure(figure: Mapping[str, Any]) -> str:
    """Return a value with its interval, where there is one."""
    value, low, high = (figure.get(name) for name in ("value", "low", "high"))
    if low is None or high is None:
        return f"{value:.4f}"
    return f"{value:.4f} ({low:.4f} to {high:.4f})"
