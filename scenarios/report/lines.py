"""Lines of text at a reader's width, so that what belongs to an entry stands under it."""

from __future__ import annotations

import textwrap

HANG = 4
"""By how much further than its first line the rest of an entry is set in."""


def hanging(text: str, width: int, hang: int = HANG, breaks: bool = False) -> str:
    """Return a text of which each line is wrapped between words, the rest of it set in.

    Args:
        text: one or more lines; the indent of each is kept.
        width: the longest line, in characters; a word that is longer stands on a line of its own.
        hang: by how much further than the line itself the rest of it is set in.
        breaks: break a word that is longer than the line, such as an address, instead.
    """
    return "\n".join(_wrapped(line, width, hang, breaks) for line in text.splitlines())


def _wrapped(line: str, width: int, hang: int, breaks: bool) -> str:
    indent = len(line) - len(line.lstrip())
    kept = textwrap.wrap(
        line,
        width,
        subsequent_indent=" " * (indent + hang),
        break_long_words=breaks,
        break_on_hyphens=False,
    )
    return "\n".join(kept)
