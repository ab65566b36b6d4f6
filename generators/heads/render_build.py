"""Building a set of training images: as `NAME.partial`, block by block, renamed when whole.

A build that was stopped goes on from its finished blocks when it is asked for again under the same
plan and renderer; until the end it has no manifest, so that nothing opens it. One that has its
manifest is whole, and only has to be renamed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.digests import sha256
from generators.errors import EffaceError, Fault
from generators.heads.codes import IDENTITY_NAMES, SHOT_NAMES
from generators.heads.pack import PACK_SHA256, head_model_folder, load_pack
from generators.heads.render_block import BLOCKS, BlockTask, render_block
from generators.heads.render_card import card_text
from generators.heads.render_plan import (
    BLOCK,
    CARD,
    LABELS,
    MANIFEST,
    RenderPlan,
    described,
)
from generators.promises import HONEST_SENTENCE

Spread = Callable[
    [Sequence[BlockTask], Callable[[BlockTask], int], Callable[[int], None]], None
]  # fmt: skip
"""Carries out tasks, here or on many cores, and hands over each result as it arrives."""
_PLAN = "plan.json"


def one_by_one(
    tasks: Sequence[BlockTask], work: Callable[[BlockTask], int], on_done: Callable[[int], None]
) -> None:
    """Do every task in this process."""
    for task in tasks:
        on_done(work(task))


def build_render_set(
    plan: RenderPlan,
    out: Path,
    *,
    spread: Spread = one_by_one,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Render a set of training images into a new folder.

    Args:
        plan: the set.
        out: the new folder.
        spread: where the work is done; the bytes are the same however that is.
        progress: called with photos finished (those of an earlier, stopped build at once) and all.

    Returns:
        The folder.

    Raises:
        EffaceError: the folder is there already, an unfinished one beside it has another plan or
            was made by another renderer, or the disk has too little room.
        FacesUnavailableError: there is no head model, or it is not the expected one.
    """
    load_pack(head_model_folder())
    folder = _opened(plan, out)
    if not (folder / MANIFEST).is_file():
        _fill(plan, folder, spread, progress)
    shutil.rmtree(folder / BLOCKS, ignore_errors=True)
    os.rename(folder, out)
    # Last of all: until the rename the plan says what the unfinished folder becomes.
    (out / _PLAN).unlink(missing_ok=True)
    return out


def _fill(
    plan: RenderPlan, folder: Path, spread: Spread, progress: Callable[[int, int], None]
) -> None:
    """Render what an unfinished folder lacks and write its manifest."""
    tasks = [BlockTask(plan, folder, b) for b in range(-(-plan.people // BLOCK))]
    left = [task for task in tasks if not task.labels.is_file()]
    total = plan.people * plan.photos
    done = total - sum(len(task.rows) for task in left) * plan.photos

    def count(photos: int) -> None:
        nonlocal done
        done += photos
        progress(done, total)

    progress(done, total)
    spread(left, render_block, count)
    _finish(plan, folder, tasks)


def _opened(plan: RenderPlan, out: Path) -> Path:
    """Return the unfinished folder, new or gone on with."""
    if out.exists() or out.is_symlink():
        raise EffaceError(
            Fault("the folder is there already", file=str(out), expected="a new name")
        )
    folder = out.with_name(out.name + ".partial")
    wanted = described(plan)
    if folder.exists():
        _refuse_other(folder, wanted)
        (folder / BLOCKS).mkdir(exist_ok=True)
        return folder
    _refuse_full_disk(plan, out)
    making = out.with_name(f"{out.name}.{os.getpid()}.making")
    (making / BLOCKS).mkdir(parents=True)
    try:
        for name, (shape, kind) in plan.arrays().items():
            np.lib.format.open_memmap(making / name, mode="w+", dtype=kind, shape=shape)
        (making / _PLAN).write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")
        making.rename(folder)
    except OSError:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return folder


def _refuse_other(folder: Path, wanted: Mapping[str, Any]) -> None:
    """Refuse an unfinished folder that would become another set.

    Its manifest, where it has one already, says what it becomes as its plan does.
    """
    path = folder / (MANIFEST if (folder / MANIFEST).is_file() else _PLAN)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        found = {}
    for key, value in wanted.items():
        if found.get(key) != value:
            raise EffaceError(
                Fault(
                    "an unfinished folder of another plan lies there",
                    file=str(folder),
                    key=key,
                    found=str(found.get(key)),
                    expected=f"{value}, or that folder removed",
                )
            )


def _refuse_full_disk(plan: RenderPlan, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    needed, free = plan.bytes_needed() + 2**26, shutil.disk_usage(out.parent).free
    if free < needed:
        raise EffaceError(
            Fault(
                "the disk has too little room for the set",
                file=str(out),
                found=f"{free / 2**30:.1f} GiB free",
                expected=f"{needed / 2**30:.1f} GiB",
            )
        )


def _finish(plan: RenderPlan, folder: Path, tasks: Sequence[BlockTask]) -> None:
    """Write labels and card, and last the manifest."""
    labels = _joined(tasks)
    _write_labels(folder / LABELS, labels)
    (folder / CARD).write_text(card_text(plan, labels), encoding="utf-8", newline="\n")
    made = json.loads((folder / _PLAN).read_text(encoding="utf-8"))
    manifest = {
        **made,
        "what": "rendered training images of people who do not exist",
        "sentence": HONEST_SENTENCE,
        "head_model": PACK_SHA256,
        **asdict(plan),
        "identity_names": IDENTITY_NAMES,
        "shot_names": SHOT_NAMES,
        "files": {
            name: {"bytes": (folder / name).stat().st_size, "sha256": sha256(folder / name)}
            for name in sorted((*plan.arrays(), LABELS, CARD))
        },
    }
    temporary = folder / f"{MANIFEST}.writing"
    temporary.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8", newline="\n")
    os.replace(temporary, folder / MANIFEST)


def _joined(tasks: Sequence[BlockTask]) -> dict[str, NDArray[Any]]:
    blocks = []
    for task in tasks:
        with np.load(task.labels, allow_pickle=False) as block:
            blocks.append({name: block[name] for name in block.files})
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _write_labels(path: Path, labels: Mapping[str, NDArray[Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        name: pa.array(values.tolist()) if values.dtype.kind == "U" else pa.array(values)
        for name, values in labels.items()
    }
    pq.write_table(pa.table(columns), path, compression="zstd")
