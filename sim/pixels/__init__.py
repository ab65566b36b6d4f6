"""Fidelity `pixels`: every photo an image that is drawn, encoded, enrolled and searched.

`faces` is what draws and encodes, `photos` draws all photos of a replication once for all its
arms, `matcher` is the `Matcher` over a gallery. Photos of anybody under 18 on the day of capture
are never drawn: they count as found and held, stand in no gallery, and nobody under 18 is searched
for. What searches return is therefore about adults.
"""
