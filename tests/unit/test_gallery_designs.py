"""Factory strings of a gallery: what they name, what is chosen by size, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.gallery.designs import Design, Kind, design_for, design_of
from sim.gallery.gallery import GalleryError


@pytest.mark.parametrize(
    ("text", "design"),
    [
        ("Flat", Design(Kind.EXACT)),
        ("Segments500,Flat", Design(Kind.EXACT, segment=500)),
        ("IVF2048,SQ8", Design(Kind.INVERTED, lists=2048, nprobe=64)),
        ("IVF16,SQ8", Design(Kind.INVERTED, lists=16, nprobe=1)),
        ("IVF2048,SQ8@nprobe=7", Design(Kind.INVERTED, lists=2048, nprobe=7)),
        (
            "Segments1000000,IVF2048,PQ64x4fs,Refine(SQ8)@nprobe=16,k_factor=4",
            Design(Kind.FAST_SCAN, 2048, 64, 1_000_000, nprobe=16, k_factor=4),
        ),
    ],
)
def test_a_factory_string_names_a_design_and_a_design_prints_it(text: str, design: Design) -> None:
    assert design_of(text, 128) == design
    assert str(design) == text


@given(st.data())
def test_what_a_design_prints_names_it_again(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(Kind))
    lists = 0 if kind is Kind.EXACT else data.draw(st.integers(1, 5000))
    segment = data.draw(st.none() | st.integers(max(1, 39 * lists), 10**7))
    nprobe = data.draw(st.integers(1, lists)) if lists else 0
    scan = kind is Kind.FAST_SCAN
    parts = data.draw(st.sampled_from([1, 32, 64])) if scan else 0
    k_factor = data.draw(st.integers(1, 1000)) if scan else 0
    design = Design(kind, lists, parts, segment, nprobe, k_factor)
    assert design_of(str(design), 64) == design


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (0, "Flat"),
        (100_000, "Flat"),
        (100_001, "IVF2048,SQ8"),
        (1_000_000, "IVF2048,SQ8"),
        (1_000_001, "Segments1000000,IVF2048,PQ64x4fs,Refine(SQ8)"),
    ],
)
def test_the_design_is_chosen_by_size(rows: int, text: str) -> None:
    assert str(design_for(rows, 128)) == text


@pytest.mark.parametrize("dimension", [1, 2, 3, 24, 127, 128, 512])
def test_the_design_for_many_templates_can_be_of_any_dimension(dimension: int) -> None:
    design = design_for(5_000_000, dimension)
    assert design_of(str(design), dimension) == design


@pytest.mark.parametrize(
    ("text", "found", "nearest"),
    [
        ("IVF2048,SQ9", "IVF2048,SQ9", "IVF2048,SQ8"),
        ("flat", "flat", "Flat"),
        ("HNSW32", "HNSW32", None),
        ("IDMap,Flat", "IDMap,Flat", "Flat"),
        ("IVF0,SQ8", "IVF0,SQ8", "IVF2048,SQ8"),
        ("Flat@nprobe=3", "nprobe=3", None),
        ("IVF8,SQ8@nprob=3", "nprob=3", "nprobe"),
        ("IVF8,SQ8@nprobe=9", "nprobe=9", None),
        ("IVF8,SQ8@nprobe=0", "nprobe=0", None),
        ("IVF8,SQ8@nprobe=2,nprobe=3", "nprobe=3", None),
        ("IVF8,SQ8@k_factor=3", "k_factor=3", None),
        ("IVF8,SQ8@", "", None),
        ("IVF8,PQ12x4fs,Refine(SQ8)", "12", "16"),
        ("Segments100,IVF8,SQ8", "100", "312"),
    ],
)
def test_what_names_no_design_is_refused_with_the_nearest(
    text: str, found: str, nearest: str | None
) -> None:
    with pytest.raises(GalleryError) as refusal:
        design_of(text, 128)
    (fault,) = refusal.value.faults
    assert (fault.key, fault.found) == ("design", found)
    assert fault.expected
    assert nearest is None or nearest in fault.nearest


def test_all_that_is_wrong_with_a_design_is_told_at_once() -> None:
    with pytest.raises(GalleryError) as refusal:
        design_of("Segments1,IVF8,PQ7x4fs,Refine(SQ8)@nprobe=9,k=3", 128)
    assert [f.found for f in refusal.value.faults] == ["7", "1", "nprobe=9", "k=3"]
