"""CosFace: people are told apart by the angle to their own centre, with a margin.

Wang et al. 2018 (CosFace: large margin cosine loss for deep face recognition), equation 4: the
logit of class j is s·cos θ_j, and s·(cos θ_y − m) for the image's own class y. The margin makes
the network gather a person's photos closer than telling them apart would need.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class CosFace(nn.Module):
    """The training loss, with one learnt centre for each person of the training set.

    Args:
        people: how many people.
        dimension: numbers in a template.
        scale: s, the length to which templates and centres are stretched. 30: for 10,000 people
            the paper's lower bound (its section 3.3) at a class probability of 0.99 is 13.8, and
            30 leaves room for the margin.
    """

    def __init__(self, people: int, dimension: int, scale: float = 30.0) -> None:
        super().__init__()
        self.scale = scale
        self.centres = nn.Parameter(torch.randn(people, dimension) / dimension**0.5)

    def forward(self, templates: Tensor, people: Tensor, margin: float) -> Tensor:
        """Return the mean loss.

        Args:
            templates: float32 [n, dimension], of unit length.
            people: int64 [n], whose photo each is, 0 up to the number of people.
            margin: m, in cosine; 0 is the softmax loss on cosines.

        Returns:
            float32 scalar, in nats.
        """
        cosines = functional.linear(templates, functional.normalize(self.centres))
        own = torch.zeros_like(cosines).scatter_(1, people[:, None], margin)
        return functional.cross_entropy(self.scale * (cosines - own), people)


def margin_at(share: float, full: float, start: float, end: float) -> float:
    """Return the margin after a share of the training, 0..1.

    Zero up to `start`, then rising evenly to `full` at `end`: from the first step on a large
    margin keeps a small network from learning at all.
    """
    return full * min(1.0, max(0.0, (share - start) / (end - start)))
