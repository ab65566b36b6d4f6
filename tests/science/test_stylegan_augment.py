"""The discriminator's augmentations against closed forms, in distribution and in derivative."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from generators.stylegan import augment_filters, augment_warp
from generators.stylegan.augment import (
    ALL,
    BGC,
    BLIT,
    FACES,
    AdaptiveProbability,
    AugmentSettings,
    augment,
    only,
)
from generators.stylegan.augment_colour import (
    GREY,
    apply_colour,
    brightness,
    contrast,
    draw_colour,
    hue,
    luma_flip,
    saturation,
)
from generators.stylegan.augment_draws import Draws
from generators.stylegan.augment_geometry import apply_blit, apply_geometry, draw_geometry
from generators.stylegan.augment_settings import COLOURS, OPERATIONS
from generators.stylegan.augment_warp import fine_places, warp_straight, warp_turned
from generators.stylegan.augment_wavelets import (
    band_kernels,
    band_matrices,
    downsampler,
    symlet,
    upsampler,
)

SIZE = 32


def rng(seed: int = 7) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(n: int, size: int = SIZE, dtype: torch.dtype = torch.float32, channels: int = 3):
    return torch.rand((n, channels, size, size), generator=rng(1), dtype=dtype) * 2 - 1


def wave(size: int, cycles: tuple[float, float], at: np.ndarray | None = None) -> torch.Tensor:
    """A sine of `cycles` a picture in x and in y; `at` [size, size, 2] says where it is read."""
    if at is None:
        at = np.stack(np.meshgrid(*[np.arange(size) - (size - 1) / 2] * 2), axis=-1)
    return torch.from_numpy(np.sin(2 * np.pi * (at @ np.array(cycles)) / size))


# --- wavelets


def test_sym6_is_the_published_filter():
    """Daubechies 1992, table 6.3, N = 6 (there to a sum of 2; here to √2)."""
    published = [
        0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633,
        0.4910559419267466, 0.787641141030194, 0.3379294217276218, -0.07263752278646252,
        -0.021060292512300564, 0.04472490177066578, 0.0017677118642428036, -0.007800708325034148,
    ]  # fmt: skip
    np.testing.assert_allclose(symlet(6), published, atol=1e-10)
    root3 = math.sqrt(3)
    db2 = np.array([1 + root3, 3 + root3, 3 - root3, 1 - root3]) / (4 * math.sqrt(2))
    np.testing.assert_allclose(symlet(2), db2, atol=1e-12)


@pytest.mark.parametrize("moments", [2, 4, 6])
def test_wavelets_are_orthonormal_and_have_their_vanishing_moments(moments):
    taps = symlet(moments)
    for shift in range(moments):
        product = taps[2 * shift :] @ taps[: len(taps) - 2 * shift]
        assert product == pytest.approx(float(shift == 0), abs=1e-9)
    signs = (-1.0) ** np.arange(len(taps))
    for power in range(moments):
        scale = (np.arange(len(taps)) ** power).sum()
        assert signs * taps @ np.arange(len(taps)) ** power / scale == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize("size", [4, 7, 64])
def test_down_undoes_up(size):
    down = downsampler(size)
    up = upsampler(size)[np.arange(down.shape[1]) % (4 * (size - 1))]
    np.testing.assert_allclose(down @ up, np.eye(size), atol=1e-9)


# --- when nothing is drawn, and what is drawn


def test_without_strength_the_images_themselves_come_back():
    generator, images = rng(), pictures(4)
    before = generator.get_state()
    assert augment(images, 0.0, ALL, generator) is images
    assert torch.equal(generator.get_state(), before)


def test_images_without_a_drawn_operation_keep_their_values_to_the_bit():
    images = pictures(200, 16)
    out = augment(images, 0.1, BGC, rng())
    kept = torch.tensor([torch.equal(a, b) for a, b in zip(images, out, strict=True)])
    # 12 operations at 0.1, but for the halves and quarters of them that do nothing.
    shift = 1 - 0.1 * (1 - 0.25**2)  # ± 2 pixels of 16: a quarter of the shifts are by 0
    expected = 0.9**7 * 0.95**2 * 0.925 * 0.9 * shift
    error = math.sqrt(expected * (1 - expected) / len(images))
    assert abs(kept.double().mean() - expected) < 4 * error


def test_the_same_state_gives_the_same_bits_and_another_state_others():
    images = pictures(8)
    first = augment(images, 0.7, ALL, rng(3))
    assert torch.equal(first, augment(images, 0.7, ALL, rng(3)))
    assert not torch.equal(first, augment(images, 0.7, ALL, rng(4)))


def test_switching_an_operation_off_moves_no_number_of_another():
    with_all = draw_geometry(SIZE, 0.5, ALL, Draws(50, rng()))
    without = draw_geometry(SIZE, 0.5, replace(ALL, quarter_turn=0.0, scale=0.0), Draws(50, rng()))
    np.testing.assert_array_equal(with_all.turned, without.turned)
    np.testing.assert_array_equal(with_all.blit[:, :2, 2], without.blit[:, :2, 2])


def happened(name: str, p: float, settings: AugmentSettings, images: int) -> np.ndarray:
    """Which images an operation changed, when it is the only one that is on."""
    draws = Draws(images, rng(11))
    geometry = draw_geometry(64, p, settings, draws)
    colours, _ = draw_colour(p, settings, draws)
    gains, _ = augment_filters.draw_gains(p, settings, draws)
    noise = augment_filters.draw_noise(p, settings, draws)
    _, cut = augment_filters.draw_cutout(p, settings, draws)
    changed = {
        "geometry": geometry.blitted | geometry.warped,
        "colour": (np.abs(colours - np.eye(4)) > 1e-12).any(axis=(1, 2)),
        "gains": (gains != 1.0).any(axis=1),
        "noise": noise > 0.0,
        "cutout": cut,
    }
    where = dict.fromkeys(OPERATIONS[:7], "geometry") | dict.fromkeys(COLOURS, "colour")
    where |= {"filtering": "gains", "noise": "noise", "cutout": "cutout"}
    for other, rows in changed.items():
        assert other == where[name] or not rows.any()
    return changed[where[name]]


# What of the drawn operations does something: whole shifts reach ± 8 pixels of 64, so that one
# direction is 0 with probability 1/16.
EFFECTIVE = {"x_flip": 1 / 2, "quarter_turn": 3 / 4, "luma_flip": 1 / 2, "whole_shift": 1 - 1 / 256}


@pytest.mark.parametrize("p", [0.2, 0.8])
@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_come_as_often_as_p_times_their_multiplier(name, p):
    multiplier, images = 0.6, 20_000
    rows = happened(name, p, replace(only(name), **{name: multiplier}), images)
    expected = p * multiplier * EFFECTIVE.get(name, 1.0)
    if name == "filtering":
        expected = 1 - (1 - expected) ** 4
    error = math.sqrt(expected * (1 - expected) / images)
    assert abs(rows.mean() - expected) < 4 * error


def test_strengths_are_the_papers():
    images = 20_000
    relative = 4 / math.sqrt(2 * images)  # four errors of a standard deviation

    def affine(name: str) -> np.ndarray:
        return draw_geometry(64, 1.0, only(name), Draws(images, rng())).affine

    def colour(name: str) -> np.ndarray:
        return draw_colour(1.0, only(name), Draws(images, rng()))[0]

    spreads = {
        0.2: [np.log2(affine("scale")[:, 0, 0]), np.log2(affine("stretch")[:, 0, 0]),
              colour("brightness")[:, 0, 3]],
        0.125: [affine("shift")[:, 0, 2] / 64, affine("shift")[:, 1, 2] / 64],
        0.5: [np.log2(colour("contrast")[:, 0, 0])],
        1.0: [np.log2(colour("saturation")[:, :3, :3].trace(axis1=1, axis2=2) / 2 - 0.5)],
        0.1: [augment_filters.draw_noise(1.0, only("noise"), Draws(images, rng()))],
    }  # fmt: skip
    for expected, found in spreads.items():
        for values in found:
            assert np.sqrt(np.mean(values**2)) == pytest.approx(expected, rel=relative)
    stretched = affine("stretch")
    np.testing.assert_allclose(stretched[:, 0, 0] * stretched[:, 1, 1], 1.0)
    angle = np.arctan2(affine("rotation")[:, 1, 0], affine("rotation")[:, 0, 0])
    for harmonic in (1, 2, 3):  # uniform on the circle: every harmonic vanishes
        assert abs(np.exp(1j * harmonic * angle).mean()) < 4 / math.sqrt(images)


# --- blits


def blit_of(x_flip: bool = False, turns: int = 0, shift: tuple[int, int] = (0, 0)) -> np.ndarray:
    turn = np.linalg.matrix_power(np.array([[0, -1], [1, 0]]), turns)
    matrix = np.eye(3, dtype=np.int64)
    matrix[:2, :2] = turn @ np.diag([-1 if x_flip else 1, 1])
    matrix[:2, 2] = shift
    return matrix[None]


@pytest.mark.parametrize("size", [16, 17])
def test_flips_and_turns_permute_the_pixels(size):
    image = pictures(1, size)
    assert torch.equal(apply_blit(image, blit_of(x_flip=True)), image.flip(3))
    for turns in range(4):
        turned = apply_blit(image, blit_of(turns=turns))
        assert torch.equal(turned, torch.rot90(image, -turns, (2, 3)))
        assert torch.equal(turned.flatten().sort()[0], image.flatten().sort()[0])
        assert torch.equal(apply_blit(turned, blit_of(turns=(4 - turns) % 4)), image)


@pytest.mark.parametrize("shift", [(3, 0), (0, -2), (-2, 4), (40, -55)])
def test_whole_shifts_copy_pixels_and_mirror_at_the_border(shift):
    image = pictures(1, 16)
    margin = 60
    wide = np.pad(image.numpy(), ((0, 0), (0, 0), (margin, margin), (margin, margin)), "reflect")
    y, x = margin - shift[1], margin - shift[0]
    expected = torch.from_numpy(wide[:, :, y : y + 16, x : x + 16])
    assert torch.equal(apply_blit(image, blit_of(shift=shift)), expected)


def test_the_blits_drawn_are_the_blits_applied():
    images = pictures(40, 16)
    out = augment(images, 0.8, BLIT, rng())
    blits = draw_geometry(16, 0.8, BLIT, Draws(40, rng())).blit
    for image, blit, found in zip(images, blits, out, strict=True):
        assert torch.equal(apply_blit(image[None], blit[None])[0], found)
    assert not torch.equal(out, images)


# --- invertible in distribution (Karras et al. 2020b, section 2.2)


def orientation_chances(p: float) -> np.ndarray:
    """The Markov matrix of flips and quarter turns over the eight orientations of an image."""
    orientations = [blit_of(flip, turns)[0] for flip in (False, True) for turns in range(4)]
    flips = [(False, 1 - p / 2), (True, p / 2)]
    turns = [(k, (1 - p) * (k == 0) + p / 4) for k in range(4)]
    matrix = np.zeros((8, 8))
    for column, start in enumerate(orientations):
        for flip, first in flips:
            for turn, second in turns:
                end = blit_of(turns=turn)[0] @ blit_of(flip)[0] @ start
                row = next(k for k, other in enumerate(orientations) if (other == end).all())
                matrix[row, column] += first * second
    return matrix


def test_the_markov_matrix_of_flips_and_turns_is_invertible_until_p_is_one():
    drawn = draw_geometry(16, 0.8, only("x_flip", "quarter_turn"), Draws(20_000, rng())).blit
    orientations = [blit_of(flip, turns)[0] for flip in (False, True) for turns in range(4)]
    shares = np.array([(drawn == other).all(axis=(1, 2)).mean() for other in orientations])
    expected = orientation_chances(0.8)[:, 0]
    assert (np.abs(shares - expected) < 4 * np.sqrt(expected * (1 - expected) / 20_000)).all()
    # A flip leaves 1 − p of a difference between mirror images, a turn 1 − p of one between turns.
    smallest = np.linalg.svd(orientation_chances(0.8), compute_uv=False).min()
    assert smallest == pytest.approx(0.2**2)
    assert np.linalg.svd(orientation_chances(1.0), compute_uv=False).min() < 1e-12


@pytest.mark.parametrize("settings", [BGC, FACES], ids=["BGC", "FACES"])
def test_translations_and_rotations_are_invertible_up_to_four_fifths(settings):
    """Added independently, they multiply a distribution's Fourier coefficients: none may vanish."""
    size = 64
    reach = settings.whole_shift_max * size
    places = np.arange(-int(reach), int(reach) + 1)
    weight = np.clip(np.minimum(places + 0.5, reach) - np.maximum(places - 0.5, -reach), 0, 1)
    weight /= 2 * reach
    frequency = 2 * np.pi * np.arange(size) / size
    moved = np.cos(np.outer(frequency, places)) @ weight
    both = np.outer(moved, moved)
    harmonic = np.arange(1, 1000)
    turned = np.sinc(harmonic * settings.rotation_max)

    def least(p: float) -> float:
        once = 1 - math.sqrt(1 - p)
        return min((1 - p + p * both).min(), (1 - once + once * turned).min())

    assert least(0.8) > 0.02
    assert least(1.0) <= 0.0


