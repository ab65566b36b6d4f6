"""Reading a finished run folder: the manifest, the tables, and whether every byte is as it was.

`load_run` opens a folder and refuses what is not a whole run of this layout. Nothing in a run
folder is ever executed: JSON and Parquet are read as data. `docs/run-folder.md` describes the
files for readers without this package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.errors import Fault, RunFolderError
from scenarios.folder import FORMAT, MANIFEST, PARTIAL, PLAN, files_of, partial_of, sha256
from scenarios.roles import Roles

if TYPE_CHECKING:
    import pyarrow as pa

_NEEDED = ("run", "scenario", "scenario_hash", "arms", "seed", "replications", "people", "files")


@dataclass(frozen=True)
class Run:
    """A finished run.

    Every reader returns a `pyarrow.Table` with the columns of `scenarios.tables`;
    `.to_pandas()` and `.to_pylist()` turn it into what a page or a command needs.

    Attributes:
        folder: the run folder.
        manifest: what `manifest.json` holds.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The folder's name when it was made."""
        return str(self.manifest["run"])

    @property
    def scenario(self) -> str:
        """Name of the scenario under question."""
        return str(self.manifest["scenario"])

    @property
    def counterfactual(self) -> str | None:
        """Name of the counterfactual's arm, or None."""
        return self.manifest.get("counterfactual")

    @property
    def beside(self) -> tuple[str, ...]:
        """Names of the arms beside the scenario, in order."""
        return tuple(self.manifest.get("beside", ()))

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of all arms, counterfactual first, then the scenario, then those beside."""
        return tuple(self.manifest["arms"])

    @property
    def roles(self) -> Roles:
        """Which arm plays which part."""
        return Roles(self.scenario, self.counterfactual, self.beside)

    def measures(self, headline: bool | None = None) -> pa.Table:
        """Return `measures.parquet`.

        Args:
            headline: True for the table's rows alone, False for the weekly series alone, None
                for both.
        """
        return self._read("measures.parquet", {} if headline is None else {"headline": headline})

    def series(self, measure: str, margin: str = "all", level: str = "") -> pa.Table:
        """Return the weekly rows of one measure, arm by arm in order of date.

        Args:
            measure: name of the measure (`searchable_persons`).
            margin: `all`, `jurisdiction`, `age_band`, `sex` or `tone`.
            level: the group (`GB`, `18-24`), or "" for `all`.

        Raises:
            RunFolderError: the run has no such series.
        """
        wanted = {"headline": False, "name": measure, "margin": margin, "level": level}
        table = self._read("measures.parquet", wanted)
        if table.num_rows == 0:
            raise RunFolderError(
                Fault(
                    f"no weekly series of '{measure}' for {margin} {level}".rstrip(),
                    file=str(self.folder / "measures.parquet"),
                )
            )
        return table

    def events(self, arm: str, replication: int = 0) -> pa.Table:
        """Return the log of one arm in one replication, in the order in which it was written."""
        self._refuse_arm(arm)
        return self._read(f"events/r{replication:04d}.parquet", {"arm": arm})

    def people(self) -> pa.Table:
        """Return `people.parquet`: a keyed sample of residents, one row a person and arm."""
        return self._read("people.parquet")

    def parameters(self) -> pa.Table:
        """Return `parameters.parquet`: every parameter with source, marks and who set it."""
        return self._read("parameters.parquet")

    def draws(self) -> pa.Table:
        """Return `ranges/draws.parquet`: the parameters of each range draw (no rows if none)."""
        return self._read("ranges/draws.parquet")

    def _refuse_arm(self, arm: str) -> None:
        if arm not in self.arms:
            raise RunFolderError(
                Fault(
                    f"the run has no arm '{arm}'",
                    file=str(self.folder),
                    found=arm,
                    expected=", ".join(self.arms),
                )
            )

    def _read(self, relative: str, wanted: Mapping[str, Any] | None = None) -> pa.Table:
        """Return a table of the run, or those of its rows whose columns have the wanted values."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        path = self.folder / relative
        try:
            # Not `read_table`, which imports pandas; one thread keeps the rows in order.
            table = pq.ParquetFile(path).read(use_threads=False)
        except (OSError, pa.ArrowException) as error:
            raise RunFolderError(Fault(f"cannot be read: {error}", file=str(path))) from error
        for column, value in (wanted or {}).items():
            table = table.filter(pc.equal(table[column], value))
        return table


def load_run(folder: Path | str) -> Run:
    """Open a finished run.

    Raises:
        RunFolderError: the folder is missing, still `.partial`, has no manifest or one that is
            broken or of another version.
    """
    folder = Path(folder)
    if folder.name.endswith(PARTIAL) or (not folder.exists() and partial_of(folder).is_dir()):
        unfinished = folder if folder.name.endswith(PARTIAL) else partial_of(folder)
        raise RunFolderError(
            Fault(
                "this run is unfinished",
                file=str(unfinished),
                expected="a finished run: `efface run … --out DIR --resume` goes on with it",
            )
        )
    if not folder.is_dir():
        raise RunFolderError(Fault("there is no such run folder", file=str(folder)))
    path = folder / MANIFEST
    if not path.is_file():
        raise RunFolderError(
            Fault("the folder has no manifest, so it is no finished run", file=str(path))
        )
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise RunFolderError(
            Fault(f"cannot be read as a manifest: {error}", file=str(path))
        ) from error
    _refuse_other_layout(manifest, path)
    return Run(folder, manifest)


def _refuse_other_layout(manifest: Any, path: Path) -> None:
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise RunFolderError(Fault("is not the manifest of a run", file=str(path)))
    if manifest.get("format") != FORMAT:
        raise RunFolderError(
            Fault(
                "the run has another layout",
                file=str(path),
                key="format",
                found=str(manifest.get("format")),
                expected=str(FORMAT),
            )
        )
    missing = [key for key in _NEEDED if key not in manifest]
    if missing:
        raise RunFolderError(
            Fault(f"the manifest lacks {', '.join(missing)}", file=str(path), key=missing[0])
        )


def verify(folder: Path | str) -> dict[str, Any]:
    """Compare every file of a run with the manifest.

    Returns:
        `{"ok", "checked", "problems": []}`: how many files were hashed, and one sentence for each
        that is changed, missing or left over, and for each key in which the manifest, which
        cannot hold its own hash, contradicts the hashed plan.

    Raises:
        RunFolderError: as `load_run`.
    """
    run = load_run(folder)
    listed: Mapping[str, str] = run.manifest["files"]
    present = set(files_of(run.folder)) - {MANIFEST}
    problems = []
    checked = 0
    for name in sorted(listed):
        if name not in present:
            problems.append(f"{name}: missing")
            continue
        checked += 1
        if sha256(run.folder / name) != listed[name]:
            problems.append(f"{name}: changed since the run was written")
    problems += [f"{name}: not in the manifest" for name in sorted(present - set(listed))]
    if PLAN in present and not any(problem.startswith(PLAN) for problem in problems):
        plan = json.loads((run.folder / PLAN).read_text(encoding="utf-8"))
        problems += [
            f"{MANIFEST}: {key} is not what {PLAN} says"
            for key in sorted(set(plan) & set(run.manifest))
            if plan[key] != run.manifest[key]
        ]
    return {"ok": not problems, "checked": checked, "problems": problems}
