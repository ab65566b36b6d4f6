"""The social graph: close ties, acquaintances, and the society that both make.

Close ties are those who stand in one's photos, acquaintances everybody else whom one knows. The
graph is drawn by places: families, circles and communities inside a place, and wide ties, whose
partners are computed by formula, so that memory and time per person stay flat. It needs NumPy and
SciPy alone.
"""

from generators.graph.communities import Communities
from generators.graph.society import Society, draw_society
from generators.graph.ties import Ties, from_edges

__all__ = ["Communities", "Society", "Ties", "draw_society", "from_edges"]
