"""Days of a population: counted from 2017-01-01."""

DAYS_A_YEAR = 365.25
FIRST_DAY = 0
"""2017-01-01, the first day on which somebody can move."""
LAST_DAY = 3286
"""2025-12-31, the last one."""
REFERENCE_DAY = 2007
"""Mid-2022 (2022-07-01): the date to which the tables refer."""
NEVER = 2**30
"""A day that nobody reaches."""
