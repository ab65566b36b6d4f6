"""What obeying and disobeying are expected to cost: Becker with limited collectability.

Becker (1968, "Crime and Punishment: An Economic Approach", Journal of Political Economy 76,
169-217): whoever breaks a rule weighs the gain against the chance of being convicted times the
sanction. To that come the part of a sanction that can be collected at all from an operator whose
means lie elsewhere (Polinsky and Shavell 1991, "A note on optimal fines when wealth varies among
individuals", American Economic Review 81: a sanction above the wealth in reach deters no more),
and the customers whom an authority can bar. They stand within the chance of being found out too: an
authority is taken to bar whom it has found disobeying, and nobody else; this is a choice, as is
that what people claim and what contempt of a court's order costs count as a sanction. Sums are in
US dollars, over the years that the operator looks ahead; nothing is discounted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from generators.people import DAYS_A_YEAR
from sim.dates import add_months
from sim.law.step_kinds import PENALTY, PERIODIC, Act
from sim.law.steps import STEPS
from sim.operator.profile import Market, Profile, amount_of
from sim.operator.purse import usd
from sim.operator.strategy import Expected
from sim.setup import Authority, CaseFile, Stay

TAKES_RESULTS = frozenset({"cease_collection", "delete", "cease_use", "delete_models"})
"""Duties after which residents of the jurisdiction are missing from results."""

ERASES = frozenset({"delete", "delete_models"})
"""Duties that cost work for every face in scope."""

ENDS_SERVICE = frozenset({"cease_services", "stop_use"})
"""Duties, and powers, that bar the customers in the jurisdiction."""

BARS_FIRMS = "bar_private"
"""Duty, and power, that bars private customers everywhere."""

ANSWERS = frozenset({"answer_requests", "opt_out"})
"""Duties that cost an answer to every request."""


@dataclass(frozen=True)
class Circumstances:
    """Where the operator stands on the day on which it decides.

    Attributes:
        revenue: US dollars a year from each of the profile's markets.
        faces: held that it infers to be residents in scope.
        requests: of residents in scope that reach the desk in a year.
        imposed: penalty that has been imposed, in whole units of the authority's currency.
        reach: what the case's authority could take by force, US dollars.
        claimed: what is claimed in a private action, US dollars.
    """

    revenue: Mapping[Market, float]
    faces: float
    requests: float
    imposed: int
    reach: float
    claimed: float = 0.0


def expected(
    file: CaseFile, profile: Profile, now: Circumstances, parameters: Mapping[str, float]
) -> Expected:
    """Return what a case is expected to cost the operator.

    Args:
        file: the case: what is ordered, and by whom.
        profile: the operator.
        now: where it stands.
        parameters: the arm's parameters.

    Raises:
        KeyError: the authority's currency has no rate.
    """
    years = parameters["operator.horizon"]
    powers = file.powers
    if powers is None:
        threat, detected, share, may, currency = 0.0, 0.0, 0.0, frozenset[str](), "USD"
    else:
        threat = powers.maximum.get(PENALTY, 0) + _delay(file, powers, years)
        detected, share, currency = powers.detects, powers.collects, powers.currency
        may = frozenset(powers.powers)
    sanction, penalty = (usd(sum_, currency, parameters) for sum_ in (threat, now.imposed))
    sanction += now.claimed + _contempt(file, years, parameters)

    def collectable(sum_: float) -> float:
        return min(share, now.reach / sum_) if sum_ > 0.0 else share

    obeying = cost_of(frozenset(o.kind for o in file.obligations), file, profile, now, parameters)
    costs = Expected(
        sanction=sanction,
        detected=detected,
        collectable=collectable(sanction),
        barred=_barred(may, file, now) * years,
        obeying=obeying,
        penalty=penalty,
        due=collectable(penalty + now.claimed),
        appeal=profile.means.appeal,
        relief=parameters["law.appeal_succeeds"] * penalty * collectable(penalty),
    )
    if costs.deters:
        return replace(costs, relief=costs.relief + _deferred(file, obeying, years))
    return costs


def cost_of(
    duties: frozenset[str],
    file: CaseFile,
    profile: Profile,
    now: Circumstances,
    parameters: Mapping[str, float],
) -> float:
    """Return what meeting these duties costs, US dollars over the years looked ahead.

    Residents who are missing from results are lost to the customers who live among them, and to
    the others as far as they search for them; work on faces and requests comes on top. Duties
    that move nothing in the model cost nothing.
    """
    years, means = parameters["operator.horizon"], profile.means
    local = _local(file, now)
    everybody = sum(now.revenue.values())
    asked_for = amount_of(profile.searched.get(file.jurisdiction, 0.0), parameters)
    lost = 0.0
    if duties & TAKES_RESULTS:
        lost = local + asked_for * (everybody - local)
    elif duties & ENDS_SERVICE:
        lost = local
    if BARS_FIRMS in duties:
        lost = max(lost, _firms(now))
    cost = lost * years
    if duties & ERASES:
        cost += now.faces * means.erasure
    if duties & ANSWERS:
        cost += now.requests * means.request * years
    return cost


def _contempt(file: CaseFile, years: float, parameters: Mapping[str, float]) -> float:
    """Return what disobeying a court's order can cost, US dollars; nothing where none orders."""
    powers = file.powers
    if powers is None or powers.kind != "court" or not file.obligations:
        return 0.0
    return parameters["law.contempt"] * DAYS_A_YEAR * years


def _delay(file: CaseFile, powers: Authority, years: float) -> float:
    """Return what delay can cost: what the order states a day, or else the most that it might.

    Where the case says when no day is counted any more, days run from the last deadline to then;
    otherwise over the years looked ahead. An order whose delay costs up to an amount states all
    that delay can cost (`order_with_penalty`), and a law whose most is one of all days bounds what
    they come to.
    """
    most, days = powers.maximum.get(PERIODIC), DAYS_A_YEAR * years
    in_all = most if most is not None and PERIODIC not in powers.daily else math.inf
    a_day = 0 if most is None else most
    for step in file.steps:
        kind = STEPS[step.kind]
        if kind.act is Act.ORDER and kind.money == PERIODIC and step.amount:
            if step.kind == "order_with_penalty":
                return step.amount
            a_day = step.amount
            deadlines = (add_months(step.day, o.months) + o.days for o in file.obligations)
            last = max(deadlines, default=step.day)
            ends = [s.day for s in file.steps if STEPS[s.kind].act is Act.END_PERIODIC]
            days = min([days, *(max(0, end - last) for end in ends)])
    return min(in_all, a_day * days)


def _local(file: CaseFile, now: Circumstances) -> float:
    return sum(sum_ for market, sum_ in now.revenue.items() if market.country == file.jurisdiction)


def _firms(now: Circumstances) -> float:
    return sum(sum_ for market, sum_ in now.revenue.items() if market.kind == "private")


def _barred(may: frozenset[str], file: CaseFile, now: Circumstances) -> float:
    """Return the revenue a year that an authority with these powers could bar."""
    local = _local(file, now) if may & ENDS_SERVICE else 0.0
    return max(local, _firms(now)) if BARS_FIRMS in may else local


def _deferred(file: CaseFile, obeying: float, years: float) -> float:
    """Return what an appeal that suspends an order saves while it is pending."""
    if file.stay is not Stay.AUTOMATIC or file.powers is None:
        return 0.0
    pending = file.powers.durations.get("final to first decision")
    return 0.0 if pending is None else obeying * min(1.0, pending.median / DAYS_A_YEAR / years)
