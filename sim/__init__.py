"""What happens to them: operator, platforms, people, law, measures.

Nothing in here knows a scenario by name: the record and the scenario are input.
"""