# --- warps


def backs(n: int, settings: AugmentSettings = ALL, size: int = SIZE, seed: int = 7) -> np.ndarray:
    geometry = draw_geometry(size, 1.0, settings, Draws(n, rng(seed)))
    return np.linalg.inv(geometry.affine @ geometry.blit)


def test_every_drawn_matrix_is_invertible():
    geometry = draw_geometry(64, 0.8, ALL, Draws(5_000, rng()))
    forth = geometry.affine @ geometry.blit
    assert np.abs(forth @ np.linalg.inv(forth) - np.eye(3)).max() < 1e-12
    # No more is lost than the scale and the stretch drawn: five deviations of 0.2 octaves each.
    singular = np.linalg.svd(forth[:, :2, :2], compute_uv=False)
    assert singular.min() > 2.0 ** (-5 * 0.2 * math.sqrt(2))
    assert singular.max() < 2.0 ** (5 * 0.2 * math.sqrt(2))


@pytest.mark.parametrize("warp", [warp_straight, warp_turned])
def test_the_identity_and_whole_shifts_pass_through_the_wavelets_unharmed(warp):
    images = pictures(2, dtype=torch.float64)
    for shift in [(0, 0), (3, -2), (-11, 7)]:
        blit = np.repeat(blit_of(shift=shift), 2, axis=0)
        warped = warp(images, np.linalg.inv(blit))
        torch.testing.assert_close(warped, apply_blit(images, blit), rtol=0, atol=1e-9)


