"""Every kind of step that a case may have: what it does, who takes it, when, and what it answers.

One row for each word of the public record, and for those that the law machine or an intervention
adds of its own. A kind that has no row is refused: ignoring a step that nobody has thought about
would be guessing.
"""

from __future__ import annotations

from collections.abc import Collection

from sim.law.phases import AFTER_FINAL, ANY, BEFORE_FINAL, BEFORE_NOTICE, OPEN, Phase
from sim.law.step_kinds import CASE, ORDER, PENALTY, PERIODIC, PRIVATE, Act, StepKind

_NOTICES = (
    *("enforcement_notice", "final_penalty", "determination", "order", "binding_orders"),
    *("decision", "injunction", "order_with_penalty", "final_approval"),
)
_OPENED = ("investigation_opened", "proceedings_opened", "complaint")


def _note(actor: str, causes: tuple[str, ...], what: str) -> StepKind:
    return StepKind(Act.NOTE, actor, CASE, ANY, causes, "", what)


STEPS: dict[str, StepKind] = {
    # -- how a case begins -----------------------------------------------------------------
    "complaint": StepKind(
        Act.OPEN, "world", CASE, ANY, (), "", "somebody complains, or sues"
    ),
    "criminal_complaint": StepKind(
        Act.OPEN, "world", CASE, ANY, (), "", "somebody reports a crime to the prosecutor"
    ),
    "investigation_opened": StepKind(
        Act.OPEN, "authority", CASE, BEFORE_NOTICE | {Phase.CLOSED},
        ("complaint", "criminal_complaint"), "investigation", "the authority investigates",
    ),
    "proceedings_opened": StepKind(
        Act.OPEN, "authority", CASE, BEFORE_NOTICE | {Phase.CLOSED}, ("complaint",),
        "investigation", "the authority opens formal proceedings",
    ),
    "investigation_joined": StepKind(
        Act.JOIN, "authority", CASE, BEFORE_NOTICE, _OPENED, "",
        "another authority joins the investigation",
    ),
    "consolidated": StepKind(
        Act.JOIN, "tribunal", CASE, OPEN, ("complaint",), "", "a court joins several actions in one"
    ),
    "questionnaire": StepKind(
        Act.ASK, "authority", CASE, BEFORE_FINAL, ("investigation_opened",), "",
        "the authority asks the operator for particulars",
    ),
    "company_reply": _note("world", (), "the operator answers the authority"),
    "rapporteur_appointed": _note(
        "authority", ("formal_notice", *_OPENED), "a rapporteur is named for the sanction"
    ),
    "report_served": _note(
        "authority", ("rapporteur_appointed",), "the rapporteur's report is served"
    ),
    # -- what is intended ------------------------------------------------------------------
    "provisional_notice": StepKind(
        Act.PROPOSE, "authority", PENALTY, BEFORE_NOTICE, ("investigation_opened",), "intent",
        "a notice of intent names the penalty, and an order is announced", money=PENALTY,
    ),
    "formal_notice": StepKind(
        Act.PROPOSE, "authority", ORDER, BEFORE_NOTICE, _OPENED, "intent",
        "a formal notice names what is to be done before a sanction",
    ),
    "consent_order_proposed": StepKind(
        Act.PROPOSE, "authority", ORDER, BEFORE_NOTICE, (), "intent",
        "an agreed order is put before the public",
    ),
    "preliminary_approval": StepKind(
        Act.PROPOSE, "tribunal", PRIVATE, BEFORE_NOTICE, ("complaint",), "intent",
        "a court approves a settlement for the time being", money=PRIVATE,
    ),
    "intent_extended": StepKind(
        Act.EXTEND, "authority", PENALTY, frozenset({Phase.INTENT}), ("provisional_notice",), "",
        "both agree that the penalty may be given later",
    ),
    "representations": StepKind(
        Act.REPRESENT, "operator", CASE, frozenset({Phase.INTENT}),
        ("provisional_notice", "formal_notice", "findings"), "",
        "the operator says what it has to say against what is intended",
    ),
    "findings": StepKind(
        Act.RECOMMEND, "authority", ORDER, BEFORE_NOTICE, _OPENED, "final",
        "the authority finds a breach and recommends what to do; nothing binds",
    ),
    "findings_customer": _note(
        "authority", ("findings", *_OPENED), "the authority finds a customer in breach"
    ),
    # -- what is ordered -------------------------------------------------------------------
    "hearing_before_order": StepKind(
        Act.ORDER, "authority", ORDER, OPEN, _OPENED, "final",
        "the operator is heard on an order that is announced with its deadline",
        appealable=False,
    ),
    "determination": StepKind(
        Act.ORDER, "authority", ORDER, OPEN, _OPENED, "final",
        "the authority determines that there was a breach, and declares what is to be done",
    ),
    "order": StepKind(
        Act.ORDER, "authority", ORDER, OPEN, ("determination", *_OPENED), "final",
        "the authority orders",
    ),
    "binding_orders": StepKind(
        Act.ORDER, "authority", ORDER, OPEN, ("findings", *_OPENED), "final",
        "what was recommended is ordered",
    ),
    "decision": StepKind(
        Act.ORDER, "authority", ORDER, OPEN, _OPENED, "final",
        "the authority decides on a complaint", money=PENALTY,
    ),
    "enforcement_notice": StepKind(
        Act.ORDER, "authority", ORDER, OPEN,
        ("provisional_notice", "investigation_opened"), "final", "the authority orders",
    ),
    "final_penalty": StepKind(
        Act.PENALISE, "authority", PENALTY, OPEN,
        ("provisional_notice", "formal_notice", *_OPENED), "final",
        "the authority imposes a penalty", money=PENALTY,
    ),
    "injunction": StepKind(
        Act.ORDER, "authority", ORDER, OPEN, ("formal_notice", *_OPENED), "final",
        "the authority orders, and every day of delay costs an amount", money=PERIODIC,
    ),
    "order_with_penalty": StepKind(
        Act.ORDER, "authority", ORDER, OPEN, _OPENED, "final",
        "the authority orders, and delay costs up to an amount", money=PERIODIC,
    ),
    "moratorium": StepKind(
        Act.ORDER, "authority", ORDER, OPEN, (), "final", "customers are told to stop",
        appealable=False,
    ),
    "cease_and_desist": StepKind(
        Act.NOTE, "platform", CASE, ANY, (), "investigation",
        "a platform demands that the operator stop; a letter binds nobody",
    ),
    "deadline": _note("authority", ("final_penalty",), "a deadline of the order falls"),
    # -- private actions -------------------------------------------------------------------
    "motion_to_dismiss_denied": _note("tribunal", ("complaint",), "the court lets the suit go on"),
    "settlement": StepKind(
        Act.SETTLE, "operator", PRIVATE, OPEN, ("complaint",), "final",
        "the parties settle", money=PRIVATE, appealable=False,
    ),
    "settlement_term": StepKind(
        Act.SETTLE, "operator", PRIVATE, OPEN, ("settlement",), "final",
        "a term of the settlement costs an amount more", money=PRIVATE, appealable=False,
    ),
    "consent_order": StepKind(
        Act.ORDER, "tribunal", PRIVATE, OPEN, ("settlement", "complaint"), "final",
        "a court orders what the parties agreed", appealable=False,
    ),
    "final_approval": StepKind(
        Act.SETTLE, "tribunal", PRIVATE, OPEN, ("preliminary_approval", "complaint"),
        "final", "a court approves the settlement", money=PRIVATE,
    ),
    "objection": _note("world", ("preliminary_approval",), "somebody objects to the settlement"),
    "amicus": _note("world", ("appeal_lodged",), "somebody writes to the court as its friend"),
    # -- appeals ---------------------------------------------------------------------------
    "appeal_lodged": StepKind(
        Act.APPEAL, "operator", CASE, AFTER_FINAL, _NOTICES, "", "an appeal is lodged"
    ),
    "stay_sought": _note("operator", ("appeal_lodged",), "the operator asks for a stay"),
    "stay_granted": StepKind(
        Act.STAY, "tribunal", CASE, AFTER_FINAL, ("stay_sought", "appeal_lodged"), "",
        "a court suspends what is under appeal",
    ),
    "stay_refused": _note("tribunal", ("stay_sought", "appeal_lodged"), "a court grants no stay"),
    "stay_lifted": StepKind(
        Act.UNSTAY, "tribunal", CASE, AFTER_FINAL, ("stay_granted",), "", "a court lifts the stay"
    ),
    "hearing": StepKind(
        Act.HEAR, "tribunal", CASE, AFTER_FINAL,
        ("permission_refused_renewed", "appeal_sought", "appeal_lodged"), "", "the appeal is heard",
    ),
    "appeal_decision": StepKind(
        Act.HEAR, "tribunal", CASE, AFTER_FINAL, ("appeal_lodged",), "judgment",
        "a tribunal decides what was in breach, and leaves the orders for later",
    ),
    "tribunal_sets_aside": StepKind(
        Act.SET_ASIDE, "tribunal", CASE, AFTER_FINAL, ("appeal_lodged", "hearing"), "judgment",
        "a tribunal sets the notices aside for want of jurisdiction",
    ),
    "appeal_sought": StepKind(
        Act.SEEK, "authority", CASE, AFTER_FINAL, ("tribunal_sets_aside",), "",
        "the authority asks for permission to appeal",
    ),
    "permission_refused_renewed": StepKind(
        Act.SEEK, "authority", CASE, AFTER_FINAL, ("appeal_sought",), "",
        "permission is refused and asked for anew, one court higher",
    ),
    "tribunal_restores_jurisdiction": StepKind(
        Act.RESTORE, "tribunal", CASE, AFTER_FINAL,
        ("permission_refused_renewed", "appeal_sought", "hearing"), "judgment",
        "a higher tribunal finds jurisdiction, and the appeal has to be decided again",
    ),
    "court_remits": StepKind(
        Act.REMIT, "tribunal", CASE, AFTER_FINAL, ("appeal_lodged", *_NOTICES), "judgment",
        "a court sends the case back to the authority",
    ),
    "appeal_dismissed": StepKind(
        Act.UPHOLD, "tribunal", CASE, AFTER_FINAL, ("court_dismisses_review", "appeal_lodged"),
        "judgment", "the appeal is dismissed",
    ),
    "court_dismisses_review": StepKind(
        Act.UPHOLD, "tribunal", CASE, AFTER_FINAL, ("appeal_lodged", "binding_orders"),
        "judgment", "a court dismisses the review",
    ),
    "court_upholds_order_in_part": StepKind(
        Act.UPHOLD, "tribunal", CASE, AFTER_FINAL, ("appeal_lodged", "binding_orders"),
        "judgment", "a court upholds what is ordered, though not all of the law behind it",
    ),
    "appeal_withdrawn": StepKind(
        Act.WITHDRAW, "operator", CASE, AFTER_FINAL, ("appeal_lodged",), "",
        "the appeal is withdrawn",
    ),
    "objection_window_closed": _note(
        "authority", ("order_with_penalty", "final_penalty"), "nobody objected in time"
    ),
    "dismissed_jurisdiction": StepKind(
        Act.REFUSE, "tribunal", CASE, OPEN, ("complaint",), "judgment",
        "a court dismisses the suit for want of jurisdiction",
    ),
    # -- what comes of it ------------------------------------------------------------------
    "penalty_period_starts": StepKind(
        Act.START_PERIODIC, "authority", PERIODIC, AFTER_FINAL,
        ("injunction", "order_with_penalty"), "", "the days of delay begin to be counted",
    ),
    "penalty_period_ends": StepKind(
        Act.END_PERIODIC, "authority", PERIODIC, AFTER_FINAL,
        (
            *("penalty_period_starts", "periodic_penalty_starts"),
            *("injunction", "order_with_penalty"),
        ), "",
        "the days up to here are counted, and no more",
    ),
    "periodic_penalty_liquidated": StepKind(
        Act.LIQUIDATE, "authority", PERIODIC, AFTER_FINAL,
        (
            *("penalty_period_ends", "penalty_period_starts", "periodic_penalty_starts"),
            *("injunction", "order_with_penalty"),
        ), "final",
        "the days counted become a sum to be paid", money=PERIODIC,
    ),
    "market_exit": StepKind(
        Act.LEAVE_MARKET, "operator", CASE, ANY, ("investigation_opened",), "",
        "the operator leaves the market by itself",
    ),
    "compliance_check": StepKind(
        Act.CHECK, "authority", ORDER, AFTER_FINAL, _NOTICES, "",
        "the authority looks whether it is obeyed",
    ),
    "collection_attempt": StepKind(
        Act.COLLECT, "authority", PENALTY, AFTER_FINAL, ("final_penalty",), "",
        "the authority tries to collect",
    ),
    "director_liability_probe": _note(
        "authority", ("final_penalty",), "the authority looks at the directors themselves"
    ),
    "lawsuit_against_DPA": _note("world", ("complaint",), "a complainant sues the authority"),
    "regulator_closes": StepKind(
        Act.CLOSE, "authority", CASE, OPEN, ("appeal_withdrawn", *_NOTICES, *_OPENED), "",
        "the authority closes the case",
    ),
}  # fmt: skip
"""Every kind of step by the record's word, in the order in which a case goes through them."""

BY_LAW: dict[str, str] = {
    "appeal_period_ends": "nobody has appealed in time, and what was served is in force",
    "penalty_payable": "a penalty falls due",
    "settlement_payable": "a settlement falls due",
    "disobedience_found": "a check finds what is due and not met",
    "periodic_penalty_starts": "days of delay begin to be counted because of what a check found",
    "penalty_collected": "an authority collects by force",
    "jurisdiction_upheld": "a reading of the law's scope finds jurisdiction",
    "jurisdiction_denied": "a reading of the law's scope finds none",
}
"""What the law brings about by itself and the record has no step for: events of the log alone."""


def causes_among(kind: str, present: Collection[str]) -> tuple[str, ...]:
    """Return the causes of a kind of step among the kinds that a case has, in the law's order.

    A complaint is the cause of nothing in a case that the authority has opened by itself.
    """
    causes = tuple(cause for cause in STEPS[kind].causes if cause in present)
    opened = any(cause in causes for cause in _OPENED if cause != "complaint")
    return tuple(cause for cause in causes if not (opened and cause == "complaint"))
