"""`efface faces import` and `generate`: a public pickle as safetensors; pictures from weights.

The pickle is read as data by `generators.stylegan.official`, and nothing of it runs.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from generators.errors import EffaceError, Fault
from generators.packages import NETWORKS, require_packages
from scenarios.cli.options import JsonOption, print_json
from scenarios.folder import make_room, unwritable, write_atomic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from generators.stylegan.generator import Generator

SUFFIX = ".safetensors"
PIXELS_AT_ONCE = 2**20
"""Pixels that are made in one pass; more only take more memory."""


class NoiseKind(StrEnum):
    """What is added behind each convolution."""

    NONE = "none"
    CONST = "const"
    RANDOM = "random"


def import_weights(
    file: Annotated[Path, typer.Argument(metavar="FILE.pkl", help="Pickle of StyleGAN2-ADA.")],
    out: Annotated[Path, typer.Option(help="Weights to write (safetensors): a file or a folder.")],
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take over the networks of a pickle of NVIDIA's stylegan2-ada-pytorch, and print their sizes.

    The pickle is read as data and none of its code runs. Who made it says what its networks learnt
    from and under which licence they are; the card in the new file says that, too.
    """
    require_packages("generators", NETWORKS)
    from generators.stylegan.official import import_official
    from generators.stylegan.weights import save_weights

    where = out / f"{file.stem}{SUFFIX}" if out.is_dir() else out
    if not force and (where.exists() or where.is_symlink()):
        raise EffaceError(
            Fault(f"{where} is there already: give another --out, or --force to write over it")
        )
    weights = import_official(file)
    make_room("the weights", where)
    try:
        save_weights(where, weights)
    except OSError as error:
        raise EffaceError(unwritable("the weights", where, error)) from None
    settings = weights.average.settings
    print_json(
        {
            "weights": str(where),
            "resolution": settings.resolution,
            "z_dim": settings.z_dim,
            "c_dim": settings.c_dim,
            "w_dim": settings.w_dim,
            "image_channels": settings.image_channels,
            "architecture": settings.architecture,
            "mapping_layers": settings.mapping_layers,
            "clamp": settings.clamp,
            "sixteen_bit": settings.sixteen_bit,
            "networks": list(weights.networks()),
            "sha256": weights.card["sha256"],
        }
    )
    if not as_json:
        typer.echo(f"{where}: the networks of {file}, none of whose code was run", err=True)


def generate(
    weights: Annotated[Path, typer.Option(help="Weights of a generator (safetensors).")],
    z: Annotated[Path, typer.Option(help="npy file of noise, [n, z_dim].")],
    out: Annotated[Path, typer.Option(help="npy file to write, float32 [n, 3, R, R].")],
    c: Annotated[Path | None, typer.Option(help="npy file of labels or codes, [n, c_dim].")] = None,
    psi: Annotated[float, typer.Option(help="Truncation: 1 none, 0 the mean face.")] = 1.0,
    noise: Annotated[
        NoiseKind, typer.Option(help="Fine grain: none, the constant of the weights, or random.")
    ] = NoiseKind.CONST,
    seed: Annotated[int, typer.Option(min=0, help="Of random noise.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Make pictures from given noise; numbers as the network gave them, about -1 to 1, as npy.

    Everything runs in 32 bits, where the same input gives the same picture however many there are.
    """
    require_packages("generators", NETWORKS)
    from rich.console import Console
    from rich.progress import Progress

    from generators.stylegan.weights import load_weights

    generator = load_weights(_weights_file(weights)).average
    settings = generator.settings
    if not math.isfinite(psi):
        raise EffaceError(Fault(f"--psi cannot be {psi}", key="--psi"))
    noise_in = _read_rows(z, "--z", settings.z_dim)
    codes = None if c is None else _read_rows(c, "--c", settings.c_dim)
    if codes is None and settings.c_dim:
        raise EffaceError(
            Fault(f"{weights} needs labels or codes: --c, an npy file [n, {settings.c_dim}]")
        )
    if codes is not None and len(codes) != len(noise_in):
        raise EffaceError(Fault(f"--z has {len(noise_in)} rows and --c has {len(codes)}"))
    if out.is_dir():
        raise EffaceError(Fault(f"{out} is a folder; --out names a file"))
    if out.suffix.lower() != ".npy":
        raise EffaceError(
            Fault("numbers are written, no picture file", key="--out", found=str(out),
                  expected="a name in .npy")
        )  # fmt: skip
    make_room("the pictures", out)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("making pictures", total=len(noise_in))
        images = _pictures(
            generator,
            noise_in,
            codes if settings.c_dim else None,
            psi,
            noise,
            seed,
            lambda done: bar.update(task, completed=done),
        )
    try:
        write_atomic(out, lambda to: _save(to, images))
    except OSError as error:
        raise EffaceError(unwritable("the pictures", out, error)) from None
    if as_json:
        print_json({"images": str(out), "weights": str(weights), "shape": list(images.shape)})
    else:
        typer.echo(f"{out}: float32 {list(images.shape)}", err=True)


def _pictures(
    generator: Generator,
    z: NDArray[np.float32],
    c: NDArray[np.float32] | None,
    psi: float,
    noise: NoiseKind,
    seed: int,
    progress: Callable[[int], None],
) -> NDArray[np.float32]:
    """Return the pictures of every row, float32 [n, channels, R, R]."""
    import numpy as np
    import torch

    settings = generator.settings
    side = settings.resolution
    images = np.empty((len(z), settings.image_channels, side, side), np.float32)
    rng = torch.Generator().manual_seed(seed)
    step = max(1, min(16, PIXELS_AT_ONCE // side**2))
    with torch.inference_mode():
        for first in range(0, len(z), step):
            part = slice(first, first + step)
            images[part] = generator(
                torch.from_numpy(z[part]),
                None if c is None else torch.from_numpy(c[part]),
                psi=psi,
                noise=noise.value,
                rng=rng,
            ).numpy()
            progress(min(first + step, len(z)))
    return images


def _save(to: Path, images: NDArray[np.float32]) -> None:
    import numpy as np

    with to.open("wb") as file:
        np.save(file, images, allow_pickle=False)


def _read_rows(path: Path, key: str, width: int) -> NDArray[np.float32]:
    """Return numbers [n, width] out of an npy file, n at least 1.

    Raises:
        EffaceError: there is no such file, or it holds something else.
    """
    import numpy as np

    expected = f"numbers [n, {width}]"
    try:
        # A file that claims more than it holds is refused by the mapping, not by the memory.
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "no npy file"
        raise EffaceError(Fault(f"{key} cannot be read as {expected}: {why}", str(path))) from None
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "fiu":
        raise EffaceError(Fault(f"{key} holds no {expected}", file=str(path)))
    if found.ndim != 2 or found.shape[1] != width or not len(found):
        shape = list(found.shape)
        raise EffaceError(Fault(f"{key} has the shape {shape}, not {expected}", file=str(path)))
    rows = np.array(found, dtype=np.float32)
    if not np.isfinite(rows).all():
        raise EffaceError(Fault(f"{key} has numbers that are not finite", file=str(path)))
    return rows


def _weights_file(path: Path) -> Path:
    """Return the file of weights at a path: itself, or the only one in a folder."""
    if not path.is_dir():
        return path
    found = sorted(path.glob(f"*{SUFFIX}"))
    if len(found) != 1:
        raise EffaceError(Fault(f"this folder has {len(found)} files {SUFFIX}", file=str(path)))
    return found[0]
