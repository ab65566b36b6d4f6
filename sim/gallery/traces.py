"""Where fingerprinted rows still lie: in bytes, in files, in the memory of a process.

Files are read as they are, whatever their format: the first byte to the last of each file below a
folder, and of every file that a process has open, wherever it lies, deleted ones and such as never
had a name (memfd_create(2)) among them. Memory is read through Linux's `/proc/PID/maps` and
`/proc/PID/mem` (proc(5)): heap, stacks, shared memory and mapped files, whether the process itself
may read them or not. Code and constants mapped from libraries and programs are left out.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.fingerprints import FRAGMENT, Fingerprints, seek

_BLOCK = 1 << 22
"""Bytes read at a time."""
_KEPT = 2 * FRAGMENT
"""Bytes of a block that are looked at again with the next one, so that nothing falls between."""
_ENTRY = 8
"""Bytes that /proc/PID/pagemap holds of a page."""
_KERNEL = ("[vvar", "[vsyscall]", "[vdso]")
"""Mappings that the kernel owns; reading some of them fails."""

Reader = Callable[[memoryview, int], int]
"""Fills a buffer from an offset and returns how many bytes it put there, 0 at the end."""


@dataclass(frozen=True)
class Traces:
    """What was found where.

    Attributes:
        windows: int64, the fingerprints' windows that occurred, each once.
        places: by file or mapping in which something occurred, those of its windows, int64.
        bytes_read: bytes looked at.
        unread: files and mappings that could not be read, or not to their end.
    """

    windows: NDArray[np.int64]
    places: Mapping[str, NDArray[np.int64]]
    bytes_read: int
    unread: tuple[str, ...]


def traces_in_files(prints: Fingerprints, folder: Path, pid: int | None = None) -> Traces:
    """Return what occurs in the files below a folder.

    Args:
        prints: what to look for.
        folder: every regular file in it and below. Links are not followed; such as lead out of it,
            pipes, sockets and devices are told as unread.
        pid: a process of which every regular file that it has open is read too (Linux); None
            leaves them out.

    Raises:
        OSError: the folder cannot be listed.
    """
    gathered = _Gathered(prints)
    inside, gathered.unread = _below(folder)
    files = {_named(str(file), folder): file for file in inside}
    if pid is not None:
        files |= _opened(pid, folder, inside)
    for name, file in files.items():
        try:
            with open(file, "rb", buffering=0) as opened:
                gathered.read(
                    name, _from_file(opened.fileno()), [(0, os.fstat(opened.fileno()).st_size)]
                )
        except OSError as error:
            gathered.unread.append(f"{name} ({error.strerror})")
    return gathered.traces()


def traces_in_memory(prints: Fingerprints, pid: int, folder: Path | None = None) -> Traces:
    """Return what occurs in the memory of a running process; its own included, but for the buffer.

    The process should be doing nothing meanwhile: what it moves while it is read may be missed.

    Args:
        prints: what to look for.
        pid: the process; the caller's own is allowed.
        folder: files from here are named as in it, and read whatever they are.

    Raises:
        OSError: there is no such process, no Linux, or no right to read another's memory.
    """
    if sys.platform != "linux":
        raise OSError(f"the memory of a process is read on Linux alone, found {sys.platform}")
    gathered = _Gathered(prints)
    own = gathered.span if pid == os.getpid() else None
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        read = _from_file(memory.fileno())
        for name, spans in _mappings(pid, folder, own).items():
            gathered.read(name, read, spans)
    return gathered.traces()


class _Gathered:
    """Windows found so far, and the one buffer that everything is read into, wiped at the end."""

    def __init__(self, prints: Fingerprints) -> None:
        self.prints = prints
        self.buffer = np.zeros(_KEPT + _BLOCK, dtype=np.uint8)
        self.places: dict[str, NDArray[np.int64]] = {}
        self.bytes_read = 0
        self.unread: list[str] = []

    @property
    def span(self) -> tuple[int, int]:
        """Addresses of the buffer, first and one past the last."""
        start = self.buffer.ctypes.data
        return start, start + self.buffer.nbytes

    def read(self, name: str, reader: Reader, spans: list[tuple[int, int]]) -> None:
        """Look at all bytes of the spans (from, to), each a text of its own."""
        found: list[NDArray[np.int64]] = []
        for start, end in spans:
            kept = 0
            while start < end:
                most = min(_BLOCK, end - start)
                into = self.buffer.data[kept : kept + most]
                try:
                    got = reader(into, start)
                except OSError:
                    got = 0
                if not got:
                    self.unread.append(f"{name}, {end - start} bytes")
                    break
                text = self.buffer[: kept + got]
                if text.any():
                    found.append(seek(self.prints, text))
                start += got
                self.bytes_read += got
                kept = min(_KEPT, len(text))
                self.buffer[:kept] = text[len(text) - kept :]
        windows = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *found]))
        if len(windows):
            self.places[name] = windows

    def traces(self) -> Traces:
        """Wipe the buffer and return what was found."""
        self.buffer[:] = 0
        every = np.concatenate([np.zeros(0, dtype=np.int64), *self.places.values()])
        return Traces(np.unique(every), self.places, self.bytes_read, tuple(self.unread))


def _from_file(descriptor: int) -> Reader:
    return lambda into, offset: os.preadv(descriptor, [into], offset)


def _named(name: str, folder: Path | None) -> str:
    """Return the name of a file as in a folder, where it lies there, else as it is."""
    for top in () if folder is None else (folder, folder.resolve()):
        if Path(name).is_relative_to(top):
            return str(Path(name).relative_to(top))
    return name


def _below(folder: Path) -> tuple[list[Path], list[str]]:
    """Return the regular files in a folder and below, and what else there has bytes elsewhere."""
    files: list[Path] = []
    others: list[str] = []
    for top, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        for name in sorted(names + folders):
            path = Path(top, name)
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode):
                files.append(path)
            elif stat.S_ISLNK(mode):
                if not path.resolve().is_relative_to(folder.resolve()):
                    others.append(f"{_named(str(path), folder)} (leads out of the folder)")
            elif not stat.S_ISDIR(mode):
                others.append(f"{_named(str(path), folder)} (not a file)")
    return files, others


def _raise(error: OSError) -> None:
    raise error


def _opened(pid: int, folder: Path, known: list[Path]) -> dict[str, Path]:
    """Return by name the regular files that a process has open and that are not known yet."""
    opened = Path(f"/proc/{pid}/fd")
    seen = {(told.st_dev, told.st_ino) for told in (file.stat() for file in known)}
    found: dict[str, Path] = {}
    for descriptor in sorted(opened.iterdir()) if opened.is_dir() else []:
        try:
            name, told = os.readlink(descriptor), descriptor.stat()
        except OSError:  # closed since it was listed
            continue
        if stat.S_ISREG(told.st_mode) and (told.st_dev, told.st_ino) not in seen:
            seen.add((told.st_dev, told.st_ino))
            found[f"{_named(name, folder)}, open as {descriptor.name}"] = descriptor
    return found


def _mappings(
    pid: int, folder: Path | None, left_out: tuple[int, int] | None
) -> dict[str, list[tuple[int, int]]]:
    """Return the addresses (from, to) to read by name of their mapping."""
    named: dict[str, list[tuple[int, int]]] = {}
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as maps:
        lines = [line.rstrip("\n").split(maxsplit=5) for line in maps]
    code = {line[5] for line in lines if len(line) > 5 and "x" in line[1] and line[4] != "0"}
    for addresses, rights, _, _, inode, *rest in lines:
        name = rest[0] if rest else "anonymous memory"
        place = _named(name, folder)
        constant = name in code and "w" not in rights
        own = place != name or name.endswith(" (deleted)")
        if name.startswith(_KERNEL) or (constant and not own):
            continue
        start, end = (int(part, 16) for part in addresses.split("-"))
        spans = _touched(pid, start, end) if inode == "0" else [(start, end)]
        for span in spans:
            named.setdefault(place, []).extend(_around(*span, left_out))
    return named


def _touched(pid: int, start: int, end: int) -> list[tuple[int, int]]:
    """Return what of an anonymous mapping was ever written: pages in memory or swapped out.

    The rest, most of the room of stacks and of allocators' reserves, is zeros that nobody stored
    (bits 62 and 63 of /proc/PID/pagemap, proc(5)).
    """
    page = os.sysconf("SC_PAGESIZE")
    with open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pagemap:
        told = os.pread(pagemap.fileno(), (end - start) // page * _ENTRY, start // page * _ENTRY)
    flags = np.frombuffer(told, dtype=np.uint64) >> np.uint64(62) != 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]])))
    spans = start + edges.reshape(-1, 2) * page
    return [(int(first), int(last)) for first, last in spans]


def _around(start: int, end: int, left_out: tuple[int, int] | None) -> list[tuple[int, int]]:
    """Return what of the addresses lies outside what is left out."""
    if left_out is None or left_out[1] <= start or end <= left_out[0]:
        return [(start, end)]
    return [(a, b) for a, b in ((start, left_out[0]), (left_out[1], end)) if a < b]
