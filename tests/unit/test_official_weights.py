"""Public pickles taken over: the original's pictures, from the library and from the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

torch = pytest.importorskip("torch", reason="generators need the extra [faces]")

from generators.errors import EffaceError  # noqa: E402
from generators.stylegan.generator import Generator  # noqa: E402
from generators.stylegan.official import import_official  # noqa: E402
from generators.stylegan.settings import GeneratorSettings  # noqa: E402
from generators.stylegan.weights import (  # noqa: E402
    Weights,
    load_weights,
    save_weights,
)
from scenarios.cli.main import app  # noqa: E402
from tests.official_pickles import (  # noqa: E402
    CASES,
    LOOKS,
    Case,
    hand_made,
    inputs,
    tree,
)
from tests.pickle_writer import Call, Raw, Tensor, dump, saved_storage, stream  # noqa: E402

REFERENCES = Path(__file__).parent.parent / "data" / "official" / "references.npz"
SMALL = Case(8, z_dim=6, w_dim=5, layers=1, base=64, most=8, seed=9)


@pytest.fixture(scope="module")
def references() -> dict[str, np.ndarray]:
    with np.load(REFERENCES, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


@pytest.fixture
def pickled(tmp_path: Path) -> Path:
    """The pickle of a tiny network."""
    path = tmp_path / "tiny.pkl"
    path.write_bytes(hand_made(SMALL))
    return path


@pytest.fixture
def stored(tmp_path: Path, pickled: Path) -> Path:
    """Our weights of it."""
    path = tmp_path / "tiny.safetensors"
    save_weights(path, import_official(pickled))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["faces", *(str(argument) for argument in arguments)])


@pytest.mark.parametrize("name", CASES)
def test_pictures_and_judgements_are_the_originals(
    tmp_path: Path, references: dict[str, np.ndarray], name: str
) -> None:
    case = CASES[name]
    path = tmp_path / "original.pkl"
    path.write_bytes(hand_made(case))
    weights = import_official(path)
    z, c = (torch.from_numpy(rows) for rows in inputs(case))
    for noise, psi in LOOKS:
        expected = references[f"{name}/{noise}/{psi}"]
        with torch.no_grad():
            found = weights.average(z, c, psi=psi, noise=noise).numpy()
        assert np.ptp(expected) > 0.5
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)
    assert weights.discriminator is not None
    with torch.no_grad():
        judged = weights.discriminator(torch.from_numpy(expected), c).numpy()
    np.testing.assert_allclose(judged, references[f"{name}/judged"], rtol=0, atol=1e-4)


def test_settings_are_read_from_the_networks(tmp_path: Path) -> None:
    case = CASES["16 bits and clamp 32"]
    path = tmp_path / "original.pkl"
    path.write_bytes(hand_made(case))
    weights = import_official(path)
    assert weights.average.settings == GeneratorSettings(
        32, 24, 0, 20, "latent", 3, 0.01, 512, 24, 0.5, 3, 3, "skip"
    )
    assert weights.generator is not None
    assert weights.generator.settings == weights.average.settings
    assert not torch.equal(weights.generator.synthesis.constant, weights.average.synthesis.constant)
    assert weights.discriminator is not None
    assert weights.discriminator.settings.clamp == 0.5
    assert weights.discriminator.settings.sixteen_bit == 3
    assert weights.card["origin"] == "imported"
    assert weights.card["file"] == "original.pkl"


def test_a_rate_of_a_label_network_that_is_not_ours_changes_nothing(tmp_path: Path) -> None:
    """Converted networks map labels at a rate of 0.1; ours keeps 0.01 and other numbers."""
    case = replace(SMALL, c_dim=2)
    judges = []
    for rate in (0.01, 0.1):
        made = tree(case)
        for name, part in made["D"].state["_modules"]["mapping"].state["_modules"].items():
            if name.startswith("fc"):
                share = np.float32(part.state["bias_gain"] / rate)
                tensors = part.state["_parameters"]
                tensors["weight"], tensors["bias"] = (
                    tensors["weight"] * share,
                    tensors["bias"] * share,
                )
                part.state["weight_gain"] = part.state["weight_gain"] / share
                part.state["bias_gain"] = rate
        path = tmp_path / f"{rate}.pkl"
        path.write_bytes(dump(made))
        judges.append(import_official(path).discriminator)
    images, c = torch.randn(2, 3, 8, 8), torch.eye(2)
    with torch.no_grad():
        first, second = (judge(images, c) for judge in judges if judge is not None)
    torch.testing.assert_close(first, second)


@pytest.mark.parametrize("layout", ["stream", "archive"])
def test_tensors_may_be_saved_in_either_layout_and_loaders_nested(
    tmp_path: Path, layout: str
) -> None:
    made = tree(SMALL)
    expected = made["G_ema"].state["_modules"]["mapping"].state["_buffers"]["w_avg"]
    inner = Call("torch.storage", "_load_from_bytes", (saved_storage(expected, layout=layout),))
    outer = Call("torch.storage", "_load_from_bytes", (stream(inner, {}, 0),))
    made["G_ema"].state["_modules"]["mapping"].state["_buffers"]["w_avg"] = Call(
        "torch._utils", "_rebuild_tensor_v2", (outer, 0, (5,), (1,), False, None)
    )
    path = tmp_path / "nested.pkl"
    path.write_bytes(dump(made, buffers=layout))
    found = import_official(path).average.mapping.average.numpy()
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "tensor",
    [
        Tensor(np.arange(5, dtype=np.float64)),
        Tensor(np.arange(5, dtype=np.float16)),
        Tensor(np.arange(5, dtype=np.int64)),
        Tensor(np.array([9, 9, 0, 1, 2, 3, 4, 9], np.float32), offset=2, shape=(5,)),
        Tensor(np.array([0, 9, 1, 9, 2, 9, 3, 9, 4], np.float32), shape=(5,), strides=(2,)),
    ],
    ids=["double", "half", "whole", "offset", "stride"],
)
def test_tensors_are_views_of_storages_of_several_kinds(tmp_path: Path, tensor: Tensor) -> None:
    made = tree(SMALL)
    made["G_ema"].state["_modules"]["mapping"].state["_buffers"]["w_avg"] = tensor
    path = tmp_path / "views.pkl"
    path.write_bytes(dump(made))
    found = import_official(path).average.mapping.average
    assert found.dtype == torch.float32
    assert found.tolist() == [0, 1, 2, 3, 4]


def test_two_networks_may_be_one_and_the_same(tmp_path: Path) -> None:
    made = tree(SMALL)
    one = Raw(dump(made["G_ema"])[2:-1] + b"q\x01")
    path = tmp_path / "shared.pkl"
    path.write_bytes(dump({"G": one, "D": made["D"], "G_ema": Raw(b"h\x01")}))
    weights = import_official(path)
    assert weights.generator is not None
    for name, value in weights.generator.state_dict().items():
        assert torch.equal(value, weights.average.state_dict()[name])
    save_weights(tmp_path / "w", weights)
    assert load_weights(tmp_path / "w", training=True).generator is not None


@pytest.mark.parametrize("name", ["labels 32", "plain 64"])
def test_the_commands_give_the_originals_pictures(
    tmp_path: Path, references: dict[str, np.ndarray], name: str
) -> None:
    case = CASES[name]
    source, weights, out = tmp_path / "s.pkl", tmp_path / "made" / "w", tmp_path / "x.npy"
    source.write_bytes(hand_made(case))
    result = run("import", source, "--out", weights, "--json")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    told = json.loads(result.stdout)
    assert told["weights"] == str(weights)
    for key in ("resolution", "z_dim", "c_dim", "w_dim"):
        assert told[key] == getattr(case, key)
    z, c = inputs(case)
    np.save(tmp_path / "z.npy", z)
    np.save(tmp_path / "c.npy", c)
    for noise, psi in LOOKS:
        labels = ("--c", tmp_path / "c.npy") if case.c_dim else ()
        result = run(
            "generate", "--weights", weights, "--z", tmp_path / "z.npy", *labels,
            "--psi", psi, "--noise", noise, "--out", out,
        )  # fmt: skip
        assert result.exit_code == 0, result.stderr
        found = np.load(out, allow_pickle=False)
        assert found.dtype == np.float32
        expected = references[f"{name}/{noise}/{psi}"]
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)


def test_an_import_goes_into_a_folder_is_the_same_each_time_and_writes_over_nothing_unasked(
    tmp_path: Path, pickled: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    result = run("import", pickled, "--out", folder)
    assert result.exit_code == 0
    written = folder / "tiny.safetensors"
    assert json.loads(result.stdout)["weights"] == str(written)
    content = written.read_bytes()
    again = run("import", pickled, "--out", folder)
    assert again.exit_code == 2
    assert "there already" in again.stderr
    written.write_bytes(b"mine")
    assert run("import", pickled, "--out", written).exit_code == 2
    assert written.read_bytes() == b"mine"
    assert run("import", pickled, "--out", written, "--force").exit_code == 0
    assert written.read_bytes() == content
    np.save(tmp_path / "z.npy", inputs(SMALL)[0])
    made = run(
        "generate", "--weights", folder, "--z", tmp_path / "z.npy", "--out", tmp_path / "x.npy"
    )
    assert made.exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["tiny.safetensors"]


def test_random_noise_follows_its_seed(tmp_path: Path, stored: Path) -> None:
    np.save(tmp_path / "z.npy", inputs(SMALL)[0])
    made = []
    for seed in (1, 1, 2):
        out = tmp_path / "x.npy"
        result = run(
            "generate", "--weights", stored, "--z", tmp_path / "z.npy", "--noise", "random",
            "--seed", seed, "--out", out, "--json",
        )  # fmt: skip
        assert json.loads(result.stdout)["shape"] == [2, 3, 8, 8]
        made.append(out.read_bytes())
    assert made[0] == made[1]
    assert made[0] != made[2]


def test_a_picture_does_not_depend_on_how_many_are_made(tmp_path: Path, stored: Path) -> None:
    z = np.random.default_rng(0).standard_normal((40, 6))
    pictures = []
    for rows in (z, z[33:34]):
        np.save(tmp_path / "z.npy", rows)
        out = tmp_path / "x.npy"
        assert run("generate", "--weights", stored, "--z", tmp_path / "z.npy", "--out", out)
        pictures.append(np.load(out))
    assert pictures[0].shape == (40, 3, 8, 8)
    np.testing.assert_allclose(pictures[0][33], pictures[1][0], rtol=0, atol=1e-5)


def _array(values: Any) -> Any:
    return lambda path: np.save(path, np.asarray(values))


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (_array(np.zeros((2, 7))), "[2, 7]"),
        (_array(np.zeros(6)), "[6]"),
        (_array(np.zeros((0, 6))), "[0, 6]"),
        (_array(np.full((2, 6), np.nan)), "not finite"),
        (_array([["a"] * 6]), "holds no numbers"),
        (lambda path: np.save(path, np.array([{}], object), allow_pickle=True), "no npy file"),
        (lambda path: np.savez(path.open("wb"), a=np.zeros((2, 6))), "holds no numbers"),
        (lambda path: path.write_bytes(b""), "no npy file"),
        (lambda path: path.write_text("words"), "no npy file"),
        (lambda path: path.mkdir(), "directory"),
        (lambda path: None, "No such file"),
    ],
)
def test_noise_of_another_kind_is_refused_in_one_line(
    tmp_path: Path, stored: Path, write: Any, words: str
) -> None:
    write(tmp_path / "z.npy")
    result = run(
        "generate", "--weights", stored, "--z", tmp_path / "z.npy", "--out", tmp_path / "x.npy"
    )
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "x.npy").exists()


def test_labels_are_asked_for_and_counted(tmp_path: Path) -> None:
    case = replace(SMALL, c_dim=2)
    (tmp_path / "s.pkl").write_bytes(hand_made(case))
    assert run("import", tmp_path / "s.pkl", "--out", tmp_path / "w").exit_code == 0
    np.save(tmp_path / "z.npy", np.zeros((2, 6)))
    np.save(tmp_path / "c.npy", np.zeros((3, 2)))
    common = ("generate", "--weights", tmp_path / "w", "--z", tmp_path / "z.npy")
    out = ("--out", tmp_path / "x.npy")
    for more, words in (
        ((), "--c"),
        (("--c", tmp_path / "c.npy"), "2 rows and --c has 3"),
        (("--c", tmp_path / "z.npy"), "[2, 6]"),
        (("--c", tmp_path / "z.npy", "--psi", "nan"), "--psi"),
    ):
        result = run(*common, *more, *out)
        assert result.exit_code == 2
        assert words in result.stderr
    assert not (tmp_path / "x.npy").exists()
    codes = ("--c", tmp_path / "c.npy")
    np.save(tmp_path / "c.npy", np.zeros((2, 2)))
    result = run(*common, *codes, "--out", tmp_path / "x.png")
    assert result.exit_code == 2
    assert "a name in .npy" in result.stderr
    assert not (tmp_path / "x.png").exists()


def test_weights_come_back_as_they_were_and_at_half_the_size_almost(tmp_path: Path) -> None:
    settings = GeneratorSettings(8, 4, 3, 6, "code", 2, 0.01, 64, 8, None, 0, 3, "residual")
    torch.manual_seed(0)
    network = Generator(settings).eval()
    weights = Weights(network, None, None, {"what": "untrained", "seconds": 0.5})
    full, half = tmp_path / "full.safetensors", tmp_path / "half.safetensors"
    save_weights(full, weights)
    save_weights(half, weights, torch.float16)
    assert half.stat().st_size < 0.7 * full.stat().st_size
    back = load_weights(full, training=True)
    assert back.card == weights.card
    assert back.average.settings == settings
    assert back.generator is None
    assert not back.average.training
    z, c = torch.randn(2, 4), torch.randn(2, 3)
    with torch.no_grad():
        expected = network(z, c, noise="const")
        assert torch.equal(back.average(z, c, noise="const"), expected)
        halved = load_weights(half).average(z, c, noise="const")
    assert halved.dtype == torch.float32
    torch.testing.assert_close(halved, expected, rtol=0, atol=0.02)
    network.synthesis.constant.data[0] = 1e9
    with pytest.raises(ValueError, match=r"average\.synthesis\.constant"):
        save_weights(half, weights, torch.float16)
    assert load_weights(half).average.settings == settings
    assert {path.name for path in tmp_path.iterdir()} == {full.name, half.name}


class Metadata(dict[str, str]):
    """What is told instead."""


def _rewritten(stored: Path, change: Any) -> None:
    """Write weights again with other metadata, settings or tensors."""
    from safetensors import safe_open
    from safetensors.torch import save_file

    with safe_open(stored, "pt") as file:
        told = json.loads(file.metadata()["stylegan"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    answer = change(told, tensors)
    instead = answer if isinstance(answer, Metadata) else {"stylegan": json.dumps(told)}
    save_file(tensors, stored, instead)


def _set(name: str, value: Any) -> Any:
    return lambda told, tensors: told["networks"]["average"].update({name: value})


def _put(name: str, values: Any) -> Any:
    return lambda told, tensors: tensors.update({f"average.{name}": torch.tensor(values)})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda told, tensors: Metadata(other="x"), "is no 'stylegan-weights 1'"),
        (lambda told, tensors: Metadata(stylegan="{" * 100_000), "is no 'stylegan-weights 1'"),
        (lambda told, tensors: Metadata(stylegan="[" * 100_000), "is no 'stylegan-weights 1'"),
        (lambda told, tensors: told.update(format="stylegan-weights 2"), "is no"),
        (lambda told, tensors: told["networks"].pop("average"), "no averaged generator"),
        (_set("resolution", 2**40), "resolution"),
        (_set("resolution", 48), "power of two"),
        (_set("w_dim", 10**9), "w_dim"),
        (_set("w_dim", 4), "shape"),
        (_set("mapping_layers", 10**9), "mapping_layers"),
        (_set("mapping_rate", 0), "mapping_rate"),
        (_set("clamp", "x" * 999), "clamp"),
        (_set("architecture", "other"), "architecture"),
        (_set("colour", 1), "settings"),
        (lambda told, tensors: tensors.pop("average.mapping.average"), "average is missing"),
        (_put("x", [0.0]), "average: x is no part"),
        (_put("mapping.average", [0.0, 0.0, np.nan, 0.0, 0.0]), "not finite"),
    ],
)
def test_weights_that_are_not_what_they_say_are_refused(
    stored: Path, change: Any, words: str
) -> None:
    _rewritten(stored, change)
    with pytest.raises(EffaceError, match=words) as error:
        load_weights(stored)
    assert str(stored) in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_weights_that_are_cut_short_or_something_else_are_refused(
    tmp_path: Path, stored: Path
) -> None:
    content = stored.read_bytes()
    for wrong in (b"", b"\x89PNG\r\n", content[:7], content[:200], content[:-1], content + b"x"):
        stored.write_bytes(wrong)
        with pytest.raises(EffaceError, match="cannot be read"):
            load_weights(stored)
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(EffaceError, match="no such file"):
            load_weights(path)
