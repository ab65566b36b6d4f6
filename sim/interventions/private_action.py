"""Private action: people sue, and the suit ends in a settlement that a court approves.

Legal power: whoever is aggrieved may sue for damages and an injunction (740 ILCS 14/20); a class
is settled with the court's approval (Federal Rules of Civil Procedure, rule 23(e)). Three ends are
in the record: money, a share of the company, and a consent decree with duties that bind from
service: to bar private customers for good, and to filter residents' photos for five years.
An operator whose strategy does not settle fights the suit, and nothing comes of it in the run.
"""

from __future__ import annotations

from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.own_case import COLLECTS, own_authority, own_case, own_step
from sim.law.step_kinds import ORDER, PRIVATE
from sim.setup import InterventionSpec, Obligation

POWER = "740 ILCS 14/20; Federal Rules of Civil Procedure, rule 23(e)."
REMEDIES = {
    "money": (),
    "equity": (Obligation("equity", from_service=True),),
    "decree": (
        Obligation("bar_private", from_service=True),
        Obligation("cease_collection", from_service=True, lasts_months=60),
    ),
}
"""What is settled beside a sum, to the duties that bind from service."""


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Open a suit on the start, and settle it after some time."""
    options = spec.options
    amount = round(float(options["amount"]))
    settled = spec.start + round(float(options["takes"]))
    duties = REMEDIES[str(options["remedy"])]
    powers = dict.fromkeys((ORDER, PRIVATE, *(duty.kind for duty in duties)), POWER)
    steps = [
        own_step("complaint", spec.start, "People sue.", amount),
        own_step("settlement", settled, "The parties settle.", amount),
        own_step("consent_order", settled, "The court orders what was agreed."),
    ]
    authority = own_authority(spec, actors, powers, kind="court")
    actors.open_case(own_case(spec, actors, authority, steps, duties))


KIND = InterventionKind(
    name="private-action",
    what="People sue, and the suit ends in money, equity or a consent decree.",
    power=POWER,
    address="https://self-law.org/code/il/chapter-740/act-14/20",
    options={
        "amount": Option(
            250_000.0,
            "amount of the settlement",
            unit="GBP",
            most=1_000_000_000.0,
            low=250_000.0,
            high=51_750_000.0,
            source="Proxy: USD 250,000 of fees in the record's consent order, USD 51,750,000 in "
            "equity in its class action, taken as pounds.",
            whole=True,
        ),
        "remedy": Option(
            "decree",
            "what is settled beside the sum",
            choices=tuple(REMEDIES),
            source="The record has one of each.",
        ),
        "takes": Option(
            711.0,
            "days from the suit to its settlement",
            unit="days",
            least=1.0,
            most=36500.0,
            low=365.0,
            high=1884.0,
            source="The record: 711 days from suit to consent order, 1,884 to the approval of the "
            "class action.",
            whole=True,
        ),
        "collects": COLLECTS,
    },
    install=install,
    acts_on="purse",
    ends=False,
)
