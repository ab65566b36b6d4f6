"""The head model is opened as data only, and only the published one is accepted."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from generators.errors import FacesUnavailableError
from generators.heads import pack


class Trap:
    """An object that would leave a file behind if a pickle of it were ever loaded."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.write_text, (self.witness, "executed"))


def _small_pack(folder: Path, **changes: object) -> Path:
    names = list(pack.HeadPack.__dataclass_fields__)
    arrays: dict[str, object] = {name: np.zeros(2, dtype=np.float32) for name in names}
    arrays.update(changes)
    path = folder / pack.PACK_NAME
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def test_a_pack_with_a_pickled_object_is_refused_and_nothing_in_it_runs(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    trap = np.array([Trap(witness)], dtype=object)
    _small_pack(tmp_path, mean=trap)
    with pytest.raises(FacesUnavailableError, match=r"pickled objects.*fetch-head-model"):
        pack.load_pack(tmp_path)
    assert not witness.exists()


def test_a_pack_with_other_contents_is_refused(tmp_path: Path) -> None:
    _small_pack(tmp_path)
    with pytest.raises(FacesUnavailableError, match=r"other contents.*fetch-head-model"):
        pack.load_pack(tmp_path)


@pytest.mark.parametrize("keep", [0, 10, 200, -40])
def test_a_truncated_pack_is_refused(tmp_path: Path, keep: int) -> None:
    path = _small_pack(tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(FacesUnavailableError, match="fetch-head-model"):
        pack.load_pack(tmp_path)


def test_a_foreign_archive_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / pack.PACK_NAME, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(FacesUnavailableError, match="not the head model"):
        pack.load_pack(tmp_path)


def test_an_archive_that_would_unfold_to_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    names = list(pack.HeadPack.__dataclass_fields__)
    with zipfile.ZipFile(tmp_path / pack.PACK_NAME, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(f"{name}.npy", bytes(8 * 2**20))
    with pytest.raises(FacesUnavailableError, match="far too large"):
        pack.load_pack(tmp_path)


def test_a_missing_pack_names_the_one_command(tmp_path: Path) -> None:
    with pytest.raises(FacesUnavailableError, match="efface faces fetch-head-model"):
        pack.load_pack(tmp_path / "nowhere")


def test_the_setting_points_to_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EFFACE_HEAD_MODEL", str(tmp_path))
    assert pack.head_model_folder() == tmp_path
    monkeypatch.delenv("EFFACE_HEAD_MODEL")
    assert pack.head_model_folder().parts[-2:] == ("efface", "heads")


def test_one_changed_number_changes_the_digest() -> None:
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array(["x", "yz"])}
    same = {"b": np.array(["x", "yz"]), "a": np.arange(6, dtype=np.float32).reshape(2, 3)}
    assert pack.arrays_digest(arrays) == pack.arrays_digest(same)
    reshaped = arrays | {"a": arrays["a"].reshape(3, 2)}
    changed = arrays | {"a": arrays["a"] + np.float32(1e-6)}
    assert len({pack.arrays_digest(x) for x in (arrays, reshaped, changed)}) == 3


def test_the_derived_arrays_come_with_the_project() -> None:
    assets = pack.load_assets()
    assert assets.uvpos.shape == (256, 256, 3)
    assert np.linalg.norm(assets.sexdir) == pytest.approx(1, abs=1e-5)
