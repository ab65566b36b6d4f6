"""Duties: what an order may require, of whom, and what in the model it moves.

One row a duty, so that a lawyer sees what each means and a modeller what each does: a lever that
is held at a value, or a job that is done once. A duty that moves nothing says why. Which words of
the record stand for which duty is a reading of its own (a data file of the scenarios).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Duty:
    """What one kind of duty is.

    Attributes:
        name: as obligations and powers have it.
        what: its meaning.
        addressee: `operator` or `customers`.
        lever: the lever that meeting it holds (`sim.levers`), or "".
        value: at which the lever is held, None where it has none or the operator's profile says.
        customer: kind of customer that the lever covers, "" for all.
        job: what is done once, or "".
        why_none: why nothing in the model moves, "" where something does.
    """

    name: str
    what: str
    addressee: str
    lever: str = ""
    value: float | None = None
    customer: str = ""
    job: str = ""
    why_none: str = ""


DUTIES: dict[str, Duty] = {
    duty.name: duty
    for duty in (
        Duty(
            "cease_collection", "enrol no more faces of residents in scope", "operator",
            lever="crawler.in_scope_pass", value=0.0,
        ),
        Duty(
            "delete", "erase what is held of residents in scope from every store", "operator",
            job="removal",
        ),
        Duty(
            "cease_use", "show no resident in scope in any result, and keep what is held",
            "operator", job="hiding",
        ),
        Duty(
            "delete_one", "erase what is held of the one person who complained", "operator",
            job="one person",
        ),
        Duty(
            "delete_models", "erase what was derived from the faces: templates, models",
            "operator", job="disgorgement",
        ),
        Duty(
            "cease_services", "serve no customer in the jurisdiction", "operator",
            lever="customers.pass", value=0.0,
        ),
        Duty(
            "stop_use", "customers in the jurisdiction stop searching", "customers",
            lever="customers.pass", value=0.0,
        ),
        Duty(
            "bar_private", "serve no private firm", "operator",
            lever="customers.pass", value=0.0, customer="private",
        ),
        Duty(
            "end_trials", "give no free trials to single officers", "operator",
            lever="customers.adoption",
        ),
        Duty(
            "answer_requests", "answer every access and erasure request, and honour it",
            "operator", lever="desk.answered", value=1.0,
        ),
        Duty(
            "opt_out", "honour every request of a resident to be left out of results",
            "operator", lever="desk.answered", value=1.0,
        ),
        Duty(
            "inform", "tell those of whom something is held", "operator", job="informing",
        ),
        Duty(
            "pay_penalty", "pay the penalty when it is payable", "operator", job="payment",
        ),
        Duty(
            "representative", "name a representative in the jurisdiction", "operator",
            why_none="nobody in the model writes to a representative",
        ),
        Duty(
            "cooperate", "answer the authority's questions", "operator",
            why_none="what the authority knows is its chance to detect, whoever tells it",
        ),
        Duty(
            "train_staff", "train those who handle personal data", "customers",
            why_none="no customer's officers are simulated one by one",
        ),
        Duty(
            "equity", "give a share of the company on a sale or listing", "operator",
            why_none="no sale or listing happens in the model, so nothing is paid",
        ),
    )
}  # fmt: skip
"""Every duty that an order may hold."""
