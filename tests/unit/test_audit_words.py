"""An audit's table says of a level how closely it looked, and what it cannot see."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.report.audit_words import found_words, holds_word
from sim.gallery.report import Level

BYTES: dict[str, Any] = {
    "erased": 50_000,
    "looked_for": 20_000,
    "tellable": 20_000,
    "found": 0,
    "forms": {"scan": {"control_is_blind": True}, "float32": {"control_is_blind": False}},
    "places": {},
    "bytes_read": 1_234_567,
}
REACH: dict[str, Any] = {
    "hits": 0,
    "searches": 40,
    "non_mated_hits": 2,
    "non_mated_searches": 4000,
    "p_value": 1.0,
    "threshold": 0.858,
    "power": 0.95,
    "smallest_share_seen": 0.123,
    "most_unseen": 0.2,
    "why": {},
    "first_ranks": {"same": 9, "first_was_erased": 1, "nearer_one_found": 0, "lost": 0},
}


def test_a_level_of_bytes_names_the_forms_it_looked_for_and_those_it_is_blind_to() -> None:
    words = found_words(Level("L3", True, BYTES, None, "Much.", None))
    assert "20,000 of the 50,000 erased templates as scan; float32: 0 were found." in words
    assert words.endswith("Blind to: scan.")
    seeing = BYTES | {"forms": {"float32": {}}, "tellable": 19_999}
    words = found_words(Level("L3", True, seeing, None, "Much.", None))
    assert words.endswith("Only 19,999 of them differ from all survivors.")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({}, "Had 12.3 % of them still been there, the test would have seen it with a chance of"),
        (
            {"smallest_share_seen": None, "why": {"smallest_share_seen": "too few searches"}},
            "would have seen no share of them, had they still been there: too few searches.",
        ),
    ],
)
def test_searches_say_what_share_of_the_erased_they_could_have_seen(
    other: dict[str, Any], said: str
) -> None:
    level = Level("L1", None, REACH | other, None, "Much.", "Too few people.")
    assert said in found_words(level)
    assert "hit (a score of 0.858 or more)" in found_words(level)
    assert holds_word(level) == "undecided"
