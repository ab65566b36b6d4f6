"""Interventions: one module per kind of power; each modifies levers and never the state."""
