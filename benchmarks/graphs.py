"""A society beside the nearest graphs of networkx, igraph and networkit, each in a process alone.

What is nearest differs: networkx has power laws with triangles (Holme and Kim), igraph given
degrees without triangles, networkit has given degrees with communities (LFR)
and hyperbolic graphs (heavy tails with triangles). None has people, places or ages. One thread, CPU
seconds, memory above what stood before the timed part. What sides are given is drawn in another
process and read from a file, so that no side builds on memory another has freed; our side
builds a thousand people first, so that nothing is compiled or read in the timed part. Each side's
mean degree is printed.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Figure

OURS = (
    "from generators.population import build_population; build_population(1000, 1)",
    "made = build_population({n}, 1); ties = made.edges",
)
OURS_GRAPH = (
    "from benchmarks.graphs import asked_of; from generators.graph import draw_society\n"
    "draw_society(*asked_of('{warm}')); asked = asked_of('{given}')",
    "made = draw_society(*asked); ties = made.close.edges + made.acquaintances.edges",
)
SIDES = {
    "networkx powerlaw_cluster_graph": (
        "import networkx",
        "made = networkx.powerlaw_cluster_graph({n}, 30, 0.3, 1); ties = made.number_of_edges()",
        20_000,
    ),
    "igraph Degree_Sequence": (
        "import igraph, random, numpy; random.seed(1)\n"
        "degrees = numpy.load('{given}/degrees.npy').tolist()",
        "made = igraph.Graph.Degree_Sequence(degrees, method='configuration')\n"
        "made.simplify(); ties = made.ecount()",
        100_000,
    ),
    "networkit LFRGenerator": (
        "import networkit as nk, numpy; nk.setNumberOfThreads(1); nk.setSeed(1, False)\n"
        "lfr = nk.generators.LFRGenerator({n})\n"
        "lfr.setDegreeSequence(numpy.load('{given}/degrees.npy').tolist())\n"
        "lfr.generatePowerlawCommunitySizeSequence(1000, 3000, -1.5); lfr.setMu(0.6)",
        "made = lfr.generate(); ties = made.numberOfEdges()",
        100_000,
    ),
    "networkit HyperbolicGenerator": (
        "import networkit as nk; nk.setNumberOfThreads(1); nk.setSeed(1, False)",
        "made = nk.generators.HyperbolicGenerator({n}, 60, 2.9, 0).generate()\n"
        "ties = made.numberOfEdges()",
        100_000,
    ),
}
"""What each side prepares, what is timed, and how many people it is asked for; `{given}` is a
folder of `prepare`."""
ROUNDS = 3
WARM = 1000
"""People that our sides build before they are timed."""


def prepare(people: int, folder: Path) -> None:
    """Draw a population and write what sides are given of it into a folder.

    `degrees.npy` holds the degrees of our own society as int64 [n], capped so that communities can
    hold them; `people.npz` the columns of its people from which ties are drawn.

    Args:
        people: how many.
        folder: a new folder.
    """
    import numpy as np

    from generators.people import REFERENCE_DAY
    from generators.population import build_population

    made = build_population(people, 1)
    degree = np.clip(made.close.degree + made.acquaintances.degree, 1, 900)
    degree[int(degree.argmax())] -= int(degree.sum()) % 2
    folder.mkdir()
    np.save(folder / "degrees.npy", degree)
    age = made.age_on(REFERENCE_DAY).astype(float)
    np.savez(folder / "people.npz", jurisdiction=made.jurisdiction, place=made.place, age=age)


def asked_of(folder: str) -> tuple[object, ...]:
    """Return what `draw_society` takes, with the columns of people that `prepare` has drawn."""
    import numpy as np

    from generators.keyed import Streams
    from generators.population import STREAMS
    from generators.strata import read_strata

    with np.load(Path(folder) / "people.npz") as columns:
        drawn = columns["jurisdiction"], columns["place"], columns["age"]
    return *drawn, read_strata(), Streams(1, 0, STREAMS)


def run(smaller: int = 1) -> list[Figure]:
    """Time every side in turn, round after round, and print ours beside it at its size.

    Args:
        smaller: by what every size is divided, to try the benchmark itself.
    """
    sides = {name: (before, timed, n // smaller) for name, (before, timed, n) in SIDES.items()}
    sizes = sorted({size for _, _, size in sides.values()})
    asked = dict(sides)
    for size in sizes:
        asked[f"people, accounts and ties, {size:,}"] = (*OURS, size)
        asked[f"ties of people who are drawn, {size:,}"] = (*OURS_GRAPH, size)
    seen: dict[str, list[tuple[float, float, int]]] = {name: [] for name in asked}
    with tempfile.TemporaryDirectory() as folder:
        given = {size: Path(folder) / f"{size}" for size in (WARM, *sizes)}
        for size, there in given.items():
            prepared = f"prepare({size}, Path({str(there)!r})); ties = 0"
            alone("from pathlib import Path; from benchmarks.graphs import prepare", prepared)
        for _ in range(ROUNDS):
            for name, (before, timed, size) in asked.items():
                known = {"n": size, "given": given[size], "warm": given[WARM]}
                seen[name].append(alone(before.format(**known), timed.format(**known)))
    cost = {
        name: tuple(map(statistics.median, zip(*rows, strict=True))) for name, rows in seen.items()
    }
    figures = []
    for name, (cpu, memory, ties) in cost.items():
        figures.append(Figure(name, cpu, "CPU s"))
        figures.append(Figure(f"{name}, a tie", cpu / ties * 1e6, "CPU us"))
        figures.append(Figure(f"{name}, memory", memory / 2**20, "MiB"))
        figures.append(Figure(f"{name}, mean degree", 2.0 * ties / asked[name][2], "ties"))
    for name, (_, _, size) in sides.items():
        for ours in (
            f"people, accounts and ties, {size:,}",
            f"ties of people who are drawn, {size:,}",
        ):
            cpu, memory, ties = cost[ours]
            theirs, their_memory, their_ties = cost[name]
            figures.append(
                Figure(
                    f"{ours}: a tie", cpu / ties * 1e6, "CPU us",
                    name, (theirs / their_ties) / (cpu / ties),
                )
            )  # fmt: skip
            figures.append(
                Figure(
                    f"{ours}: memory of a tie", memory / ties, "bytes",
                    name, (their_memory / their_ties) / (memory / ties),
                )
            )  # fmt: skip
    return figures


def alone(before: str, timed: str) -> tuple[float, float, int]:
    """Run a piece of Python in a process alone; return CPU seconds, bytes it added, and ties.

    Bytes are the peak over the timed part above what stood in memory before it.

    Args:
        before: what is imported and prepared.
        timed: what is timed; sets `ties`.

    Raises:
        RuntimeError: it failed; the message holds the end of what it printed.
    """
    program = (
        f"{before}\nimport gc, json, resource, time\n"
        "gc.collect()\n"
        "held = int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize()\n"
        "open('/proc/self/clear_refs', 'w').write('5')\n"
        "start = time.process_time()\n"
        f"{timed}\n"
        "took = time.process_time() - start\n"
        "status = dict(row.split(':', 1) for row in open('/proc/self/status'))\n"
        "peak = int(status['VmHWM'].split()[0]) * 1024\n"
        "print(json.dumps([took, peak - held, ties]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False,
        env=_one_thread(),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{timed}\n{done.stderr[-2000:]}")
    took, memory, ties = json.loads(done.stdout.splitlines()[-1])
    return took, memory, ties


def _one_thread() -> dict[str, str]:
    import os

    return {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
