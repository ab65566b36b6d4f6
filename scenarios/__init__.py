"""Questions asked of the simulation: scenario files, experiments, run folders, the command."""
