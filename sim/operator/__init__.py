"""The operator (controller): crawler, enrolment, desk, strategy."""
