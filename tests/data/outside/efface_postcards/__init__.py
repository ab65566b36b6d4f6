"""A package of its own that adds interventions."""
