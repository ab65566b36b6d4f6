"""Pose, lens and the aligned frame.

Photos are framed as a face pipeline does: after projection, one similarity (shift, scale, turn)
brings the middle of the eyes and the middle of the mouth's corners to fixed places; the shot's
framing error is added on purpose and is known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.heads.kernel import kernel
from generators.heads.pieces import Points
from generators.heads.shot import Framing, Pose

EYES_AT = (0.5, 0.455)
MOUTH_AT = (0.5, 0.715)
"""Where eyes and mouth lie in the picture, shares of its side from the left and the top."""

_PIVOT = np.array([0.0, 0.0, 2.0], dtype=np.float32)
_EYES = slice(36, 48)
_MOUTH_CORNERS = [48, 54]


def rotation(pose: Pose) -> NDArray[np.float32]:
    """Return the rotation [3, 3] of a head: yaw about y, then pitch about x, then roll about z."""
    cy, sy = np.cos(pose.yaw), np.sin(pose.yaw)
    cp, sp = np.cos(pose.pitch), np.sin(pose.pitch)
    cr, sr = np.cos(pose.roll), np.sin(pose.roll)
    yaw = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    pitch = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    roll = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return (roll @ pitch @ yaw).astype(np.float32)


def turned(place: Points, matrix: NDArray[np.float32]) -> Points:
    """Return places [n, 3] turned about the neck's top."""
    return np.ascontiguousarray((place - _PIVOT) @ matrix.T + _PIVOT)


def project(
    world: Points, landmarks: Points, pose: Pose, framing: Framing, size: int
) -> tuple[Points, NDArray[np.float32]]:
    """Return where points fall in the picture, and where the camera stands.

    Args:
        world: float32 [n, 3] turned places, cm.
        landmarks: float32 [68, 3] turned landmarks.
        pose: gives the lens's distance.
        framing: error of the frame.
        size: pixels a side.

    Returns:
        float32 [n, 3]: x to the right, y down (pixels), nearness (larger is nearer); and the
        camera's place, float32 [3].
    """
    middle = landmarks.mean(axis=0)
    camera = middle + np.array([0, 0, pose.distance], dtype=np.float32)
    marks = _pinhole(landmarks, camera)
    eyes, mouth = marks[_EYES].mean(), marks[_MOUTH_CORNERS].mean()
    eyes_at, mouth_at = complex(*EYES_AT), complex(*MOUTH_AT)
    off = complex(framing.right, framing.down)
    scale = (mouth_at - eyes_at) / (mouth - eyes)
    centre = (eyes_at + mouth_at) / 2
    error = (1 + framing.zoom) * np.exp(1j * framing.turn)
    times = scale * error * size
    plus = ((eyes_at - centre - eyes * scale) * error + centre + off) * size
    camera = camera.astype(np.float32)
    return _on_screen(world, camera, times.real, times.imag, plus.real, plus.imag), camera


@kernel
def _on_screen(
    world: Points,
    camera: NDArray[np.float32],
    times: float,
    times_i: float,
    plus: float,
    plus_i: float,
) -> Points:
    """Return (pinhole · times + plus) as complex numbers and the nearness, float32 [n, 3]."""
    screen = np.empty_like(world)
    for i in range(world.shape[0]):
        depth = camera[2] - world[i, 2]
        x = (world[i, 0] - camera[0]) / depth
        y = (camera[1] - world[i, 1]) / depth
        screen[i, 0] = x * times - y * times_i + plus
        screen[i, 1] = x * times_i + y * times + plus_i
        screen[i, 2] = 1000 / depth
    return screen


def _pinhole(place: Points, camera: Points) -> NDArray[np.complex128]:
    """Return the projection on a plane at unit distance, x + i·y with y down."""
    depth = (camera[2] - place[:, 2]).astype(np.float64)
    return (place[:, 0] - camera[0]) / depth - 1j * (place[:, 1] - camera[1]) / depth
