"""Templates without photos: a person's centre and noise around it, as fitted to an encoder.

A two-covariance model (Brümmer and de Villiers 2010, "The speaker partitioning problem", Odyssey;
after Prince and Elder 2007, "Probabilistic linear discriminant analysis", ICCV) with two changes
that an encoder's output asks for: people's centres lie in kinds of faces, not in one normal cloud,
and some photos are noisier than others. A template is

    x = u / |u|,  u = c + s e,  c = mu_k + y,
    y ~ N(0, between),  e ~ N(0, within),  log s ~ N(-sigma^2, sigma^2),

with kind k drawn at the kinds' shares; s^2 has mean 1, so that `within` is the covariance of the
noise. Every number is a keyed draw: a template is a function of the distribution, the streams,
the identity and the photo, whoever else is drawn. The fit is `generators.template_fit`, the file
that ships `generators.template_file`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams

STREAMS = ("template.kind", "template.centre", "template.scale", "template.noise")
"""The streams that drawing takes (`generators.keyed.Streams`)."""
_BLOCK = 8192
"""Rows drawn at once: their numbers fit in the processor's cache."""


@dataclass(frozen=True)
class TemplateDistribution:
    """What templates of people and of their photos look like.

    Attributes:
        kinds: float32 [k, d], the mean centre of each kind of face.
        shares: float64 [k], how many people are of each, adding up to 1.
        between: float64 [d, d], covariance of centres within a kind.
        within: float64 [d, d], covariance of one person's photos.
        sigma: standard deviation of the logarithm of a photo's noise, 0 or more.
    """

    kinds: NDArray[np.float32]
    shares: NDArray[np.float64]
    between: NDArray[np.float64]
    within: NDArray[np.float64]
    sigma: float

    @property
    def dimension(self) -> int:
        """Numbers in a template."""
        return int(self.kinds.shape[1])

    def centres(self, streams: Streams, identities: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the centres of people, float32 [n, d], not of unit length.

        Args:
            streams: with `STREAMS` among their names.
            identities: int [n], whose; the same key has the same centre.
        """
        identities = np.asarray(identities)
        pick = streams.uniform("template.kind", identities)
        kind = np.minimum(np.searchsorted(np.cumsum(self.shares), pick), len(self.kinds) - 1)
        out = np.empty((len(identities), self.dimension), dtype=np.float32)
        for rows in _blocks(len(identities)):
            out[rows] = _normals(streams, "template.centre", identities[rows], self._between_half)
            out[rows] += self.kinds[kind[rows]]
        return out

    def photos(
        self,
        streams: Streams,
        identities: NDArray[np.integer],
        centres: NDArray[np.float32],
        photos: NDArray[np.integer],
    ) -> NDArray[np.float32]:
        """Return templates of photos, float32 [n, d], of unit length.

        Args:
            streams: with `STREAMS` among their names.
            identities: int [n], who each shows.
            centres: float32 [n, d], the same people's, as `centres` gives them.
            photos: int [n], which photo of the person each is; 0 or more, less than 2^32.
        """
        keys = _photo_keys(streams, identities, photos)
        scale = np.exp(self.sigma * streams.normal("template.scale", keys) - self.sigma**2)
        out = np.empty((len(keys), self.dimension), dtype=np.float32)
        for rows in _blocks(len(keys)):
            noise = _normals(streams, "template.noise", keys[rows], self._within_half)
            made = centres[rows] + scale[rows, None] * noise
            out[rows] = made / np.linalg.norm(made, axis=1, keepdims=True)
        return out

    @cached_property
    def _between_half(self) -> NDArray[np.float64]:
        return _half(self.between)

    @cached_property
    def _within_half(self) -> NDArray[np.float64]:
        return _half(self.within)


def _photo_keys(
    streams: Streams, identities: NDArray[np.integer], photos: NDArray[np.integer]
) -> NDArray[np.uint64]:
    """Return a key for each photo of each person, uint64 [n]."""
    return streams.words("template.noise", identities, photos)


def _normals(
    streams: Streams, stream: str, entities: NDArray[np.integer], half: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return normals of mean 0 and covariance half' half, float64 [n, d], one row an entity."""
    return streams.normal(stream, entities[:, None], np.arange(len(half))[None, :]) @ half


def _half(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rows h [r, d] with h' h = covariance; directions without variance are left out."""
    values, vectors = np.linalg.eigh(covariance)
    kept = values > len(values) * np.finfo(np.float64).eps * values[-1]
    return np.ascontiguousarray((vectors[:, kept] * np.sqrt(values[kept])).T)


def _blocks(rows: int) -> list[slice]:
    return [slice(start, min(start + _BLOCK, rows)) for start in range(0, rows, _BLOCK)]
