"""Training of the face network on rendered people, by images shown and not by the clock.

AdamW (Loshchilov and Hutter 2019) under a rate that rises for the first steps and then falls to
zero as a cosine (Loshchilov and Hutter 2017), with CosFace's margin rising meanwhile. Everything
random is drawn from the seed and the step (`batches`), so that a training which was stopped and
goes on from its checkpoint ends in the same bits as one that was not.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from generators.encoder.batches import Batches
from generators.encoder.checkpoint import TrainingState, load_state, save_state
from generators.encoder.margin import CosFace, margin_at
from generators.encoder.network import FaceNetwork, NetworkShape, channels_last

PRECISIONS = {"bf16": torch.bfloat16, "fp32": torch.float32}
"""What convolutions may be computed in; weights, loss and steps are float32 always."""


@dataclass(frozen=True)
class TrainingPlan:
    """What decides the outcome of a training, together with the photos.

    Defaults are those of the encoder that ships, whose card has its figures; each is an
    *assumption* where no paper is named.

    Attributes:
        images: how many images are shown in all, rounded up to whole batches.
        seed: another seed starts from other weights and shows another order.
        shape: of the network.
        precision: `bf16` or `fp32`.
        batch: images a step.
        rate: learning rate at its highest.
        warm_up: steps over which the rate rises to that.
        weight_decay: of matrices and kernels, not of vectors.
        margin: of CosFace at its full, in cosine (the paper's best is 0.35 for large sets).
        margin_from: share of the training after which the margin begins to rise.
        margin_full: share of the training after which it is full.

    Raises:
        ValueError: a number that no training can have.
    """

    images: int
    seed: int = 0
    shape: NetworkShape = field(default_factory=NetworkShape)
    precision: str = "fp32"
    batch: int = 128
    rate: float = 3e-3
    warm_up: int = 60
    weight_decay: float = 2e-2
    margin: float = 0.35
    margin_from: float = 0.15
    margin_full: float = 0.6

    def __post_init__(self) -> None:
        if self.images < 1 or self.batch < 2 or self.seed < 0 or self.warm_up < 0:
            raise ValueError("a training shows at least one image, in batches of two or more")
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision is one of {list(PRECISIONS)}, found {self.precision!r}")
        if not 0 <= self.margin_from < self.margin_full <= 1 or not 0 <= self.margin < 1:
            raise ValueError("the margin is 0 to 1 and rises between two shares of the training")

    @property
    def steps(self) -> int:
        """How many batches are shown."""
        return math.ceil(self.images / self.batch)

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step, 0 for the first."""
        rise = min(1.0, (step + 1) / (self.warm_up + 1))
        return self.rate * rise * (0.5 + 0.5 * math.cos(math.pi * step / self.steps))


@dataclass(frozen=True)
class Progress:
    """How far a training is.

    Attributes:
        shown: images shown up to now, those before a resume included.
        images: images to be shown in all.
        loss: mean loss since the last report, in nats.
        margin: in force now.
    """

    shown: int
    images: int
    loss: float
    margin: float


class TrainingStoppedError(Exception):
    """A training was asked to stop before its end; `keep` was given what it had learnt."""


def train(
    versions: Sequence[NDArray[np.uint8]],
    plan: TrainingPlan,
    *,
    source: str = "",
    checkpoint: Path | None = None,
    keep: Callable[[bytes], None] | None = None,
    keep_every: float = 180.0,
    stop: Callable[[], bool] | None = None,
    report: Callable[[Progress], None] | None = None,
    report_every: int = 50,
) -> FaceNetwork:
    """Train a network to tell people apart.

    Args:
        versions: of the same photos, one or more, each uint8 [people, photos, R, R, 3] sRGB, R
            the plan's resolution; may be mapped from files. One is drawn for each showing.
        plan: of the training.
        source: which photos these are (a digest and a range), so that a checkpoint of a training
            on others is refused.
        checkpoint: a file of what `keep` was given in a training that stopped; None starts anew.
        keep: is given a checkpoint's bytes every `keep_every` seconds, when asked to stop and at
            the end, to be put in a file. When that happens has no effect on the outcome.
        keep_every: seconds.
        stop: asked after every step whether to stop there; None never stops.
        report: is told the progress every `report_every` steps.
        report_every: steps.

    Returns:
        the network, in evaluation mode.

    Raises:
        EffaceError: the checkpoint cannot be read or belongs to another training.
        TrainingStoppedError: `stop` said so before the last step.
        ValueError: photos of another shape than the plan's, or of fewer than two people.
    """
    _require_photos(versions, plan.shape.resolution)
    batches = Batches(versions, plan.batch, plan.seed)
    state = begin(len(versions[0]), plan)
    if checkpoint is not None:
        load_state(checkpoint, state, plan, source)
    precision = PRECISIONS[plan.precision]
    kept = time.monotonic()
    losses: list[float] = []
    network, loss_of, optimiser = state.network, state.loss, state.optimiser
    for step in range(state.step, plan.steps):
        images, people = batches.at(step)
        margin = margin_at(step / plan.steps, plan.margin, plan.margin_from, plan.margin_full)
        for group in optimiser.param_groups:
            group["lr"] = plan.rate_at(step)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision is torch.bfloat16):
            templates = network(images)
        loss = loss_of(templates, people, margin)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        state.step = step + 1
        losses.append(loss.item())
        if report is not None and (state.step % report_every == 0 or state.step == plan.steps):
            shown = state.step * plan.batch
            report(Progress(shown, plan.steps * plan.batch, float(np.mean(losses)), margin))
            losses.clear()
        ends = state.step == plan.steps
        stops = not ends and stop is not None and stop()
        if keep is not None and (ends or stops or time.monotonic() - kept >= keep_every):
            keep(save_state(state, plan, source))
            kept = time.monotonic()
        if stops:
            raise TrainingStoppedError
    return network.eval()


def begin(people: int, plan: TrainingPlan) -> TrainingState:
    """Return the state before the first step: weights drawn from the plan's seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(plan.seed)
        network = channels_last(FaceNetwork(plan.shape)).train()
        loss = CosFace(people, plan.shape.dimension)
    learnt = [*network.named_parameters(), *loss.named_parameters()]
    groups: list[dict[str, Any]] = [
        {"params": [weight for _, weight in learnt if weight.ndim > 1]},
        {"params": [weight for _, weight in learnt if weight.ndim <= 1], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(
        groups, lr=plan.rate, betas=(0.9, 0.99), weight_decay=plan.weight_decay, fused=True
    )
    return TrainingState(network, loss, optimiser, step=0)


def _require_photos(versions: Sequence[NDArray[np.uint8]], resolution: int) -> None:
    for photos in versions:
        fits = photos.ndim == 5 and photos.shape[2:] == (resolution, resolution, 3)
        if not fits or photos.dtype != np.uint8 or photos.shape[0] < 2 or photos.shape[1] < 1:
            raise ValueError(
                f"photos are uint8 [people, photos, {resolution}, {resolution}, 3] of two people "
                f"or more, found {photos.dtype} {list(photos.shape)}"
            )
    if len({photos.shape for photos in versions}) != 1:
        raise ValueError("versions of the same photos are one or more, all of one shape")
