"""The encoder learns, stops anywhere and goes on to the same bits, and refuses foreign files."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch", reason="the encoder needs the extra [faces]")

from safetensors.torch import save  # noqa: E402

from generators.encoder.batches import Batches, changed  # noqa: E402
from generators.encoder.encoder import (  # noqa: E402
    encode_photos,
    encode_with,
    load_encoder,
)
from generators.encoder.margin import CosFace, margin_at  # noqa: E402
from generators.encoder.network import FaceNetwork, NetworkShape  # noqa: E402
from generators.encoder.training import (  # noqa: E402
    Progress,
    TrainingPlan,
    TrainingStoppedError,
    train,
)
from generators.encoder.weights import EncoderCard, read_weights, weights_bytes  # noqa: E402
from generators.errors import EffaceError  # noqa: E402

SMALL = NetworkShape((4, 8, 8, 12), 16, 32)


def small_people(people: int = 12, photos: int = 5, seed: int = 0) -> NDArray[np.uint8]:
    """People that are a pattern of 8×8 colours each, and photos that are that under noise."""
    draw = np.random.default_rng(seed)
    pattern = draw.integers(40, 216, (people, 1, 8, 8, 3)).repeat(4, 2).repeat(4, 3)
    noise = draw.normal(0, 20, (people, photos, 32, 32, 3))
    return np.clip(pattern + noise, 0, 255).astype(np.uint8)


def small_plan(**changes: object) -> TrainingPlan:
    plan = TrainingPlan(images=16 * 60, shape=SMALL, batch=16, warm_up=5)
    return dataclasses.replace(plan, **changes)


def small_card(**changes: object) -> EncoderCard:
    card = EncoderCard(SMALL, 0, 960, "fp32", "0" * 64, 7, (0, 12), 5, "words")
    return dataclasses.replace(card, **changes)


def in_file(folder: Path, content: bytes) -> Path:
    path = folder / "kept.safetensors"
    path.write_bytes(content)
    return path


def weights_equal(one: FaceNetwork, other: FaceNetwork) -> bool:
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[k], theirs[k]) for k in ours)


class TestNetwork:
    def test_learns_about_one_and_a_half_million_weights(self) -> None:
        assert 1.4e6 < sum(weight.numel() for weight in FaceNetwork().parameters()) < 1.5e6

    def test_gives_four_maps_and_unit_templates(self) -> None:
        network = FaceNetwork(SMALL).eval()
        images = torch.rand(3, 3, 32, 32)
        maps = network.features(images)
        assert [tuple(m.shape) for m in maps] == [
            (3, 4, 16, 16),
            (3, 8, 8, 8),
            (3, 8, 4, 4),
            (3, 12, 2, 2),
        ]
        templates = network(images)
        assert templates.dtype == torch.float32
        assert torch.allclose(templates.norm(dim=1), torch.ones(3), atol=1e-6)
        assert torch.equal(templates, network.template(maps[-1]))

    def test_lets_gradients_through_to_the_images(self) -> None:
        network = FaceNetwork(SMALL).eval()
        images = torch.rand(2, 3, 32, 32, requires_grad=True)
        sum(m.pow(2).mean() for m in network.features(images)).backward()
        assert images.grad is not None
        assert float(images.grad.abs().sum()) > 0

    @pytest.mark.parametrize("shape", [(3, 3, 32, 16), (3, 1, 32, 32), (3, 32, 32)])
    def test_refuses_images_of_another_shape(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match=r"\[n, 3, 32, 32\]"):
            FaceNetwork(SMALL)(torch.rand(shape))

    @pytest.mark.parametrize(
        "shape", [((4, 8, 8), 16, 32), ((4, 8, 8, 0), 16, 32), ((4, 8, 8, 8), 1, 32),
                  ((4, 8, 8, 8), 16, 40), ((4, 8, 8, 8), 16, 0)]
    )  # fmt: skip
    def test_refuses_a_shape_that_no_network_has(self, shape: tuple) -> None:
        with pytest.raises(ValueError, match="found"):
            NetworkShape(*shape)


class TestMargin:
    def test_is_the_cross_entropy_of_scaled_cosines_less_the_margin(self) -> None:
        loss = CosFace(3, 2, scale=4.0)
        with torch.no_grad():
            # Centres at 0°, 90° and 180°, of other lengths, which must not matter.
            loss.centres.copy_(torch.tensor([[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0]]))
        template = torch.tensor([[0.6, 0.8]])
        logits = 4 * np.array([0.6 - 0.25, 0.8, -0.6])
        expected = -logits[0] + np.log(np.exp(logits).sum())
        assert float(loss(template, torch.tensor([0]), 0.25).detach()) == pytest.approx(expected)

    def test_rises_between_its_two_shares(self) -> None:
        assert [margin_at(share, 0.4, 0.2, 0.6) for share in (0, 0.2, 0.4, 0.6, 1)] == [
            0, 0, pytest.approx(0.2), pytest.approx(0.4), 0.4,
        ]  # fmt: skip


class TestBatches:
    def test_show_every_photo_once_a_round_in_another_order(self) -> None:
        batches = Batches([small_people(6, 5)], batch=4, seed=3)
        shown = np.concatenate([batches.places(step) for step in range(15)])
        first, second = shown[:30], shown[30:]
        assert sorted(first) == sorted(second) == list(range(30))
        assert list(first) != list(second)

    def test_are_the_same_wherever_one_begins(self) -> None:
        one = Batches([small_people()], batch=16, seed=3)
        for step in range(9):
            one.at(step)
        images, people = one.at(9)
        other_images, other_people = Batches([small_people()], batch=16, seed=3).at(9)
        assert torch.equal(images, other_images)
        assert torch.equal(people, other_people)

    def test_draw_both_versions_of_a_photo(self) -> None:
        dark, light = (np.full((4, 4, 16, 16, 3), value, np.uint8) for value in (30, 220))
        images, _ = Batches([dark, light], batch=16, seed=0).at(0)
        bright = images.mean((1, 2, 3)) > 0.5
        assert 3 <= int(bright.sum()) <= 13

    def test_move_a_photo_by_few_pixels_and_mirror_half(self) -> None:
        photo = np.zeros((400, 32, 32, 3), np.uint8)
        photo[:, 16, 8] = 255
        images = changed(photo, np.random.default_rng(0)).numpy().sum(1)
        brightest = images.reshape(400, -1).argmax(1)
        rows, columns = brightest // 32, brightest % 32
        assert set(rows) == set(range(14, 19))
        assert set(columns) == set(range(6, 11)) | set(range(21, 26))
        assert 0.4 < (columns > 16).mean() < 0.6


class TestTraining:
    def test_lowers_the_loss_and_tells_strangers_apart(self) -> None:
        told: list[Progress] = []
        network = train([small_people()], small_plan(), report=told.append, report_every=10)
        assert told[-1].shown == told[-1].images == 960
        assert told[1].loss < 0.8 * told[0].loss
        # Once the margin is in force the loss may rise, so judge what the training is for.
        strangers = encode_photos(network, small_people(8, 4, seed=9))
        cosines = np.einsum("ikd,jld->ijkl", strangers, strangers)
        mated = cosines[np.eye(8, dtype=bool)][:, ~np.eye(4, dtype=bool)].mean()
        assert mated > cosines[~np.eye(8, dtype=bool)].mean() + 0.3

    def test_gives_the_same_bits_for_the_same_seed_only(self) -> None:
        plan = small_plan(images=160)
        one, two = (train([small_people()], plan) for _ in range(2))
        other = train([small_people()], small_plan(images=160, seed=1))
        assert weights_equal(one, two)
        assert not weights_equal(one, other)

    @pytest.mark.parametrize("precision", ["fp32", "bf16"])
    def test_goes_on_to_the_bit_from_where_it_was_stopped(
        self, tmp_path: Path, precision: str
    ) -> None:
        plan = small_plan(images=320, precision=precision)
        kept: list[bytes] = []
        whole = train([small_people()], plan, keep=kept.append, keep_every=0, source="a")
        assert len(kept) == plan.steps
        for at in (0, 7, 18):
            shown: list[Progress] = []
            resumed = train(
                [small_people()], plan, checkpoint=in_file(tmp_path, kept[at]), source="a",
                report=shown.append, report_every=1,
            )  # fmt: skip
            assert shown[0].shown == (at + 2) * plan.batch
            assert weights_equal(whole, resumed)

    def test_asked_to_stop_between_checkpoints_it_keeps_what_it_had_learnt(
        self, tmp_path: Path
    ) -> None:
        plan = small_plan(images=160)
        kept: list[bytes] = []
        asked = iter([False, False, True])
        with pytest.raises(TrainingStoppedError):
            train([small_people()], plan, keep=kept.append, keep_every=1e9, stop=asked.__next__)
        assert len(kept) == 1
        shown: list[Progress] = []
        resumed = train(
            [small_people()], plan, checkpoint=in_file(tmp_path, kept[0]),
            report=shown.append, report_every=1,
        )  # fmt: skip
        assert shown[0].shown == 4 * plan.batch
        assert weights_equal(train([small_people()], plan), resumed)

    def test_asked_to_stop_at_its_last_step_it_has_ended(self) -> None:
        kept: list[bytes] = []
        plan = small_plan(images=16)
        network = train([small_people()], plan, keep=kept.append, stop=lambda: True)
        assert weights_equal(network, train([small_people()], plan))
        assert len(kept) == 1

    def test_refuses_a_checkpoint_of_another_training(self, tmp_path: Path) -> None:
        plan = small_plan(images=32)
        kept: list[bytes] = []
        train([small_people()], plan, keep=kept.append, keep_every=0, source="a")
        first = in_file(tmp_path, kept[0])
        with pytest.raises(EffaceError, match="another source"):
            train([small_people()], plan, checkpoint=first, source="b")
        with pytest.raises(EffaceError, match="another plan"):
            train([small_people()], small_plan(images=48), checkpoint=first, source="a")
        with pytest.raises(EffaceError, match="other arrays"):
            train([small_people(13)], plan, checkpoint=first, source="a")

    @pytest.mark.parametrize(
        "content",
        [b"", b"\x80\x04cos\nsystem\n", b"\xff" * 64, save({}), save({}, {"format": "other"})],
    )
    def test_refuses_what_is_no_checkpoint(self, tmp_path: Path, content: bytes) -> None:
        path = in_file(tmp_path, content)
        with pytest.raises(EffaceError, match="no checkpoint"):
            train([small_people()], small_plan(images=32), checkpoint=path)

    def test_refuses_a_checkpoint_that_cannot_be_read(self, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "none"):
            with pytest.raises(EffaceError, match="the checkpoint cannot be read"):
                train([small_people()], small_plan(images=32), checkpoint=path)

    def test_refuses_photos_that_do_not_fit(self) -> None:
        good = small_people()
        for wrong in (
            [],
            [good[:1]],
            [good.astype(np.float32)],
            [good, small_people(13)],
            [good[:, :, :16, :16]],
        ):
            with pytest.raises(ValueError, match="photos"):
                train(wrong, small_plan())


class TestWeights:
    def test_come_back_with_their_card(self, tmp_path: Path) -> None:
        network = FaceNetwork(SMALL).eval()
        card = small_card(figures={"eer": {"value": 0.03, "low": 0.02, "high": 0.04}})
        encoder = load_encoder(in_file(tmp_path, weights_bytes(network, card)))
        assert encoder.card == card
        images = np.random.default_rng(0).random((5, 3, 32, 32), dtype=np.float32)
        templates = encoder.encode(images)
        assert np.array_equal(templates, encode_with(network, images))
        assert np.allclose(np.linalg.norm(templates, axis=1), 1, atol=1e-6)

    def test_average_larger_images_down_and_refuse_others(self, tmp_path: Path) -> None:
        network = FaceNetwork(SMALL).eval()
        images = np.random.default_rng(0).random((2, 3, 32, 32), dtype=np.float32)
        large = images.repeat(2, 2).repeat(2, 3)
        assert np.allclose(encode_with(network, large), encode_with(network, images), atol=1e-6)
        with pytest.raises(ValueError, match="R 32 or a multiple"):
            encode_with(network, images[:, :, :30, :30])

    def test_are_refused_where_cut_short_foreign_or_hostile(self, tmp_path: Path) -> None:
        network = FaceNetwork(SMALL)
        good = weights_bytes(network, small_card())
        arrays = dict(network.state_dict())
        told = {"format": "efface-encoder-1", "card": json.dumps(dataclasses.asdict(small_card()))}
        broken = {**arrays, "project.weight": arrays["project.weight"] * float("nan")}
        fewer = {name: value for name, value in arrays.items() if name != "project.weight"}
        huge = json.loads(told["card"])
        huge["shape"]["widths"] = [2**30] * 4
        endless = json.loads(told["card"]) | {"seed": float("inf")}
        for content, words in (
            (b"", "cut short"),
            (good[:-10], "cut short"),
            (b"\x80\x04cposix\nsystem\nX\x02idR.", "cut short"),
            ((2**63).to_bytes(8, "little") + b"{}", "cut short"),
            (save(arrays), "not an encoder's weights"),
            (save(arrays, {"format": "else"}), "not an encoder's weights"),
            (save(arrays, {"format": "efface-encoder-1"}), "card of these weights"),
            (save(arrays, {**told, "card": "[" * 100_000}), "card of these weights"),
            (save(arrays, {**told, "card": json.dumps(huge)}), "card of these weights"),
            (save(arrays, {**told, "card": json.dumps(endless)}), "card of these weights"),
            (save(fewer, told), "not those of the network"),
            (save({**arrays, "more": torch.zeros(2)}, told), "not those of the network"),
            (save(broken, told), "not finite"),
        ):
            with pytest.raises(EffaceError, match=words):
                read_weights(in_file(tmp_path, content))

    def test_of_a_huge_network_are_refused_before_it_takes_memory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A card of a few hundred bytes may describe 4 GB."""
        card = small_card(shape=NetworkShape((1, 1, 1, 1024), 1024, 512))
        told = {"format": "efface-encoder-1", "card": json.dumps(dataclasses.asdict(card))}
        path = in_file(tmp_path, save({"project.weight": torch.zeros(1)}, told))
        taken = []

        def watched(shape: NetworkShape) -> FaceNetwork:
            network = FaceNetwork(shape)
            tensors = [*network.parameters(), *network.buffers()]
            taken.append(sum(one.nbytes for one in tensors if one.device.type != "meta"))
            return network

        monkeypatch.setattr("generators.encoder.weights.FaceNetwork", watched)
        with pytest.raises(EffaceError, match="not those of the network"):
            read_weights(path)
        assert taken == [0]

    def test_are_read_without_a_draw(self, tmp_path: Path) -> None:
        path = in_file(tmp_path, weights_bytes(FaceNetwork(SMALL), small_card()))
        before = torch.random.get_rng_state()
        read_weights(path)
        assert torch.equal(before, torch.random.get_rng_state())

    def test_are_named_where_there_are_none(self, tmp_path: Path) -> None:
        with pytest.raises(EffaceError, match="cannot be read"):
            load_encoder(tmp_path / "none.safetensors")
