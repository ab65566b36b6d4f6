"""The social graph: close ties, acquaintances, and the society that both make."""

from generators.graph.bter import components, draw_graph, to_csr
from generators.graph.ties import Ties, from_edges

__all__ = ["Ties", "components", "draw_graph", "from_edges", "to_csr"]
