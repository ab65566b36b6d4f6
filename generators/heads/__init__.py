"""Parametric 3D heads: geometry, skin, hair, camera, light; labelled training images.

No photograph of anyone and no scraped face; head shapes come from a statistical model of
participants' studio scans (MIT), everything else is procedural. `docs/faces.md` says more.
"""
