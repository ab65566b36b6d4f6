"""The people: being informed, going private, asking for access or erasure."""
