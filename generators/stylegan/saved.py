"""What `torch.save` wrote, read as data: tensors' bytes inside a pickle, in either layout.

Two layouts are in use. The older: a pickle of a magic number, one of the version, one of the
machine's number format, one of the object, one of the storages' keys, then for each key the count
(8 bytes) and the numbers. The newer: an archive in zip's format, nothing compressed, with the
object's pickle in `data.pkl` and the numbers of each storage in a file of its own. Both are what
torch 1.x and 2.x write and read (`torch/serialization.py` documents them); a loader in a loader is
read by the same rules, a few deep.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from generators.stylegan.allowance import Allowance, refuse, shown
from generators.stylegan.pickle_machine import Known, StandIn
from generators.stylegan.pickled import STORAGES, PickledStorage, number_size
from generators.stylegan.unpickle import read_pickle
from generators.stylegan.vocabulary import NAMES

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001
_ZIP = b"PK\x03\x04"


def _load_from_bytes(allowance: Allowance, arguments: tuple[Any, ...]) -> Any:
    if len(arguments) != 1 or type(arguments[0]) is not bytes:
        raise refuse("this pickle is damaged: 'torch.storage._load_from_bytes' has no bytes")
    allowance.enter()
    # The same bytes may be given many times over, and each time what they hold is made anew.
    allowance.copy(len(arguments[0]))
    value = read_saved(arguments[0], allowance)
    allowance.leave()
    return value


VOCABULARY: Mapping[tuple[str, str], StandIn] = {
    **NAMES,
    ("torch.storage", "_load_from_bytes"): _load_from_bytes,
}
"""Every name that may stand in a pickle, and what it stands for."""


def read_saved(content: bytes, allowance: Allowance) -> Any:
    """Return what torch saved, as plain data with storages.

    Args:
        content: the bytes of the saved file.
        allowance: what reading may cost.

    Raises:
        EffaceError: neither layout, damaged, or not to be read as data.
    """
    if content.startswith(_ZIP):
        return _read_archive(content, allowance)
    return _read_stream(content, allowance)


def _storage_at(address: Any) -> tuple[str, PickledStorage]:
    """Return key and empty storage of a persistent id."""
    if (
        type(address) is not tuple
        or len(address) not in (5, 6)
        or address[0] != "storage"
        or not isinstance(address[1], Known)
        or type(address[2]) is not str
        or type(address[4]) is not int
        or not 0 <= address[4] < 2**48
    ):
        raise refuse("this pickle points to data in a manner that torch does not use")
    kind = STORAGES.get(address[1].name.rpartition(".")[2])
    if kind is None:
        raise refuse(f"this pickle has a storage of kind '{address[1].name}'")
    if len(address) == 6 and address[5] is not None:
        raise refuse("this pickle has storages inside storages, as torch wrote them before 1.0")
    return address[2], PickledStorage(kind, address[4])


class _Storages:
    """The storages that a pickle refers to, each once."""

    def __init__(self) -> None:
        self.by_key: dict[str, PickledStorage] = {}

    def at(self, address: Any) -> PickledStorage:
        """Return the storage of a persistent id, the same for the same key."""
        key, fresh = _storage_at(address)
        storage = self.by_key.setdefault(key, fresh)
        if (storage.kind, storage.count) != (fresh.kind, fresh.count):
            raise refuse(f"this pickle speaks of storage '{shown(key)}' in two ways")
        return storage


def _read_stream(content: bytes, allowance: Allowance) -> Any:
    stream = io.BytesIO(content)
    if read_pickle(stream, VOCABULARY, allowance) != MAGIC:
        raise refuse("the bytes of a tensor are not as torch saves them")
    if read_pickle(stream, VOCABULARY, allowance) != VERSION:
        raise refuse("the bytes of a tensor are of a version that torch does not use")
    machine = read_pickle(stream, VOCABULARY, allowance)
    if type(machine) is not dict or machine.get("little_endian") is not True:
        raise refuse("the bytes of a tensor are from a machine with the big end first")
    storages = _Storages()
    value = read_pickle(stream, VOCABULARY, allowance, storages.at)
    keys = read_pickle(stream, VOCABULARY, allowance)
    if type(keys) is not list or any(type(key) is not str for key in keys):
        raise refuse("this pickle is damaged: a list of storages is missing")
    rest = memoryview(content)[stream.tell() :]
    for key in keys:
        storage = storages.by_key.get(key)
        if storage is None or storage.content is not None:
            raise refuse(f"this pickle lists a storage '{shown(key)}' that nothing refers to")
        length = storage.count * number_size(storage.kind)
        if int.from_bytes(rest[:8], "little") != storage.count or len(rest) < 8 + length:
            raise refuse(
                f"a storage of {storage.count:,} numbers has {max(0, len(rest) - 8):,} bytes left"
            )
        storage.content, rest = rest[8 : 8 + length], rest[8 + length :]
    _require_all(storages)
    return value


def _read_archive(content: bytes, allowance: Allowance) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > len(content) or any(
                member.compress_type != zipfile.ZIP_STORED for member in members
            ):
                raise refuse("the archive of a tensor is compressed, which torch's never is")
            allowance.copy(len(content))
            return _read_members(archive, {member.filename for member in members}, allowance)
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        EOFError,
        OSError,
        zlib.error,
        struct.error,
    ):
        raise refuse("the archive of a tensor is cut short or damaged") from None
    except RuntimeError:
        raise refuse("the archive of a tensor is locked") from None


def _read_members(archive: zipfile.ZipFile, names: set[str], allowance: Allowance) -> Any:
    found = [name for name in names if name.rpartition("/")[2] == "data.pkl"]
    if len(found) != 1:
        raise refuse("the archive of a tensor holds no pickle")
    folder = found[0].rpartition("/")[0]
    if f"{folder}/byteorder" in names and archive.read(f"{folder}/byteorder") != b"little":
        raise refuse("the bytes of a tensor are from a machine with the big end first")
    storages = _Storages()
    stream = io.BytesIO(archive.read(found[0]))
    value = read_pickle(stream, VOCABULARY, allowance, storages.at)
    for key, storage in storages.by_key.items():
        name = f"{folder}/data/{key}"
        content = archive.read(name) if name in names else b""
        if len(content) != storage.count * number_size(storage.kind):
            raise refuse(f"a storage of {storage.count:,} numbers has {len(content):,} bytes")
        storage.content = memoryview(content)
    return value


def _require_all(storages: _Storages) -> None:
    if any(storage.content is None for storage in storages.by_key.values()):
        raise refuse("this pickle refers to a storage that it does not hold")
