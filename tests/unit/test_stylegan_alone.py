"""`generators.stylegan` needs torch and NumPy alone; its page says what is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the generator needs the extra [faces]")

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "stylegan.md"
TORCH_NEEDS = (
    "filelock", "fsspec", "jinja2", "markupsafe", "mpmath", "networkx", "setuptools", "sympy",
    "typing_extensions",
)  # fmt: skip
GUARD = """
import sys, torch, numpy
allowed = {{"torch", "numpy", "generators", *{more!r}, *{torch_needs!r}, *sys.stdlib_module_names}}
ours = ("generators", "generators.stylegan", *{ours!r})

class Guard:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in allowed and not name.startswith("_sysconfigdata"):
            raise ModuleNotFoundError(f"{{name}} was asked for")
        if name.startswith("generators.") and name not in ours and "stylegan" not in name:
            raise ModuleNotFoundError(f"{{name}} was asked for")

sys.meta_path.insert(0, Guard())
"""


def alone(
    program: str, more: tuple[str, ...] = (), ours: tuple[str, ...] = (), before: str = ""
) -> str:
    """Run a program in which nothing but torch, NumPy and what is named can be imported."""
    guard = before + GUARD.format(more=more, torch_needs=TORCH_NEEDS, ours=ours)
    line = [sys.executable, "-c", guard + program]
    done = subprocess.run(line, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules() -> list[str]:
    return sorted(p.stem for p in (ROOT / "generators" / "stylegan").glob("*.py"))


def reads_others_files(module: str) -> bool:
    text = (ROOT / "generators" / "stylegan" / f"{module}.py").read_text(encoding="utf-8")
    return "generators.errors" in text or "safetensors" in text


def test_training_needs_torch_and_numpy_alone() -> None:
    names = ("training", "folder", "augment", "snapshots", "scalars", "checkpoint")
    assert not any(reads_others_files(name) for name in names)
    imports = "\n".join(f"import generators.stylegan.{name}" for name in names)
    alone(f"{imports}\nassert 'generators.errors' not in sys.modules")


def test_files_of_weights_add_safetensors_and_the_family_of_errors() -> None:
    imports = "\n".join(f"import generators.stylegan.{n}" for n in modules() if n != "__init__")
    alone(imports, ("safetensors",), ("generators.errors",))


def test_the_guard_would_see_it() -> None:
    asked = """
for name in ("generators.faces", "generators.errors", "PIL"):
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        print(error)
"""
    assert alone(asked).count("was asked for") == 3


def programs() -> list[str]:
    found = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found


@pytest.mark.slow
def test_the_pages_example_runs_as_it_stands(tmp_path: Path) -> None:
    whole = "\n".join(programs()).replace('Path("discs")', f"Path({str(tmp_path)!r})")
    whole = whole.replace("images=40_000", "images=64")
    # What torch's optimisers look for on their first step is torch's business.
    alone(whole, ("safetensors",), ("generators.errors",), "import torch._dynamo")
    assert (tmp_path / "checkpoint.pt").is_file()
    assert (tmp_path / "weights.safetensors").is_file()
