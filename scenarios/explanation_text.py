"""An explanation for people: what fixes a scenario, part by part, as `efface explain` prints it."""

from __future__ import annotations

from scenarios.catalogue import marks_text, value_text
from scenarios.explanation import Told
from scenarios.lever_stack import stack_lines


def _under(title: str, lines: list[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)])


def as_text(told: Told) -> str:
    """Return an explanation for people.

    Args:
        told: what `scenarios.explanation.explanation` returned.
    """
    looks = told["windows"]
    parts = [
        f"{told['scenario']}: {told['question']}",
        _under(
            "Rests on", [f"{e['id']} ({e['authority']}): {e['outcome']}" for e in told["rests_on"]]
        ),
        _under(
            "Runs",
            [
                f"{told['horizon']['from']} to {told['horizon']['to']}, {told['people']} people, "
                f"fidelity {told['fidelity']}",
                f"looks at the notice ({looks['notice']}), the nominal deadlines for ceasing "
                f"({looks['cease_deadline']}) and deleting ({looks['delete_deadline']}), and "
                f"the end of litigation or of the run ({looks['litigation_end']})",
            ],
        ),
        _under("Arms", [_arm_line(arm) for arm in told["arms"]]),
    ]
    for case in (case for case in told["cases"] if case["listed"]):
        parts.append(_under(f"Case {case['id']} (stay: {case['stay']})", _case_lines(case)))
    others = [_other_line(case) for case in told["cases"] if not case["listed"]]
    if others:
        parts.append(_under("Other cases of this world, as recorded", others))
    parts += [
        _under(
            "Interventions outside any case, in the order in which they take effect",
            [
                f"{i['from']} to {i['to'] or 'the end'}  {i['place']}. {i['kind']} (acts on the "
                f"{i['acts_on']}): {i['what']} {i['power']}"
                for i in told["interventions"]
            ]
            or ["none"],
        ),
        _under(
            "Levers, in the order in which they meet a find, and who holds them",
            stack_lines(told["levers"]),
        ),
        _under(
            "News", [f"{n['date']}  (news.weight.{n['size']}) {n['text']}" for n in told["news"]]
        ),
        _under("Growth is fitted to", [_point_line(p) for p in told["growth"] if p["used"]]),
        _under("Parameters", [_parameter_line(p) for p in told["parameters"]]),
        _under(
            "Order of a day",
            [f"{i}. {e['name']}: {e['what']}" for i, e in enumerate(told["order_of_a_day"], 1)],
        ),
    ]
    return "\n\n".join(parts)


def _arm_line(arm: Told) -> str:
    listed = [f"{c['id']} (stay: {c['stay']})" for c in arm["cases"] if c["listed"]]
    others = len(arm["cases"]) - len(listed)
    more = [f"{others} other cases of the world"] if others else []
    cases = ", ".join(listed + more) or "no case"
    kept = ", ".join(f"{store} {manner}" for store, manner in arm["stores"].items())
    stores = f"; stores: {kept}" if kept else ""
    return f"{arm['name']} [{arm['role']}]: {cases}; strategy {arm['strategy']}{stores}"


def _case_lines(case: Told) -> list[str]:
    lines = []
    for step in case["steps"]:
        amount = "" if step["amount"] is None else f" {step['amount']:,} {step['currency']}"
        when = "drawn     " if step["date"] is None else step["date"]
        lines.append(f"{when}  {step['kind']}{amount}{_standing_of(step)}".rstrip())
    for duty in case["obligations"]:
        by = duty["nominal_deadline"]
        when = f"by {by} had nobody appealed" if by else "once nothing suspends it"
        lines.append(f"duty: {duty['kind']}, {when}")
    return lines


def _standing_of(step: Told) -> str:
    """Return what the record says of a step, or that its day or amount is not the record's: such a
    step has no sentence of the record's, but where it is an assumption."""
    if step["drawn"] is not None:
        drawn = step["drawn"]
        about = "exactly" if drawn["sigma"] == 0 else "about"
        return f" ({about} {drawn['median_days']:.0f} days after {drawn['after']})"
    if not step["recorded"] and not step["text"]:
        return " (moved by the scenario)"
    assumed = "" if step["recorded"] else " (assumed)"
    return f"{assumed} [{step['grade']}] {step['text']}"


def _other_line(case: Told) -> str:
    who = f"{case['id']} ({case['authority']}, {case['jurisdiction']})"
    duties = ", ".join(duty["kind"] for duty in case["obligations"])
    if not duties:
        return f"{who}: orders nothing"
    met = case["conduct"]
    how = "as the strategy decides"
    if met is not None:
        how = (
            f"meets {', '.join(met['meets']) or 'nothing'}{'' if met['pays'] else ', pays nothing'}"
        )
    return f"{who}: orders {duties}; {how}"


def _point_line(point: Told) -> str:
    fitted = "beyond the run" if point["fitted"] is None else f"curve {point['fitted']:,.0f}"
    return (
        f"{point['date']}  {point['curve']} {point['value']:,.0f} [{point['grade']}] "
        f"({fitted}): {point['why']}"
    )


def _parameter_line(row: Told) -> str:
    by = "" if row["set_by"] == "default" else f" (set by {row['set_by']})"
    return f"{row['name']} = {value_text(row)}{by} {marks_text(row)} {row['what']}"
