"""What happens to them: operator, platforms, people, law, measures. Knows nothing of a scenario by name."""
