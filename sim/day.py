"""The order of a day: at which time of day each kind of thing happens.

SimPy orders events by time; these fractions of a day make the order explicit, and `efface explain`
prints the table.
"""

from __future__ import annotations

LAW_TIME = 0.0
APPEAL_PERIOD_TIME = 0.05
PAYMENT_TIME = 0.1
CHECK_TIME = 0.2
DESK_TIME = 0.3
REMOVAL_TIME = 0.5
WEEK_TIME = 0.9
LOOK_TIME = 0.95

ORDER_OF_A_DAY: tuple[tuple[str, float, str], ...] = (
    ("law", LAW_TIME, "steps of a case: notices, appeals, judgments; interventions begin and end"),
    (
        "appeal period",
        APPEAL_PERIOD_TIME,
        "an appeal period that has run out brings a notice into force",
    ),
    ("payment", PAYMENT_TIME, "a penalty falls due, and is paid or not"),
    ("check", CHECK_TIME, "an authority looks whether it is obeyed; a day of delay is counted"),
    ("finds", DESK_TIME, "the day's finds are enrolled under the levers as they now stand"),
    ("desk", DESK_TIME, "requests arrive, are taken up and answered"),
    (
        "removal",
        REMOVAL_TIME,
        "erasure jobs and limits of retention remove what is inferred to be in scope",
    ),
    ("week", WEEK_TIME, "once a week: people are informed, go private, ask; customers search"),
    ("look", LOOK_TIME, "measures look at the end of the day"),
)
"""What happens within a day: name, time of day, what."""
