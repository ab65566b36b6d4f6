"""What a gallery is built of, as a factory string: `IVF2048,SQ8`, `Segments1000000,IVF2048,SQ8`.

The words are FAISS's own, so that a design names the index beside which it is measured. A design
without a name for it is refused, with the nearest ones that there are.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from generators.errors import Fault
from sim.gallery.gallery import GalleryError

ROWS_A_LIST = 39
"""Templates that training needs for each list: FAISS warns below that many points a centroid."""
SAMPLE_A_LIST = 64
"""Templates that training uses for each list, where there are so many."""
_LISTS = 2048
_SEGMENT = 1_000_000
_MOST_EXACT = 100_000
_MOST_INVERTED = 1_000_000
"""Sizes up to which a gallery is exact, and of one index: measured, see docs/gallery.md."""
_PROBED = 32
"""One list of so many is looked through, unless the design says otherwise."""
_REFINED = 10
"""Candidates that are scored anew for each result asked for, unless the design says otherwise."""

_FORM = re.compile(
    r"(?:Segments(?P<segment>[1-9]\d*),)?"
    r"(?:(?P<flat>Flat)"
    r"|IVF(?P<lists>[1-9]\d*),(?:(?P<sq>SQ8)|PQ(?P<parts>[1-9]\d*)x4fs,Refine\(SQ8\)))"
    r"(?:@(?P<options>.*))?"
)
_EXAMPLES = (
    "Flat",
    "IVF2048,SQ8",
    "IVF2048,SQ8@nprobe=64",
    "IVF2048,PQ64x4fs,Refine(SQ8)",
    "IVF2048,PQ64x4fs,Refine(SQ8)@nprobe=16,k_factor=10",
    "Segments1000000,IVF2048,SQ8",
    "Segments1000000,IVF2048,PQ64x4fs,Refine(SQ8)",
)


class Kind(StrEnum):
    """How the templates of a segment are stored and compared."""

    EXACT = "exact"
    """32-bit numbers, every template compared."""
    INVERTED = "inverted"
    """8-bit codes in lists by nearest centroid, some lists compared."""
    FAST_SCAN = "fast scan"
    """4-bit product codes in lists for candidates, scored anew from 8-bit codes."""


@dataclass(frozen=True)
class Design:
    """What a gallery is built of; `str` gives its factory string.

    Attributes:
        kind: how templates are stored.
        lists: inverted lists of a segment; 0 where exact.
        parts: 4-bit numbers of a product code; 0 but for fast scan.
        segment: most templates of a segment, or None where there is one segment for all.
        nprobe: lists that a search looks through; 0 where exact.
        k_factor: candidates scored anew for each result asked for; 0 but for fast scan.
    """

    kind: Kind
    lists: int = 0
    parts: int = 0
    segment: int | None = None
    nprobe: int = 0
    k_factor: int = 0

    @property
    def least(self) -> int:
        """Templates that a segment needs before it is trained: 0 where nothing is trained."""
        return ROWS_A_LIST * self.lists

    @property
    def sample(self) -> int:
        """Templates that training uses at most."""
        return SAMPLE_A_LIST * self.lists

    @property
    def index(self) -> str:
        """The factory string of one segment's index, as FAISS reads it."""
        if self.kind is Kind.EXACT:
            return "Flat"
        code = "SQ8" if self.kind is Kind.INVERTED else f"PQ{self.parts}x4fs,Refine(SQ8)"
        return f"IVF{self.lists},{code}"

    def exact(self) -> Design:
        """Return the design of a segment that is not trained yet."""
        return Design(Kind.EXACT)

    def __str__(self) -> str:
        """Return the factory string, with those options that are not the usual ones."""
        usual = _usual(self)
        options = ",".join(
            f"{name}={getattr(self, name)}"
            for name in ("nprobe", "k_factor")
            if getattr(self, name) != getattr(usual, name)
        )
        segments = f"Segments{self.segment}," if self.segment is not None else ""
        return f"{segments}{self.index}" + (f"@{options}" if options else "")


