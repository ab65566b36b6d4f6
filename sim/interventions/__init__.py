"""Interventions: one module per kind of power; none of them writes the state of anything."""
