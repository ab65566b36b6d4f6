"""One replication: all arms on shared draws.

What arms share (who could be found, when, with what evidence; at fidelity `pixels` every photo) is
drawn once; each arm then runs its own clock (`sim.arm`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.population import Population
from sim.arm import Arm
from sim.customers import draw_probes, searches_asked
from sim.dates import weeks
from sim.draws import streams as named_streams
from sim.fidelity import Fidelity
from sim.history import History
from sim.interventions.registry import reached
from sim.operator.in_play import in_play
from sim.operator.parts import Parts, parts_of
from sim.operator.passes import highest_boost
from sim.operator.profile import amount_of
from sim.operator.signals import Signals
from sim.people.findability import findability_of
from sim.people.finds import CandidateFinds, draw_candidates
from sim.people.posted import posted_homes, spread_within
from sim.people.unhindered import unhindered_photos
from sim.pixels.faces import Faces, shipped_faces
from sim.pixels.photos import ReplicationPhotos, draw_photos
from sim.setup import ArmSetup, reading_days
from sim.shared import Shared
from sim.tallies import cells_of


def run_arms(
    population: Population,
    arms: Mapping[str, ArmSetup],
    seed: int,
    replication: int,
    *,
    watched: NDArray[np.int64] | None = None,
    faces: Faces | None = None,
) -> dict[str, History]:
    """Run every arm of one replication on common random numbers.

    Args:
        population: the people, the same in every arm.
        arms: setups by name; they share parameters, horizon, curves and windows.
        seed: root seed.
        replication: number of the replication.
        watched: rows of persons whose own counts are kept.
        faces: what draws and encodes photos at fidelity `pixels`; None for the shipped ones.

    Returns:
        one history an arm, in the same order.

    Raises:
        ValueError: arms that do not share what they must, or none.
        ParameterError: parameters that cannot hold together for these people.
        ScenarioError: a case whose dates stand before their causes.
        EnvelopeError: a lever that exceeds the envelope.
        FacesUnavailableError: what `pixels` needs is not here; names the one command.
    """
    setups = list(arms.values())
    if not setups:
        raise ValueError("no arm to run")
    first = setups[0]
    for other in setups[1:]:
        if (
            dict(other.parameters) != dict(first.parameters)
            or (other.first_day, other.last_day) != (first.first_day, first.last_day)
            or other.windows != first.windows
            or other.fidelity != first.fidelity
            or not np.array_equal(other.curves.searches, first.curves.searches)
            or not np.array_equal(other.curves.images, first.curves.images)
        ):
            raise ValueError("arms of one replication share parameters, horizon, windows, fidelity")
    if first.first_day != 0:
        raise ValueError("runs start on 2017-01-01")
    shared = shared_by_arms(population, first, seed, replication, faces, beside=setups[1:])
    return {name: Arm(shared, setup, watched).history() for name, setup in arms.items()}


def shared_by_arms(
    population: Population,
    setup: ArmSetup,
    seed: int,
    replication: int,
    faces: Faces | None = None,
    *,
    beside: Sequence[ArmSetup] = (),
) -> Shared:
    """Return what all arms of a replication have in common, drawn once.

    Args:
        population: the people.
        setup: of one arm.
        seed: root seed.
        replication: number of the replication.
        faces: what draws and encodes photos at fidelity `pixels`; None for the shipped ones.
        beside: of the other arms; what any arm is about is told apart in all of them.

    Raises:
        FacesUnavailableError: what `pixels` needs is not here; names the one command.
        ParameterError: parameters that cannot hold together for these people.
        ScenarioError: arms that are about more than a run can tell apart.
        ValueError: a fidelity that this version does not have.
    """
    streams, parameters = named_streams(seed, replication), setup.parameters
    scope = population.jurisdictions.index(setup.windows.jurisdiction)
    in_scope = population.jurisdiction == scope
    findability = findability_of(population, parameters)
    images = setup.curves.images[: setup.last_day + 2]
    signals, lag = Signals.of(parameters), parameters["photos.lag"]
    apart = in_play([setup, *beside], population.jurisdictions, signals.threshold, reached)
    per_image = parameters["gallery.faces_per_image"]
    homes = posted_homes(population, findability, per_image, images, lag, apart.codes)
    within = spread_within(
        population,
        findability,
        images,
        lag,
        apart.codes,
        bands=apart.bands,
        platforms=apart.platforms,
    )
    parts = parts_of(apart, population.platforms, signals, homes, within)
    candidates = draw_candidates(
        population, findability, parameters, setup.curves, streams, setup.last_day, apart
    )
    photos = None
    if setup.fidelity is not Fidelity.SCORES:
        photos = _photos(
            faces or shipped_faces(),
            population,
            setup,
            streams,
            candidates,
            np.flatnonzero(in_scope),
            parts,
        )
    bands = None
    if apart.bands:
        bands = population.age_band_of(candidates.person, candidates.captured)
    evidence = [candidates.evidence, *candidates.elsewhere.values()]
    return Shared(
        population=population,
        streams=streams,
        candidates=candidates,
        cells=cells_of(population, setup.windows.notice),
        in_scope=in_scope,
        parts=parts,
        part=parts.of_faces(evidence, bands, candidates.platform),
        unhindered=unhindered_photos(
            candidates,
            parameters["crawler.envelope"],
            in_scope,
            reading_days(setup),
            setup.profile.lets_in(population.platforms),
        ),
        photos=photos,
    )


def _photos(
    faces: Faces,
    population: Population,
    setup: ArmSetup,
    streams: Streams,
    candidates: CandidateFinds,
    residents: NDArray[np.int64],
    parts: Parts,
) -> ReplicationPhotos:
    """Draw every photo of the replication; see `shared_by_arms`."""
    if setup.fidelity is not Fidelity.PIXELS:
        raise ValueError(f"fidelity '{setup.fidelity}' is not in this version")
    parameters, code = setup.parameters, setup.windows.jurisdiction
    share = amount_of(setup.profile.searched[code], parameters)
    asked = searches_asked(setup.profile, setup.curves)
    weekly = (
        draw_probes(float(asked[end] - asked[start]) * share, residents, start, streams)
        for start, end in weeks(setup.last_day)
    )
    # Levers let a share of at most 1 pass, so that no arm can find more than these.
    redirected = amount_of(setup.profile.redirect_share, parameters)
    boost = highest_boost(parts, redirected)
    return draw_photos(
        faces,
        population,
        streams,
        candidates,
        candidates.in_reach(boost / parameters["crawler.envelope"]),
        [probes for probes in weekly if probes is not None],
        residents,
        reading_days(setup),
    )
