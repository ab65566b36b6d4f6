"""Training's whole state on disk: written whole or not at all, read without running anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from generators.stylegan.whole import write_whole

FORMAT = "stylegan-training 1"


def write_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a state of tensors, numbers, strings, lists and dicts; a killed write leaves the old.

    Args:
        path: the file.
        state: what `Training.state` returned.
    """
    write_whole(path, lambda file: torch.save({"format": FORMAT, "state": state}, file))


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Return the state that was written.

    Raises:
        ValueError: the file is not a checkpoint, or not of this version.
        OSError: it cannot be read.
    """
    try:
        # `weights_only` restricts the reader to tensors and plain containers.
        found = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:
        raise ValueError(f"{path} is not a checkpoint of a training: {error}") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(f"{path} is not a checkpoint of a training: expected '{FORMAT}'")
    state = found.get("state")
    if not isinstance(state, dict):
        raise ValueError(f"{path} is not a checkpoint of a training: it has no state")
    return state
