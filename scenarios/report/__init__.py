"""What is printed or drawn from a run folder."""
