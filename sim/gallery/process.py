"""A gallery in a process of its own, so that its memory can be read from outside, alone.

Whoever enrols templates has them in memory too: the program that drew the photos, the test that
made the vectors. What a gallery itself still holds after an erasure can only be told where it lives
apart. Its process overwrites all memory at the moment that it frees it, for its whole life (glibc's
`MALLOC_PERTURB_`; without per-thread caches, which would hold freed blocks back from it; Python's
small objects from the same allocator). And it binds the functions of libraries when it starts: if
they are bound when first called, the dynamic linker saves vector registers on the stack then, with
whatever is in them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from generators.errors import EffaceError, Fault
from sim.gallery.gallery import Cost, Gallery, GalleryStats, Nearest, Within
from sim.gallery.report import LEVELS, AuditReport
from sim.gallery.serving import receive, send

if TYPE_CHECKING:
    from sim.gallery.evidence import Evidence

_PERTURB = "255"
_NO_CACHES = "glibc.malloc.tcache_count=0"


class GalleryProcess:
    """A `Gallery` that lives in a process of its own and answers over a pipe.

    Args:
        make: what makes the gallery there: a class or a function of a module, found by its name.
        args: its arguments, which can be pickled.
        named: its arguments by name.

    Raises:
        Exception: whatever making the gallery raised.

    Attributes:
        pid: number of the process, for who reads its memory.
        dimension: numbers in a template.
    """

    def __init__(self, make: Callable[..., Gallery], *args: Any, **named: Any) -> None:
        tunables = os.environ.get("GLIBC_TUNABLES")
        own = {
            "MALLOC_PERTURB_": _PERTURB,
            "LD_BIND_NOW": "1",
            "PYTHONMALLOC": "malloc",
            "GLIBC_TUNABLES": f"{tunables}:{_NO_CACHES}" if tunables else _NO_CACHES,
            "PYTHONPATH": os.pathsep.join(_search_path()),
        }
        self._process = subprocess.Popen(
            # -P: no file of the working folder is imported in a library's stead.
            [sys.executable, "-P", "-m", "sim.gallery.serving"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=os.environ | own,
            # A Ctrl-C is for who waits here; the process ends when the pipe closes.
            process_group=0,
        )
        self.pid = self._process.pid
        try:
            self._asked((make, args, named))
            self.dimension = cast(int, self._read("dimension"))
        except BaseException:
            self.close()
            raise

    @property
    def folder(self) -> Path | None:
        """Where the gallery's files lie, or None where it has none."""
        return cast(Path | None, self._read("folder"))

    def enrol(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Store templates; see `Gallery.enrol`."""
        self._call("enrol", ids, vectors)

    def search(self, vectors: NDArray[np.float32], k: int) -> Nearest:
        """Return the k most similar; see `Gallery.search`."""
        return cast(Nearest, self._call("search", vectors, k))

    def range(self, vectors: NDArray[np.float32], threshold: float) -> Within:
        """Return all at or above the threshold; see `Gallery.range`."""
        return cast(Within, self._call("range", vectors, threshold))

    def hide(self, ids: NDArray[np.int64]) -> None:
        """Keep templates out of results; see `Gallery.hide`."""
        self._call("hide", ids)

    def erase(self, ids: NDArray[np.int64], **how: Any) -> Cost:
        """Remove templates; see `Gallery.erase`."""
        return cast(Cost, self._call("erase", ids, **how))

    def rebuild(self, *, retrain: bool = False, segments: Collection[int] | None = None) -> Cost:
        """Write segments anew; see `Gallery.rebuild`."""
        return cast(Cost, self._call("rebuild", retrain=retrain, segments=segments))

    def seal(self, folder: Path | None = None) -> Cost:
        """Make what is enrolled durable; see `Gallery.seal`."""
        return cast(Cost, self._call("seal", folder))

    def advance(self, day: int) -> Cost:
        """Go on to a day, where the gallery keeps what is erased for some time."""
        return cast(Cost, self._call("advance", day))

    def stored(self, ids: NDArray[np.int64]) -> dict[str, NDArray[np.uint8]]:
        """Return the bytes that are kept of templates; see `Gallery.stored`."""
        return cast(dict[str, NDArray[np.uint8]], self._call("stored", ids))

    def stats(self) -> GalleryStats:
        """Return how much is held."""
        return cast(GalleryStats, self._call("stats"))

    def audit(self, evidence: Evidence, levels: Collection[str] = LEVELS) -> AuditReport:
        """Return what is left of what was erased; see `sim.gallery.audit`."""
        from sim.gallery.audit import audit

        return audit(self, evidence, levels)

    def close(self) -> None:
        """End the process; a gallery that was not sealed is gone."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _call(self, name: str, *args: Any, **named: Any) -> Any:
        return self._asked((name, args, named))

    def _read(self, name: str) -> Any:
        return self._asked((name, None, {}))

    def _asked(self, message: Any) -> Any:
        """Return the answer to a message; an exception there is raised here.

        Raises:
            EffaceError: the process has ended, as when the kernel ends it for want of memory.
        """
        stdin, stdout = cast(Any, self._process.stdin), cast(Any, self._process.stdout)
        try:
            send(stdin, message)
            well, answer = receive(stdout)
        except (BrokenPipeError, EOFError):
            raise _ended(self._process.wait()) from None
        except BaseException:  # interrupted midway: what it would answer answers nothing any more
            self._process.kill()
            raise
        if not well:
            raise answer
        return answer


def _search_path() -> list[str]:
    """Return where the process finds modules: as here, but never in whatever folder it works in.

    An empty entry stands for that folder; the last one makes up for it where this package was
    found by it.
    """
    here = [os.path.abspath(path) for path in sys.path if path]
    return [*here, str(Path(__file__).parents[2])]


def _ended(code: int) -> EffaceError:
    """Return what is said of a process that ended by itself with such a returncode."""
    how = f"exit code {code}"
    if code < 0:
        how = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return EffaceError(
        Fault(
            "the gallery's process ended before it answered",
            found=how,
            expected="memory for it: where there is too little, the system ends it with SIGKILL, "
            "and fewer templates may fit",
        )
    )
