"""Parametric 3D heads: geometry, skin, hair, camera, light; labelled training images."""
