"""Figures of generated faces against closed forms and made-up people (`generators.quality`)."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from generators.quality.control import fit_readers, obedience
from generators.quality.coverage import covered, precision_and_recall
from generators.quality.distance import kernel_distance, scale_of, squared_mmd
from generators.quality.memorised import CopyTest, copy_test
from generators.quality.neighbours import nearest, pixel_vectors, squared_distances
from generators.quality.sameness import (
    collisions,
    identity_retention,
    likeness_to_renders,
    variance_ratio,
)


def gaussian(count: int, dimension: int, seed: int, mean: float = 0.0) -> NDArray[np.float32]:
    draw = np.random.default_rng(seed)
    return draw.normal(mean, 1, (count, dimension)).astype(np.float32)


def people_about(
    people: int, photos: int, spread: float, seed: int, dimension: int = 32
) -> NDArray[np.float32]:
    draw = np.random.default_rng(seed)
    found = draw.standard_normal((people, 1, dimension)) + spread * draw.standard_normal(
        (people, photos, dimension)
    )
    return (found / np.linalg.norm(found, axis=-1, keepdims=True)).astype(np.float32)


def mmd_of_shifted_gaussians(dimension: int, mean: float) -> float:
    """The squared MMD of N(0, I) and N(m·1, I) under (x·y/d + 1)³, by moments.

    For independent x and y of means a and b, both of unit covariance, t = x·y/d has the moments
    of d independent products; with all a_i = a and b_i = b they follow from
    E[p] = ab, E[p²] = (1 + a²)(1 + b²), E[p³] = (a³ + 3a)(b³ + 3b).
    """

    def kernel(a: float, b: float) -> float:
        first, second = a * b, (1 + a * a) * (1 + b * b)
        third = (a**3 + 3 * a) * (b**3 + 3 * b)
        d = dimension
        sum_2 = d * second + d * (d - 1) * first**2
        sum_3 = d * third + 3 * d * (d - 1) * second * first + d * (d - 1) * (d - 2) * first**3
        return 1 + 3 * first + 3 * sum_2 / d**2 + sum_3 / d**3

    return kernel(0, 0) + kernel(mean, mean) - 2 * kernel(0, mean)


class TestKernelDistance:
    @pytest.mark.parametrize("mean", [0.0, 0.3, 1.0])
    def test_of_shifted_gaussians_is_the_closed_form(self, mean: float) -> None:
        first, second = gaussian(6000, 8, 1), gaussian(6000, 8, 2, mean)
        found = kernel_distance(first[:, None], second[:, None], block=100)
        assert found.blocks == 60
        assert found.error is not None
        expected = mmd_of_shifted_gaussians(8, mean)
        assert found.value == pytest.approx(expected, abs=4 * found.error)
        # The error itself is small against what it is to find.
        assert found.error < 0.05 + 0.1 * expected

    def test_is_unbiased_however_small_the_blocks(self) -> None:
        values = [
            squared_mmd(
                gaussian(6, 4, 2 * seed)[:, None], gaussian(9, 4, 2 * seed + 1, 0.5)[:, None]
            )
            for seed in range(3000)
        ]
        error = np.std(values) / np.sqrt(len(values))
        assert np.mean(values) == pytest.approx(mmd_of_shifted_gaussians(4, 0.5), abs=4 * error)

    def test_is_unbiased_where_photos_of_a_person_hang_together(self) -> None:
        """Each photo is N(0, 1) over people, but a person's photos correlate by 0.8."""
        draw = np.random.default_rng(0)

        def of(people: int, photos: int) -> NDArray[np.float32]:
            own = np.sqrt(0.8) * draw.standard_normal((people, 1, 4))
            return (own + np.sqrt(0.2) * draw.standard_normal((people, photos, 4))).astype("f4")

        values = [squared_mmd(of(6, 5), of(8, 3)) for _ in range(2000)]
        error = np.std(values) / np.sqrt(len(values))
        assert np.mean(values) == pytest.approx(0, abs=4 * error)
        assert error < 0.02

    def test_its_error_is_the_spread_between_sets(self) -> None:
        found = [
            kernel_distance(
                gaussian(400, 8, 1000 + s)[:, None], gaussian(400, 8, 5000 + s)[:, None]
            )
            for s in range(200)
        ]
        spread = np.std([one.value for one in found])
        assert np.mean([one.error for one in found]) == pytest.approx(spread, rel=0.2)

    def test_by_hand(self) -> None:
        first, second = np.array([[[1.0]], [[2.0]]]), np.array([[[0.0]], [[1.0]]])
        expected = 3.0**3 + 1 - 2 * (1 + 1 + 2.0**3 + 3.0**3) / 4
        assert squared_mmd(first, second) == pytest.approx(expected)

    def test_one_block_has_no_error(self) -> None:
        found = kernel_distance(gaussian(18, 4, 0)[:, None], gaussian(50, 4, 1)[:, None])
        assert (found.block, found.blocks, found.error) == (18, 1, None)

    @pytest.mark.parametrize(("m", "n", "d"), [(0, 5, 4), (1, 5, 4), (5, 1, 4), (5, 5, 3)])
    def test_refuses_sets_that_cannot_be_compared(self, m: int, n: int, d: int) -> None:
        with pytest.raises(ValueError, match="two sets"):
            kernel_distance(np.ones((m, 2, 4), np.float32), np.ones((n, 2, d), np.float32))
        with pytest.raises(ValueError, match="a block"):
            kernel_distance(*[np.ones((5, 2, 4), np.float32)] * 2, block=1)

    def test_scale_leaves_a_constant_feature_alone(self) -> None:
        features = gaussian(500, 3, 0, 5) * np.array([1, 10, 0], np.float32)
        scaled = scale_of(features).apply(features)
        assert scaled.mean(0) == pytest.approx(np.zeros(3), abs=1e-5)
        assert scaled.std(0) == pytest.approx(np.array([1, 1, 0]), abs=1e-5)


