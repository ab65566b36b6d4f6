"""`efface population`: build, show, check and export the people who do not exist."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from generators.errors import Fault, PopulationError
from scenarios.cli.options import CHECK_FAILED, JsonOption, print_columns, print_json
from scenarios.folder import make_room, refuse_name, unwritable, write_atomic

if TYPE_CHECKING:
    from generators.population import Population

app = typer.Typer(
    help="The people who do not exist: build, show, check, export.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

FolderArgument = Annotated[Path, typer.Argument(help="Population folder.")]
TablesOption = Annotated[
    Path | None, typer.Option(help="Folder of tables; without it, the shipped ones.")
]


class GraphFormat(StrEnum):
    """How ties are written to a file."""

    GRAPHML = "graphml"
    EDGELIST = "edgelist"


@app.command()
def build(
    people: Annotated[int, typer.Option(help="How many people, 10 or more.")],
    out: Annotated[Path, typer.Option(help="New folder.")],
    seed: Annotated[int, typer.Option(help="Root seed.")] = 1,
    tables: TablesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw a population and write it to a new folder."""
    from generators.population import build_population
    from generators.strata import read_strata

    _refuse_existing(out, "folder")
    refuse_name(out)
    _refuse_size(people)
    strata = read_strata(tables)
    make_room("the population", out)
    start = time.perf_counter()
    population = build_population(people, seed, strata)
    try:
        population.save(out)
    except OSError as error:
        raise PopulationError(unwritable("the population", out, error)) from None
    answer: dict[str, Any] = {
        "population": str(out),
        "hash": population.content_hash,
        "people": len(population),
        "edges": population.edges,
        "seconds": round(time.perf_counter() - start, 3),
        "peak_bytes": peak_bytes(),
    }
    if as_json:
        print_json(answer)
        return
    peak = answer["peak_bytes"]
    memory = "" if peak is None else f", {peak / 2**20:.0f} MiB at most"
    typer.echo(
        f"{answer['population']}: {answer['people']:,} people, {answer['edges']:,} ties, "
        f"{answer['seconds']} s{memory}\n{answer['hash']}"
    )


@app.command()
def show(folder: FolderArgument, as_json: JsonOption = False) -> None:
    """Count people by jurisdiction, age, sex, accounts and ties."""
    from generators.population import load_population

    population = load_population(folder)
    summary = summarise(population)
    if as_json:
        print_json(summary)
        return
    rows = summary["jurisdictions"]
    print_columns(
        ["", *(row["jurisdiction"] for row in rows)],
        [
            [quantity.replace("_", " "), *(_cell(row[quantity]) for row in rows)]
            for quantity in list(rows[0])[1:]
        ],
        [False, *(True for _ in rows)],
        title=f"{folder}: {len(population):,} people, {population.edges:,} ties",
    )


@app.command()
def check(folder: FolderArgument, tables: TablesOption = None, as_json: JsonOption = False) -> None:
    """Set a population beside published statistics; exit 1 where one does not hold."""
    from dataclasses import asdict

    from generators.population import load_population
    from generators.population_check import check_population
    from generators.strata import read_strata

    checks = check_population(load_population(folder), read_strata(tables))
    if as_json:
        print_json({"checks": [asdict(entry) for entry in checks]})
    else:
        for entry in checks:
            published = "none" if entry.published is None else f"{entry.published:.6g}"
            typer.echo(
                f"{'holds ' if entry.holds else 'MISSES'}  {entry.name}: ours {entry.ours:.6g}, "
                f"published {published}, tolerance {entry.tolerance:.3g} ({entry.source})"
            )
    if not all(entry.holds for entry in checks):
        raise typer.Exit(CHECK_FAILED)


@app.command()
def export(
    folder: FolderArgument,
    out: Annotated[Path, typer.Option(help="New file.")],
    kind: Annotated[
        GraphFormat, typer.Option("--format", help="graphml has attributes, edgelist only ties.")
    ] = GraphFormat.GRAPHML,
) -> None:
    """Write the ties to a file that other programs read."""
    from generators.population import load_population

    _refuse_existing(out, "file")
    population = load_population(folder)
    make_room("the file", out)
    try:
        write_atomic(out, lambda to: _write_ties(population, kind, to))
    except OSError as error:
        raise PopulationError(unwritable("the file", out, error)) from None
    typer.echo(f"{out}: {len(population):,} people, {population.edges:,} ties", err=True)


def _write_ties(population: Population, kind: GraphFormat, to: Path) -> None:
    if kind is GraphFormat.GRAPHML:
        import networkx

        networkx.write_graphml(population.to_networkx(), to)
        return
    import numpy as np

    source = np.repeat(np.arange(len(population)), np.diff(population.indptr))
    once = source < population.indices
    np.savetxt(to, np.column_stack((source[once], population.indices[once])), fmt="%d")


def _refuse_existing(out: Path, what: str) -> None:
    if out.exists() or out.is_symlink():
        raise PopulationError(
            Fault(f"the {what} exists already", key="--out", found=str(out), expected="a new name")
        )


def _refuse_size(people: int) -> None:
    from scenarios.format import MOST_PEOPLE

    if people > MOST_PEOPLE:
        raise PopulationError(
            Fault(
                f"--people cannot be {people}",
                key="--people",
                found=str(people),
                expected=f"{MOST_PEOPLE} or fewer",
            )
        )


def summarise(population: Population) -> dict[str, Any]:
    """Return hash, sizes and one row a jurisdiction; ages and accounts as shares, mid-2022."""
    import numpy as np

    from generators.people import REFERENCE_DAY
    from generators.population import AGE_BANDS

    degree = np.diff(population.indptr)
    band = population.age_band(REFERENCE_DAY)
    rows: list[dict[str, Any]] = []
    for j, code in enumerate(population.jurisdictions):
        who = population.residents(code)
        row: dict[str, Any] = {
            "jurisdiction": code,
            "people": int(who.size),
            "weight": float(population.weights[j]),
            "female": float((population.sex[who] == 0).mean()),
        }
        for number, label in enumerate(AGE_BANDS):
            row[f"age_{label}"] = float((band[who] == number).mean())
        row["any_account"] = float(population.accounts[who].any(axis=1).mean())
        row["any_public"] = float(population.public[who].any(axis=1).mean())
        row["mean_ties"] = float(degree[who].mean())
        rows.append(row)
    return {
        "hash": population.content_hash,
        "seed": population.seed,
        "people": len(population),
        "edges": population.edges,
        "platforms": list(population.platforms),
        "jurisdictions": rows,
    }


def peak_bytes() -> int | None:
    """Return the most memory that this process held, or None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows has no such module
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) if sys.platform == "darwin" else int(peak) * 1024


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
