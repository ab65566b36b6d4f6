"""Side-by-side timings, printed as ratios; nothing here asserts a time."""
