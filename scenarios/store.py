"""Reading a finished run folder: its manifest and its tables.

`load_run` opens a folder and refuses what is not a whole run of this layout, and a table is read
only where its bytes are those that the manifest names (`verification` checks them all). Nothing in
a run folder is ever executed: JSON and Parquet are read as data. `docs/run-folder.md` describes the
files for readers without this package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from generators.digests import sha256
from generators.errors import Fault, RunFolderError
from scenarios.folder import ABOUT, MANIFEST, PARTIAL, partial_of
from scenarios.manifest import contradictions, read_manifest, strict_json
from scenarios.roles import Roles

if TYPE_CHECKING:
    import pyarrow as pa


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
    _checked: dict[str, tuple[int, int]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

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
    def fidelity(self) -> str:
        """What a photo was in the run: a row (`scores`) or an image (`pixels`)."""
        return str(self.manifest.get("fidelity", "scores"))

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
        wanted = {} if headline is None else {"headline": headline}
        return self._read("measures.parquet", _tables().MEASURES, wanted)

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
        table = self._read("measures.parquet", _tables().MEASURES, wanted)
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
        path = f"events/r{replication:04d}.parquet"
        return self._read(path, _tables().EVENTS, {"arm": arm})

    def own_events(self, arm: str, replication: int = 0) -> pa.Table:
        """Return the log of one arm without the world's other cases: what the question's own cases
        and interventions brought about, and what belongs to no case.

        Args:
            arm: name of the arm.
            replication: place of the replication among those of the run, 0 first.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        from scenarios.public_record import load_record

        others = pa.array(sorted(set(load_record().ids) - set(self.own_cases)), pa.string())
        events = self.events(arm, replication)
        return events.filter(pc.invert(pc.is_in(events["case"].cast(pa.string()), others)))

    @property
    def own_cases(self) -> tuple[str, ...]:
        """Ids of the cases that the scenario under question lists, in its order."""
        from scenarios.yaml_reader import read_yaml

        self.check("scenario.yaml")
        text = (self.folder / "scenario.yaml").read_text(encoding="utf-8")
        listed = read_yaml(text, "scenario.yaml").data.get("cases", ())
        return tuple(str(case["record"]) for case in listed)

    def people(self) -> pa.Table:
        """Return `people.parquet`: a keyed sample of residents, one row a person and arm."""
        return self._read("people.parquet", _tables().PEOPLE)

    def decisions(self) -> pa.Table:
        """Return `decisions.parquet`: how the operator met each case, one row a case and arm."""
        return self._read("decisions.parquet", _tables().DECISIONS)

    def parameters(self) -> pa.Table:
        """Return `parameters.parquet`: every parameter with source, marks and who set it."""
        return self._read("parameters.parquet", _tables().PARAMETERS)

    def draws(self) -> pa.Table:
        """Return `ranges/draws.parquet`: the parameters of each range draw (no rows if none)."""
        return self._read("ranges/draws.parquet", _tables().DRAWS)

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

    def check(self, relative: str) -> None:
        """Compare a file with the manifest, the first time and whenever it was touched since.

        A run that is still being written has no hashes yet; its files are taken as they are.

        Raises:
            RunFolderError: the file is missing, changed, or not the run's.
        """
        listed = self.manifest.get("files")
        if listed is None:
            return
        path = self.folder / relative
        if relative not in listed or not path.is_file():
            raise RunFolderError(Fault("a file of the run is missing", file=str(path)))
        state = path.stat()
        touched = (state.st_mtime_ns, state.st_size)
        if self._checked.get(relative) == touched:
            return
        found = sha256(path)
        if found != listed[relative]:
            raise RunFolderError(
                Fault(
                    "changed since the run was written, so nothing is read from it",
                    file=str(path),
                    found=f"sha256 {found}",
                    expected=f"sha256 {listed[relative]}; `efface verify` checks the other files",
                )
            )
        self._checked[relative] = touched

    def _read(
        self, relative: str, schema: pa.Schema, wanted: Mapping[str, Any] | None = None
    ) -> pa.Table:
        """Return a table of the run, or those of its rows whose columns have the wanted values."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        path = self.folder / relative
        try:
            self.check(relative)
            # Not `read_table`, which imports pandas; one thread keeps the rows in order.
            table = pq.ParquetFile(path).read(use_threads=False)
        except (OSError, pa.ArrowException) as error:
            raise RunFolderError(Fault(f"cannot be read: {error}", file=str(path))) from error
        if not table.schema.equals(schema):
            raise RunFolderError(
                Fault(
                    "the table has other columns than this version writes",
                    file=str(path),
                    found=", ".join(table.column_names),
                    expected=", ".join(schema.names),
                )
            )
        for column, value in (wanted or {}).items():
            table = table.filter(pc.equal(table[column], value))
        return table


def _tables() -> ModuleType:
    from scenarios import tables

    return tables


def load_run(folder: Path | str) -> Run:
    """Open a finished run, whose manifest says what the run's own `about.json` says.

    Raises:
        RunFolderError: as `open_folder`; or `about.json` is missing, changed or contradicts the
            manifest.
    """
    run = open_folder(folder)
    run.check(ABOUT)
    path = run.folder / ABOUT
    try:
        about = strict_json(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise RunFolderError(Fault(f"cannot be read: {error}", file=str(path))) from None
    others = contradictions(run.manifest, about if isinstance(about, dict) else {})
    if others:
        raise RunFolderError(
            Fault(
                f"the manifest is not what {ABOUT} says: {', '.join(others)}",
                file=str(run.folder / MANIFEST),
                key=others[0],
            )
        )
    return run


def open_folder(folder: Path | str) -> Run:
    """Open a finished run whatever its manifest claims, to check it or to read its tables.

    Raises:
        RunFolderError: the folder is missing, still `.partial`, has no manifest or one that is
            broken, incomplete or of another version.
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
    return Run(folder, read_manifest(path))
