"""Published figures about societies, as data: what `efface population check` is set beside.

A figure carries its tolerance and says honestly how it was seen: in the document itself, in its
abstract, quoted by somebody else, or not in any copy at all. Most describe all friends on one large
network in 2011 and serve as a proxy for the two layers of ties modelled here.

No tolerance has moved since they were fixed, before any population was measured. What has been
changed since, after measuring, is whose ties are read: assortativity, clustering, the likeness of
ages and the groups among friends were those of everybody and are now those of the first
jurisdiction's people, as the shares of ties inside country and place already were. Mixing is
stated for that jurisdiction alone, and strata that are sampled more thinly have few people to a
place, where circles overlap (docs/model.md, section 1). Degrees, the largest component and
distances are everybody's.
"""

from __future__ import annotations

from dataclasses import dataclass

UGANDER = (
    "Ugander, Karrer, Backstrom and Marlow 2011, The anatomy of the Facebook social graph, "
    "arXiv 1111.4503"
)
FACEBOOK_TEAM = f"Facebook data team, November 2011, on {UGANDER}"
BAILEY = (
    "Bailey, Cao, Kuchler, Stroebel and Wong 2018, Social connectedness, Journal of Economic "
    "Perspectives 32(3); NBER working paper 23608"
)
MESSENGER = (
    "Leskovec and Horvitz 2008, Planetary-scale views on a large instant-messaging network, "
    "WWW 2008; arXiv 0803.0939"
)
CIRCLES = "McAuley and Leskovec 2012, Learning to discover social circles in ego networks, NIPS 25"


@dataclass(frozen=True)
class Published:
    """One published figure and how near a population has to come to it.

    Attributes:
        name: what is measured.
        value: the figure, or None where the source gives a direction only.
        unit: its unit.
        source: primary document.
        seen_at: address of the copy that was read, or "" where none was.
        seen: how it was seen there: in the document, its abstract, a quotation, or not at all.
        grade: `A` (document or abstract read), `B` (read where the authors or their employer are
            quoted), `C` (read where others quote it, or from memory).
        tolerance: largest difference that holds, in the same unit; a ratio where `by_ratio`.
        by_ratio: the tolerance is the largest ratio of the two, either way round.
    """

    name: str
    value: float | None
    unit: str
    source: str
    seen_at: str
    seen: str
    grade: str
    tolerance: float
    by_ratio: bool = False


_TEAM_COPY = (
    "https://www.techtaffy.com/"
    "facebook-analysis-reveals-how-over-ten-per-cent-of-the-world-make-friends/"
)
_QUOTED = "quoted there from the document, which was not read itself"
_MULTIPLE = "multiple of the mean degree"

PUBLISHED = (
    Published(
        "degree_quantile_10", 10 / 190, _MULTIPLE, FACEBOOK_TEAM, _TEAM_COPY,
        "10 % have fewer than 10 friends, and the mean is 190: the network's own words, quoted",
        "B", 0.1 * 10 / 190,
    ),
    Published(
        "degree_quantile_20", 25 / 190, _MULTIPLE, FACEBOOK_TEAM, _TEAM_COPY,
        "20 % have fewer than 25 friends, and the mean is 190: the network's own words, quoted",
        "B", 0.1 * 25 / 190,
    ),
    Published(
        "degree_quantile_50", 99 / 190, _MULTIPLE, UGANDER, "https://arxiv.org/abs/1111.4503",
        "the median of 99 and the mean of about 190 as others quote them from the document",
        "B", 0.1 * 99 / 190,
    ),
    Published(
        "clustering_at_median_degree", 0.14, "share of pairs of friends", UGANDER,
        "https://bitsofpy.blogspot.com/2011/12/facebook-graph.html", _QUOTED, "C", 0.05,
    ),
    Published(
        "clustering_falls_with_degree", None, "rank correlation", UGANDER,
        "https://bitsofpy.blogspot.com/2011/12/facebook-graph.html",
        "a direction: it falls as degree grows; no coefficient is given", "C", 0.5,
    ),
    Published(
        "assortativity_by_degree", 0.226, "correlation", UGANDER,
        "https://arxiv.org/abs/1111.4503", "as others quote it from the document", "C", 0.08,
    ),
    Published(
        "ties_inside_the_country", 0.842, "share of ties", UGANDER, "",
        "from memory: no copy with this figure was read", "C", 0.08,
    ),
    Published(
        "ties_inside_the_place", 0.628, "share of ties", BAILEY,
        "https://www.nber.org/papers/w23608",
        "abstract: friends within 100 miles, for the population of the average US county",
        "A", 0.08,
    ),
    Published(
        "age_correlation_across_ties", 0.297, "correlation", MESSENGER, "",
        "from memory: copies gave the abstract, not the table", "C", 0.08,
    ),
    Published(
        "largest_component", 0.9991, "share of people", UGANDER,
        "https://arxiv.org/abs/1111.4503", "abstract", "A", 0.005,
    ),
    Published(
        "mean_distance_above_chance", 0.0, "steps", f"{UGANDER}: 4.7 steps among 721 million",
        "https://arxiv.org/abs/1111.4503",
        "the published distance belongs to that size, so ours is set beside a random graph of "
        "the same size and degrees; our rule, not the paper's",
        "C", 0.5,
    ),
    Published(
        "densest_group_of_100_friends", 15.0, "others known", UGANDER,
        "https://bitsofpy.blogspot.com/2011/12/facebook-graph.html", _QUOTED, "C", 5.0,
    ),
    Published(
        "size_of_circles_among_friends", 22.0, "friends", CIRCLES, "",
        "193 circles that ten people drew among their 4,039 friends; from memory: copies gave the "
        "abstract. Hand-drawn there, detected here",
        "C", 3.0, by_ratio=True,
    ),
)  # fmt: skip

BY_NAME = {figure.name: figure for figure in PUBLISHED}
