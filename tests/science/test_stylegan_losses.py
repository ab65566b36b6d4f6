"""Losses, regularisers, style mixing and running average of StyleGAN2 against closed forms."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="the generator needs the extra [faces]")

from generators.stylegan.losses import (  # noqa: E402
    PathLength,
    ema,
    ema_beta,
    logistic_discriminator,
    logistic_generator,
    mix_styles,
    path_lengths,
    r1,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_logistic_losses_at_known_logits():
    zero, three = torch.zeros(5, 1), torch.full((2, 1), 3.0)
    assert logistic_generator(zero).item() == pytest.approx(math.log(2))
    assert logistic_discriminator(zero, zero).item() == pytest.approx(2 * math.log(2))
    assert logistic_generator(three).item() == pytest.approx(math.log(1 + math.exp(-3)))
    both = logistic_discriminator(three, -2 * three).item()
    assert both == pytest.approx(math.log(1 + math.exp(-3)) + math.log(1 + math.exp(-6)))


@given(logit=st.floats(-30, 30))
def test_generators_slope_is_never_lost_where_the_discriminator_is_sure(logit):
    x = torch.tensor([[logit]], requires_grad=True, dtype=torch.float64)
    logistic_generator(x).backward()
    assert x.grad.item() == pytest.approx(-1 / (1 + math.exp(logit)), rel=1e-6)


def test_r1_of_a_linear_discriminator_is_the_square_of_its_weights():
    images = torch.randn(5, 3, 4, 4, generator=seeded(), requires_grad=True)
    weight = torch.randn(48, 1, generator=seeded(1), requires_grad=True)
    penalty = r1(images, images.flatten(1) @ weight)
    assert penalty.item() == pytest.approx(weight.square().sum().item(), rel=1e-6)
    penalty.backward()
    torch.testing.assert_close(weight.grad, 2 * weight.detach())


def test_r1_is_a_mean_over_images():
    images = torch.randn(6, 3, 4, 4, generator=seeded(), requires_grad=True)
    logits = images.flatten(1).square().sum(1, keepdim=True) / 2
    expected = images.square().flatten(1).sum(1).mean().item()
    assert r1(images, logits).item() == pytest.approx(expected, rel=1e-6)


def test_path_length_of_a_linear_generator_is_the_size_of_its_matrix():
    """E|Jᵀy|² is |J|² in Frobenius' norm over pixels; four errors over 4,000 images."""
    n, styles, w_dim, side = 4000, 3, 4, 2
    matrix = torch.randn(styles * w_dim, 3 * side * side, generator=seeded(), dtype=torch.float64)
    w = torch.randn(n, styles, w_dim, generator=seeded(1), dtype=torch.float64).requires_grad_()
    images = (w.flatten(1) @ matrix).reshape(n, 3, side, side)
    squares = path_lengths(images, w, seeded(2)).detach().square()
    expected = matrix.square().sum().item() / styles / side**2
    error = 4 * squares.std().item() / math.sqrt(n)
    assert abs(squares.mean().item() - expected) < error


@pytest.mark.parametrize("side", [2, 16])
def test_path_length_does_not_grow_with_the_resolution(side):
    w = torch.randn(64, 1, 3 * side * side, generator=seeded()).requires_grad_()
    lengths = path_lengths(2 * w.reshape(64, 3, side, side), w, seeded(1))
    # |2 y| over the root of the pixels: a chi of 3 dimensions a pixel.
    assert lengths.square().mean().item() == pytest.approx(4 * 3, rel=0.2)


def test_penalty_is_about_the_running_mean_which_is_all_the_state():
    w = torch.randn(8, 2, 5, generator=seeded()).requires_grad_()
    stretch = torch.tensor(1.5, requires_grad=True)
    images = stretch * torch.sin(w.sum(1))[:, :, None, None].expand(-1, -1, 4, 4)
    lengths = path_lengths(images, w, seeded(1)).detach()
    path = PathLength(mean=1.0, decay=0.25)
    penalty = path(images, w, seeded(1))
    assert path.mean == pytest.approx(0.75 + 0.25 * lengths.mean().item(), rel=1e-6)
    assert penalty.item() == pytest.approx((lengths - path.mean).square().mean().item(), rel=1e-5)
    penalty.backward()
    # Lengths grow in proportion to the stretch: the slope is known.
    slope = (2 * (lengths - path.mean) * lengths / 1.5).mean().item()
    assert stretch.grad.item() == pytest.approx(slope, rel=1e-4)
    other = PathLength()
    other.load_state_dict(path.state_dict())
    assert other.mean == path.mean


@given(
    n=st.integers(1, 6),
    styles=st.integers(2, 9),
    probability=st.floats(0, 1),
    seed=st.integers(0, 999),
)
@settings(max_examples=50, deadline=None)
def test_styles_change_over_once_at_most_and_never_in_the_first_layer(n, styles, probability, seed):
    one, two = torch.zeros(n, styles, 3), torch.ones(n, styles, 3)
    mixed = mix_styles(one, two, probability, seeded(seed))
    assert torch.equal(mixed, mix_styles(one, two, probability, seeded(seed)))
    layers = mixed[:, :, 0]
    assert torch.equal(mixed, layers[:, :, None].expand(-1, -1, 3))
    assert (layers[:, 0] == 0).all()
    assert (layers.diff(dim=1) >= 0).all()


def test_styles_are_mixed_as_often_as_asked_at_any_layer_alike():
    n, styles = 40_000, 5
    mixed = mix_styles(torch.zeros(n, styles, 1), torch.ones(n, styles, 1), 0.9, seeded())
    of_other = mixed[:, :, 0].sum(1).long()
    shares = torch.bincount(of_other, minlength=styles) / n
    expected = torch.tensor([0.1] + [0.9 / (styles - 1)] * (styles - 1))
    assert (shares - expected).abs().max().item() < 4 * math.sqrt(0.25 / n)


def test_half_of_the_average_is_new_after_the_half_life():
    average, net = torch.nn.BatchNorm1d(2), torch.nn.BatchNorm1d(2)
    with torch.no_grad():
        average.weight.zero_()
        net.running_mean.fill_(7.0)
    beta = ema_beta(32, 3200, 10**9, 0.05)
    for _ in range(100):
        ema(average, net, beta)
    torch.testing.assert_close(average.weight.detach(), torch.full((2,), 0.5))
    assert torch.equal(average.running_mean, net.running_mean)
    assert torch.equal(net.weight.detach(), torch.ones(2))


def test_early_average_forgets_faster():
    assert ema_beta(32, 10_000, 0, 0.05) == 0.0
    assert ema_beta(32, 10_000, 6400, 0.05) == pytest.approx(0.5 ** (32 / 320))
    assert ema_beta(32, 10_000, 6400, None) == pytest.approx(0.5 ** (32 / 10_000))
    assert ema_beta(32, 10_000, 10**7, 0.05) == pytest.approx(0.5 ** (32 / 10_000))
