"""A million templates: 4-bit candidates scored anew, beside raw FAISS, 8-bit lists and exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Figure, in_turn, seconds

ROWS, PHOTOS, PROBES, K = 1_000_000, 4, 1_000, 10
"""Templates, of each person, probes, and results asked for."""
FPIR = 0.01
"""Share of strangers that pass the threshold at which who passes is compared."""
SHARE = 0.01
"""Of the templates, those erased: scattered, as a national order falls."""
LISTS, PARTS, NPROBE, FACTOR = 2048, 64, 64, 10
FAST = f"Segments{ROWS},IVF{LISTS},PQ{PARTS}x4fs,Refine(SQ8)@nprobe={NPROBE},k_factor={FACTOR}"
EIGHT = f"IVF{LISTS},SQ8@nprobe={NPROBE}"


@dataclass(frozen=True)
class Shown:
    """`PHOTOS` templates of each person, one more of `PROBES` of them, and of as many others."""

    templates: NDArray[np.float32]
    probes: NDArray[np.float32]
    strangers: NDArray[np.float32]


def run() -> list[Figure]:
    """Time enrolling, searching and erasing, and tell who is found."""
    from sim.gallery.designs import design_of
    from sim.gallery.stored import StoredGallery

    shown = people()
    ids = np.random.default_rng(0).permutation(ROWS).astype(np.int64)
    made: dict[str, Any] = {}

    def ours() -> None:
        made["fast"] = None
        gallery = StoredGallery(shown.templates.shape[1], FAST)
        gallery.enrol(ids, shown.templates)
        made["fast"] = gallery

    def faiss_alone() -> None:
        made["raw"] = None
        sample = design_of(FAST, shown.templates.shape[1]).sample
        made["raw"] = raw_index(shown.templates, sample)

    enrolled = in_turn([lambda: seconds(ours), lambda: seconds(faiss_alone)], 1)
    fast, (raw, _), parameters = made["fast"], made["raw"], raw_parameters()
    eight = StoredGallery(shown.templates.shape[1], EIGHT)
    eight.enrol(ids, shown.templates)
    sides: list[Callable[[], float]] = [
        lambda: seconds(lambda: fast.search(shown.probes, K)),
        lambda: seconds(lambda: raw.search(shown.probes, K, params=parameters)),
        lambda: seconds(lambda: eight.search(shown.probes, K)),
    ]
    searched = in_turn(sides, 7)
    what = f"{PROBES:,} searches of {ROWS:,} templates"
    return [
        Figure(
            "enrolled and trained", enrolled[0], "CPU s", "raw FAISS", enrolled[1] / enrolled[0]
        ),
        Figure(what, searched[0], "CPU s", "raw FAISS", searched[1] / searched[0]),
        Figure("the same", searched[0], "CPU s", EIGHT, searched[2] / searched[0]),
        Figure("a template", sum(b for _, b in fast.stats().stores) / ROWS, "bytes"),
        *found(fast, eight, shown, ids),
        *erased(fast, ids),
    ]


def people() -> Shown:
    """Draw templates of people from the distribution that is fitted to the shipped encoder."""
    from generators.keyed import Streams
    from generators.template_file import read_templates
    from generators.templates import STREAMS

    distribution, _ = read_templates()
    streams = Streams(0, 0, STREAMS)
    enrolled = ROWS // PHOTOS
    everyone = np.arange(enrolled + PROBES)
    centres = distribution.centres(streams, everyone)

    def photos(who: NDArray[np.int64], which: NDArray[np.int64]) -> NDArray[np.float32]:
        return distribution.photos(streams, who, centres[who], which)

    again = np.full(PROBES, PHOTOS)
    return Shown(
        photos(np.repeat(everyone[:enrolled], PHOTOS), np.tile(np.arange(PHOTOS), enrolled)),
        photos(everyone[:PROBES], again),
        photos(everyone[enrolled:], again),
    )


def raw_index(templates: NDArray[np.float32], sample: int) -> tuple[Any, tuple[Any, ...]]:
    """Return FAISS's own index of these, as it comes, and its parts: made, trained, filled."""
    import faiss

    dimension = templates.shape[1]
    coarse = faiss.IndexFlatIP(dimension)
    scan = faiss.IndexIVFPQFastScan(coarse, dimension, LISTS, PARTS, 4, faiss.METRIC_INNER_PRODUCT)
    scan.by_residual = False
    scan.cp.spherical = True
    store = faiss.IndexScalarQuantizer(
        dimension, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index = faiss.IndexRefine(scan, store)
    spread = np.linspace(0, len(templates) - 1, min(len(templates), sample)).astype(np.int64)
    index.train(templates[spread])
    index.add(templates)
    # FAISS's wrappers need not hold on to the parts.
    return index, (coarse, scan, store)


def raw_parameters() -> Any:
    """Return the search parameters of `FAST` for FAISS."""
    import faiss

    inside = faiss.SearchParametersIVF(nprobe=NPROBE)
    return faiss.IndexRefineSearchParameters(k_factor=FACTOR, base_index_params=inside)


def found(fast: Any, eight: Any, shown: Shown, ids: NDArray[np.int64]) -> list[Figure]:
    """Tell who is at rank 1, who passes a threshold set on exact scores, and what lost whom."""
    from sim.gallery.stored import StoredGallery

    exact = StoredGallery(shown.templates.shape[1], "Flat")
    exact.enrol(ids, shown.templates)
    person = np.empty(ROWS, dtype=np.int64)
    person[ids] = np.arange(ROWS) // PHOTOS
    right, best = {}, {}
    for name, gallery in {"exact": exact, "8-bit lists": eight, "fast scan": fast}.items():
        right[name] = person[gallery.search(shown.probes, 1).ids[:, 0]] == np.arange(PROBES)
        best[name] = gallery.search(shown.strangers, 1).scores[:, 0]
    threshold = np.quantile(best["exact"], 1 - FPIR)
    # The 8-bit lists look through the same lists as the fast scan or much the same ones, and at all
    # that is in them: whom they find too and the fast scan does not is lost to its candidates.
    lost = right["exact"] & ~right["fast scan"]
    candidates = float((lost & right["8-bit lists"]).mean())
    return [
        *(Figure(f"rank 1, {name}", float(r.mean()), "of probes") for name, r in right.items()),
        Figure("lost to lists not looked through", float(lost.mean()) - candidates, "of probes"),
        Figure("lost to 4-bit candidates", candidates, "of probes"),
        *(
            Figure(f"FPIR at a threshold of exact scores, {name}", fpir, "of strangers")
            for name, fpir in {n: float((b >= threshold).mean()) for n, b in best.items()}.items()
        ),
    ]


def erased(gallery: Any, ids: NDArray[np.int64]) -> list[Figure]:
    """Time an erasure beside rebuilding without and with the quantisers trained anew."""
    gone = np.random.default_rng(1).choice(ids, int(SHARE * ROWS), replace=False)
    erasing = seconds(lambda: gallery.erase(gone))
    plain = seconds(lambda: gallery.rebuild())
    trained = seconds(lambda: gallery.rebuild(retrain=True))
    what = f"{SHARE:.0%} erased, scattered"
    return [
        Figure(what, erasing, "CPU s", "rebuild, trained anew", trained / erasing),
        Figure(what, erasing, "CPU s", "rebuild, not trained", plain / erasing),
    ]
