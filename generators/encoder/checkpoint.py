"""A training's state as bytes, to go on from: safetensors, so that reading it runs no code.

It holds weights, the optimiser's moments and the step, and says in its metadata which training
it belongs to. Random numbers need no state of their own (`batches`).
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from safetensors.torch import save
from torch import Tensor

from generators.encoder.margin import CosFace
from generators.encoder.network import FaceNetwork
from generators.encoder.weights import told_and_arrays
from generators.errors import EffaceError, Fault

if TYPE_CHECKING:
    from generators.encoder.training import TrainingPlan

FORMAT = "efface-encoder-checkpoint-1"


@dataclass
class TrainingState:
    """All that changes in a training.

    Attributes:
        network: what is kept in the end.
        loss: with the centres of the people of the training.
        optimiser: AdamW over both.
        step: batches shown.
    """

    network: FaceNetwork
    loss: CosFace
    optimiser: torch.optim.AdamW
    step: int


def save_state(state: TrainingState, plan: TrainingPlan, source: str) -> bytes:
    """Return a checkpoint.

    Args:
        state: of the training.
        plan: of the training.
        source: which photos it is trained on.
    """
    told = {"format": FORMAT, "plan": _told(plan), "source": source, "step": str(state.step)}
    return save({name: value.contiguous() for name, value in _tensors(state).items()}, told)


def load_state(checkpoint: Path, state: TrainingState, plan: TrainingPlan, source: str) -> None:
    """Put a checkpoint's content into the state of a training that has just begun.

    Args:
        checkpoint: a file of what `save_state` returned.
        state: of a training by the same plan, before its first step.
        plan: of the training.
        source: which photos it is trained on.

    Raises:
        EffaceError: it is no checkpoint, is cut short, or belongs to a training of another plan
            or on other photos; the state is as it was then.
    """
    try:
        told, found = told_and_arrays(checkpoint)
    except OSError as error:
        raise _refused(f"the checkpoint cannot be read: {error.strerror or error}") from None
    except SafetensorError:
        raise _refused(
            "this is no checkpoint of an encoder's training, or it is cut short"
        ) from None
    if told.get("format") != FORMAT:
        raise _refused("this is no checkpoint of an encoder's training", told.get("format"), FORMAT)
    for name, ours in (("plan", _told(plan)), ("source", source)):
        if told.get(name) != ours:
            raise _refused(f"the checkpoint is of another {name}", told.get(name), ours)
    step = told.get("step", "")
    if not step.isdecimal() or not 0 < int(step) <= plan.steps:
        raise _refused("the checkpoint's step is not of its training", step, f"1 to {plan.steps}")
    _begin_moments(state.optimiser)
    places = _tensors(state)
    shapes = {name: (place.shape, place.dtype) for name, place in places.items()}
    if {name: (value.shape, value.dtype) for name, value in found.items()} != shapes:
        raise _refused("the checkpoint holds other arrays than its training has")
    with torch.no_grad():
        for name, place in places.items():
            place.copy_(found[name])
    state.step = int(step)


def _tensors(state: TrainingState) -> dict[str, Tensor]:
    """Return every array of the state by name; they are the state's own, not copies."""
    tensors = {f"network.{name}": value for name, value in state.network.state_dict().items()}
    tensors |= {f"loss.{name}": value for name, value in state.loss.state_dict().items()}
    for g, group in enumerate(state.optimiser.param_groups):
        for w, weight in enumerate(group["params"]):
            for name, value in state.optimiser.state[weight].items():
                tensors[f"optimiser.{g}.{w}.{name}"] = value
    return tensors


def _begin_moments(optimiser: torch.optim.AdamW) -> None:
    """Give the optimiser the arrays that it would make at its first step."""
    for group in optimiser.param_groups:
        for weight in group["params"]:
            optimiser.state[weight] = {
                "step": torch.zeros((), dtype=torch.float32),
                "exp_avg": torch.zeros_like(weight, memory_format=torch.preserve_format),
                "exp_avg_sq": torch.zeros_like(weight, memory_format=torch.preserve_format),
            }


def _told(plan: TrainingPlan) -> str:
    return json.dumps(dataclasses.asdict(plan), sort_keys=True)


def _refused(message: str, found: str | None = None, expected: str | None = None) -> EffaceError:
    return EffaceError(Fault(message, key="--resume", found=found, expected=expected))