def test_both_ways_of_warping_agree():
    images = pictures(12, dtype=torch.float64)
    straight = backs(12, replace(ALL, rotation=0.0))
    assert (straight[:, 0, 0] == 0).any()
    assert (straight[:, 0, 0] != 0).any()
    torch.testing.assert_close(
        warp_straight(images, straight), warp_turned(images, straight), rtol=0, atol=1e-9
    )
    turned = backs(12)
    torch.testing.assert_close(
        warp_turned(images, turned, 12), warp_turned(images, turned), rtol=0, atol=1e-9
    )


def test_far_reaching_warps_wrap_round_the_mirrored_image():
    """A picture shrunk to a fifth shows itself again and again, mirrored: against padding."""
    size = 12
    image = pictures(1, size, torch.float64)
    cosine, sine = 0.2 * math.cos(0.4), 0.2 * math.sin(0.4)
    back = np.linalg.inv([[[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]]])
    warped = warp_turned(image, back)
    padding = 60
    wide = np.pad(
        image.numpy(), ((0, 0), (0, 0), (padding, padding), (padding, padding)), "reflect"
    )
    large = warp_turned(torch.from_numpy(wide), back)[:, :, padding:-padding, padding:-padding]
    torch.testing.assert_close(warped, large, rtol=0, atol=1e-9)
    steps, _ = fine_places(size, back)
    assert (np.abs(steps).sum(axis=2) * (2 * size + 9) > 4 * (size - 1)).all()  # it did wrap
    single = warp_turned(image.float(), back)
    torch.testing.assert_close(single.double(), warped, rtol=0, atol=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_a_low_frequency_goes_where_the_matrix_says(seed):
    """Within 2 % of the amplitude, away from mirrored borders, at five cycles a picture of 64."""
    size, cycles = 64, (2.0, 4.5)
    back = backs(1, replace(ALL, shift_deviation=0.02), size, seed)
    pixel = np.stack(np.meshgrid(*[np.arange(size) - (size - 1) / 2] * 2), axis=-1)
    source = pixel @ back[0, :2, :2].T + back[0, :2, 2]
    expected = wave(size, cycles, source)
    inside = torch.from_numpy((np.abs(source) < size / 2 - 8).all(axis=-1))
    assert inside.sum() > 300
    found = warp_turned(wave(size, cycles)[None, None], back)[0, 0]
    assert (found - expected)[inside].abs().max() < 0.02


def test_shrinking_removes_what_the_pixels_can_no_longer_carry():
    """At 0.45 cycles a pixel, shrunk by 1.5, which plain bilinear sampling folds back."""
    size = 64
    image = wave(size, (0.45 * size, 0.0))[None, None]
    back = np.diag([1.5, 1.0, 1.0])[None]
    inner = (..., slice(16, -16), slice(16, -16))
    ours = warp_straight(image, back)[inner].square().mean()
    theta = torch.tensor([[[1.5, 0.0, 0.0], [0.0, 1.0, 0.0]]], dtype=torch.float64)
    grid = functional.affine_grid(theta, image.shape, align_corners=False)
    plain = functional.grid_sample(
        image, grid, padding_mode="reflection", align_corners=False
    )  # fmt: skip
    assert ours < 0.05 * plain[inner].square().mean()


def test_flips_and_turns_join_a_general_warp_in_one_pass():
    images = wave(SIZE, (1.5, 2.5)).expand(6, 1, -1, -1)
    geometry = draw_geometry(SIZE, 1.0, replace(ALL, whole_shift=0.0), Draws(6, rng()))
    apart = apply_blit(images, geometry.blit)
    apart = warp_turned(apart, np.linalg.inv(geometry.affine))
    # The wavelet is not quite symmetric, so a flipped one differs at the highest frequencies alone.
    difference = (apply_geometry(images, geometry) - apart).square().mean().sqrt()
    assert difference < 0.02 * images.square().mean().sqrt()


# --- colour


def test_colours_keep_what_they_should():
    v = np.full(3, 1 / math.sqrt(3))
    flip = luma_flip(np.array([True]))[0, :3, :3]
    np.testing.assert_allclose(flip @ flip, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(flip @ v, -v)
    across = np.array([[1.0, -1.0, 0.0], [1.0, 1.0, -2.0]])
    np.testing.assert_allclose(across @ flip.T, across, atol=1e-12)
    assert np.linalg.det(flip) == pytest.approx(-1)
    np.testing.assert_array_equal(luma_flip(np.array([False]))[0], np.eye(4))

    turn = hue(np.array([2 * np.pi / 3]))[0, :3, :3]
    np.testing.assert_allclose(turn @ v, v)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1)
    np.testing.assert_allclose(turn @ np.eye(3)[0], np.eye(3)[1], atol=1e-12)  # red to green

    vivid = saturation(np.array([2.5]))[0, :3, :3]
    np.testing.assert_allclose(vivid @ v, v)
    np.testing.assert_allclose(across @ vivid.T, 2.5 * across, atol=1e-12)
    np.testing.assert_allclose(saturation(np.array([0.0]))[0, :3, :3], GREY, atol=1e-12)

    point = np.array([0.1, -0.4, 0.7, 1.0])
    np.testing.assert_allclose((brightness(np.array([0.3]))[0] @ point)[:3], point[:3] + 0.3)
    np.testing.assert_allclose((contrast(np.array([2.0]))[0] @ point)[:3], point[:3] * 2)


def test_colours_are_applied_to_every_pixel_and_grey_images_stay_grey():
    matrices, touched = draw_colour(1.0, ALL, Draws(3, rng()))
    assert touched.all()
    images = pictures(3, 8, torch.float64)
    found = apply_colour(images, matrices)
    for n, y, x in [(0, 0, 0), (1, 3, 5), (2, 7, 1)]:
        colour = np.append(images[n, :, y, x].numpy(), 1.0)
        np.testing.assert_allclose(found[n, :, y, x].numpy(), (matrices[n] @ colour)[:3])
    grey = pictures(3, 8, torch.float64, channels=1)
    as_three = apply_colour(grey.expand(-1, 3, -1, -1), matrices)
    torch.testing.assert_close(apply_colour(grey, matrices), as_three.mean(1, keepdim=True))


# --- filtering, noise, cutout


def test_bands_sum_to_an_impulse_and_are_even():
    kernels = band_kernels()
    impulse = np.zeros(kernels.shape[1])
    impulse[kernels.shape[1] // 2] = 1.0
    np.testing.assert_allclose(kernels.sum(axis=0), impulse, atol=1e-12)
    np.testing.assert_allclose(kernels, kernels[:, ::-1], atol=1e-12)
    np.testing.assert_allclose(band_matrices(16).sum(axis=0), np.eye(16), atol=1e-12)


@pytest.mark.parametrize(("band", "cycles"), [(1, 12), (2, 24), (3, 48)])
def test_a_sine_in_a_band_gets_the_bands_gain(band, cycles):
    """Cycles a picture of 128: the middle of each octave, within a fifth of its gain.

    The filters are short, so octaves overlap; what they let through is known in closed form and
    held to within a thousandth.
    """
    size, gain = 128, 3.0
    gains = np.ones((1, 4))
    gains[0, band] = gain
    image = wave(size, (cycles, 0.0))[None, None]
    found = augment_filters.apply_gains(image, gains)
    inner = (0, 0, size // 2, slice(24, -24))
    ratio = float((found[inner] @ image[inner]) / (image[inner] @ image[inner]))
    omega = 2 * np.pi * cycles / size
    taps = band_kernels()
    response = np.cos(omega * (np.arange(taps.shape[1]) - taps.shape[1] // 2)) @ taps.T
    assert ratio == pytest.approx(response @ gains[0], rel=1e-3)
    assert ratio == pytest.approx(gain, rel=0.2)


def test_the_lowest_band_is_amplified_along_both_axes():
    flat = torch.full((1, 1, 16, 16), 0.2, dtype=torch.float64)
    found = augment_filters.apply_gains(flat, np.array([[1.5, 1.0, 1.0, 1.0]]))
    torch.testing.assert_close(found, flat * 1.5**2)


def test_gains_keep_the_power_of_the_expected_spectrum():
    gains, touched = augment_filters.draw_gains(0.05, only("filtering"), Draws(4_000, rng()))
    one = touched & ((gains == gains[:, :1]).sum(axis=1) != 4)
    power = gains[one] ** 2 @ augment_filters.EXPECTED_POWER
    assert one.sum() > 500
    # Where one band was drawn, as nearly always here, the power is exactly 1.
    assert np.median(np.abs(power - 1)) < 1e-12
    np.testing.assert_array_equal(gains[~touched], 1.0)


def test_noise_is_white_and_as_strong_as_drawn():
    images = torch.zeros(3, 3, 64, 64)
    deviation = np.array([0.02, 0.1, 0.3])
    noise = augment_filters.apply_noise(images, deviation, rng())
    count = noise[0].numel()
    np.testing.assert_allclose(noise.flatten(1).std(1), deviation, rtol=4 / math.sqrt(2 * count))
    normalised = (noise / torch.from_numpy(deviation).float()[:, None, None, None]).double()
    pairs = [
        (normalised[:, 0], normalised[:, 1]),
        (normalised[..., 1:], normalised[..., :-1]),
        (normalised[0], normalised[1]),
    ]
    for a, b in pairs:
        assert abs((a * b).mean()) < 4 / math.sqrt(a.numel())


def test_a_cutout_is_half_as_wide_as_the_image_and_falls_off_at_its_border():
    images = torch.ones(3, 3, 64, 64)
    middles = np.array([[0.5, 0.5], [0.0, 1.0], [0.25, 0.6]])
    cut = augment_filters.apply_cutout(images, middles, AugmentSettings().cutout_size) == 0
    assert cut[0].sum() == 3 * 32 * 32
    assert cut[0, :, 16:48, 16:48].all()
    assert cut[1].sum() == 3 * 16 * 16
    assert cut[1, :, 48:, :16].all()
    assert cut[2].sum() == 3 * 32 * 32
    assert cut[2, :, 22:54, :32].all()
    drawn = augment(torch.ones(200, 3, 16, 16), 1.0, only("cutout"), rng()) == 0
    assert (drawn.sum(dim=(1, 2, 3)) <= 3 * 64).all()
    share = drawn.double().mean()  # E[overlap] along an axis: 1/2 − 2 · (1/4)² / 2 = 7/16
    assert share == pytest.approx((7 / 16) ** 2, abs=0.03)


# --- derivatives


@pytest.mark.parametrize("seed", range(5))
def test_gradients_are_right_once_and_twice(seed):
    images = pictures(3, 8, torch.float64).requires_grad_()

    def pipeline(x: torch.Tensor) -> torch.Tensor:
        return augment(x, 0.8, ALL, rng(seed))

    assert torch.autograd.gradcheck(pipeline, images, fast_mode=True)
    assert torch.autograd.gradgradcheck(pipeline, images, fast_mode=True)


def test_a_gradient_penalty_passes_through():
    """R1 of a small discriminator: the derivative by its weights against finite differences."""
    images = pictures(4, 16, torch.float64)
    kernel = torch.randn((2, 3, 3, 3), generator=rng(2), dtype=torch.float64)

    def penalty(weights: torch.Tensor) -> torch.Tensor:
        reals = images.clone().requires_grad_()
        seen = augment(reals, 0.9, ALL, rng(5))
        score = functional.softplus(functional.conv2d(seen, weights)).square().sum()
        (gradient,) = torch.autograd.grad(score, reals, create_graph=True)
        return gradient.square().sum()

    weights = kernel.clone().requires_grad_()
    (slope,) = torch.autograd.grad(penalty(weights), weights)
    assert slope.isfinite().all()
    direction = torch.randn(kernel.shape, generator=rng(3), dtype=torch.float64)
    step = 1e-5
    numeric = (penalty(kernel + step * direction) - penalty(kernel - step * direction)) / (2 * step)
    assert float((slope * direction).sum().detach()) == pytest.approx(
        float(numeric.detach()), rel=1e-6
    )


# --- types and faulty input


def test_16_bit_images_come_back_in_16_bits_and_autocast_changes_nothing():
    images = pictures(4)
    plain = augment(images, 0.8, ALL, rng())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(augment(images, 0.8, ALL, rng()), plain, rtol=0, atol=0)
        reals = images.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(augment(reals, 0.8, BGC, rng()).sum(), reals)
    reals = images.clone().requires_grad_()
    (expected,) = torch.autograd.grad(augment(reals, 0.8, BGC, rng()).sum(), reals)
    torch.testing.assert_close(gradient, expected, rtol=0, atol=0)
    half = images.bfloat16()
    found = augment(half, 0.8, BGC, rng())
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found, augment(half.float(), 0.8, BGC, rng()).bfloat16())


def test_any_channels_pass_without_colour():
    images = pictures(3, channels=5)
    colourless = replace(ALL, **dict.fromkeys(COLOURS, 0.0))
    assert augment(images, 0.9, colourless, rng()).shape == images.shape
    assert augment(images[:0, :3], 0.9, ALL, rng()).shape == (0, 3, SIZE, SIZE)


@pytest.mark.parametrize(
    ("shape", "dtype", "p", "words"),
    [
        ((2, 3, 8, 9), torch.float32, 0.5, "size, size"),
        ((3, 8, 8), torch.float32, 0.5, "size, size"),
        ((2, 3, 8, 8), torch.uint8, 0.5, "floating point"),
        ((2, 3, 8, 8), torch.float32, -0.1, "between 0 and 1"),
        ((2, 3, 8, 8), torch.float32, math.nan, "between 0 and 1"),
        ((2, 4, 8, 8), torch.float32, 0.5, "3 channels or 1"),
    ],
)
def test_faulty_input_is_named(shape, dtype, p, words):
    with pytest.raises(ValueError, match=words):
        augment(torch.zeros(shape, dtype=dtype), p, BGC, rng())


def test_faulty_settings_are_named():
    with pytest.raises(ValueError, match="scale_octaves"):
        AugmentSettings(scale_octaves=-0.2)
    with pytest.raises(ValueError, match="hue"):
        AugmentSettings(hue=math.inf)
    with pytest.raises(ValueError, match="'flip'"):
        only("flip")


def test_faces_stay_upright_and_keep_their_hue():
    geometry = draw_geometry(64, 1.0, FACES, Draws(2_000, rng()))
    forth = (geometry.affine @ geometry.blit)[:, :2, :2]
    down = forth @ np.array([0.0, 1.0])
    tilt = np.degrees(np.arctan2(down[:, 0], down[:, 1]))
    assert np.abs(tilt).max() < 60  # two turns of 18 degrees and the stretch between them
    assert (forth[:, 1, 1] > 0).all()
    matrices, _ = draw_colour(1.0, FACES, Draws(2_000, rng()))
    skin = np.array([0.3, 0.0, -0.2])
    shade = skin - skin.mean()
    found = matrices[:, :3, :3] @ skin
    found -= found.mean(axis=1, keepdims=True)
    cosine = found @ shade / np.linalg.norm(found, axis=1) / np.linalg.norm(shade)
    np.testing.assert_allclose(cosine, 1.0)


# --- adaptive p


def outputs(share_real: float, images: int = 20) -> torch.Tensor:
    positive = round(share_real * images)
    return torch.cat([torch.ones(positive), -torch.ones(images - positive)])


def test_p_climbs_from_nothing_to_one_in_half_a_million_images():
    adaptive = AdaptiveProbability()
    for minibatch in range(1, 2_500):
        adaptive.observe(outputs(0.95, 200))
        assert adaptive.p == pytest.approx(minibatch // 4 * 800 / 500_000)
    assert adaptive.overfitting == pytest.approx(0.9)
    for _ in range(9):
        adaptive.observe(outputs(0.95, 200))
    assert adaptive.p == 1.0


def test_p_falls_below_the_target_and_stays_at_nothing():
    adaptive = AdaptiveProbability(p=2e-4)
    for _ in range(4):
        adaptive.observe(outputs(0.5))
    assert adaptive.overfitting == 0.0
    assert adaptive.p == pytest.approx(2e-4 - 80 / 500_000)
    for _ in range(8):
        adaptive.observe(outputs(0.75))  # r_t = 0.5
    assert adaptive.p == 0.0
    at_target = AdaptiveProbability(p=0.5, target=0.5)
    for _ in range(4):
        at_target.observe(outputs(0.75))
    assert at_target.p == 0.5


def test_p_stays_below_its_ceiling():
    adaptive = AdaptiveProbability(p=0.7999, most=0.8)
    for _ in range(8):
        adaptive.observe(outputs(1.0))
    assert adaptive.p == 0.8


def test_p_goes_on_to_the_bit_from_a_state():
    generator = rng()
    minibatches = [torch.randn(16, 1, generator=generator) + 0.9 for _ in range(103)]
    whole, first, second = (AdaptiveProbability(ramp=5e3) for _ in range(3))
    for n, minibatch in enumerate(minibatches):
        whole.observe(minibatch)
        if n < 50:  # in the middle of an interval
            first.observe(minibatch)
    state = first.state_dict()
    assert all(type(value) is float for value in state.values())
    second.load_state_dict(state)
    for minibatch in minibatches[50:]:
        second.observe(minibatch)
    assert second.state_dict() == whole.state_dict()
    assert whole.p > 0


def test_faulty_adaptive_input_is_named():
    for wrong in ({"target": 1.5}, {"interval": 0}, {"ramp": 0.0}, {"p": 0.9, "most": 0.8}):
        with pytest.raises(ValueError, match="found"):
            AdaptiveProbability(**wrong)
    adaptive = AdaptiveProbability(interval=1)
    with pytest.raises(ValueError, match="not finite"):
        adaptive.observe(torch.tensor([math.nan, 1.0]))
    with pytest.raises(ValueError, match="at least one"):
        adaptive.observe(torch.zeros(0))
    with pytest.raises(ValueError, match="a state has"):
        adaptive.load_state_dict({"p": 0.5})
    with pytest.raises(ValueError, match="between 0 and"):
        adaptive.load_state_dict({**adaptive.state_dict(), "p": 1.5})


def test_the_sampler_reads_nothing_outside_its_window():
    """Float32 rounding of places must not reach the sampler's zero padding: ones stay ones."""
    ones = torch.ones(60, 1, 64, 64)
    warped = augment_warp.warp_turned(ones, backs(60, size=64, seed=9))
    torch.testing.assert_close(warped, ones, rtol=0, atol=1e-5)