class TestPrecisionAndRecall:
    def test_equal_sets_cover_each_other(self) -> None:
        features = gaussian(200, 6, 0).reshape(50, 4, 6)
        found = precision_and_recall(features, features, replicates=20)
        assert found.precision.value == found.recall.value == 1

    def test_disjoint_sets_do_not(self) -> None:
        first, second = (gaussian(200, 6, s, m).reshape(50, 4, 6) for s, m in ((0, 0), (1, 50)))
        found = precision_and_recall(first, second, replicates=20)
        assert found.precision.value == found.recall.value == 0

    def test_two_sets_of_one_kind_have_equal_figures(self) -> None:
        first, second = (gaussian(1000, 4, s).reshape(250, 4, 4) for s in (0, 1))
        found = precision_and_recall(first, second, replicates=50)
        assert found.precision.low < found.recall.value < found.precision.high
        assert found.precision.value > 0.85

    def test_a_generator_of_one_kind_of_two_is_precise_and_forgets_half(self) -> None:
        both = np.concatenate([gaussian(200, 4, 0), gaussian(200, 4, 1, 40)]).reshape(100, 4, 4)
        one = gaussian(400, 4, 2).reshape(100, 4, 4)
        found = precision_and_recall(both, one, replicates=50)
        assert found.precision.value > 0.85
        assert 0.4 < found.recall.value <= 0.5
        assert found.recall.low < 0.45

    def test_balls_reach_the_third_neighbour_and_not_the_row_itself(self) -> None:
        balls = np.array([[0.0], [1.0], [2.0], [3.0], [10.0]], np.float32)
        looked_at = np.array([[-2.9], [-3.1], [5.9], [18.9], [19.1]], np.float32)
        # Reaches: 3, 2, 2, 3, 9 (the third nearest of 10 is 1, at 9).
        assert covered(balls, looked_at, 3).tolist() == [True, False, True, True, False]

    def test_refuses_sets_that_are_too_small(self) -> None:
        with pytest.raises(ValueError, match="more than 3"):
            precision_and_recall(*(gaussian(3, 4, s).reshape(3, 1, 4) for s in (0, 1)))


class TestSameness:
    def test_variance_ratio_is_that_of_the_spreads(self) -> None:
        draw = np.random.default_rng(0)
        renders = draw.normal(0, 1, (400, 6, 16)).astype(np.float32)
        generated = draw.normal(0, np.sqrt(1.3), (400, 6, 16)).astype(np.float32)
        found = variance_ratio(generated, renders)
        # Of 400 people × 5 degrees × 16 numbers: a deviation of √(2/32000) in each set.
        assert found.value == pytest.approx(1.3, abs=4 * 1.3 * np.sqrt(4 / 32_000))
        assert found.low < 1.3 < found.high
        assert found.high - found.low < 0.1

    def test_variance_does_not_depend_on_the_number_of_photos(self) -> None:
        draw = np.random.default_rng(1)
        few, many = (draw.normal(0, 1, (2000, k, 8)).astype(np.float32) for k in (2, 9))
        assert variance_ratio(few, many, replicates=5).value == pytest.approx(1, abs=0.04)

    def test_collisions_are_the_share_of_matching_strangers(self) -> None:
        templates = people_about(40, 3, 0.2, 0)
        alone = collisions(templates, 0.8)
        assert alone.value == 0
        templates[1] = templates[0]
        twins = collisions(templates, 0.8)
        assert twins.value == pytest.approx(9 / (40 * 39 / 2 * 9), rel=1e-6)
        assert twins.low == 0 < twins.high

    def test_retention_is_the_share_of_a_persons_matching_photos(self) -> None:
        templates = people_about(30, 4, 0.1, 0)
        assert identity_retention(templates, 0.8).value == 1
        templates[:15, 0] = -templates[:15, 0]
        half = identity_retention(templates, 0.8)
        assert half.value == pytest.approx(0.75)  # of 15 people, 3 pairs of 6 fail
        assert half.low < 0.75 < half.high

    def test_likeness_is_the_mean_cosine_of_pairs(self) -> None:
        renders = people_about(20, 3, 0.3, 0)
        assert likeness_to_renders(renders, renders).value == pytest.approx(1, abs=1e-6)
        assert likeness_to_renders(renders, -renders).value == pytest.approx(-1, abs=1e-6)
        with pytest.raises(ValueError, match="in pairs"):
            likeness_to_renders(renders, renders[:5])

    @pytest.mark.parametrize("shape", [(1, 3, 4), (3, 1, 4)])
    def test_refuses_what_has_no_interval(self, shape: tuple[int, ...]) -> None:
        one = np.ones(shape, np.float32)
        for call in (
            lambda: variance_ratio(one, one),
            lambda: collisions(one, 0.5),
            lambda: identity_retention(one, 0.5),
        ):
            with pytest.raises(ValueError, match="two"):
                call()


