"""Rows are known again by any piece of 16 bytes, in bytes, files, memory; and nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.gallery.fingerprints import FRAGMENT, Fingerprints, fingerprints, seek, without
from sim.gallery.traces import traces_in_files, traces_in_memory

WIDTH = 64


def rows(count: int, seed: int, width: int = WIDTH) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, width), dtype=np.uint8)


def seen_in(prints: Fingerprints, text: np.ndarray) -> list[int]:
    return np.flatnonzero(prints.marked(seek(prints, text))).tolist()


MINE = rows(8, 1)
PRINTS = fingerprints({"mine": {"code": MINE}})


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, len(MINE) - 1),
    st.integers(0, WIDTH - FRAGMENT),
    st.integers(FRAGMENT, WIDTH),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_any_piece_of_16_bytes_is_found_wherever_it_lies(
    row: int, start: int, length: int, before: int, after: int
) -> None:
    piece = MINE[row, start : start + length]
    text = np.concatenate([rows(1, 2, 64)[0, :before], piece, rows(1, 3, 64)[0, :after]])
    assert seen_in(PRINTS, text) == [row]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, WIDTH - FRAGMENT + 1), st.integers(0, 20))
def test_fewer_than_16_bytes_of_a_row_are_none_of_it(start: int, before: int) -> None:
    text = np.concatenate([rows(1, 4, 20)[0, :before], ~MINE[3], ~MINE[3]])
    text[before + start :][: FRAGMENT - 1] = MINE[3, start:][: FRAGMENT - 1]
    assert seen_in(PRINTS, text) == []


def test_a_million_foreign_bytes_hold_no_trace() -> None:
    assert seen_in(PRINTS, rows(1, 6, 1_000_000)[0]) == []


@pytest.mark.parametrize("length", [0, 7, 15])
def test_a_text_too_short_for_a_piece_holds_none(length: int) -> None:
    assert seen_in(PRINTS, MINE[0, :length]) == []


def test_what_a_row_shares_with_zeros_and_small_numbers_does_not_tell_it() -> None:
    dull = np.zeros((2, WIDTH), dtype=np.uint8)
    dull[1, ::8] = 7
    prints = fingerprints({"mine": {"code": np.concatenate([dull, MINE[:1]])}})
    assert prints.tellable.tolist() == [False, False, True]
    assert seen_in(prints, dull.ravel()) == []


def test_rows_are_told_apart_by_group_and_form() -> None:
    floats = np.random.default_rng(0).normal(size=(4, 16)).astype(np.float32)
    forms = {"float32": floats.view(np.uint8), "code": rows(4, 8, 16)}
    prints = fingerprints({"erased": forms, "kept": {"code": rows(2, 9, 16)}})
    named = [(block.group, block.form, block.rows, block.first) for block in prints.blocks]
    assert named == [("erased", "float32", 4, 0), ("erased", "code", 4, 4), ("kept", "code", 2, 8)]
    text = np.concatenate([floats[2].view(np.uint8), rows(4, 8, 16)[1], rows(2, 9, 16)[1]])
    assert seen_in(prints, text) == [2, 5, 9]


def test_what_a_survivor_holds_too_is_no_trace_of_the_erased() -> None:
    shared = MINE[:2].copy()
    shared[1, 20:] = rows(1, 10, WIDTH - 20)[0]
    prints = fingerprints({"erased": {"code": MINE[:2]}})
    left = without(prints, seek(prints, shared.ravel()))
    # Row 0 is a survivor's to the byte; of row 1 the first 20 bytes alone are.
    assert left.tellable.tolist() == [False, True]
    assert seen_in(left, shared.ravel()) == []
    assert seen_in(left, MINE[1]) == [1]


def test_fingerprints_hold_no_run_of_8_bytes_of_a_row() -> None:
    prints = fingerprints({"mine": {"code": MINE}})
    held = b"".join(
        part.tobytes() for part in (prints.hashes, prints.owners, *prints.sieves, prints.key)
    )
    assert not any(
        MINE[row, at : at + 8].tobytes() in held for row in range(8) for at in range(WIDTH - 7)
    )
    assert (fingerprints({"mine": {"code": MINE}}).key != prints.key).any()


@pytest.mark.parametrize(
    "groups",
    [
        {"mine": {"code": MINE.astype(np.int16)}},
        {"mine": {"code": MINE[0]}},
        {"mine": {"code": MINE, "float32": MINE[:3]}},
    ],
)
def test_rows_that_are_none_are_refused(groups: dict[str, dict[str, np.ndarray]]) -> None:
    with pytest.raises(ValueError, match="rows"):
        fingerprints(groups)


def test_files_are_read_to_the_last_byte_across_blocks(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    big = np.zeros((1 << 22) + 40_000, dtype=np.uint8)
    edge = 1 << 22
    big[edge - 9 : edge - 9 + WIDTH] = MINE[4]
    big[-FRAGMENT:] = MINE[5, :FRAGMENT]
    (tmp_path / "a" / "b" / ".hidden").write_bytes(big.tobytes())
    (tmp_path / "plain").write_bytes(MINE[6].tobytes())
    os.symlink("/proc/kcore", tmp_path / "link")
    os.symlink(tmp_path / "plain", tmp_path / "a" / "inside")
    os.mkfifo(tmp_path / "pipe")
    found = traces_in_files(PRINTS, tmp_path)
    assert np.flatnonzero(PRINTS.marked(found.windows)).tolist() == [4, 5, 6]
    assert sorted(Path(place).name for place in found.places) == [".hidden", "plain"]
    assert found.bytes_read == len(big) + WIDTH
    assert found.unread == ("link (leads out of the folder)", "pipe (not a file)")


def test_an_empty_folder_holds_nothing_and_a_missing_one_is_an_error(tmp_path: Path) -> None:
    assert traces_in_files(PRINTS, tmp_path).bytes_read == 0
    with pytest.raises(OSError, match="No such file"):
        traces_in_files(PRINTS, tmp_path / "none")


linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is read on Linux alone")

KEEPER = """
import mmap, sys
row = bytes.fromhex(sys.argv[1])
held = {
    "heap": lambda: bytearray(b"xyz" + row),
    "mapped": lambda: open_and_map(),
    "open": lambda: open_and_delete(),
    "nameless": lambda: write_nameless(),
    "barred": lambda: map_and_bar(),
}
def open_and_map():
    file = open(sys.argv[3], "r+b")
    return file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
