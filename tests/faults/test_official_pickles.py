"""Hostile, foreign and damaged pickles: exit 2, one line, nothing executed, nothing written.

What would be executed leaves a mark on the disk: a file that the call would make, in a folder that
must stay as it was.
"""

from __future__ import annotations

import io
import pickle
import struct
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

torch = pytest.importorskip("torch", reason="generators need the extra [faces]")

from generators.errors import EffaceError  # noqa: E402
from generators.stylegan import official  # noqa: E402
from generators.stylegan.pickled import (  # noqa: E402
    MOST_AXES,
    STORAGES,
    PickledStorage,
    PickledTensor,
    number_size,
)
from scenarios.cli.main import app  # noqa: E402
from tests.official_pickles import Case, hand_made, tree  # noqa: E402
from tests.pickle_writer import (  # noqa: E402
    MAGIC,
    VERSION,
    Address,
    Call,
    Module,
    Name,
    Raw,
    Tensor,
    archive,
    dump,
    saved_storage,
    stream,
)

SMALL = Case(8, z_dim=6, w_dim=5, layers=1, base=64, most=8, seed=9)
MEAN = ("G_ema", "mapping", "w_avg")


def state_of(made: dict[str, Any], network: str, *parts: str) -> dict[str, Any]:
    """Return the state of a part of a network."""
    module: Module = made[network]
    for part in parts:
        module = module.state["_modules"][part]
    return module.state


def with_mean(value: Any) -> bytes:
    """Return a good pickle but for one tensor."""
    made = tree(SMALL)
    state_of(made, "G_ema", "mapping")["_buffers"]["w_avg"] = value
    return dump(made)


def rebuilt(storage: Any, offset: Any = 0, shape: Any = (5,), strides: Any = (1,)) -> Call:
    """Return a tensor whose parts are as wished."""
    values = (storage, offset, shape, strides, False, Call("collections", "OrderedDict"))
    return Call("torch._utils", "_rebuild_tensor_v2", values)


def loaded(content: bytes) -> Call:
    """Return the loader of what torch saved."""
    return Call("torch.storage", "_load_from_bytes", (content,))


FIVE = np.arange(5, dtype=np.float32)


def refused(folder: Path, content: bytes, words: str) -> None:
    """Import a pickle by the command; it must end as it should."""
    source = folder / "hostile.pkl"
    source.write_bytes(content)
    arguments = ["faces", "import", str(source), "--out", str(folder / "new" / "w")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"{source}: ")
    assert words in lines[0]
    assert lines[0].isprintable()
    assert len(lines[0]) < len(str(source)) + 300
    assert [path.name for path in folder.iterdir()] == ["hostile.pkl"]


def test_the_good_pickle_is_taken(tmp_path: Path) -> None:
    (tmp_path / "good.pkl").write_bytes(hand_made(SMALL))
    official.import_official(tmp_path / "good.pkl")


