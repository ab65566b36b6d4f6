"""`python -m benchmarks [NAME] [--json]`: run one benchmark, or all of them; `list` names them."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from benchmarks import (
    arms,
    fast_scan,
    galleries,
    gallery_audits,
    graphs,
    keepings,
    pixels,
    populations,
    renderer,
    sealed_galleries,
    shipped_run,
    start_up,
    stylegan,
)
from benchmarks.measure import machine

BENCHMARKS = {
    "start-up": start_up,
    "population": populations,
    "graphs": graphs,
    "arms": arms,
    "run": shipped_run,
    "renderer": renderer,
    "stylegan": stylegan,
    "pixels": pixels,
    "galleries": galleries,
    "keepings": keepings,
    "sealed-galleries": sealed_galleries,
    "fast-scan": fast_scan,
    "gallery-audits": gallery_audits,
}


def main() -> None:
    """Run what was asked for and print figures, ratios last."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", default="all", choices=["all", "list", *BENCHMARKS])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.name == "list":
        for name, module in BENCHMARKS.items():
            print(f"{name:16} {(module.__doc__ or '').splitlines()[0]}")
        return
    names = list(BENCHMARKS) if arguments.name == "all" else [arguments.name]
    results = []
    for name in names:
        print(f"{name} ...", file=sys.stderr)
        figures = BENCHMARKS[name].run()
        results.append(
            {"name": name, "machine": machine(), "figures": [asdict(f) for f in figures]}
        )
        if not arguments.json:
            for f in figures:
                beside = f"   {f.ratio:.2f} x against {f.against}" if f.ratio is not None else ""
                print(f"{name:16} {f.name:42} {f.value:10.3f} {f.unit}{beside}")
    if arguments.json:
        print(json.dumps(results[0] if len(results) == 1 else results, indent=2))


if __name__ == "__main__":
    main()
