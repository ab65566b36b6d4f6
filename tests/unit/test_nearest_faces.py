"""The figure of nearest training pictures shows each of them, in its place."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.report.nearest_faces import Neighbours, nearest_figure


def test_shows_every_picture_in_its_place() -> None:
    draw = np.random.default_rng(0)
    generated = draw.integers(0, 256, (2, 64, 64, 3)).astype(np.uint8)
    photos = draw.integers(0, 256, (2, 3, 64, 64, 3)).astype(np.uint8)
    words = [["0.91", "0.90", "0.89"]] * 2
    figure = nearest_figure(
        generated, [Neighbours("encoder", photos, words), Neighbours("pixels", photos, words)]
    )
    drawn = np.asarray(figure)
    windows = np.lib.stride_tricks.sliding_window_view(drawn[..., 0], (128, 128))
    lit = {
        name: int((windows[:, :, ::37, ::37] == big[::37, ::37]).all((2, 3)).sum())
        for name, big in {
            "generated": generated[1, ..., 0].repeat(2, 0).repeat(2, 1),
            "neighbour": photos[0, 2, ..., 0].repeat(2, 0).repeat(2, 1),
        }.items()
    }
    assert lit == {"generated": 1, "neighbour": 2}


def test_refuses_neighbours_of_other_images() -> None:
    picture = np.zeros((2, 64, 64, 3), np.uint8)
    with pytest.raises(ValueError, match="not of all"):
        nearest_figure(picture, [Neighbours("encoder", picture[:1, None], [["a"]])])
    with pytest.raises(ValueError, match="needs an image"):
        nearest_figure(picture, [])
