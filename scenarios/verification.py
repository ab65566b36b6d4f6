"""Whether a run folder is as it was written: every file, and everything that the manifest says.

A folder is checked against what its design implies, not against its own list of files alone, so
that a file and its entry cannot be taken away together. What cannot be noticed is a folder that
somebody has made anew, hashes included; running the scenario again does notice it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from generators.digests import sha256
from generators.errors import EffaceError
from scenarios.folder import ABOUT, MANIFEST, PLAN, files_of
from scenarios.manifest import contradictions, files_of_run, strict_json
from scenarios.store import Run, open_folder

SCENARIO = "scenario.yaml"
_PLANNED = (
    "scenario",
    "scenario_hash",
    "moved",
    "seed",
    "people",
    "replications",
    "ranges",
    "range_people",
    "efface_version",
    "packages",
    "code",
)
"""Keys that the plan and the manifest share."""
_PLANNED_SINCE = ("fidelity", "recognition", "first_replication")
"""Those that runs made before there was another fidelity, and those that begin with the first
replication, have in neither."""
_IN_SCENARIO = ("question", "counterfactual", "beside", "horizon", "people")
"""Keys that `scenario.yaml` and the manifest share."""


@dataclass
class _Check:
    """One check of a folder, while it goes on."""

    run: Run
    checked: int = 0
    problems: list[str] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)
    """Files whose bytes are as they were."""

    def note(self, name: str, problem: str) -> None:
        self.problems.append(f"{name}: {problem}")

    def compare(self, name: str, told: Mapping[str, Any], keys: Iterable[str]) -> None:
        """Note every key in which the manifest contradicts a hashed file."""
        for key in keys:
            if key not in told:
                self.note(name, f"lacks {key}")
            elif told[key] != self.run.manifest.get(key):
                self.note(MANIFEST, f"{key} is not what {name} says")


def verify(folder: Path | str) -> dict[str, Any]:
    """Compare every file of a run with the manifest, and the manifest with the hashed files.

    Returns:
        `{"ok", "checked", "problems": []}`: how many files were hashed, and one sentence for each
        that is changed, missing or left over, and for everything in which the manifest, which
        cannot hold its own hash, contradicts the plan, `about.json` or the scenarios.

    Raises:
        RunFolderError: as `open_folder`.
    """
    check = _Check(open_folder(folder))
    _check_files(check)
    plan = _object(check, PLAN)
    if plan is not None:
        since = [key for key in _PLANNED_SINCE if key in check.run.manifest or key in plan]
        check.compare(PLAN, plan, (*_PLANNED, *since))
    about = _object(check, ABOUT)
    if about is not None:
        for key in contradictions(check.run.manifest, about):
            check.note(MANIFEST, f"{key} is not what {ABOUT} says")
    _check_scenarios(check, plan or {})
    problems = list(dict.fromkeys(check.problems))
    return {"ok": not problems, "checked": check.checked, "problems": problems}


def _check_files(check: _Check) -> None:
    run = check.run
    listed: Mapping[str, str] = run.manifest["files"]
    due = files_of_run(run.manifest)
    present = set(files_of(run.folder)) - {MANIFEST}
    for name in sorted(due | set(listed)):
        path = run.folder / name
        if name not in present:
            check.note(name, "missing")
        elif name not in listed:
            check.note(name, "not in the manifest")
        elif name not in due:
            check.note(name, "a run of this design has no such file")
        elif not path.is_file():
            check.note(name, "is no plain file")
        else:
            _check_bytes(check, name, path, listed[name])
    for name in sorted(present - due - set(listed)):
        check.note(name, "not in the manifest")


def _check_bytes(check: _Check, name: str, path: Path, expected: str) -> None:
    try:
        found = sha256(path)
    except OSError as error:
        check.note(name, f"cannot be read: {error.strerror or error}")
        return
    check.checked += 1
    if found == expected:
        check.whole.add(name)
    else:
        check.note(name, "changed since the run was written")


def _object(check: _Check, name: str) -> dict[str, Any] | None:
    """Return what a JSON file holds, or None where it is damaged; then a problem is noted."""
    if name not in check.whole:
        return None
    try:
        held = strict_json((check.run.folder / name).read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        check.note(name, f"cannot be read: {error}")
        return None
    if isinstance(held, dict):
        return held
    check.note(name, "is no JSON object")
    return None


def _check_scenarios(check: _Check, plan: Mapping[str, Any]) -> None:
    """Hash what the scenario files say, and compare it with what was planned."""
    manifest = check.run.manifest
    hashes = plan.get("arm_hashes")
    arms: Mapping[str, Any] = hashes if isinstance(hashes, dict) else {}
    if plan and list(arms) != manifest["arms"]:
        check.note(MANIFEST, f"arms is not what {PLAN} says")
    expected = {SCENARIO: manifest["scenario_hash"]}
    expected |= {f"arms/{arm}.yaml": arms.get(arm) for arm in manifest["arms"] if plan}
    for name, planned in expected.items():
        if name not in check.whole:
            continue
        scenario = _scenario(check, name)
        if scenario is None:
            continue
        if _hash(scenario) != planned:
            check.note(name, "is not the scenario that was run: it has another hash")
        elif name == SCENARIO:
            check.compare(SCENARIO, _plain(scenario), _IN_SCENARIO)


def _scenario(check: _Check, name: str) -> dict[str, Any] | None:
    from scenarios.yaml_reader import read_yaml

    try:
        text = (check.run.folder / name).read_text(encoding="utf-8")
        held = read_yaml(text, name).data
    except (EffaceError, ValueError, OSError) as error:
        check.note(name, f"cannot be read: {str(error).splitlines()[0]}")
        return None
    if isinstance(held, dict):
        return held
    check.note(name, "is no scenario")
    return None


def _plain(scenario: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scenario's data as JSON has it: dates as text, tuples as lists."""
    held: dict[str, Any] = json.loads(json.dumps(scenario, default=_as_json))
    return held


def _hash(scenario: Mapping[str, Any]) -> str:
    """Return `scenario_hash` of a resolved file without building the scenario.

    So a run can be checked by a version whose record or parameters have changed since.
    """
    text = json.dumps(
        scenario, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_as_json
    )
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _as_json(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a scenario holds no {type(value).__name__}")
