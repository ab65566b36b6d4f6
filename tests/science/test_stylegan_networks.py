"""StyleGAN2's networks against plain definitions: every fast pass, and what each layer promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="the generator needs the extra [faces]")

from benchmarks import stylegan_reference as reference  # noqa: E402
from generators.stylegan.discriminator import Discriminator, spread_among  # noqa: E402
from generators.stylegan.generator import Generator  # noqa: E402
from generators.stylegan.layers import (  # noqa: E402
    Convolution,
    Linear,
    StyledConvolution,
    ToColour,
)
from generators.stylegan.mapping import AVERAGE_RATE, CodeMapping, Mapping  # noqa: E402
from generators.stylegan.resample import (  # noqa: E402
    convolve_down,
    convolve_up,
    enlarge,
    fir,
    reduce,
    upfirdn,
)
from generators.stylegan.settings import (  # noqa: E402
    DiscriminatorSettings,
    GeneratorSettings,
    resolutions,
)

SMALL = GeneratorSettings(16, z_dim=8, w_dim=8, mapping_layers=2, channel_base=160, channel_max=21)
JUDGE = DiscriminatorSettings(16, channel_base=160, channel_max=21, label_layers=2)


@pytest.fixture(autouse=True)
def _one_seed():
    """One seed; and one thread, since networks this small gain nothing from a second."""
    torch.manual_seed(3)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def close(found, expected, most=1e-5):
    """Nowhere further apart than `most` of the largest value."""
    assert found.shape == expected.shape
    if not found.numel():
        return
    scale = max(1.0, expected.abs().max().item())
    assert (found - expected).abs().max().item() <= most * scale


# -- resampling ------------------------------------------------------------------------------------


def test_upfirdn_is_zeros_between_pixels_then_a_convolution_then_every_other_pixel():
    x = torch.randn(2, 3, 5, 4, dtype=torch.float64)
    taps = torch.tensor([1.0, -2.0, 5.0], dtype=torch.float64)
    up, down, before, after = 3, 2, 2, -1
    found = upfirdn(x, taps, up, down, (before, after), gain=1.5).numpy()
    wide = np.zeros((2, 3, 15, 12))
    wide[:, :, ::up, ::up] = x.numpy()
    wide = np.pad(wide, ((0, 0), (0, 0), (before, 0), (before, 0)))[:, :, :after, :after]
    kernel = np.outer(taps, taps)
    height, width = wide.shape[2] - 2, wide.shape[3] - 2
    full = np.zeros((2, 3, height, width))
    for i in range(height):
        for j in range(width):
            for a in range(3):
                for b in range(3):
                    full[:, :, i, j] += 1.5 * kernel[a, b] * wide[:, :, i + 2 - a, j + 2 - b]
    np.testing.assert_allclose(found, full[:, :, ::down, ::down], atol=1e-12)


@given(
    n=st.integers(1, 3),
    i=st.integers(1, 7),
    o=st.integers(1, 7),
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    seed=st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_one_pass_resampling_is_the_definition_to_the_border(n, i, o, height, width, seed):
    rng = torch.Generator().manual_seed(seed)
    small = torch.randn(n, i, height, width, generator=rng, dtype=torch.float64)
    large = torch.randn(n, i, 2 * height, 2 * width, generator=rng, dtype=torch.float64)
    weight = torch.randn(o, i, 3, 3, generator=rng, dtype=torch.float64)
    taps = fir(torch.float64)
    close(convolve_up(small, weight), reference.convolve_up(small, weight), 1e-12)
    close(convolve_down(large, weight), reference.convolve_down(large, weight), 1e-12)
    close(enlarge(small), upfirdn(small, taps, up=2, pad=(2, 1), gain=4), 1e-12)
    close(reduce(large), upfirdn(large, taps, down=2, pad=(1, 1)), 1e-12)


# -- fast layers beside grouped convolutions -------------------------------------------------------


def derivatives(y, leaves):
    """Return first derivatives of y against random directions, and second ones of their size."""
    directions = torch.randn(y.shape, generator=torch.Generator().manual_seed(9)).to(y)
    first = torch.autograd.grad((y * directions).sum(), leaves, create_graph=True)
    size = sum(g.square().sum() for g in first)
    second = torch.autograd.grad(size, leaves, allow_unused=True)
    assert any(s is not None for s in second)
    return [*first, *(torch.zeros(()) if s is None else s for s in second)]


@pytest.mark.parametrize("up", [False, True])
@pytest.mark.parametrize("clamp", [None, 0.7])
@pytest.mark.parametrize("with_noise", [False, True])
def test_styled_convolution_is_grouped_convolution_with_weights_of_its_own(up, clamp, with_noise):
    layer = StyledConvolution(7, 5, 6, 16, up=up, clamp=clamp)
    with torch.no_grad():
        layer.noise_strength.fill_(0.3)
        layer.bias.normal_()
    side = 8 if up else 16
    x = torch.randn(3, 7, side, side, requires_grad=True)
    w = torch.randn(3, 6, requires_grad=True)
    noise = torch.randn(3, 1, 16, 16) if with_noise else None
    found, expected = layer(x, w, noise), reference.styled(layer, x, w, noise)
    close(found, expected)
    if clamp is not None:
        assert found.abs().max().item() == pytest.approx(clamp)
    leaves = [x, w, layer.weight, layer.style.weight, layer.bias]
    leaves += [layer.noise_strength] if with_noise else []
    for ours, theirs in zip(derivatives(found, leaves), derivatives(expected, leaves), strict=True):
        close(ours, theirs)


def test_colours_are_modulated_and_not_demodulated():
    layer = ToColour(7, 6, 3)
    x = torch.randn(3, 7, 8, 8, requires_grad=True)
    w = torch.randn(3, 6, requires_grad=True)
    found, expected = layer(x, w), reference.coloured(layer, x, w)
    close(found, expected)
    leaves = [x, w, layer.weight, layer.style.weight]
    for ours, theirs in zip(derivatives(found, leaves), derivatives(expected, leaves), strict=True):
        close(ours, theirs)


@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("down", [False, True])
def test_convolution_of_the_discriminator_is_the_definition(kernel, down):
    layer = Convolution(5, 7, kernel, down=down, clamp=1.0)
    with torch.no_grad():
        layer.bias.normal_()
    x = torch.randn(2, 5, 8, 8, requires_grad=True)
    found, expected = layer(x, 0.7), reference.convolved(layer, x, 0.7)
    close(found, expected)
    leaves = [x, layer.weight, layer.bias]
    for ours, theirs in zip(derivatives(found, leaves), derivatives(expected, leaves), strict=True):
        close(ours, theirs)


def test_whole_generator_and_its_path_length_are_those_of_the_reference():
    net = Generator(SMALL).synthesis
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if "noise_strength" in name or name.endswith("bias"):
                parameter.add_(torch.randn(parameter.shape) * 0.2)
    w = torch.randn(4, SMALL.styles, 8, requires_grad=True)
    found = net(w, "random", rng=torch.Generator().manual_seed(5))
    expected = reference.synthesise(net, w, "random", rng=torch.Generator().manual_seed(5))
    close(found, expected)
    leaves = [w, net.constant, *(b.second.weight for b in net.blocks)]
    for ours, theirs in zip(derivatives(found, leaves), derivatives(expected, leaves), strict=True):
        close(ours, theirs)


def test_whole_discriminator_and_its_r1_are_those_of_the_reference():
    net = Discriminator(DiscriminatorSettings(16, c_dim=3, channel_base=160, channel_max=21))
    images = torch.randn(8, 3, 16, 16, requires_grad=True)
    c = torch.eye(3)[torch.arange(8) % 3]
    found, expected = net(images, c), reference.judge(net, images, c)
    close(found, expected)
    leaves = [images, net.colour.weight, net.blocks[0].straight.weight, net.output.weight]
    for ours, theirs in zip(derivatives(found, leaves), derivatives(expected, leaves), strict=True):
        close(ours, theirs)


# -- what each layer promises ----------------------------------------------------------------------


@pytest.mark.parametrize("rate", [1.0, 0.01])
def test_outputs_start_with_a_variance_of_one_whatever_the_learning_rate(rate):
    layer = Linear(256, 64, rate=rate)
    y = layer(torch.randn(2000, 256))
    # Each output's variance is a chi-squared mean over 256 weights: four errors of 64 of them.
    assert y.var().item() == pytest.approx(1.0, abs=4 * math.sqrt(2 / 256 / 64))
    assert layer.weight.std().item() == pytest.approx(1 / rate, rel=0.05)


def test_a_slower_layer_moves_by_its_rate_for_the_same_step():
    moved = []
    for rate in (1.0, 0.01):
        layer = Linear(4, 1, rate=rate)
        x = torch.ones(1, 4)
        before = layer(x)
        with torch.no_grad():
            layer.weight += 0.1
        moved.append((layer(x) - before).item())
    assert moved[1] == pytest.approx(0.01 * moved[0], rel=1e-3)


def test_convolution_keeps_the_size_of_activations_but_for_the_rectifier():
    y = Convolution(64, 64, 3)(torch.randn(8, 64, 16, 16))[:, :, 1:-1, 1:-1]
    # √2 of a leaky rectifier of slope 0.2: (1 + 0.2²) of a unit variance is left.
    assert y.square().mean().item() == pytest.approx(1.04, abs=0.06)


def test_demodulation_gives_unit_variance_at_any_style():
    layer = StyledConvolution(64, 64, 8, 16)
    x = torch.randn(16, 64, 16, 16)
    y = layer(x, 30 * torch.randn(16, 8), None)[:, :, 1:-1, 1:-1]
    assert y.square().mean().item() == pytest.approx(1.04, abs=0.06)


def test_demodulation_takes_no_note_of_the_styles_size():
    layer = StyledConvolution(9, 6, 8, 8)
    x, w = torch.randn(2, 9, 8, 8), torch.randn(2, 8)
    before = layer(x, w, None)
    with torch.no_grad():
        layer.style.weight *= 50
        layer.style.bias *= 50
    close(layer(x, w, None), before, 1e-5)


@given(
    n=st.sampled_from([1, 2, 4, 8, 12]),
    c=st.integers(1, 5),
    side=st.integers(1, 4),
    group=st.sampled_from([1, 2, 4, 16]),
)
@settings(max_examples=30, deadline=None)
def test_minibatch_spread_is_the_mean_deviation_of_each_pixel_in_a_group(n, c, side, group):
    x = torch.randn(n, c, side, side)
    y = spread_among(x, group)
    assert torch.equal(y[:, :c], x)
    size = min(group, n)
    for start in range(n // size):
        members = x[start :: n // size].numpy()
        expected = np.sqrt(members.var(0) + 1e-8).mean()
        np.testing.assert_allclose(y[start :: n // size, c].numpy(), expected, rtol=1e-4)


def test_discriminator_sees_images_that_are_all_alike():
    net = Discriminator(JUDGE)
    images = torch.randn(4, 3, 16, 16)
    alone = net(images[:1].expand(4, -1, -1, -1))
    assert (alone - alone[0]).abs().max().item() < 1e-6
    assert (net(images)[0] - alone[0]).abs().item() > 1e-4


# -- labels, truncation, noise ---------------------------------------------------------------------


def test_labels_change_logits_and_pictures():
    judge = Discriminator(DiscriminatorSettings(16, c_dim=3, channel_base=160, channel_max=21))
    make = Generator(GeneratorSettings(16, z_dim=8, c_dim=3, w_dim=8, channel_base=160))
    images, z = torch.randn(3, 3, 16, 16), torch.randn(3, 8)
    first, second = torch.eye(3)[[0, 0, 0]], torch.eye(3)[[1, 1, 1]]
    assert (judge(images, first) - judge(images, second)).abs().min().item() > 1e-5
    apart = make(z, first, noise="none") - make(z, second, noise="none")
    assert apart.abs().flatten(1).max(1).values.min().item() > 1e-3
    with pytest.raises(ValueError, match=r"c is \[n, 3\], found nothing"):
        judge(images, None)


def test_truncation_to_nothing_gives_one_picture_whatever_z():
    net = Generator(SMALL)
    for _ in range(3):
        net.styles(torch.randn(64, 8), learn=True)
    one, other = net(torch.randn(2, 8), psi=0.0, noise="const")
    close(one, other)
    one, other = net(torch.randn(2, 8), noise="const")
    assert (one - other).abs().max().item() > 1e-2


@given(psi=st.floats(-1.5, 1.5), cutoff=st.integers(0, SMALL.styles))
@settings(max_examples=15, deadline=None)
def test_truncation_is_a_line_through_the_mean_for_the_first_layers(psi, cutoff):
    net = Generator(SMALL)
    net.mapping.average.normal_()
    z = torch.randn(2, 8)
    full, cut = net.styles(z), net.styles(z, psi=psi, cutoff=cutoff)
    mean = net.mapping.average
    close(cut[:, :cutoff], mean + psi * (full[:, :cutoff] - mean))
    assert torch.equal(cut[:, cutoff:], full[:, cutoff:])


def test_mean_of_w_follows_in_training_alone():
    net = Mapping(8, 0, 6, 2, 0.01)
    z = torch.randn(16, 8)
    w = net(z)
    assert torch.equal(net.average, torch.zeros(6))
    net(z, learn=True)
    close(net.average, AVERAGE_RATE * w.mean(0))


def test_noise_is_new_constant_or_none():
    net = Generator(SMALL)
    z = torch.randn(2, 8)
    close(net(z, noise="random"), net(z, noise="none"))  # its strength starts at zero
    with torch.no_grad():
        for block in net.synthesis.blocks:
            block.second.noise_strength.fill_(0.5)
    seeds = [torch.Generator().manual_seed(s) for s in (1, 1, 2)]
    first, again, other = (net(z, noise="random", rng=rng) for rng in seeds)
    assert torch.equal(first, again)
    constant = net(z, noise="const")
    assert torch.equal(constant, net(z, noise="const"))
    none = net(z, noise="none")
    kinds = [first, other, constant, none]
    for i, a in enumerate(kinds):
        for b in kinds[i + 1 :]:
            assert (a - b).abs().max().item() > 1e-2


# -- codes, 16 bits, shapes ------------------------------------------------------------------------


def test_codes_are_standardised_and_bounded():
    net = CodeMapping(0, 2, 6, 2, 1.0)
    net.code_mean.copy_(torch.tensor([10.0, -1.0]))
    net.code_spread.copy_(torch.tensor([2.0, 0.5]))
    found = net.inputs(None, torch.tensor([[12.0, -1.5], [1e6, -1.0]]))
    assert torch.equal(found, torch.tensor([[1.0, -1.0], [4.0, 0.0]]))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_sixteen_bits_are_close_to_thirty_two(dtype):
    make = Generator(
        GeneratorSettings(
            32, z_dim=8, w_dim=8, channel_base=512, channel_max=32, clamp=256, sixteen_bit=2
        )
    )
    judge = Discriminator(
        DiscriminatorSettings(32, channel_base=512, channel_max=32, clamp=256, sixteen_bit=2)
    )
    eps = torch.finfo(dtype).eps
    z = torch.randn(4, 8)
    with torch.no_grad():
        full, half = make(z, noise="const"), make(z, noise="const", dtype=dtype)
        assert half.dtype == torch.float32
        apart = (full - half).square().mean().sqrt() / full.std()
        # Two resolutions of three rounded sums each, whose errors add up as a root.
        assert 0 < apart.item() < 4 * eps
        seen, seen_half = judge(full), judge(full, dtype=dtype)
        assert (seen - seen_half).abs().max().item() < 8 * eps * seen.abs().max().item()


@given(
    level=st.integers(2, 5),
    z_dim=st.integers(0, 9),
    c_dim=st.integers(0, 4),
    w_dim=st.integers(1, 9),
    kind=st.sampled_from(["latent", "code"]),
    layers=st.integers(1, 3),
    base=st.integers(4, 200),
    most=st.integers(1, 40),
    n=st.integers(1, 3),
    channels=st.sampled_from([1, 3]),
)
@settings(max_examples=20, deadline=None)
def test_any_shape_makes_pictures_that_can_be_judged(
    level, z_dim, c_dim, w_dim, kind, layers, base, most, n, channels
):
    side = 2**level
    if kind == "code":
        c_dim += 1
    elif z_dim + c_dim == 0:
        z_dim = 1
    shape = GeneratorSettings(
        side, z_dim, c_dim, w_dim, kind, layers, channel_base=base, channel_max=most,
        image_channels=channels,
    )  # fmt: skip
    z = torch.randn(n, z_dim) if z_dim else None
    c = torch.randn(n, c_dim) if c_dim else None
    net = Generator(shape)
    w = net.styles(z, c)
    assert w.shape == (n, 2 * (level - 1), w_dim)
    pictures = net(z, c)
    assert pictures.shape == (n, channels, side, side)
    judge = Discriminator(
        DiscriminatorSettings(side, c_dim, base, most, layers, group=1, image_channels=channels)
    )
    logits = judge(pictures, c)
    assert logits.shape == (n, 1)
    assert torch.isfinite(logits).all()


def test_wrong_shapes_are_said():
    net = Generator(SMALL)
    with pytest.raises(ValueError, match=r"z is \[n, 8\], found \[2, 7\]"):
        net(torch.randn(2, 7))
    with pytest.raises(ValueError, match=r"w is \[n, 6, 8\], found \[2, 5, 8\]"):
        net.synthesis(torch.randn(2, 5, 8))
    with pytest.raises(ValueError, match="power of two"):
        Generator(GeneratorSettings(48))
    assert resolutions(16) == (4, 8, 16)
