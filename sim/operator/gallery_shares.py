"""Whose faces the gallery holds: each jurisdiction's share, an assumption for every region.

The operator says that it cannot count the residents of a country in its gallery (`docs/model.md`),
so the share of each region is a parameter with a wide range; inside a region it is divided by
residents, and what no parameter names is the rest of the world's.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, ParameterError

SHARE_PARAMETERS: dict[str, str] = {
    "UK": "gallery.share.uk",
    "AU": "gallery.share.au",
    "CA": "gallery.share.ca",
    "EU": "gallery.share.eu",
    "US": "gallery.share.us",
}
"""Parameter that holds each region's share of the gallery's faces."""


def rest_of_world(parameters: Mapping[str, float]) -> float:
    """Return the share of the gallery's faces that no region's parameter names, 0 to 1.

    Raises:
        ParameterError: the named shares sum to more than 1.
    """
    named = {name: parameters[name] for name in SHARE_PARAMETERS.values()}
    rest = 1.0 - sum(named.values())
    if rest < 0.0:
        raise ParameterError(
            Fault(
                "the shares of the gallery's faces sum to more than 1",
                key="gallery.share",
                found=", ".join(f"{name} = {share:g}" for name, share in named.items()),
                expected="a sum of 1 or less; what is left is the rest of the world",
            )
        )
    return rest


def gallery_shares(
    regions: tuple[str, ...], residents: NDArray[np.float64], parameters: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return each jurisdiction's share of the gallery's faces, float64 [J].

    They sum to 1 where every region is there; the share of one that is not is nobody's here.

    Args:
        regions: the region of each jurisdiction (`Population.regions`); one without a parameter
            belongs to the rest of the world.
        residents: real residents of each jurisdiction (`Population.real_residents`), [J].
        parameters: the arm's parameters.

    Raises:
        ParameterError: the named shares sum to more than 1.
    """
    rest = rest_of_world(parameters)
    group = np.array([region if region in SHARE_PARAMETERS else "" for region in regions])
    shares = np.zeros(len(regions))
    for region in set(group.tolist()):
        inside = group == region
        share = parameters[SHARE_PARAMETERS[region]] if region else rest
        shares[inside] = share * (residents[inside] / residents[inside].sum())
    return shares
