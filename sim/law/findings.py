"""The five findings of the penalty notice under question, each as a mechanism with its measure.

A finding says what was wrong; here stands what in this model does that wrong, which powers bear on
it, which levers they move, and which measures see it. `efface explain --findings` prints the table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        finding: what was found, in a sentence.
        articles: provisions of the UK GDPR that were found broken.
        mechanism: what in the model does this.
        interventions: names of those that bear on it.
        levers: names of the levers that they move; none where they ask for a job.
        measures: names of the measures that see it.
        source: where the finding stands.
        seen_at: address of the copy that was read.
    """

    finding: str
    articles: tuple[str, ...]
    mechanism: str
    interventions: tuple[str, ...]
    levers: tuple[str, ...]
    measures: tuple[str, ...]
    source: str
    seen_at: str


_SOURCE = "Monetary penalty notice of 18 May 2022, as the press told its findings on 23 May 2022."
_SEEN_AT = "https://news.hitb.org/index.php/node/57103"

FINDINGS: tuple[Finding, ...] = (
    Finding(
        finding="People were not told: their information was not used fairly and transparently.",
        articles=("5(1)(a)", "14"),
        mechanism="Residents learn of the operator from the news alone; nobody writes to those of "
        "whom something is held.",
        interventions=("duty-to-inform",),
        levers=(),
        measures=("share_informed",),
        source=_SOURCE,
        seen_at=_SEEN_AT,
    ),
    Finding(
        finding="There was no lawful reason for collecting people's information.",
        articles=("6",),
        mechanism="Every day on which something is held of a resident is a day of processing "
        "without a basis.",
        interventions=("cease-collection", "deletion-order"),
        levers=("crawler.in_scope_pass",),
        measures=("processing_without_basis",),
        source=_SOURCE,
        seen_at=_SEEN_AT,
    ),
    Finding(
        finding="Nothing stopped the data from being kept for ever.",
        articles=("5(1)(e)",),
        mechanism="A template stays until somebody has it removed: what is held grows older.",
        interventions=("retention-limit",),
        levers=("gallery.retention", "gallery.rolling_retention"),
        measures=("age_held",),
        source=_SOURCE,
        seen_at=_SEEN_AT,
    ),
    Finding(
        finding="The higher standard for biometric data was not met.",
        articles=("9",),
        mechanism="A template is made of every face found, whoever is in the picture.",
        interventions=("deletion-order", "disgorgement"),
        levers=(),
        measures=("templates_held_in_scope",),
        source=_SOURCE,
        seen_at=_SEEN_AT,
    ),
    Finding(
        finding="Whoever asked was asked for more, photos among it.",
        articles=("15", "16", "17", "21", "22"),
        mechanism="The desk demands a photo before it answers: some give up, and the photos of the "
        "others are held as well.",
        interventions=("access-without-photo",),
        levers=("desk.photo_demanded",),
        measures=("requests_abandoned", "extra_photos_held"),
        source=_SOURCE,
        seen_at=_SEEN_AT,
    ),
)
"""In the order in which they were published."""
