"""Parametric 3D heads: geometry, skin, hair, camera, light; labelled training images.

No photograph of anyone and no scraped face; head shapes come from a statistical model of
participants' studio scans (MIT), everything else is procedural. `docs/faces.md` says more.

Compiled kernels are kept beside their files. numba looks only at the file that a kernel stands in,
so whoever edits `noise.py`, `pigment.py` or `raster.strand_at` deletes `__pycache__` afterwards.
"""
