"""Coordinated action: authorities elsewhere order the same as a case that runs already.

Legal power: authorities conduct joint operations, joint investigations and joint enforcement among
them (GDPR article 62); each orders under its own law, and only what that law lets it order. On the
start every authority that joins opens a case and orders the duties of the leading case, all with
one deadline; the operator's strategy answers each. Who joins is drawn from the authorities'
willingness, or all do, or nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.events import Process
from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.own_case import own_step
from sim.law.drawing import case_key
from sim.setup import Authority, CaseFile, InterventionSpec, Obligation


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Open a case of every authority that joins, with its order on the start."""
    files = [case.file for case in actors.cases.values()]
    lead = _leading(spec, files)
    assert lead is not None
    months = round(float(spec.options["months"]))
    joined = []
    for case, powers in _others(spec, files):
        duties = _ordered(lead, powers)
        if not duties or not _joins(powers, spec, actors):
            continue
        joined.append(powers.id)
        actors.open_case(
            CaseFile(
                id=f"{actors.source} {case.id}",
                authority=case.authority,
                jurisdiction=case.jurisdiction,
                steps=(
                    own_step("investigation_opened", spec.start, "The authority joins."),
                    own_step("order", spec.start, "The authority orders as the leading one does."),
                ),
                obligations=tuple(
                    Obligation(duty, months=months, from_service=True) for duty in duties
                ),
                appeal_period_days=powers.appeal_period_days,
                stay=powers.stay,
                powers=powers,
            )
        )
    actors.env.process(_told(spec, actors, joined))


def _told(spec: InterventionSpec, actors: Actors, joined: list[str]) -> Process:
    """Write on the start who joins."""
    if spec.start > actors.last_day:
        return
    yield actors.env.timeout(spec.start - actors.env.now)
    who = ", ".join(joined) or "no authority of this world"
    kind, text = f"{spec.kind}_begins", f"Joining: {who}."
    actors.log.write(spec.start, "authority", kind, authority=actors.source, text=text)


def _leading(spec: InterventionSpec, cases: Sequence[CaseFile]) -> CaseFile | None:
    """Return the first case of the jurisdiction that orders anything."""
    here = (case for case in cases if case.jurisdiction == spec.jurisdiction and case.obligations)
    return next(here, None)


def lacks(spec: InterventionSpec, cases: Sequence[CaseFile]) -> str:
    """Return that there is no case to join, where there is none."""
    if _leading(spec, cases) is not None:
        return ""
    return f"a case in {spec.jurisdiction} that orders something, which others can join"


def _others(spec: InterventionSpec, cases: Sequence[CaseFile]) -> list[tuple[CaseFile, Authority]]:
    """Return one case of every authority elsewhere, with the authority."""
    seen: dict[str, tuple[CaseFile, Authority]] = {}
    for case in cases:
        powers = case.powers
        if powers is None or powers.kind != "authority":
            continue
        if case.jurisdiction != spec.jurisdiction:
            seen.setdefault(powers.id, (case, powers))
    return list(seen.values())


def _ordered(lead: CaseFile, powers: Authority) -> list[str]:
    """Return the duties of the leading case that another authority may order."""
    return [duty.kind for duty in lead.obligations if duty.kind in powers.powers]


def _joins(powers: Authority, spec: InterventionSpec, actors: Actors) -> bool:
    """Return whether an authority joins: drawn once for it in a replication, or said."""
    who = str(spec.options["joining"])
    if who != "as drawn":
        return who == "all"
    luck = actors.streams.uniform("law.joins", case_key(powers.id))
    return bool(luck[0] < powers.joins)


def reaches(spec: InterventionSpec, cases: Sequence[CaseFile]) -> set[str]:
    """Return the jurisdictions of the authorities that may join."""
    if spec.options.get("joining") == "none":
        return set()
    return {case.jurisdiction for case, _ in _others(spec, cases)}


KIND = InterventionKind(
    name="coordinated-action",
    what="Authorities elsewhere order the same on one day, each within its own powers.",
    power="GDPR article 62, and each authority's own power to order.",
    address="https://gdprhub.eu/index.php?title=Article_62_GDPR&diff=39164&oldid=24272",
    options={
        "joining": Option(
            "as drawn",
            "which of the other authorities of the world join",
            choices=("as drawn", "all", "none"),
            source="As drawn: the willingness in each authority's file, from what it did in the "
            "record.",
        ),
        "months": Option(
            3.0,
            "calendar months from the joint orders to their deadline",
            most=24.0,
            low=1.0,
            high=6.0,
            source="Three months to cease in the case under question, two in France.",
            whole=True,
        ),
    },
    install=install,
    acts_on="case",
    ends=False,
    lacks=lacks,
    reaches=reaches,
)