class TestControl:
    @pytest.fixture
    def world(self) -> tuple:
        """Features that hold a yaw along one direction; 150 people learnt from, 50 held out."""
        draw = np.random.default_rng(0)
        yaw = draw.uniform(-0.6, 0.6, (200, 6))
        direction = draw.standard_normal(20)
        noise = draw.standard_normal((200, 6, 20))
        features = (4 * yaw[..., None] * direction + noise).astype(np.float32)
        return yaw, direction, noise, features

    def test_one_who_obeys_is_read_as_the_renders_are(self, world: tuple) -> None:
        yaw, direction, _, features = world
        readers = fit_readers(features[:150], {"yaw": yaw[:150]})
        other = np.random.default_rng(5).standard_normal((50, 6, 20))
        generated = (4 * yaw[150:, :, None] * direction + other).astype(np.float32)
        found = obedience(
            readers, generated, {"yaw": yaw[150:]}, features[150:], {"yaw": yaw[150:]}
        )["yaw"]
        assert found.renders.value > 0.95
        assert found.ratio.value == pytest.approx(1, abs=0.03)
        assert found.ratio.low < 1 < found.ratio.high + 0.01

    def test_one_who_obeys_half_or_not_at_all_is_found_out(self, world: tuple) -> None:
        yaw, direction, noise, features = world
        readers = fit_readers(features[:150], {"yaw": yaw[:150]})
        own = np.random.default_rng(6).uniform(-0.6, 0.6, (50, 6))
        truth = {"yaw": yaw[150:]}
        ratios = []
        for share in (0.0, 0.5):
            done = share * yaw[150:] + (1 - share) * own
            generated = (4 * done[..., None] * direction + noise[150:]).astype(np.float32)
            ratios.append(obedience(readers, generated, truth, features[150:], truth)["yaw"].ratio)
        assert ratios[0].low < 0 < ratios[0].high
        assert ratios[1].value == pytest.approx(np.sqrt(0.5), abs=0.1)

    def test_a_label_that_features_do_not_hold_is_not_read(self, world: tuple) -> None:
        yaw, _, _, features = world
        chance = np.random.default_rng(7).standard_normal((200, 6))
        readers = fit_readers(features[:150], {"yaw": yaw[:150], "chance": chance[:150]})
        truth = {"yaw": yaw[150:], "chance": chance[150:]}
        found = obedience(readers, features[150:], truth, features[150:], truth)
        assert abs(found["chance"].renders.value) < 0.2
        assert found["yaw"].ratio.value == 1

    def test_reads_a_linear_label_exactly(self, world: tuple) -> None:
        *_, features = world
        label = features[..., 0] * 2.0 - features[..., 3] + 7
        readers = fit_readers(features, {"label": label}, penalties=(1e-12,))
        assert readers.read(features)[..., 0] == pytest.approx(label, abs=1e-3)

    def test_refuses_what_cannot_be_learnt(self, world: tuple) -> None:
        yaw, _, _, features = world
        for labels in ({}, {"a": yaw * 0}, {"a": yaw[:3]}, {"a": np.where(yaw > 0, yaw, np.nan)}):
            with pytest.raises(ValueError, match="label"):
                fit_readers(features, labels)


