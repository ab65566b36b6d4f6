"""Faces at 64 px: generating and training beside grouped convolutions and plain filters.

Both sides are the same architecture with the same parameters, in one run and in turn; the other
side is `benchmarks.stylegan_reference`. One thread is timed in CPU seconds, two in seconds on the
wall.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.measure import Figure, in_turn, seconds

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from generators.stylegan.discriminator import Discriminator
    from generators.stylegan.generator import Generator

SIDE, BATCH, ROUNDS = 64, 16, 5
BASE, MOST, CODE = 1024, 128, 128
R1_EVERY, PATH_EVERY = 16, 4
AGAINST = "grouped convolutions, plain filters"


@dataclass(frozen=True)
class Passes:
    """One way to run the two networks.

    Attributes:
        synthesise: (w [n, styles, w_dim], dtype) → pictures.
        judge: (pictures, dtype) → logits.
    """

    synthesise: Callable[[Tensor, torch.dtype], Tensor]
    judge: Callable[[Tensor, torch.dtype], Tensor]


class Bench:
    """Networks, data and what is timed on them."""

    def __init__(self, dtype: torch.dtype) -> None:
        import torch

        from generators.stylegan.discriminator import Discriminator
        from generators.stylegan.generator import Generator
        from generators.stylegan.settings import DiscriminatorSettings, GeneratorSettings

        torch.manual_seed(0)
        self.dtype = dtype
        self.generator = Generator(
            GeneratorSettings(
                SIDE, CODE, w_dim=CODE, mapping_layers=2, channel_base=BASE, channel_max=MOST,
                clamp=256, sixteen_bit=5,
            )
        )  # fmt: skip
        self.discriminator = Discriminator(
            DiscriminatorSettings(
                SIDE, channel_base=BASE, channel_max=MOST, clamp=256, sixteen_bit=4
            )
        )
        self.adam_g, self.adam_d = (
            torch.optim.Adam(net.parameters(), 0.002, (0.0, 0.99))
            for net in (self.generator, self.discriminator)
        )
        self.real = torch.randn(BATCH, 3, SIDE, SIDE)
        self.z = torch.randn(BATCH, CODE)
        self.rng = torch.Generator().manual_seed(0)

    def make(self, passes: Passes) -> Tensor:
        """Return a batch of pictures."""
        return passes.synthesise(self.generator.styles(self.z), self.dtype)

    def generate(self, passes: Passes) -> None:
        """Make a batch of pictures, without derivatives."""
        import torch

        with torch.no_grad():
            self.make(passes)

    def step(self, passes: Passes) -> None:
        """Train the generator, then the discriminator, on one batch."""
        from generators.stylegan.losses import logistic_discriminator, logistic_generator

        self.discriminator.requires_grad_(False)
        made = self.make(passes)
        self._learn(self.adam_g, logistic_generator(passes.judge(made, self.dtype)))
        self.discriminator.requires_grad_(True)
        fake = passes.judge(made.detach(), self.dtype)
        real = passes.judge(self.real, self.dtype)
        self._learn(self.adam_d, logistic_discriminator(real, fake))

    def r1(self, passes: Passes) -> None:
        """Take R1's step on one batch."""
        from generators.stylegan.losses import r1

        images = self.real.clone().requires_grad_()
        self._learn(self.adam_d, r1(images, passes.judge(images, self.dtype)))

    def path(self, passes: Passes) -> None:
        """Take path length's step on half a batch."""
        from generators.stylegan.losses import PathLength

        w = self.generator.styles(self.z[: BATCH // 2])
        made = passes.synthesise(w, self.dtype)
        self._learn(self.adam_g, PathLength()(made, w, self.rng))

    @staticmethod
    def _learn(adam: torch.optim.Adam, loss: Tensor) -> None:
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()


def sides(generator: Generator, discriminator: Discriminator) -> tuple[Passes, Passes]:
    """Return the project's passes and the reference's over the same networks."""
    from benchmarks import stylegan_reference as reference

    net = generator.synthesis
    return (
        Passes(lambda w, d: net(w, "random", d), lambda x, d: discriminator(x, None, d)),
        Passes(
            lambda w, d: reference.synthesise(net, w, "random", d),
            lambda x, d: reference.judge(discriminator, x, None, d),
        ),
    )


def wall(work: Callable[[], object]) -> float:
    """Return the seconds on the wall that a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run() -> list[Figure]:
    """Time generation and training steps on one and two threads, and on one in bfloat16."""
    import torch

    threads = torch.get_num_threads()
    figures = []
    for count, dtype in ((1, torch.float32), (2, torch.float32), (1, torch.bfloat16)):
        torch.set_num_threads(count)
        figures += _figures(Bench(dtype), count)
    torch.set_num_threads(threads)
    return figures


def _figures(bench: Bench, threads: int) -> list[Figure]:
    clock = seconds if threads == 1 else wall
    unit = "images per CPU s" if threads == 1 else "images per s"
    both = sides(bench.generator, bench.discriminator)

    def timed(work: Callable[[Passes], None]) -> list[float]:
        turns = [lambda p=p: clock(lambda: work(p)) for p in both]  # type: ignore[misc]
        return in_turn(turns, ROUNDS)

    making, step, r1, path = (
        timed(work) for work in (bench.generate, bench.step, bench.r1, bench.path)
    )
    lazy = [s + r / R1_EVERY for s, r in zip(step, r1, strict=True)]
    whole = [s + p / PATH_EVERY for s, p in zip(lazy, path, strict=True)]
    kind = str(bench.dtype).removeprefix("torch.")
    return [
        Figure(f"{name}, {threads} thread{'s'[: threads - 1]}, {kind}",
               BATCH / ours, unit, AGAINST, theirs / ours)
        for name, (ours, theirs) in (
            ("generating", making),
            ("training G, D, lazy R1", lazy),
            ("... and lazy path length", whole),
        )
    ]  # fmt: skip
