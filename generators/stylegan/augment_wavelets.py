"""Orthogonal wavelet filters, and pictures mirrored at their borders, as matrices.

The filters follow from their definition (Daubechies 1992, "Ten Lectures on Wavelets", sections 6.1,
6.4 and 8.1.1): no table is read. A filter that is applied along one axis of a picture with mirrored
borders is a matrix on that axis, so that everything the augmentations do with filters is a product
of small matrices, which is fast and differentiates to any order.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from math import comb

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@cache
def symlet(moments: int) -> Array:
    """Return the low-pass filter of Daubechies' least asymmetric orthogonal wavelet.

    Its squared response is ((1 + cos ω) / 2)^N times the polynomial that makes it orthogonal
    (Daubechies 1992, equation 6.1.12). Each root of that polynomial and its inverse give the same
    squared response; of all choices, the one whose phase is closest to linear is taken (1992,
    section 8.1.1). Two moments leave no choice: sym2 is db2.

    Args:
        moments: N, the number of vanishing moments, 2 or more.

    Returns:
        [2 N], float64, with a sum of √2 and squares that sum to 1; of the filter and its mirror
        image the one with its centre of gravity before the middle.
    """
    # In y = (2 - z - 1/z) / 4, the polynomial is Σ_k C(N - 1 + k, k) y^k.
    roots_y = np.roots([comb(moments - 1 + k, k) for k in range(moments)][::-1])
    pairs = []  # for each root in y (one of two conjugates): the roots in z inside, and outside
    for root in roots_y:
        if root.imag < -1e-9:
            continue
        inside = min(np.roots([1.0, 4.0 * root - 2.0, 1.0]), key=abs)
        both = [np.array([inside]), np.array([1.0 / inside])]
        if root.imag > 1e-9:
            both = [np.concatenate([side, side.conj()]) for side in both]
        pairs.append(both)
    choices = []
    for sides in product((0, 1), repeat=len(pairs)):
        chosen = [pair[side] for pair, side in zip(pairs, sides, strict=True)]
        choices.append(np.real(np.poly(np.concatenate(chosen))))
    filters = []
    for factor in sorted(choices, key=_phase_error)[:2]:  # the best and its mirror image
        taps = np.convolve(np.poly(np.full(moments, -1.0)), factor)
        filters.append(taps * np.sqrt(2.0) / taps.sum())
    best: Array = min(filters, key=centre)
    best.flags.writeable = False
    return best


def centre(taps: Array) -> float:
    """Return the centre of gravity of a filter, in taps: its delay at the lowest frequencies."""
    return float(np.arange(len(taps)) @ taps / taps.sum())


def _phase_error(taps: Array) -> float:
    """Return the mean squared distance, in radians², of a filter's phase from a straight line.

    The line joins the phases at frequencies 0 and 2π, as in Daubechies 1992, section 8.1.1.
    """
    frequency = np.linspace(0.0, 2.0 * np.pi, 2049)
    response = np.exp(-1j * np.outer(frequency, np.arange(len(taps)))) @ taps
    phase = np.unwrap(np.angle(response))
    line = phase[0] + (phase[-1] - phase[0]) * frequency / (2.0 * np.pi)
    return float(np.mean((phase - line) ** 2))


def mirrored(index: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return which pixel stands at any index when a line of `size` pixels is mirrored for ever.

    The pixel at the border is not repeated (as in NumPy's padding mode "reflect"), so the line has
    a period of 2 (size − 1).
    """
    folded = index % (2 * (size - 1))
    return np.minimum(folded, 2 * (size - 1) - folded)


@cache
def upsampler(size: int) -> Array:
    """Return one period of a mirrored line upsampled by two with sym6.

    Sample m of the upsampled line is √2 Σ_n x[n] h[m − 2n]; with sym6's centre of gravity c it
    stands at position (m − c) / 2 of the line.

    Returns:
        [4 (size − 1), size]: row m for sample m; the upsampled line repeats after that.
    """
    taps = symlet(6)
    matrix = np.zeros((4 * (size - 1), size))
    rows = np.arange(len(matrix))
    for back in range(len(taps)):
        even = (rows - back) % 2 == 0
        source = mirrored((rows[even] - back) // 2, size)
        np.add.at(matrix, (rows[even], source), np.sqrt(2.0) * taps[back])
    return matrix


@cache
def downsampler(size: int) -> Array:
    """Return the decimation by two with sym6 that undoes `upsampler`: Σ_k h[k] v[2n + k] / √2.

    Returns:
        [size, 2 size + 10]: from the upsampled samples 0 … 2 size + 9 to `size` pixels.
    """
    taps = symlet(6)
    matrix = np.zeros((size, 2 * (size - 1) + len(taps)))
    for k, tap in enumerate(taps):
        matrix[np.arange(size), 2 * np.arange(size) + k] = tap / np.sqrt(2.0)
    return matrix


@cache
def band_kernels() -> Array:
    """Return four zero-phase filters that sum to a unit impulse: the octaves of sym2's filter bank.

    With L(z) = H(z) H(1/z) / 2 and its complement U(z) = 1 − L(z) = H(−z) H(−1/z) / 2, the bands
    are, from the lowest (0 to π/8) to the highest (π/2 to π), L(z) L(z²) L(z⁴), L(z) L(z²) U(z⁴),
    L(z) U(z²) and U(z) (Karras et al. 2020b, appendix B).

    Returns:
        [4, 43]: a row for each band, with its middle at tap 21.
    """
    taps = symlet(2)
    low = np.convolve(taps, taps[::-1]) / 2.0
    high = -low
    high[len(low) // 2] += 1.0

    def spread(kernel: Array, step: int) -> Array:
        wide = np.zeros((len(kernel) - 1) * step + 1)
        wide[::step] = kernel
        return wide

    lowest_two = np.convolve(low, spread(low, 2))
    bands = (
        np.convolve(lowest_two, spread(low, 4)),
        np.convolve(lowest_two, spread(high, 4)),
        np.convolve(low, spread(high, 2)),
        high,
    )
    width = len(bands[0])
    return np.stack([np.pad(band, (width - len(band)) // 2) for band in bands])


@cache
def band_matrices(size: int) -> Array:
    """Return `band_kernels` as matrices on a mirrored line of `size` pixels: [4, size, size]."""
    kernels = band_kernels()
    reach = kernels.shape[1] // 2
    matrices = np.zeros((len(kernels), size, size))
    rows = np.arange(size)
    for offset in range(-reach, reach + 1):
        source = mirrored(rows + offset, size)
        for band, kernel in enumerate(kernels):
            np.add.at(matrices[band], (rows, source), kernel[reach + offset])
    return matrices
