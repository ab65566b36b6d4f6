"""Training images: balanced, the same bytes however made, none that the renderer did not make."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from generators.errors import EffaceError
from generators.faces import HONEST_SENTENCE, faces_available
from generators.heads.cast import LONGEST, OLDEST, YOUNGEST, cast_member
from generators.heads.render_plan import RenderPlan, renderer_digest
from generators.heads.render_set import open_render_set

_REASON = faces_available("renders")
needs_heads = pytest.mark.skipif(_REASON is not None, reason=_REASON or "")

PLAN = RenderPlan(people=22, photos=2, size=32, seed=5, first_person=0)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from generators.heads.render_build import build_render_set

    return build_render_set(PLAN, tmp_path_factory.mktemp("sets") / "set")


class TestCast:
    def test_sexes_and_tones_are_balanced_from_any_first_person(self) -> None:
        for first in (0, 7, 1000):
            pairs = [
                (member.who.sex, member.who.tone)
                for member in (cast_member(1, first + i, 2) for i in range(40))
            ]
            assert {pairs.count(pair) for pair in pairs} == {2}
            assert len(set(pairs)) == 20

    def test_everybody_is_grown_up_on_few_distinct_years(self) -> None:
        ages = [cast_member(2, i, 8).age for i in range(400)]
        for age in ages:
            assert YOUNGEST <= age.min() <= age.max() <= OLDEST
            assert age.max() - age.min() <= LONGEST
            assert len(np.unique(age)) in (2, 3)
        assert np.min(ages) < 22
        assert np.max(ages) > 77

    def test_people_differ_between_numbers_and_seeds(self) -> None:
        keys = {cast_member(seed, i, 1).who.key for seed in (0, 1) for i in range(200)}
        assert len(keys) == 400

    @pytest.mark.parametrize("size", [31, 36, 257])
    def test_a_size_that_cannot_be_is_refused(self, size: int) -> None:
        with pytest.raises(EffaceError, match=str(size)):
            RenderPlan(20, 2, size, 0, 0)


@pytest.mark.heads
@needs_heads
class TestSet:
    def test_it_holds_what_the_renderer_draws(self, built: Path) -> None:
        from generators.heads.codes import identity_vector
        from generators.heads.directions import identity_code
        from generators.heads.render import photo_of

        found = open_render_set(built)
        assert found.plan == PLAN
        assert found.renderer == renderer_digest()
        for row, photo in ((0, 0), (9, 1), (21, 1)):
            member = cast_member(PLAN.seed, row, PLAN.photos)
            drawn = photo_of(
                member.who,
                photo,
                int(member.age[photo]),
                float(member.quality[photo]),
                int(member.group[photo]),
                32,
            )
            assert np.array_equal(found.photos[row, photo], np.round(drawn * 255).astype(np.uint8))
            assert np.array_equal(found.identity[row], identity_vector(identity_code(member.who)))
            assert found.labels["key"][row, photo] == member.who.key
            assert found.labels["sex"][row, photo] == member.who.sex
        share = found.mask.mean(axis=(2, 3)) / 255
        assert share == pytest.approx(found.labels["head_share"], abs=0.01)
        assert not np.array_equal(found.clean, found.photos)
        assert not found.photos.flags.writeable

    def test_card_and_manifest_say_where_it_comes_from(self, built: Path) -> None:
        manifest = json.loads((built / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["kind"] == "efface-render-set"
        assert HONEST_SENTENCE in (built / "card.md").read_text(encoding="utf-8")
        assert manifest["sentence"] == HONEST_SENTENCE

    def test_two_workers_write_the_same_bytes(self, built: Path, tmp_path: Path) -> None:
        from scenarios.cli.main import app

        out = tmp_path / "set"
        asked = ["--people", "22", "--photos", "2", "--size", "32", "--seed", "5", "--workers", "2"]
        result = CliRunner().invoke(app, ["faces", "render", *asked, "--out", str(out)])
        assert result.exit_code == 0, result.output
        assert _contents(out) == _contents(built)

    def test_a_person_is_the_same_in_a_shifted_set(self, built: Path, tmp_path: Path) -> None:
        from generators.heads.render_build import build_render_set

        shifted = build_render_set(RenderPlan(1, 2, 32, 5, 21), tmp_path / "one")
        assert np.array_equal(open_render_set(shifted).photos[0], open_render_set(built).photos[21])

    def test_a_stopped_build_opens_nowhere_and_goes_on(self, built: Path, tmp_path: Path) -> None:
        from generators.heads.render_block import BlockTask
        from generators.heads.render_build import build_render_set

        out, asked = tmp_path / "set", []

        def killed(
            tasks: Sequence[BlockTask],
            work: Callable[[BlockTask], int],
            on_done: Callable[[int], None],
        ) -> None:
            on_done(work(tasks[0]))
            raise KeyboardInterrupt

        def counted(
            tasks: Sequence[BlockTask],
            work: Callable[[BlockTask], int],
            on_done: Callable[[int], None],
        ) -> None:
            for task in tasks:
                asked.append(task.block)
                on_done(work(task))

        with pytest.raises(KeyboardInterrupt):
            build_render_set(PLAN, out, spread=killed)
        assert not out.exists()
        for folder in (out, tmp_path / "set.partial"):
            with pytest.raises(EffaceError, match="manifest"):
                open_render_set(folder)
        with pytest.raises(EffaceError, match="another plan"):
            build_render_set(RenderPlan(22, 2, 32, 6, 0), out)
        build_render_set(PLAN, out, spread=counted)
        assert asked == [1]
        assert _contents(out) == _contents(built)

    @pytest.mark.parametrize("left", ["blocks and plan", "plan", "nothing"])
    def test_a_build_stopped_after_its_manifest_is_only_renamed(
        self, built: Path, tmp_path: Path, left: str
    ) -> None:
        import shutil

        from generators.heads.render_build import build_render_set
        from generators.heads.render_plan import described

        out = tmp_path / "set"
        partial = Path(shutil.copytree(built, tmp_path / "set.partial"))
        if "plan" in left:
            (partial / "plan.json").write_text(json.dumps(described(PLAN)), encoding="utf-8")
        if "blocks" in left:
            (partial / "blocks").mkdir()
            (partial / "blocks" / "0.npz").write_bytes(b"cut short")
        with pytest.raises(EffaceError, match="another plan"):
            build_render_set(RenderPlan(22, 2, 32, 6, 0), out)

        def never(*_: object) -> None:
            raise AssertionError("a whole set is not rendered again")

        build_render_set(PLAN, out, spread=never)
        assert _contents(out) == _contents(built)

    def test_an_existing_folder_is_never_written_over(self, built: Path) -> None:
        from generators.heads.render_build import build_render_set

        before = _contents(built)
        with pytest.raises(EffaceError, match="there already"):
            build_render_set(PLAN, built)
        assert _contents(built) == before


@pytest.mark.heads
@needs_heads
class TestRefusals:
    @pytest.fixture
    def copy(self, built: Path, tmp_path: Path) -> Path:
        import shutil

        return Path(shutil.copytree(built, tmp_path / "copy"))

    def test_a_copy_opens(self, copy: Path) -> None:
        assert open_render_set(copy).plan == PLAN

    @pytest.mark.parametrize(
        "name", ["clean.npy", "photos.npy", "mask.npy", "shots.npy", "labels.parquet", "card.md"]
    )
    def test_a_changed_byte_is_found(self, copy: Path, name: str) -> None:
        path = copy / name
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
        with pytest.raises(EffaceError, match="sha256") as refused:
            open_render_set(copy)
        fault = refused.value.faults[0]
        assert fault.file == str(path)
        assert fault.found != fault.expected

    def test_a_cut_or_missing_file_is_found(self, copy: Path) -> None:
        path = copy / "photos.npy"
        path.write_bytes(path.read_bytes()[:-7])
        with pytest.raises(EffaceError, match="size"):
            open_render_set(copy)
        path.unlink()
        with pytest.raises(EffaceError, match="nothing"):
            open_render_set(copy)

    def test_pictures_from_elsewhere_are_refused(self, tmp_path: Path) -> None:
        np.save(tmp_path / "photos.npy", np.zeros((2, 2, 32, 32, 3), dtype=np.uint8))
        with pytest.raises(EffaceError, match="efface faces render"):
            open_render_set(tmp_path)

    @pytest.mark.parametrize(
        ("key", "value"),
        [("kind", "photos"), ("format", 2), ("people", "22"), ("shot_names", ["a"]), ("files", {})],
    )
    def test_another_manifest_is_refused(self, copy: Path, key: str, value: object) -> None:
        path = copy / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**manifest, key: value}), encoding="utf-8")
        with pytest.raises(EffaceError):
            open_render_set(copy)

    @pytest.mark.parametrize("text", ["", "{", "[]", '"x"'])
    def test_a_broken_manifest_is_refused(self, copy: Path, text: str) -> None:
        (copy / "manifest.json").write_text(text, encoding="utf-8")
        with pytest.raises(EffaceError, match=r"manifest"):
            open_render_set(copy)
