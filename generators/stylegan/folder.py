"""A training in a folder: checkpoints, scalars and snapshots; stopped at any step, resumed exactly.

A folder holds `checkpoint.pt` (all that the next step depends on), `scalars.csv` and
`snapshots/IMAGES.png`. Each file but the CSV is written whole or not at all, and the checkpoint
knows how far the CSV reached, so that a training which was killed goes on from its last checkpoint
to the same bytes as one that was not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generators.stylegan.checkpoint import read_checkpoint, write_checkpoint
from generators.stylegan.scalars import ScalarLog
from generators.stylegan.snapshots import sheet, write_png
from generators.stylegan.training import Scalars, Training

CHECKPOINT, SCALARS, SNAPSHOTS = "checkpoint.pt", "scalars.csv", "snapshots"


@dataclass(frozen=True)
class Pace:
    """How often a training writes.

    Attributes:
        checkpoint_seconds: between checkpoints; one is written at every stop besides.
        snapshot_images: images between snapshots.
        scalar_images: images between rows of scalars.
    """

    checkpoint_seconds: float = 180.0
    snapshot_images: int = 20_000
    scalar_images: int = 1_000


class TrainingFolder:
    """A training and the folder that it writes to.

    Args:
        folder: made if it is not there.
        training: at its start; `resume` takes it to where the folder's checkpoint was written.
        pace: how often what is written.

    Attributes:
        seconds: how long it has trained, stops left out.
    """

    def __init__(self, folder: Path, training: Training, pace: Pace | None = None) -> None:
        self.folder, self.training, self.pace = folder, training, pace or Pace()
        self.scalars = ScalarLog(folder / SCALARS, self.pace.scalar_images)
        self.seconds = 0.0

    @property
    def checkpoint(self) -> Path:
        """Where the checkpoint lies."""
        return self.folder / CHECKPOINT

    def resume(self) -> None:
        """Go on from the folder's checkpoint.

        Raises:
            ValueError: it is not a checkpoint of such a training, or scalars are missing.
            OSError: it cannot be read.
        """
        state = read_checkpoint(self.checkpoint)
        for part, kind in (("training", dict), ("scalars", dict), ("seconds", float)):
            if not isinstance(state.get(part), kind):
                raise ValueError(f"{self.checkpoint} is not a checkpoint of a folder: no {part}")
        self.training.restore(state["training"])
        self.scalars.load_state_dict(state["scalars"])
        self.seconds = state["seconds"]

    def keep(self) -> None:
        """Write a checkpoint; the one before stays where it cannot be done.

        Raises:
            ArithmeticError: a weight is no longer finite.
            OSError: it cannot be written.
        """
        training = self.training
        for name in ("generator", "discriminator", "average"):
            for key, value in getattr(training, name).state_dict().items():
                if not value.isfinite().all():
                    raise ArithmeticError(
                        f"after {training.seen} images {name}.{key} is not finite"
                    )
        state = {
            "training": self.training.state(),
            "scalars": self.scalars.state_dict(),
            "seconds": self.seconds,
        }
        write_checkpoint(self.checkpoint, state)

    def run(
        self,
        stop: Callable[[], bool] = lambda: False,
        report: Callable[[int, Scalars], object] = lambda seen, scalars: None,
    ) -> bool:
        """Train until the settings' number of images is reached; return whether it was.

        Args:
            stop: asked before every step; where it is true, a checkpoint is written and the
                training ends early.
            report: called after every step with images shown and what the step measured.

        Raises:
            ArithmeticError: a figure or a weight is no longer finite; the last checkpoint is of
                before.
            OSError: something cannot be written.
        """
        training, pace = self.training, self.pace
        if training.steps == 0 and not self.checkpoint.exists():
            self._clear()
        (self.folder / SNAPSHOTS).mkdir(parents=True, exist_ok=True)
        began = self.seconds - time.monotonic()
        kept_at = time.monotonic()
        while training.seen < training.settings.images:
            if stop():
                self.seconds = began + time.monotonic()
                self.keep()
                return False
            before = training.seen
            measured = training.step()
            self.scalars.note(training.seen, measured)
            self.seconds = began + time.monotonic()
            if time.monotonic() - kept_at > pace.checkpoint_seconds:
                self.keep()
                kept_at = time.monotonic()
            if training.seen // pace.snapshot_images > before // pace.snapshot_images:
                self.draw()
            report(training.seen, measured)
        self.scalars.close_row(training.seen)
        self.keep()
        self.draw()
        return True

    def _clear(self) -> None:
        """Remove what a training wrote that was killed before its first checkpoint."""
        self.scalars.path.unlink(missing_ok=True)
        for picture in (self.folder / SNAPSHOTS).glob("[0-9]*.png"):
            picture.unlink()

    def draw(self) -> None:
        """Write a snapshot named by the images shown so far."""
        path = self.folder / SNAPSHOTS / f"{self.training.seen:09d}.png"
        write_png(path, sheet(self.training))
