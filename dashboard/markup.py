"""Small pieces of HTML that the pages' tables, tiles and cards are made of."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def element(tag: str, body: str, **attributes: str) -> str:
    """Return an element with escaped attributes.

    Args:
        tag: its name.
        body: HTML.
        attributes: values as text, empty ones left out; `kind` stands for `class`, and an
            underscore in a name for a hyphen.
    """
    written = "".join(
        f' {"class" if name == "kind" else name.replace("_", "-")}="{escape(value, quote=True)}"'
        for name, value in attributes.items()
        if value
    )
    return f"<{tag}{written}>{body}</{tag}>"


def quiet(text: str) -> str:
    """Return a text in small, quiet print on a line of its own."""
    return element("span", escape(text), kind="quiet")


def signs(text: str) -> str:
    """Return numbers with the minus sign that is as wide as a plus."""
    return text.replace("-", "\u2212")


def note(text: str) -> str:
    """Return a caption."""
    return element("p", escape(text), kind="ef ef-note")


def table(caption: str, head: Sequence[str], body: Sequence[str], name: str) -> str:
    """Return a table that scrolls sideways where the page is too narrow.

    Args:
        caption: what it holds, for screen readers.
        head: the `th` elements.
        body: the `tr` elements.
        name: what it is called in the page.
    """
    inner = f"<thead><tr>{''.join(head)}</tr></thead><tbody>{''.join(body)}</tbody>"
    whole = element("table", inner, data_table=name, aria_label=caption)
    return element("div", whole, kind="ef ef-scroll")
