"""How good generated faces are: figures for the cards, on plain arrays, each with its interval.

Nothing here uses weights of anyone else. Features come from an encoder of the project
(`generators.encoder`) that took no part in the training of what is judged.
"""