class Evil:
    """Pickles itself as a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.call


def touch(folder: Path) -> dict[str, tuple[Any, str]]:
    """Return calls that would each make a file, and the name that must be refused."""
    import builtins
    import os
    import shutil
    import subprocess

    mark = str(folder / "mark")
    code = f"open({mark!r}, 'w')"
    return {
        "os.system": (Evil(os.system, f"touch {mark}"), f"{os.system.__module__}.system"),
        "eval": (Evil(builtins.eval, code), "builtins.eval"),
        "exec": (Evil(builtins.exec, code), "builtins.exec"),
        "open": (Evil(builtins.open, mark, "w"), "io.open"),
        "getattr chain": (Evil(getattr, Evil(__import__, "os"), "system"), "builtins.getattr"),
        "subprocess": (Evil(subprocess.Popen, ["touch", mark]), "subprocess.Popen"),
        "copy": (Evil(shutil.copy, str(folder / "hostile.pkl"), mark), "shutil.copy"),
        "mkdir": (Evil(os.mkdir, mark), f"{os.mkdir.__module__}.mkdir"),
    }


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "name",
    ["os.system", "eval", "exec", "open", "getattr chain", "subprocess", "copy", "mkdir"],
)
def test_calls_are_refused_by_name_in_every_protocol(
    tmp_path: Path, name: str, protocol: int
) -> None:
    evil, name = touch(tmp_path)[name]
    content = pickle.dumps({"G": evil}, protocol)
    # The older protocols write the names of Python 2.
    refused(tmp_path, content, f".{name.rpartition('.')[2]}'")


def test_names_are_refused_wherever_they_stand(tmp_path: Path) -> None:
    mark = str(tmp_path / "mark")
    evil = Call("os", "system", (f"touch {mark}",))
    made = tree(SMALL)
    places: list[Callable[[], bytes]] = [
        lambda: dump(evil),
        lambda: dump(Name("os", "system")),
        lambda: dump({"augment_pipe": evil}),
        lambda: dump(made | {"training_set_kwargs": {"path": evil}}),
        lambda: dump(made | {"augment_pipe": Module("AugmentPipe", {"p": [(evil,)]})}),
        lambda: with_mean(evil),
        lambda: with_mean(rebuilt(evil)),
        lambda: with_mean(rebuilt(loaded(dump(evil)))),
        lambda: with_mean(rebuilt(loaded(stream(evil, {}, 0)))),
        lambda: with_mean(rebuilt(loaded(stream(loaded(stream(evil, {}, 0)), {}, 0)))),
        lambda: with_mean(rebuilt(loaded(archive({"data.pkl": dump(evil)})))),
        lambda: with_mean(rebuilt(loaded(dump(MAGIC) + dump(VERSION) + dump(evil)))),
        lambda: with_mean(
            rebuilt(loaded(dump(MAGIC) + dump(VERSION) + dump({"little_endian": evil})))
        ),
        lambda: with_mean(
            rebuilt(loaded(stream(Address(("storage", evil, "0", "cpu", 5, None)), {}, 5)))
        ),
        lambda: dump(Raw(b"(S'touch'\nios\nsystem\n")),
        lambda: dump(Raw(b"(cos\nsystem\nX\x05\x00\x00\x00toucho")),
        lambda: dump(Raw(b"cos\nsystem\nX\x05\x00\x00\x00touch\x85}\x92")),
        lambda: dump(Raw(b"\x8c\x02os\x8c\x06system\x93\x8c\x05touch\x85\x81")),
    ]
    for place in places:
        refused(tmp_path, place(), "os.system")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("torch", "load"),
        ("torch.storage", "TypedStorage"),
        ("torch.storage", "_load_from_bytes.__globals__"),
        ("torch._utils", "_rebuild_tensor_v2.__globals__"),
        ("collections", "namedtuple"),
        ("numpy", "load"),
        ("numpy.core.multiarray", "fromfile"),
        ("dnnlib.util", "open_url"),
        ("dnnlib.tflib.network", "Network"),
        ("torch_utils.persistence", "_src_to_module"),
        ("generators.stylegan.official", "import_official"),
        ("codecs", "encode"),
        ("copyreg", "_reconstructor"),
        ("os\x1b[31m", "system\u202e"),
        ("m" * 5000, "n" * 5000),
        ("", ""),
    ],
)
def test_names_close_to_those_that_are_known_are_none_of_them(
    tmp_path: Path, module: str, name: str
) -> None:
    pair = b"".join(b"X" + struct.pack("<I", len(part)) + part for part in
                    (module.encode(), name.encode()))  # fmt: skip
    refused(tmp_path, dump(Raw(pair + b"\x93(tR")), "none of the names in StyleGAN2-ADA's pickles")


def test_source_text_inside_is_neither_run_nor_needed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    source = f"open({str(mark)!r}, 'w').close()"
    content = hand_made(SMALL)
    empty = b"X\x0a\x00\x00\x00module_srcX\x00\x00\x00\x00"
    assert content.count(empty) > 20
    full = empty[:-4] + struct.pack("<I", len(source)) + source.encode()
    path = tmp_path / "good.pkl"
    path.write_bytes(content.replace(empty, full))
    with_source = official.import_official(path).average.state_dict()
    path.write_bytes(content)
    for name, value in official.import_official(path).average.state_dict().items():
        assert torch.equal(value, with_source[name])
    assert not mark.exists()


def _big_key() -> bytes:
    deep = b")" + b"\x85" * 200_000
    return dump(Raw(b"}" + deep + b"Ns"))


def _laughs() -> bytes:
    """Lists of ten times the list before: 10^100 leaves where somebody counts them."""
    layers = b"]q\x000"
    for k in range(100):
        layers += b"](" + (b"h" + bytes([k])) * 10 + b"eq" + bytes([k + 1]) + b"0"
    return layers + b"h" + bytes([100])


def _strange_streams() -> dict[str, tuple[bytes, str]]:
    whole = saved_storage(FIVE)
    doubled = Address(("storage", Name("torch", "FloatStorage"), "0", "cpu", 5, None))
    big_end = [dump(MAGIC), dump(VERSION), dump({"little_endian": False}), dump(None), dump([])]
    zipped = saved_storage(FIVE, layout="archive")
    pressed = archive({"data.pkl": dump(None), "data/0": bytes(10**6)}, method=zipfile.ZIP_DEFLATED)
    two = [
        Address(("storage", Name("torch", "FloatStorage"), "0", "cpu", count, None))
        for count in (5, 6)
    ]
    odd = Address(("storage", Name("torch", "FloatStorage"), "0", "cpu", 5, ("1", 0, 5)))
    raw = FIVE.tobytes()
    return {
        "no bytes": (b"", "no pickle"),
        "cut in the numbers": (whole[:-1], "bytes left"),
        "cut in the pickles": (whole[: len(whole) // 2], "cut short"),
        "other magic": (dump(MAGIC + 1) + whole[14:], "not as torch saves"),
        "other version": (dump(MAGIC) + dump(VERSION + 1), "version"),
        "big end first": (b"".join(big_end), "big end"),
        "other count": (stream(doubled, {"0": raw}, 6), "bytes left"),
        "huge count": (saved_storage(FIVE, count=2**40), "bytes left"),
        "negative count": (saved_storage(FIVE, count=-5), "torch does not use"),
        "missing numbers": (stream(doubled, {}, 5), "does not hold"),
        "numbers of nothing": (stream(None, {"0": raw}, 5), "nothing refers to"),
        "numbers twice": (stream(doubled, {"0": raw, "1": raw}, 5), "nothing refers to"),
        "one storage, two sizes": (stream(two, {"0": raw}, 5), "in two ways"),
        "a storage in a storage": (stream(odd, {"0": raw}, 5), "storages inside"),
        "no address": (stream(Address("0"), {}, 5), "torch does not use"),
        "archive cut": (zipped[:-30], "cut short"),
        "archive pressed": (pressed, "compressed"),
        "archive without pickle": (archive({"data/0": raw}), "holds no pickle"),
        "archive with other numbers": (
            zipped.replace(raw, raw[:-1] + b"\xff"),
            "damaged",
        ),
        "archive, too few numbers": (
            archive({"data.pkl": dump(Address(doubled.value[:5])), "data/0": raw[:-4]}),
            "16 bytes",
        ),
        "archive, no numbers": (archive({"data.pkl": dump(doubled)}), "0 bytes"),
        "archive, big end": (archive({"data.pkl": dump(None), "byteorder": b"big"}), "big end"),
        "not a storage": (stream([1, 2], {}, 0), "is given a list"),
    }


@pytest.mark.parametrize("name", _strange_streams())
def test_saved_tensors_that_are_not_as_torch_saves_them(tmp_path: Path, name: str) -> None:
    content, words = _strange_streams()[name]
    refused(tmp_path, with_mean(rebuilt(loaded(content))), words)


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        (Tensor(FIVE, shape=(6,)), "reaches beyond its 5 stored numbers"),
        (Tensor(FIVE, offset=1), "reaches beyond"),
        (Tensor(FIVE, offset=2**61), "reaches beyond"),
        (Tensor(FIVE, strides=(2,)), "reaches beyond"),
        (Tensor(FIVE, strides=(2**61,)), "reaches beyond"),
        (Tensor(FIVE, shape=(10**6,), strides=(0,)), "larger than the file"),
        (Tensor(FIVE, shape=(100,), strides=(0,)), "reaches beyond"),
        (Tensor(FIVE, shape=(2**61, 2**61), strides=(0, 0)), "larger than the file"),
        (Tensor(FIVE, shape=(5,), strides=(-1,)), "no sizes"),
        (Tensor(FIVE, shape=(-5,), strides=(1,)), "no sizes"),
        (Tensor(FIVE, shape=(5,), strides=(1, 1)), "axes"),
        (Tensor(FIVE, shape=(1,) * 9, strides=(1,) * 9), "no sizes"),
        (Tensor(FIVE[:4]), "has the shape [4] and not [5]"),
        (Tensor(FIVE.reshape(1, 5)), "has the shape [1, 5] and not [5]"),
        (Tensor(np.zeros((0, 5), np.float32)), "has the shape [0, 5] and not [5]"),
        (Tensor(FIVE[:1], strides=(2**61,)), "has the shape [1] and not [5]"),
        (Tensor(FIVE, shape=(0, 2**61), strides=(1, 1)), "larger than any of the original's"),
        (Tensor(FIVE, shape=(2**61, 0), strides=(2**61, 2**61)), "larger than any"),
        (Tensor(FIVE, shape=(3, 0), strides=(2**61, 2**61)), "has the shape [3, 0] and not [5]"),
        (Tensor(np.full(5, np.inf, np.float32)), "not finite"),
        (Tensor(np.full(5, 1e300)), "not finite"),
        (Tensor(np.full(5, np.nan, np.float16)), "not finite"),
        (rebuilt(FIVE), "is given a PickledTensor"),
        (rebuilt(loaded(saved_storage(FIVE)), offset=True), "no sizes"),
        (rebuilt(loaded(saved_storage(FIVE)), offset=-1), "no sizes"),
        (rebuilt(loaded(saved_storage(FIVE)), shape=[5]), "no sizes"),
        (rebuilt(loaded(saved_storage(FIVE)), shape=(5.0,)), "no sizes"),
        (rebuilt(loaded(saved_storage(FIVE)), shape=(2**70,)), "no sizes"),
        (Call("torch._utils", "_rebuild_tensor_v2", ()), "is given 0 values"),
        (Call("torch", "FloatStorage", (5,)), "bare 'torch.FloatStorage'"),
        (Call("torch.storage", "_load_from_bytes", ("text",)), "has no bytes"),
        (1.5, "no tensor w_avg"),
        (None, "no tensor w_avg"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_tensors_that_reach_beyond_their_bytes(tmp_path: Path, tensor: Any, words: str) -> None:
    refused(tmp_path, with_mean(tensor), words)


def test_tensors_that_share_their_bytes_are_no_way_to_fill_the_memory(tmp_path: Path) -> None:
    """One stored block, claimed by every layer: together larger than the file."""
    made = tree(replace(SMALL, w_dim=64, layers=40))
    block = dump(np.zeros((64, 64), np.float32))[2:-1]
    layers = [
        layer.state["_parameters"]
        for network in ("G", "G_ema")
        for name, layer in state_of(made, network, "mapping")["_modules"].items()
        if name != "fc0"
    ]
    assert len(layers) == 78
    layers[0]["weight"] = Raw(block + b"q\x07")
    for layer in layers[1:]:
        layer["weight"] = Raw(b"h\x07")
    refused(tmp_path, dump(made), "larger than the file")


def test_strides_that_nothing_walks_are_no_matter(tmp_path: Path) -> None:
    made = tree(SMALL)
    table = state_of(made, "G_ema", *BLOCK, "torgb")["_parameters"]
    weight = np.asarray(table["weight"])
    assert weight.shape[2:] == (1, 1)
    table["weight"] = Tensor(weight, strides=(weight.shape[1], 1, 2**61, 2**61))
    (tmp_path / "good.pkl").write_bytes(dump(made))
    average = official.import_official(tmp_path / "good.pkl").average
    taken = average.state_dict()["synthesis.blocks.1.colour.weight"]
    assert np.array_equal(taken.numpy(), weight)


@pytest.mark.parametrize("module", ["builtins.set", "collections.OrderedDict"])
def test_lists_unfolded_again_and_again_are_no_way_to_fill_the_memory(
    tmp_path: Path, module: str
) -> None:
    """A list of 20,000 names, made a set or dict 150 times: 330 MiB of 0.3 MB."""
    values: list[Any] = [f"{k:06d}" for k in range(20_000)]
    if module == "collections.OrderedDict":
        values = [(value, None) for value in values]
    module, _, name = module.rpartition(".")
    code = dump(values)[2:-1] + f"q\x00c{module}\n{name}\nq\x01]q\x02".encode("latin-1")
    refused(tmp_path, dump(Raw(code + b"h\x02h\x01h\x00\x85Ra0" * 150)), "unfolds to far more")


def test_bytes_loaded_again_and_again_are_no_way_to_fill_the_memory(tmp_path: Path) -> None:
    """A megabyte that holds a megabyte, loaded 500 times."""
    inner = stream(bytes(2**20), {}, 0)
    code = dump(inner)[2:-1] + b"q\x00ctorch.storage\n_load_from_bytes\nq\x01]q\x02"
    refused(tmp_path, dump(Raw(code + b"h\x02h\x01h\x00\x85Ra0" * 500)), "unfolds to far more")


STRANGE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "no pickle"),
    "text": (lambda: b"Dear reader,\nthis is no pickle.\n", "pickle"),
    "random bytes": (lambda: np.random.default_rng(3).bytes(5000), "pickle"),
    "zeros": (lambda: bytes(1000), "no pickle"),
    "png": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "this is a PNG picture"),
    "archive": (lambda: archive({"data.pkl": dump(None)}), "this is a zip archive, no pickle"),
    "safetensors": (lambda: struct.pack("<Q", 2) + b"{}", "pickle"),
    "npy": (lambda: _npy(), "pickle"),
    "a number": (lambda: dump(1), "holds no networks"),
    "a list": (lambda: dump([tree(SMALL)]), "holds no networks"),
    "an empty dict": (lambda: dump({}), "has no G and no D and no G_ema"),
    "a state dict": (lambda: dump({"w": FIVE}), "has no G and no D and no G_ema"),
    "another repository's": (
        lambda: pickle.dumps(Evil(zipfile.ZipInfo, "x")),
        "zipfile.ZipInfo",
    ),
    "the TensorFlow version's": (
        lambda: dump(tuple(Call("dnnlib.tflib.network", "Network") for _ in range(3))),
        "dnnlib.tflib.network.Network",
    ),
    "a key of nested tuples": (_big_key, "not text"),
    "a deep list": (lambda: dump(Raw(b"]" * 300_000 + b"a" * 299_999)), "holds no networks"),
    "many laughs": (lambda: dump(Raw(_laughs())), "holds no networks"),
    "a list that holds itself": (lambda: dump(Raw(b"]q\x00h\x00a")), "holds no networks"),
    "more steps than anybody needs": (lambda: dump(Raw(b"N0" * 600_000 + b"N")), "more steps"),
    "a huge number in the memory": (lambda: dump(Raw(b"Nr\xff\xff\xff\xff")), "no networks"),
    "a number beyond the memory": (lambda: dump(Raw(b"Np99999999999\n")), "under no number"),
    "a number below the memory": (lambda: dump(Raw(b"Np-1\n")), "under no number"),
    "an unknown memory": (lambda: dump(Raw(b"h\x05")), "recalls"),
    "a long number": (lambda: dump(Raw(b"\x8b" + struct.pack("<i", 10**5) + b"\x7f" * 10**5)),
                      "799,999 bits"),
    "a negative length": (lambda: dump(Raw(b"\x8b" + struct.pack("<i", -5))), "cut short"),
    "long digits": (lambda: dump(Raw(b"L" + b"9" * 10**6 + b"L\n")), "cut short"),
    "a claimed petabyte": (lambda: dump(Raw(b"\x8e" + struct.pack("<Q", 2**50))), "cut short"),
    "a claimed array": (lambda: dump(Raw(b"\x96" + struct.pack("<Q", 2**50))), "cut short"),
    "an empty stack": (lambda: dump(Raw(b"0")), "damaged"),
    "no mark": (lambda: dump(Raw(b"Nt")), "a mark is missing"),
    "a mark for a value": (lambda: dump(Raw(b"(")), "a mark for a value"),
    "a key without value": (lambda: dump(Raw(b"}(Nu")), "has no value"),
    "a dict that is none": (lambda: dump(Raw(b"N(Nu")), "fills a dict"),
    "a list that is none": (lambda: dump(Raw(b"NNa")), "fills a list"),
    "a set of lists": (lambda: dump(Raw(b"\x8f(]\x90")), "something else than text"),
    "an extension": (lambda: dump(Raw(b"\x82\x01")), "EXT1"),
    "a buffer from outside": (lambda: dump(Raw(b"\x97")), "NEXT_BUFFER"),
    "an address": (lambda: dump(Address("x")), "outside itself"),
    "an old address": (lambda: dump(Raw(b"Px\n")), "outside itself"),
    "a call of text": (lambda: dump(Raw(b"X\x01\x00\x00\x00x)R")), "would call"),
    "a call of a call": (lambda: dump(Raw(b"ccollections\nOrderedDict\n)R)R")), "would call"),
    "a call without arguments": (lambda: dump(Raw(b"ccollections\nOrderedDict\nNR")),
                                 "without arguments"),
    "a name that is no text": (lambda: dump(Raw(b"NN\x93")), "no text"),
    "state of a dict": (lambda: dump(Raw(b"}}b")), "inner state of 'dict'"),
    "state of a name": (lambda: dump(Raw(b"ccollections\nOrderedDict\n}b")),
                        "inner state of 'collections.OrderedDict'"),
    "state of an array": (lambda: with_mean(Raw(dump(FIVE)[2:-1] + b"}b")), "inner state"),
    "state of nothing": (lambda: dump(Raw(b"}b")), "inner state"),
    "pairs that are none": (lambda: dump(Call("collections", "OrderedDict", ([1],))), "pairs"),
    "bytes in utf-7": (lambda: dump(Call("_codecs", "encode", ("x", "utf-7"))), "encoding"),
    "wide bytes": (lambda: dump(Call("_codecs", "encode", ("\u20ac", "latin1"))), "bytes"),
    "an object dtype": (lambda: dump(Call("numpy", "dtype", ("O8", False, True))), "kind 'O8'"),
    "a dtype of a list": (lambda: dump(Call("numpy", "dtype", ([],))), "kind 'list'"),
    "a scalar cut": (lambda: dump(Call("numpy.core.multiarray", "scalar",
                                       (Call("numpy", "dtype", ("f8",)), b"1234"))), "bytes"),
    "an array of nothing beside a huge axis": (lambda: _array((0, 2**61), b""), "larger than any"),
    "an array of fewer bytes": (lambda: _array((2, 3), bytes(20)), "20 bytes behind it"),
    "an array of nothing": (lambda: _array((0, 5), b""), "holds no networks"),
    "an object that is no class": (
        lambda: dump(Call("torch_utils.persistence", "_reconstruct_persistent_obj",
                          ({"type": "function", "class_name": "f", "state": {}},))),
        "of kind 'function'",
    ),
    "an object without state": (
        lambda: dump(Call("torch_utils.persistence", "_reconstruct_persistent_obj", ({},))),
        "is given a NoneType",
    ),
    "loaders in loaders": (lambda: _nested(5), "deeper than"),
}  # fmt: skip


def _npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([Evil(print, "x")], object), allow_pickle=True)
    return buffer.getvalue()


def _array(shape: tuple[int, ...], content: bytes) -> bytes:
    """A pickle of NumPy's array of 4-byte floats."""
    empty = Call("numpy.core.multiarray", "_reconstruct", (Name("numpy", "ndarray"), (0,), b"b"))
    numbers = Call("numpy", "dtype", ("f4", False, True))
    return dump(Raw(dump(empty)[2:-1] + dump((1, shape, numbers, False, content))[2:-1] + b"b"))


