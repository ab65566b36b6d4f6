"""The look of the pages' own HTML, in colours that follow the reader's light or dark theme."""

from __future__ import annotations

from scenarios.report.looks import Palette

RULES = """
[data-testid="stMainBlockContainer"] { max-width: 76rem; padding-top: 3.2rem; }

.ef {
  --quiet: color-mix(in srgb, var(--ink) 76%, var(--ground));
  color: var(--ink);
  font-variant-numeric: tabular-nums;
  line-height: 1.45;
}
.ef .quiet { color: var(--quiet); font-size: 0.82rem; font-weight: 400; }
.ef-note { color: var(--quiet); font-size: 0.9rem; max-width: 60rem; margin: 0; }
.ef-note p { font-size: 0.82rem; margin: 0.2rem 0 0; }
.ef-lead { font-size: 1.28rem; line-height: 1.5; max-width: 60rem; margin: 0.2rem 0 0.4rem; }
.ef-lead { text-wrap: pretty; }
.ef-lead + .ef-lead { margin-top: 0.9rem; }
.ef-unit { font-weight: 600; margin: 0.6rem 0 0; }

.ef-tiles {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr));
  gap: 0.9rem;
}
.ef-tile {
  border: 1px solid var(--line);
  border-top: 5px solid var(--arm);
  border-radius: 8px;
  padding: 0.7rem 1rem 0.8rem;
}
.ef-tile.dashed {
  border-top-left-radius: 0;
  border-top-right-radius: 0;
  border-top-style: dashed;
}
.ef-tile .name { font-weight: 600; }
.ef-tile .big { font-size: 1.9rem; font-weight: 650; line-height: 1.25; white-space: nowrap; }

.ef-scroll { overflow-x: auto; }
.ef table {
  border: 0;
  border-collapse: collapse;
  color: var(--ink);
  font-size: 0.9rem;
  margin: 0;
  width: 100%;
}
.ef th, .ef td {
  border: 0;
  border-bottom: 1px solid var(--line);
  padding: 0.42rem 0.7rem;
  text-align: right;
  vertical-align: top;
}
.ef td { white-space: nowrap; }
.ef th { font-weight: 600; }
.ef th:first-child, .ef .text { text-align: left; }
.ef td.text { white-space: normal; }
.ef td.source { font-size: 0.82rem; min-width: 14rem; }
.ef thead th { border-bottom: 2px solid var(--quiet); vertical-align: bottom; }
.ef thead .quiet { white-space: nowrap; }
.ef thead th.arm { border-bottom: 4px solid var(--arm); }
.ef tbody th { font-weight: 500; min-width: 11rem; }
.ef td .quiet, .ef th .quiet { display: block; }
.ef tr.family th {
  color: var(--quiet);
  font-size: 0.8rem;
  letter-spacing: 0.04em;
  padding-top: 1rem;
  text-transform: uppercase;
}
.ef td.none { color: var(--quiet); font-style: italic; }
.ef .mark {
  border: 1px solid var(--quiet);
  border-radius: 1rem;
  display: inline-block;
  font-size: 0.78rem;
  padding: 0 0.5rem;
  white-space: nowrap;
}
.ef .mark.assumed { border-style: dashed; font-weight: 600; }
.ef [title] { cursor: help; }

.ef-cards {
  display: grid;
  gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(9.4rem, 1fr));
}
.ef-card { border: 1px solid var(--line); border-radius: 10px; margin: 0; overflow: hidden; }
.ef-card img, .ef-card .initials {
  aspect-ratio: 1;
  border-radius: 8px;
  display: block;
  margin: 0.75rem auto 0;
  width: 8rem;
}
.ef-card .initials {
  align-items: center;
  background: var(--line);
  color: var(--quiet);
  display: flex;
  font-size: 2.6rem;
  font-weight: 300;
  justify-content: center;
}
.ef-card figcaption {
  color: var(--ink);
  font-size: 0.86rem;
  margin: 0;
  padding: 0.5rem 0.75rem 0.7rem;
}
.ef-card b { font-weight: 600; }
.ef-bar {
  align-items: center;
  display: grid;
  font-size: 0.76rem;
  gap: 0 0.4rem;
  grid-template-columns: 1fr 1.6rem;
  margin-top: 0.25rem;
}
.ef-bar span { color: var(--quiet); grid-column: 1 / 3; }
.ef-bar i {
  background: var(--arm);
  border-radius: 2px;
  display: block;
  height: 0.5rem;
}
.ef-bar b { text-align: right; }
"""


def stylesheet(colours: Palette) -> str:
    """Return a `<style>` element for tiles, tables and cards.

    Args:
        colours: the palette of the theme; the classes `arm0`, `arm1`, … take its arms' colours.
    """
    variables = f".ef{{--ink:{colours.ink};--ground:{colours.ground};--line:{colours.faint}}}"
    arms = "".join(f".arm{i}{{--arm:{colour}}}" for i, colour in enumerate(colours.arms))
    return f"<style>{variables}{arms}{RULES}</style>"
