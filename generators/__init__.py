"""People who do not exist: populations, faces, scores. Knows nothing of what happens to them."""