def _nested(depth: int) -> bytes:
    content = saved_storage(FIVE)
    for _ in range(depth - 1):
        content = stream(loaded(content), {}, 0)
    return with_mean(rebuilt(loaded(content)))


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_no_pickle_of_the_originals(tmp_path: Path, name: str) -> None:
    make, words = STRANGE[name]
    content = make()
    began = time.monotonic()
    refused(tmp_path, content, words)
    assert time.monotonic() - began < 20


def test_laughs_beside_the_networks_are_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "good.pkl"
    path.write_bytes(dump(tree(SMALL) | {"training_set_kwargs": Raw(_laughs())}))
    assert official.import_official(path).average.settings.resolution == 8
    path.write_bytes(_nested(4))
    assert official.import_official(path).average.mapping.average.tolist() == [0, 1, 2, 3, 4]


def _change(network: str, *parts: str, **attributes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda made: state_of(made, network, *parts).update(attributes)


def _tensor(network: str, *parts: str, table: str = "_buffers", **values: Any
            ) -> Callable[[dict[str, Any]], None]:  # fmt: skip
    return lambda made: state_of(made, network, *parts)[table].update(values)


def _drop(network: str, *parts: str, table: str, name: str) -> Callable[[dict[str, Any]], None]:
    def change(made: dict[str, Any]) -> None:
        del state_of(made, network, *parts)[table][name]

    return change


BLOCK = ("synthesis", "b8")
OTHER_FILTER = np.full((4, 4), 1 / 16, np.float32)
NETWORKS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "no G": (lambda made: made.pop("G"), "has no G;"),
    "no D": (lambda made: made.pop("D"), "has no D;"),
    "no G_ema": (lambda made: made.pop("G_ema"), "has no G_ema;"),
    "G is None": (lambda made: made.update(G=None), "G is no network: NoneType"),
    "D for G": (lambda made: made.update(G=made["D"]), "G is not of the class Generator"),
    "G for D": (lambda made: made.update(D=made["G"]), "D is not of the class Discriminator"),
    "a smaller G": (
        lambda made: made.update(G=tree(replace(SMALL, w_dim=4))["G"]),
        "G and G_ema are not of one shape",
    ),
    "a D of another size": (
        lambda made: made.update(D=tree(replace(SMALL, resolution=16))["D"]),
        "D and G_ema differ in resolution",
    ),
    "relu": (_change("G", "mapping", "fc0", activation="relu"), "activation = 'relu'"),
    "swish": (_change("G_ema", *BLOCK, "conv1", activation="swish"), "only lrelu can"),
    "another filter": (_tensor("G_ema", *BLOCK, resample_filter=OTHER_FILTER), "filter"),
    "another filter in D": (_tensor("D", "b8", "conv1", resample_filter=OTHER_FILTER), "filter"),
    "no filter": (_drop("G", *BLOCK, table="_buffers", name="resample_filter"),
                  "G.synthesis.b8 has no tensor resample_filter"),
    "another architecture": (_change("G_ema", *BLOCK, architecture="unet"), "'unet'"),
    "two architectures": (_change("G_ema", *BLOCK, architecture="orig"), "another architecture"),
    "architecture is a list": (_change("G_ema", *BLOCK, architecture=["skip"]), "architecture"),
    "two clamps": (_change("G_ema", *BLOCK, "conv1", conv_clamp=1), "clamped elsewhere"),
    "clamp below 0": (_change("G_ema", *BLOCK, "conv1", conv_clamp=-1.0), "no conv_clamp above"),
    "another gain": (_change("G_ema", "mapping", "fc0", weight_gain=1.0), "scales its weights"),
    "gain is text": (_change("G_ema", "mapping", "fc0", bias_gain="1"), "bias_gain"),
    "no block": (_drop("G_ema", "synthesis", table="_modules", name="b8"),
                 "G_ema.synthesis has no b8"),
    "no layer": (_drop("G_ema", "mapping", table="_modules", name="fc0"), "has no fc0"),
    "no tensor": (_drop("G_ema", *BLOCK, "conv0", table="_parameters", name="bias"),
                  "has no tensor bias"),
    "one tensor more": (_tensor("G_ema", *BLOCK, "conv0", table="_parameters", more=FIVE),
                        "conv0.more is no part of StyleGAN2-ADA"),
    "one module more": (_tensor("G_ema", *BLOCK, table="_modules", attention=Module("A", {})),
                        "G_ema.synthesis.b8.attention is no part"),
    "one module more in D": (_tensor("D", "b8", table="_modules", more=Module("A", {})),
                             "D.b8.more is no part"),
    "a strange name more": (
        _tensor("G", *BLOCK, table="_modules", **{"\x1b[31m\n" + "x" * 999: Module("A", {})}),
        r"G.synthesis.b8.\x1b[31m\nxxx",
    ),
    "modules are a list": (_change("G_ema", "synthesis", _modules=[]), "has no b4"),
    "resolution is odd": (_change("G_ema", img_resolution=12), "power of two"),
    "resolution is huge": (_change("G_ema", img_resolution=2**30), "img_resolution between"),
    "resolution is text": (_change("G_ema", img_resolution="8"), "img_resolution between"),
    "resolution is true": (_change("G_ema", z_dim=True), "z_dim between"),
    "many layers": (_change("G_ema", "mapping", num_layers=10**9), "num_layers between"),
    "another z": (_change("G_ema", z_dim=7), "has the shape [5, 6] and not [5, 7]"),
    "another w": (_change("G_ema", w_dim=50_000), "has the shape"),
    "two maps of deviation": (_change("D", "b4", "mbstd", num_channels=2), "num_channels"),
    "a group below 1": (_change("D", "b4", "mbstd", group_size=0), "group_size"),
    "fp16 is text": (_change("G", *BLOCK, use_fp16="yes"), "use_fp16"),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_that_ours_cannot_be(tmp_path: Path, name: str) -> None:
    change, words = NETWORKS[name]
    made = tree(SMALL)
    change(made)
    refused(tmp_path, dump(made), words)


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    content = hand_made(SMALL)
    for length in np.linspace(1, len(content) - 1, 120).astype(int):
        (tmp_path / "cut.pkl").write_bytes(content[:length])
        with pytest.raises(EffaceError, match=r"cut\.pkl: ") as error:
            official.import_official(tmp_path / "cut.pkl")
        assert "\n" not in str(error.value)
    refused_length = len(content) // 2
    (tmp_path / "cut.pkl").unlink()
    refused(tmp_path, content[:refused_length], "cut short")


@pytest.fixture(scope="module")
def contents() -> list[bytes]:
    """Good pickles, in both layouts."""
    return [hand_made(SMALL), hand_made(SMALL, buffers="archive")]


def _outcome(path: Path) -> str:
    """Return the error, or the settings that were read."""
    try:
        return repr(official.import_official(path).average.settings)
    except EffaceError as error:
        return str(error)


SIZES = st.sampled_from([0, 1, 2, 3, 5, 2**20, 2**31, 2**40, 2**61, 2**62 - 1])


@settings(max_examples=500, deadline=None)
@given(
    axes=st.lists(st.tuples(st.just(1) | SIZES, SIZES), max_size=MOST_AXES),
    offset=SIZES,
    count=st.sampled_from([0, 1, 6, 24]),
    kind=st.sampled_from(sorted(set(STORAGES.values()))),
)
def test_a_tensor_of_any_shape_is_zeros_or_refused(
    axes: list[tuple[int, int]], offset: int, count: int, kind: str
) -> None:
    shape, strides = (tuple(axis[k] for axis in axes) for k in (0, 1))
    zeros = memoryview(bytes(count * number_size(kind)))
    try:
        found = PickledTensor(PickledStorage(kind, count, zeros), offset, shape, strides).array()
    except EffaceError:
        return
    assert found.shape == shape
    assert not found.any()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_changed_bytes_give_an_error_of_ours_or_networks(
    tmp_path: Path, contents: list[bytes], data: st.DataObject
) -> None:
    content = bytearray(data.draw(st.sampled_from(contents)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path = tmp_path / "changed.pkl"
    path.write_bytes(content)
    assert _outcome(path).isprintable()


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path, why in ((tmp_path, "this is a folder"), (tmp_path / "none.pkl", "no such file")):
        with pytest.raises(EffaceError, match=why):
            official.import_official(path)


def test_a_file_larger_than_any_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(official, "MOST_BYTES", 1000)
    refused(tmp_path, hand_made(SMALL), "larger than any pickle")
