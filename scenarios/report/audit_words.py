"""An audited erasure in words: at each level what was looked for and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scenarios.gallery_audited import Audited
from sim.gallery.report import Level

if TYPE_CHECKING:
    from rich.console import Console

TITLES = {
    "L0": "ids",
    "L1": "new photos",
    "L2": "files",
    "L3": "memory",
}


def show_audit(console: Console, audited: Audited) -> None:
    """Print an audited erasure: whom it took, what it cost, what to know, and the levels."""
    from rich.table import Table
    from rich.text import Text

    console.print(Text(f"Audited: {audited.what}."))
    console.print(Text(selection_words(audited)))
    console.print(Text(" ".join((cost_words(audited), *audited.notes))))
    table = Table(title=Text("What is left of the erased, in this model"), show_lines=True)
    table.add_column(Text("level"))
    table.add_column(Text("holds"))
    table.add_column(Text("what was looked for and found"), overflow="fold")
    for level in audited.report.levels:
        words = (
            found_words(level),
            f"Control: {control_words(level)}.",
            f"Not proved: {level.does_not_prove}",
        )
        name = f"{level.level}\n{TITLES[level.level]}"
        table.add_row(*(Text(cell) for cell in (name, holds_word(level), "\n".join(words))))
    console.print(table)
    console.print(Text(verdict_words(audited.report.levels)))


def verdict_words(levels: Sequence[Level]) -> str:
    """Return in a line which levels do not hold, and which could not be told."""
    kinds: dict[str, list[str]] = {}
    for level in levels:
        if not level.holds:
            kinds.setdefault(holds_word(level), []).append(level.level)
    titles = {"no": "does not hold"}
    words = [f"{titles.get(kind, kind)}: {', '.join(names)}" for kind, names in kinds.items()]
    found = "; ".join(words) or "every level that was looked at holds"
    return f"{found[0].upper()}{found[1:]}."


def selection_words(audited: Audited) -> str:
    """Return whom an order reached, and whom it should have reached."""
    found = audited.selection
    words = (
        f"In this model the order is about {audited.scope}: {found.in_scope:,} of "
        f"{found.stored:,} templates are theirs. The gallery has no such field; the operator "
        f"{audited.done} {found.chosen:,} whose residency signals say so."
    )
    if found.under_erasure is not None:
        words += f" Of theirs it missed {found.missed:,} ({100 * found.under_erasure:.1f} %)."
    if found.over_erasure is not None:
        words += f" Of what it {audited.done} {found.others:,} were of others "
        words += f"({100 * found.over_erasure:.1f} %)."
    return words


def cost_words(audited: Audited) -> str:
    """Return what the erasure cost."""
    cost = audited.cost
    return (
        f"The erasure read {cost.bytes_read:,} bytes, wrote {cost.bytes_written:,} and took "
        f"{cost.seconds:.2f} s."
    )


def holds_word(level: Level) -> str:
    """Return whether a level holds, in a word or two."""
    if level.holds is None:
        return "undecided" if level.evidence else "not examined"
    return "yes" if level.holds else "no"


def found_words(level: Level) -> str:
    """Return what a level looked for and found; why it does not hold, first."""
    why = f"{level.why} " if level.why else ""
    if not level.evidence:
        return why.strip()
    words = {"L0": _ids, "L1": _reach, "L2": _bytes, "L3": _bytes}[level.level]
    return why + words(level.evidence)


def control_words(level: Level) -> str:
    """Return how the two questions came out whose answers are known."""
    if level.control is None:
        return "none"
    kept = "survivors were found" if level.control.found else "survivors were NOT found"
    if level.level == "L1":
        hits, searches = level.control.must_fail["hits"], level.control.must_fail["survivors"]
        kept += f" ({hits:,} of {searches:,} searches hit)"
    clean = level.control.clean
    strangers = "never enrolled: nothing found" if clean else "never enrolled: FOUND"
    return f"{kept}; {strangers}"


def _ids(evidence: Mapping[str, Any]) -> str:
    return (
        f"Of {evidence['asked']:,} erased ids {evidence['answered']:,} are answered to and "
        f"{evidence['returned']:,} were returned by {evidence['searches']:,} searches."
    )


def _reach(evidence: Mapping[str, Any]) -> str:
    hits = f"{evidence['hits']:,} of {evidence['searches']:,} searches with new photos hit "
    hits += f"(a score of {evidence['threshold']:.3f} or more)"
    others = f"{evidence['non_mated_hits']:,} of {evidence['non_mated_searches']:,}"
    share = evidence["smallest_share_seen"]
    power = (
        "The test would have seen no share of them, had they still been there: "
        f"{evidence['why']['smallest_share_seen']}."
        if share is None
        else f"Had {100 * share:.1f} % of them still been there, the test would have seen it with "
        f"a chance of {100 * evidence['power']:.0f} %, a smaller share less surely; the level is "
        f"answered where that is {100 * evidence['most_unseen']:.0f} % or less."
    )
    ranks = evidence["first_ranks"]
    kept = ranks["same"] + ranks["first_was_erased"] + ranks["nearer_one_found"]
    return (
        f"{hits}, of people never enrolled {others} (one-sided exact test, p = "
        f"{evidence['p_value']:.3f}). {power} Survivors: {kept:,} searches return first what they "
        f"should, {ranks['lost']:,} do not."
    )


def _bytes(evidence: Mapping[str, Any]) -> str:
    where = "; ".join(f"{count:,} in {place}" for place, count in evidence["places"].items())
    erased, looked_for = evidence["erased"], evidence["looked_for"]
    of = f"{looked_for:,} of the {erased:,} erased" if looked_for < erased else f"{erased:,} erased"
    forms = evidence["forms"]
    blind = [form for form, told in forms.items() if told.get("control_is_blind")]
    words = (
        f"{evidence['bytes_read']:,} bytes were read for {of} templates as {'; '.join(forms)}: "
        f"{evidence['found']:,} were found" + (f" ({where})." if where else ".")
    )
    if evidence["tellable"] < looked_for:
        words += f" Only {evidence['tellable']:,} of them differ from all survivors."
    if blind:
        words += f" Blind to: {'; '.join(blind)}."
    return words