class TestCopies:
    """Sixty training people and sixty unseen ones, four pictures each, in one gallery."""

    UNSEEN = np.arange(120) >= 60

    @classmethod
    def by_people(cls, pictures: NDArray[np.float32]) -> CopyTest:
        training, others = people_about(60, 4, 0.4, 0), people_about(60, 4, 0.4, 1)
        gallery = np.concatenate([training, others]).reshape(-1, 32)
        shape = pictures.shape[:2]

        def standing_out(rows: NDArray[np.float32]) -> NDArray[np.float32]:
            found = nearest(rows.reshape(-1, 32), [training.reshape(-1, 32)], 2).distance
            return (found[:, 0] / np.maximum(found[:, 1], 1e-6)).reshape(rows.shape[:2])

        found = nearest(pictures.reshape(-1, 32), iter(np.array_split(gallery, 3)), 1)
        person = (found.place[:, 0] // 4).reshape(shape)
        return copy_test(
            person, cls.UNSEEN, standing_out(pictures), standing_out(others),
            replicates=200,
        )  # fmt: skip

    def test_fails_by_chance_as_often_as_it_says(self) -> None:
        """p is even where nothing was copied, whoever the gallery holds."""
        draw = np.random.default_rng(7)
        flat = np.ones((20, 3))
        p = []
        for i in range(300):
            favour = draw.dirichlet(np.full(40, 0.3))  # some people are near to everybody
            person = draw.choice(40, (20, 3), p=favour)
            unseen = np.zeros(40, dtype=bool)
            unseen[draw.permutation(40)[:15]] = True
            p.append(copy_test(person, unseen, flat, flat, seed=i, replicates=2).p)
        for level in (0.05, 0.2, 0.5, 0.8):
            error = (level * (1 - level) / 300) ** 0.5
            assert (np.array(p) <= level).mean() <= level + 4 * error

    def test_a_fresh_set_passes(self) -> None:
        found = [self.by_people(people_about(60, 4, 0.4, 10 + s)) for s in range(8)]
        assert sum(test.copies for test in found) <= 1
        assert np.mean([test.unseen.value for test in found]) == pytest.approx(1, abs=0.2)

    def test_softness_is_not_taken_for_copying(self) -> None:
        """Shrunk towards the mean, pictures lie nearer to all; who lies nearest says nothing."""
        soft = 0.4 * people_about(60, 4, 0.4, 12)
        assert not self.by_people(soft).copies

    def test_a_copied_set_fails(self) -> None:
        copied = people_about(60, 4, 0.4, 0)
        draw = np.random.default_rng(3)
        slightly = copied + 0.02 * draw.standard_normal(copied.shape).astype(np.float32)
        found = self.by_people(slightly.astype(np.float32))
        assert found.copies
        assert found.unseen.high < 0.01
        assert found.near_copies.value == 1

    def test_a_few_copies_among_many_are_seen(self) -> None:
        mixed = people_about(60, 4, 0.4, 2)
        mixed[:8] = people_about(60, 4, 0.4, 0)[:8]
        found = self.by_people(mixed)
        assert found.near_copies.value >= 8 / 60
        assert found.near_copies.low > 0.01

    def test_refuses_few_people(self) -> None:
        few = np.zeros((7, 2), dtype=np.int64)
        with pytest.raises(ValueError, match="people or more"):
            copy_test(few, self.UNSEEN, np.ones((7, 2)), np.ones((20, 2)))


class TestNearest:
    def test_is_that_of_all_distances_whatever_the_chunks(self) -> None:
        training, queries = gaussian(101, 5, 0), gaussian(7, 5, 1)
        whole = np.argsort(np.linalg.norm(queries[:, None] - training, axis=-1), axis=1)[:, :4]
        for parts in (1, 3, 60):
            found = nearest(queries, np.array_split(training, parts), 4)
            assert (found.place == whole).all()
            expected = np.linalg.norm(queries[:, None] - training[whole], axis=-1)
            assert found.distance == pytest.approx(expected, abs=1e-4)

    def test_refuses_more_than_there_are(self) -> None:
        with pytest.raises(ValueError, match="set of 3"):
            nearest(gaussian(2, 5, 0), [gaussian(3, 5, 1)], 4)

    def test_distances_are_never_below_zero(self) -> None:
        rows = gaussian(50, 300, 0, 3)
        assert (squared_distances(rows, rows) >= 0).all()
        assert np.diag(squared_distances(rows, rows)).max() < 1e-5 * (rows**2).sum(1).max()

    def test_pixels_are_averaged_and_keep_their_place(self) -> None:
        photos = np.zeros((2, 64, 64, 3), np.uint8)
        photos[1, 2:4, 4:6, 1] = [[0, 255], [255, 0]]
        vectors = pixel_vectors(photos).reshape(2, 32, 32, 3)
        assert vectors[1, 1, 2, 1] == pytest.approx(0.5)
        assert vectors.sum() == pytest.approx(0.5)
        with pytest.raises(ValueError, match="multiple of 32"):
            pixel_vectors(photos[:, :50, :50])
