"""Writing a run folder so that a kill at any moment leaves either nothing or a `.partial` folder.

Everything is written under `DIR.partial`: each file under a temporary name, flushed to the disk
and renamed into place, so that a file which is there is whole. The manifest comes last and then
the folder itself is renamed to `DIR`. `plan.json`, the first file, says what is being computed;
a run is resumed only under an equal plan.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.digests import sha256
from generators.errors import EffaceError, Fault, RunFolderError

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1
"""Version of the layout of run folders."""
PARTIAL = ".partial"
"""What the name of an unfinished run's folder ends in."""
TEMPORARY = ".writing-"
"""What the name of a file or folder that is still being written begins with."""
MANIFEST = "manifest.json"
PLAN = "plan.json"
ABOUT = "about.json"
"""What the manifest tells of the run, in a file that is hashed."""
MOST_NUMBERED = 10_000
"""Most files of one kind in a run folder: their names have four digits."""


def write_atomic(path: Path, fill: Callable[[Path], None]) -> None:
    """Write a file so that it is either absent or whole, whatever happens meanwhile.

    Args:
        path: where the file is to be; its folder is made if need be.
        fill: writes the content to the path that it is given.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
    try:
        fill(temporary)
        with temporary.open("rb+") as handle:
            os.fsync(handle.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file atomically, with `\\n` line ends on every system."""

    def fill(to: Path) -> None:
        to.write_bytes(text.encode("utf-8"))

    write_atomic(path, fill)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file atomically; NaN is refused."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_table(path: Path, table: pa.Table) -> None:
    """Write an Arrow table as a Parquet file atomically; equal tables give equal bytes."""
    import pyarrow.parquet as pq

    write_atomic(path, lambda to: pq.write_table(table, to, compression="zstd"))