def design_of(text: str, dimension: int) -> Design:
    """Return the design that a factory string names.

    Args:
        text: `[SegmentsN,]Flat`, `[SegmentsN,]IVFn,SQ8` or `[SegmentsN,]IVFn,PQmx4fs,Refine(SQ8)`,
            with options after `@`: `nprobe=` and, for the last, `k_factor=`.
        dimension: numbers in a template, of which a product code takes equal parts.

    Raises:
        GalleryError: it names none, or one that cannot be of this dimension; every fault at once.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        near = difflib.get_close_matches(text, _EXAMPLES, n=3, cutoff=0.3)
        raise GalleryError(_fault(text, f"one like {' or '.join(_EXAMPLES[:4])}", tuple(near)))
    segment = int(found["segment"]) if found["segment"] else None
    lists, parts = int(found["lists"] or 0), int(found["parts"] or 0)
    if found["flat"]:
        kind = Kind.EXACT
    else:
        kind = Kind.INVERTED if found["sq"] else Kind.FAST_SCAN
    design = _usual(Design(kind, lists, parts, segment))
    faults = []
    if parts and dimension % parts:
        whole = [m for m in range(1, dimension + 1) if dimension % m == 0]
        divisors = tuple(str(m) for m in sorted(whole, key=lambda m: abs(m - parts))[:3])
        expected = f"parts of a product code that divide {dimension}"
        faults.append(_fault(str(parts), expected, divisors))
    if segment is not None and segment < design.least:
        expected = f"segments of {design.least} templates or more, which {lists} lists need"
        faults.append(_fault(str(segment), expected, (str(design.least),)))
    options, wrong = _options(found["options"], design)
    faults += wrong
    if faults:
        raise GalleryError(faults)
    nprobe, k_factor = options.get("nprobe"), options.get("k_factor")
    return replace(design, nprobe=nprobe or design.nprobe, k_factor=k_factor or design.k_factor)


def design_for(rows: int, dimension: int) -> Design:
    """Return the design of a gallery that will hold so many templates.

    Exact up to 1e5; inverted lists of 8-bit codes up to 1e6; above that, segments of 1e6 templates
    whose candidates are found by 4-bit codes and scored by 8-bit ones.

    Raises:
        ValueError: a negative number of templates, or a dimension below 1.
    """
    if rows < 0 or dimension < 1:
        raise ValueError(f"0 templates or more of 1 number or more, found {rows}, {dimension}")
    if rows <= _MOST_EXACT:
        return Design(Kind.EXACT)
    if rows <= _MOST_INVERTED:
        return _usual(Design(Kind.INVERTED, _LISTS))
    parts = dimension // 2 if dimension % 2 == 0 else dimension
    return _usual(Design(Kind.FAST_SCAN, _LISTS, parts, _SEGMENT))


def _usual(design: Design) -> Design:
    """Return the design with the options that it has where none are told."""
    nprobe = max(1, design.lists // _PROBED) if design.lists else 0
    k_factor = _REFINED if design.kind is Kind.FAST_SCAN else 0
    return replace(design, nprobe=nprobe, k_factor=k_factor)


def _options(text: str | None, design: Design) -> tuple[dict[str, int], list[Fault]]:
    """Return the options that a text tells, and what is wrong with them."""
    most = {"nprobe": design.lists} if design.lists else {}
    if design.kind is Kind.FAST_SCAN:
        most["k_factor"] = 1_000
    told: dict[str, int] = {}
    faults = []
    for option in [] if text is None else text.split(","):
        name, _, value = option.partition("=")
        if name not in most:
            near = difflib.get_close_matches(name, most)
            expected = f"one of the options {', '.join(most)}" if most else "no option"
            faults.append(_fault(option, expected, tuple(near)))
        elif name in told:
            faults.append(_fault(option, f"{name} once"))
        elif not re.fullmatch("[0-9]{1,9}", value) or not 1 <= int(value) <= most[name]:
            faults.append(_fault(option, f"{name} from 1 to {most[name]}"))
        else:
            told[name] = int(value)
    return told, faults


def _fault(found: str, expected: str, nearest: tuple[str, ...] = ()) -> Fault:
    return Fault(
        "there is no such design of a gallery",
        key="design",
        found=found,
        expected=expected,
        nearest=nearest,
    )
