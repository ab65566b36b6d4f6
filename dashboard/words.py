"""The captions of the pages: what a reader sees, in plain words, and where it comes from."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.report.words import arm_words, counted, residents

RECORD_AND_MODEL = (
    "Upright rules are facts of the public record: solid for what happened, dashed for a deadline "
    "that the notice set. Lines and bands are the model's. A band is the range: 5–95 % of joint "
    "draws of the assumed parameters, each arm on its own."
)
EVIDENCE = (
    "“Assumed”: no source measures it. “Proxy”: the source measures something near it. “Same”: "
    "the source measures this quantity. The grade is the source's, from A (primary document) "
    "to C (aggregator)."
)
CHECK = (
    "The first command computes the same run again: equal inputs give equal tables, whatever "
    "the number of workers. The second compares every file of this run with its manifest."
)
MARKS: Mapping[str, str] = {
    "same": "measured: the source measures this quantity",
    "proxy": "proxy: the source measures something near it",
    "assumed": "assumed: no source measures it",
}
GRADES: Mapping[str, str] = {
    "A": "primary document of a regulator, court or company",
    "A-": "primary text hosted elsewhere",
    "B": "law firm, trade or general press",
    "C": "aggregator or rewrite",
}


def gap(manifest: Mapping[str, Any]) -> str:
    """Return what the chart of differences shows."""
    return (
        f"The same weeks as differences: “{arm_words(manifest['scenario'], manifest)}” minus each "
        "column, with the same draw of the parameters on both sides. What is assumed moves all "
        "columns together, so a difference is surer than a level."
    )


def people_caption(shown: int, jurisdiction: str, at: str) -> str:
    """Return what the sheet of people shows.

    Args:
        shown: people on the sheet.
        jurisdiction: code whose adult residents were drawn from.
        at: the day of the counts, in words.
    """
    return (
        f"{shown} adult {residents(jurisdiction)}, drawn by lot from the simulated population, so "
        f"that nobody is picked for what happened to them. The bars count the photos of each that "
        f"are held on {at} in each column, in one replication. People under 18 are rows in the "
        "model and are never shown."
    )


def no_faces(why: str) -> str:
    """Return what the page says where no face can be drawn.

    Args:
        why: why not, with the command that helps; its first letter is its own (PyTorch).
    """
    return f"Initials stand for faces here: {why}"


def provenance(manifest: Mapping[str, Any]) -> str:
    """Return the line under the title: what was computed."""
    ranges = (
        f"{counted(manifest['ranges'], 'range draw')} of {manifest['range_people']:,} people"
        if manifest["ranges"]
        else "no range draws"
    )
    return (
        f"Run {manifest['run']} · {manifest['people']:,} simulated people · "
        f"{counted(manifest['replications'], 'paired replication')} · {ranges} · "
        f"seed {manifest['seed']}"
    )


def rerun(manifest: Mapping[str, Any], parameters: Sequence[Mapping[str, Any]], folder: str) -> str:
    """Return the commands that make the run again and check it, one a line.

    The scenario is the run folder's own, so that nothing hangs on a file that lay elsewhere or on
    what was set when the run was made.

    Args:
        manifest: the run's manifest.
        parameters: rows of `parameters.parquet`; those set by hand are set again, so that they
            are marked as such again.
        folder: the run folder.
    """
    question = f"{folder}/arms/{manifest['scenario']}.yaml"
    words = ["efface", "run", question]
    for size in ("people", "replications", "ranges", "seed"):
        words += [f"--{size}", str(manifest[size])]
    for row in parameters:
        if row["set_by"] == "--set":
            words += ["--set", f"{row['name']}={row['value']!r}{_unit(row['unit'])}"]
    return f"{shlex.join(words)}\n{shlex.join(['efface', 'verify', folder])}"


def _unit(unit: str) -> str:
    return "" if unit == "1" else f" {unit}"


def hashes(manifest: Mapping[str, Any]) -> str:
    """Return the line that pins down what was run, on whom and by which version."""
    return (
        f"Scenario {manifest['scenario_hash']} · population {manifest['population_hash']} · "
        f"Efface {manifest['efface_version']}"
    )
