"""The data card of a set of training images: what it is, whom it shows, what it is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.heads.cast import LEAST_QUALITY
from generators.heads.identity import TONES
from generators.heads.render_plan import RenderPlan
from generators.promises import HONEST_SENTENCE

_BANDS = (18, 25, 35, 50, 65, 81)

Labels = Mapping[str, NDArray[Any]]
"""Columns with one entry a photo."""


def card_text(plan: RenderPlan, labels: Labels) -> str:
    """Return the card of a set as Markdown.

    Args:
        plan: the set.
        labels: its labels, photos of a person one after the other.
    """
    once = slice(None, None, plan.photos)
    last = plan.first_person + plan.people - 1
    lines = [
        "# Rendered training images of people who do not exist",
        "",
        HONEST_SENTENCE,
        "",
        f"{plan.people} people (numbers {plan.first_person} to {last} of seed {plan.seed}), "
        f"{plan.photos} photos of each, {plan.size} × {plan.size} pixels, sRGB.",
        "",
        "| file | what |",
        "|---|---|",
        "| `clean.npy` | uint8 [people, photos, size, size, 3] exposed pictures |",
        "| `photos.npy` | the same after blur, noise and compression, as found on the web |",
        "| `mask.npy` | uint8: share of the head (hair, glasses and clothes too) in 4 × 4 pixels |",
        "| `identity.npy`, `shots.npy` | float32 codes; names of the entries in `manifest.json` |",
        "| `labels.parquet` | one row a photo: what was asked for |",
        "",
        "## People by sex and tone (Monk Skin Tone scale, 1 the lightest)",
        "",
        *_by_tone(labels["sex"][once], labels["tone"][once]),
        "",
        "## People by hair and beard",
        "",
        *_counts("hair", labels["hair"][once]),
        "",
        *_counts("beard", labels["beard"][once]),
        "",
        "## Photos",
        "",
        *_by_age(labels["age"]),
        "",
        f"Glasses are worn on {_share(labels['glasses'])} of the photos, lipstick on "
        f"{_share(labels['lipstick'])}; {_share(labels['group'] == 1)} show one person.",
        f"Quality was drawn evenly from {LEAST_QUALITY:g} to 1.",
        "",
        "| | least | 5 % | median | 95 % | most |",
        "|---|---|---|---|---|---|",
        *(
            _range(words, factor * labels[name])
            for name, words, factor in (
                ("yaw", "yaw, degrees", 180 / np.pi),
                ("pitch", "pitch, degrees", 180 / np.pi),
                ("roll", "roll, degrees", 180 / np.pi),
                ("light_azimuth", "key light to the side, degrees", 180 / np.pi),
                ("light_height", "key light's height, degrees", 180 / np.pi),
                ("exposure", "exposure, stops", 1.0),
                ("blur", "blur, pixels", float(plan.size)),
                ("head_share", "head's share of the picture", 1.0),
            )
        ),
        "",
        "## What it is not",
        "",
        "Counts are balanced on purpose and traits were drawn for variety: shares here describe no "
        "population. Tones are reflectances chosen by eye in the order of the Monk scale; sex is "
        "drawn as two ends of a direction chosen by hand. Nobody is under 19. Results on these "
        "renders say nothing of how well anything would do on photographs of people.",
        "",
    ]
    return "\n".join(lines)


def _by_tone(sex: NDArray[np.str_], tone: NDArray[np.integer]) -> list[str]:
    tones = range(1, TONES + 1)
    lines = ["| | " + " | ".join(str(t) for t in tones) + " |", "|---" * (TONES + 1) + "|"]
    for each in ("female", "male"):
        counts = (str(int(((sex == each) & (tone == t)).sum())) for t in tones)
        lines.append(f"| {each} | " + " | ".join(counts) + " |")
    return lines


def _counts(name: str, values: NDArray[np.str_]) -> list[str]:
    kinds, counts = np.unique(values, return_counts=True)
    return [
        f"| {name} | people |",
        "|---|---|",
        *(f"| {kind} | {count} |" for kind, count in zip(kinds, counts, strict=True)),
    ]


def _by_age(age: NDArray[np.integer]) -> list[str]:
    counts, _ = np.histogram(age, _BANDS)
    bands = zip(_BANDS, _BANDS[1:], counts, strict=False)
    return [
        "| age | photos |",
        "|---|---|",
        *(f"| {max(low, 19)}–{high - 1} | {count} |" for low, high, count in bands),
    ]


def _range(words: str, values: NDArray[np.floating]) -> str:
    at = np.quantile(values, [0, 0.05, 0.5, 0.95, 1])
    return f"| {words} | " + " | ".join(f"{v:.2f}" for v in at) + " |"


def _share(values: NDArray[np.bool_]) -> str:
    return f"{100 * float(values.mean()):.0f} %"
