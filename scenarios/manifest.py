"""The manifest of a run folder: what it must say, and how it is read.

`manifest.json` cannot hold its own hash. What it tells of the run therefore stands in the hashed
`about.json` too, and `verification` compares the two; what is only true of the making (name, run
time, machine) stands in the manifest alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from generators.errors import Fault, RunFolderError
from scenarios.folder import ABOUT, FORMAT, MOST_NUMBERED, PLAN
from scenarios.roles import Roles

OF_THE_MAKING = frozenset({"format", "run", "machine", "workers", "seconds", "files"})
"""Keys of the manifest that `about.json` does not hold."""
_BY_REPLICATION = ("replications", "events", "zeros")


def _iso_date(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("not a date such as 2022-05-18")
    return text


_Date = Annotated[str, AfterValidator(_iso_date)]
_Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
_Count = Annotated[int, Field(ge=0)]
_Numbered = Annotated[int, Field(ge=0, le=MOST_NUMBERED)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class _Horizon(_Strict):
    from_: _Date = Field(alias="from")
    to: _Date


class _Windows(_Strict):
    jurisdiction: str
    notice: _Date
    cease_deadline: _Date
    delete_deadline: _Date
    litigation_end: _Date


class _Headline(_Strict):
    name: str
    at: str


class _Faces(_Strict):
    source: str
    resolution: Annotated[int, Field(ge=1)]
    encoder: str
    digests: dict[str, _Hash]
    threshold: float


class _Recognition(_Strict):
    score_models: dict[str, str]
    faces: _Faces | None


class _Manifest(_Strict):
    format: Literal[1]
    run: Annotated[str, Field(min_length=1)]
    scenario: _Name
    scenario_hash: _Hash
    counterfactual: _Name | None
    beside: list[_Name]
    arms: list[_Name]
    titles: dict[_Name, str]
    question: str
    seed: _Count
    replications: Annotated[_Numbered, Field(ge=1)]
    # Said where one replication was run again alone.
    first_replication: _Count = 0
    # Runs made before there was another fidelity do not say theirs.
    fidelity: Literal["scores", "pixels"] = "scores"
    recognition: _Recognition | None = None
    people: Annotated[_Count, Field(ge=1)]
    ranges: _Numbered
    range_people: _Count
    moved: list[str]
    horizon: _Horizon
    windows: _Windows
    population_hash: _Hash
    efface_version: str
    code: _Hash
    packages: dict[str, str]
    machine: dict[str, str | int | None]
    workers: Annotated[int, Field(ge=1)]
    seconds: Annotated[float, Field(ge=0)]
    headline: _Headline
    files: dict[str, _Hash]

    @model_validator(mode="after")
    def _arms_by_their_parts(self) -> _Manifest:
        roles = Roles(self.scenario, self.counterfactual, tuple(self.beside))
        if list(roles.arms) != self.arms or len(set(self.arms)) != len(self.arms):
            raise ValueError("arms must be the counterfactual, the scenario and those beside it")
        if list(self.titles) != self.arms:
            raise ValueError("titles must name every arm, in the order of arms")
        return self


def strict_json(text: str) -> Any:
    """Return the value of a JSON text, with NaN and infinities refused.

    Raises:
        ValueError: the text is no JSON, holds a number that is not finite or half a character, or
            is nested too deep.
    """

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is not a number of JSON")

    try:
        value = json.loads(text, parse_constant=refuse)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest of a run, every key of which is there and of its type.

    Args:
        path: `manifest.json` in a run folder.

    Raises:
        RunFolderError: no JSON, another layout, or keys that are missing, unknown or of another
            type; all of them at once.
    """
    try:
        manifest = strict_json(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise RunFolderError(
            Fault(f"cannot be read as a manifest: {error}", file=str(path))
        ) from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise RunFolderError(Fault("is not the manifest of a run", file=str(path)))
    if manifest.get("format") != FORMAT:
        raise RunFolderError(
            Fault(
                "the run has another layout",
                file=str(path),
                key="format",
                found=_short(manifest.get("format")),
                expected=str(FORMAT),
            )
        )
    try:
        _Manifest.model_validate(manifest)
    except ValidationError as error:
        raise RunFolderError(_faults(error, path)) from None
    return manifest


def _faults(error: ValidationError, path: Path) -> list[Fault]:
    faults = []
    for one in error.errors(include_url=False):
        key = ".".join(str(part) for part in one["loc"])
        missing = one["type"] == "missing"
        message = f"the manifest lacks {key}" if missing else f"{key}: {one['msg']}".lstrip(": ")
        whole = missing or not key
        faults.append(
            Fault(message, file=str(path), key=key, found=None if whole else _short(one["input"]))
        )
    return faults


def _short(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 80 else text[:77] + "..."


def contradictions(manifest: Mapping[str, Any], about: Mapping[str, Any]) -> list[str]:
    """Return the keys, sorted, in which a manifest is not what `about.json` says."""
    claims = {key: manifest[key] for key in set(manifest) - OF_THE_MAKING}
    return sorted(
        key
        for key in {*claims, *about}
        if key not in claims or key not in about or claims[key] != about[key]
    )


def files_of_run(manifest: Mapping[str, Any]) -> set[str]:
    """Return the relative path of every file that a run of this design has, but the manifest.

    Args:
        manifest: a manifest, or `about.json`.
    """
    replications, draws = range(manifest["replications"]), range(manifest["ranges"])
    return {
        PLAN,
        ABOUT,
        "scenario.yaml",
        "measures.parquet",
        "parameters.parquet",
        "people.parquet",
        "decisions.parquet",
        "ranges/draws.parquet",
        "report/table.txt",
        "report/table.json",
        *(f"arms/{arm}.yaml" for arm in manifest["arms"]),
        *(f"{kind}/r{n:04d}.parquet" for kind in _BY_REPLICATION for n in replications),
        *(f"{kind}/d{n:04d}.parquet" for kind in ("ranges", "zeros") for n in draws),
        *(f"oneway/p{n:04d}.parquet" for n in range(len(manifest["moved"]))),
    }