def files_of(folder: Path) -> list[str]:
    """Return the relative paths of every file below a folder, sorted, with forward slashes."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()
    )


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True)
class RunWriter:
    """A run folder that is being written.

    Attributes:
        final: where the run will be when it is whole.
        folder: where it is until then.
    """

    final: Path
    folder: Path

    def path(self, relative: str) -> Path:
        """Return where a file of the run lies for now."""
        return self.folder / relative

    def has(self, relative: str) -> bool:
        """Return whether a file is there; one that is there is whole."""
        return self.path(relative).is_file()

    def discard_if_idle(self) -> bool:
        """Remove the folder where no task has been finished in it; return whether it was."""
        done = ("replications", "ranges", "oneway")
        if any(next(self.path(kind).glob("[rdp]*.parquet"), None) for kind in done):
            return False
        shutil.rmtree(self.folder, ignore_errors=True)
        return True

    def finish(self, manifest: Mapping[str, Any]) -> Path:
        """Hash every file, write the manifest and give the folder its final name.

        Args:
            manifest: everything but `format` and `files`.

        Returns:
            The finished folder.

        Raises:
            RunFolderError: something has appeared under the final name meanwhile.
        """
        sweep(self.folder)
        files = {name: sha256(self.path(name)) for name in files_of(self.folder)}
        files.pop(MANIFEST, None)
        write_json(self.path(MANIFEST), {"format": FORMAT, **manifest, "files": files})
        for inner in [path for path in self.folder.rglob("*") if path.is_dir()]:
            _sync_folder(inner)
        _sync_folder(self.folder)
        refuse_existing(self.final)
        os.rename(self.folder, self.final)
        _sync_folder(self.final.parent)
        return self.final


def sweep(folder: Path) -> None:
    """Remove what a killed run was still writing when it was killed."""
    for path in sorted(folder.rglob(f"{TEMPORARY}*")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def refuse_existing(folder: Path) -> None:
    """Refuse a folder that is there already.

    Raises:
        RunFolderError: it is there; a finished run is never written over.
    """
    if folder.exists() or folder.is_symlink():
        raise RunFolderError(
            Fault(
                f"{folder} is there already, and a run is never written over",
                file=str(folder),
                expected="another --out, or the old folder moved away",
            )
        )


def refuse_name(out: Path) -> None:
    """Refuse a name that a finished folder cannot have.

    Raises:
        RunFolderError: the name is `..` or none, or that of an unfinished folder.
    """
    if out.name in ("", "..") or out.name.endswith(PARTIAL):
        raise RunFolderError(
            Fault(
                f"a finished folder cannot be called '{out}'",
                key="--out",
                found=str(out),
                expected=f"the name of a new folder, which does not end in {PARTIAL}",
            )
        )


def unwritable(what: str, out: Path, error: OSError, key: str = "--out") -> Fault:
    """Return the fault of a place that cannot be written.

    Args:
        what: what was to be written (`the sheet`).
        out: where.
        error: what the system said.
        key: the option that named the place.
    """
    return Fault(
        f"{what} cannot be written: {error.strerror or error}",
        key=key,
        found=str(out),
        expected="a place that can be written",
    )


def make_room(what: str, out: Path, key: str = "--out") -> None:
    """Make the folder in which a file or folder is to lie, and see that it can be written.

    To be called before the work whose result goes there.

    Args:
        what: what is to be written (`the sheet`).
        out: where it is to be.
        key: the option that named the place.

    Raises:
        EffaceError: the folder cannot be made, or nothing can be written in it.
    """
    trial = out.parent / f"{TEMPORARY}{os.getpid()}"
    try:
        if out.parent.exists() and not out.parent.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        out.parent.mkdir(parents=True, exist_ok=True)
        trial.write_bytes(b"trial")
        trial.unlink()
    except OSError as error:
        with suppress(OSError):
            trial.unlink(missing_ok=True)
        raise EffaceError(unwritable(what, out, error, key)) from None


def partial_of(folder: Path) -> Path:
    """Return where the run that will be `folder` lies until it is whole."""
    return folder.with_name(folder.name + PARTIAL)


def free_folder(parent: Path, name: str, resume: bool) -> Path:
    """Return `parent/name-n` for the next free n, or for the unfinished run to resume.

    Args:
        parent: the folder of runs (`runs`).
        name: the scenario's name.
        resume: take the newest unfinished run instead of a new number.

    Raises:
        RunFolderError: nothing to resume.
    """
    numbers = [0]
    unfinished = []
    for path in parent.glob(f"{name}-*"):
        stem = path.name.removesuffix(PARTIAL).removeprefix(f"{name}-")
        if stem.isdigit():
            numbers.append(int(stem))
            if path.name.endswith(PARTIAL):
                unfinished.append(int(stem))
    if resume:
        if not unfinished:
            raise RunFolderError(
                Fault(f"there is no unfinished run of '{name}' in {parent}", file=str(parent))
            )
        return parent / f"{name}-{max(unfinished)}"
    return parent / f"{name}-{max(numbers) + 1}"


def open_run(out: Path, plan: Mapping[str, Any], resume: bool) -> RunWriter:
    """Start a run folder, or go on with an unfinished one.

    Args:
        out: the final folder.
        plan: what is computed (JSON values); equal plans give equal files.
        resume: go on where an earlier run under the same plan was stopped.

    Raises:
        RunFolderError: `out` is there already, cannot be made or has a name that no run can
            have; an unfinished run is there and `resume` is not asked for; there is nothing to
            resume; or the unfinished run has another plan, in which case the error names what
            differs.
    """
    refuse_name(out)
    try:
        refuse_existing(out)
    except OSError as error:
        raise RunFolderError(unwritable("the run", out, error)) from None
    folder = partial_of(out)
    plan = json.loads(json.dumps(plan, allow_nan=False))
    if resume:
        if not folder.is_dir():
            raise RunFolderError(
                Fault(f"there is no unfinished run to resume at {folder}", file=str(folder))
            )
        if (folder / PLAN).is_file():
            _refuse_other_plan(folder / PLAN, plan)
        sweep(folder)
        if not (folder / PLAN).is_file():
            write_json(folder / PLAN, plan)
        return RunWriter(out, folder)
    if folder.exists():
        raise RunFolderError(
            Fault(
                f"an unfinished run lies at {folder}",
                file=str(folder),
                expected="--resume to go on with it, or the folder removed",
            )
        )
    writer = RunWriter(out, folder)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise RunFolderError(unwritable("the run", out, error)) from None
    try:
        write_json(folder / PLAN, plan)
    except OSError as error:
        writer.discard_if_idle()
        raise RunFolderError(unwritable("the run", out, error)) from None
    return writer


def _refuse_other_plan(path: Path, plan: Mapping[str, Any]) -> None:
    try:
        old = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise RunFolderError(Fault(f"cannot be read as a plan: {error}", file=str(path))) from error
    faults = [
        Fault(
            f"the unfinished run differs in {key}",
            file=str(path),
            key=key,
            found=_short(old.get(key)),
            expected=_short(plan.get(key)),
        )
        for key in sorted({*old, *plan})
        if old.get(key) != plan.get(key)
    ]
    if faults:
        raise RunFolderError(faults)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:197] + "..."