def open_and_delete():
    import os
    file = open(sys.argv[3], "rb")
    os.unlink(sys.argv[3])
    return file
def write_nameless():
    import os
    file = os.memfd_create("rows")
    os.write(file, row)
    return file
def map_and_bar():
    import ctypes
    room = mmap.mmap(-1, mmap.PAGESIZE)
    room[100:100 + len(row)] = row
    at = ctypes.addressof(ctypes.c_char.from_buffer(room))
    assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(at), mmap.PAGESIZE, 0) == 0
    return room
kept = held[sys.argv[2]]()
row = None
sys.argv.clear()
print("ready", flush=True)
sys.stdin.read()
"""


def kept_by(how: str, file: Path, row: np.ndarray) -> subprocess.Popen[str]:
    """A process that keeps a row in a way of its own."""
    line = [sys.executable, "-c", KEEPER, row.tobytes().hex(), how, str(file)]
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.communicate("")


@linux
@pytest.mark.parametrize("how", ["heap", "barred"])
def test_a_row_in_the_memory_of_a_process_is_found_and_another_is_not(
    how: str, tmp_path: Path
) -> None:
    process = kept_by(how, tmp_path / "none", MINE[2])
    try:
        found = traces_in_memory(PRINTS, process.pid)
    finally:
        end(process)
    assert np.flatnonzero(PRINTS.marked(found.windows)).tolist() == [2]
    assert found.bytes_read > 1_000_000


@linux
def test_a_mapped_file_is_memory_too_in_the_folder_or_not(tmp_path: Path) -> None:
    file = tmp_path / "rows"
    file.write_bytes(MINE[7].tobytes())
    process = kept_by("mapped", file, MINE[2])
    try:
        here = traces_in_memory(PRINTS, process.pid, tmp_path)
        elsewhere = traces_in_memory(PRINTS, process.pid)
        file.unlink()
        deleted = traces_in_memory(PRINTS, process.pid)
    finally:
        end(process)
    assert PRINTS.marked(here.windows)[7]
    assert "rows" in here.places
    assert str(file) in elsewhere.places
    assert PRINTS.marked(elsewhere.windows)[7]
    assert PRINTS.marked(deleted.windows)[7]


@linux
def test_a_deleted_file_is_read_where_a_process_keeps_it_open(tmp_path: Path) -> None:
    file = tmp_path / "rows"
    file.write_bytes(MINE[7].tobytes())
    process = kept_by("open", file, MINE[2])
    try:
        kept = traces_in_files(PRINTS, tmp_path, process.pid)
    finally:
        end(process)
    assert PRINTS.marked(kept.windows).tolist() == [row == 7 for row in range(8)]
    assert [place.split(", ")[0] for place in kept.places] == ["rows (deleted)"]
    assert traces_in_files(PRINTS, tmp_path).places == {}


@linux
def test_a_file_without_a_name_is_read_where_a_process_keeps_it_open(tmp_path: Path) -> None:
    process = kept_by("nameless", tmp_path / "none", MINE[7])
    try:
        kept = traces_in_files(PRINTS, tmp_path, process.pid)
    finally:
        end(process)
    assert PRINTS.marked(kept.windows).tolist() == [row == 7 for row in range(8)]
    assert [place.split(" ")[0] for place in kept.places] == ["/memfd:rows"]


OWN = """
import os
import numpy as np
from sim.gallery.fingerprints import fingerprints
from sim.gallery.traces import traces_in_memory
rows = np.random.default_rng(99).integers(0, 256, (4096, 64), dtype=np.uint8)
prints = fingerprints({"mine": {"code": rows}})
kept = bytearray(rows[17].tobytes())
del rows
print(np.flatnonzero(prints.marked(traces_in_memory(prints, os.getpid()).windows)).tolist())
"""


@linux
def test_looking_for_rows_leaves_none_behind_in_ones_own_memory() -> None:
    # With what glibc frees overwritten: what is found then is what is held.
    wiping = {"MALLOC_PERTURB_": "165", "PYTHONMALLOC": "malloc"}
    line = [sys.executable, "-c", OWN]
    done = subprocess.run(line, env=os.environ | wiping, capture_output=True, text=True)
    assert done.stdout == "[17]\n", done.stderr


@linux
def test_a_process_that_is_gone_cannot_be_read() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    with pytest.raises(OSError, match="No such"):
        traces_in_memory(PRINTS, process.pid)
