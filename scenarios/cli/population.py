"""`efface population`: build, show, check and export the people who do not exist."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from generators.errors import Fault, PopulationError
from generators.population_export import TiesFormat
from scenarios.cli.options import CHECK_FAILED, JsonOption, print_columns, print_json
from scenarios.folder import make_room, refuse_name, unwritable, write_atomic

if TYPE_CHECKING:
    from generators.population_check import Check

app = typer.Typer(
    help="The people who do not exist: build, show, check, export.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

MOST_BUILT = 100_000_000
"""Most people of a population: more than the residents of the United Kingdom, at weight 1."""

FolderArgument = Annotated[Path, typer.Argument(help="Population folder.")]
TablesOption = Annotated[
    Path | None, typer.Option(help="Folder of tables; without it, the shipped ones.")
]


class Acquaintances(StrEnum):
    """How acquaintances are kept."""

    STORED = "stored"
    BY_COMMUNITY = "by-community"


@app.command()
def build(
    people: Annotated[int, typer.Option(help="How many people, 17 or more.")],
    out: Annotated[Path, typer.Option(help="New folder.")],
    seed: Annotated[int, typer.Option(help="Root seed.")] = 1,
    tables: TablesOption = None,
    acquaintances: Annotated[
        Acquaintances,
        typer.Option(
            help="stored: every tie in the folder. by-community: worked out when asked for, which "
            "takes two thirds of the memory. Both are the same people and ties."
        ),
    ] = Acquaintances.STORED,
    workers: Annotated[
        int, typer.Option(min=1, help="Threads; any number gives the same population.")
    ] = 1,
    as_json: JsonOption = False,
) -> None:
    """Draw a population and write it to a new folder."""
    from generators.population import MOST_SEED, build_population
    from generators.population_bounds import refuse_outside
    from generators.strata import read_strata

    _refuse_existing(out, "folder")
    refuse_name(out)
    _refuse_size(people)
    refuse_outside("--seed", seed, 0, MOST_SEED)
    strata = read_strata(tables)
    make_room("the population", out)
    start = time.perf_counter()
    typer.echo(f"drawing {people:,} people and their ties ...", err=True)
    population = build_population(
        people,
        seed,
        strata,
        acquaintances="stored" if acquaintances is Acquaintances.STORED else "by community",
        workers=workers,
    )
    drawn = time.perf_counter() - start
    typer.echo(f"drawn in {drawn:.1f} s; writing {out} ...", err=True)
    try:
        population.save(out)
    except OSError as error:
        raise PopulationError(unwritable("the population", out, error)) from None
    answer: dict[str, Any] = {
        "population": str(out),
        "hash": population.content_hash,
        "people": len(population),
        "edges": population.edges,
        "close_edges": population.close.edges,
        "seconds": round(time.perf_counter() - start, 3),
        "peak_bytes": peak_bytes(),
    }
    if as_json:
        print_json(answer)
        return
    peak = answer["peak_bytes"]
    memory = "" if peak is None else f", {peak / 2**20:.0f} MiB at most"
    typer.echo(
        f"{answer['population']}: {answer['people']:,} people, {answer['edges']:,} ties "
        f"({answer['close_edges']:,} close), {answer['seconds']} s{memory}\n{answer['hash']}"
    )


@app.command()
def show(
    folder: FolderArgument,
    person: Annotated[int | None, typer.Option(help="Tell of this person alone.")] = None,
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the person's neighbourhood as .svg or .png."),
    ] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Draw it for a dark ground.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Count people by jurisdiction and place, or tell of one person and draw their ties."""
    from generators.population import load_population
    from scenarios.cli.population_show import person_of, print_person, print_summary, summarise

    population = load_population(folder)
    if person is None:
        if picture is not None:
            raise PopulationError(
                Fault("a picture shows one person", key="--person", found="none", expected="an id")
            )
        if as_json:
            print_json(summarise(population))
        else:
            print_summary(
                f"{folder}: {len(population):,} people, {population.edges:,} ties", population
            )
        return
    told = person_of(population, person)
    if picture is not None:
        from scenarios.report.neighbourhood import write_neighbourhood

        told["picture"] = str(write_neighbourhood(population, person, picture, dark))
    if as_json:
        print_json(told)
        return
    print_person(population, person)
    if picture is not None:
        typer.echo(f"drawn: {picture}")


@app.command()
def check(
    folder: FolderArgument,
    tables: Annotated[
        Path | None,
        typer.Option(help="Folder of the tables it was built from; without it, the shipped ones."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Set a population beside published statistics; exit 1 where one does not hold."""
    from dataclasses import asdict

    from generators.population import load_population
    from generators.population_check import check_population
    from generators.strata import read_strata

    checks = check_population(
        load_population(folder), read_strata(tables), lambda said: typer.echo(said, err=True)
    )
    if as_json:
        print_json({"checks": [asdict(entry) for entry in checks]})
    else:
        _print_checks(folder, checks)
    if not all(entry.holds for entry in checks):
        raise typer.Exit(CHECK_FAILED)


@app.command()
def export(
    folder: FolderArgument,
    out: Annotated[Path, typer.Option(help="New file.")],
    kind: Annotated[
        TiesFormat,
        typer.Option(
            "--format",
            help="graphml: people and ties, up to 20,000 people, half a minute. edgelist: lines "
            "of two ids and the layer. parquet: the same as columns.",
        ),
    ] = TiesFormat.GRAPHML,
) -> None:
    """Write the ties to a file that other programs read."""
    from generators.population import load_population
    from generators.population_export import write_ties
    from generators.population_graph import NETWORKX_LIMIT, refuse_many

    _refuse_existing(out, "file")
    population = load_population(folder)
    if kind is TiesFormat.GRAPHML:
        refuse_many(len(population), NETWORKX_LIMIT, "--format graphml")
    make_room("the file", out)
    typer.echo(f"writing {population.edges:,} ties as {kind} ...", err=True)
    try:
        write_atomic(out, lambda to: write_ties(population, kind, to))
    except OSError as error:
        raise PopulationError(unwritable("the file", out, error)) from None
    typer.echo(f"{out}: {len(population):,} people, {population.edges:,} ties", err=True)


def _print_checks(folder: Path, checks: list[Check]) -> None:
    """Print the checks as a table with numbered sources below."""
    sources = list(dict.fromkeys(entry.source for entry in checks))
    grades = {entry.source: f" [grade {entry.grade}]" if entry.grade else "" for entry in checks}
    rows = [
        [
            "holds" if entry.holds else "MISSES",
            entry.name.replace("_", " "),
            _number(entry.published, "falls" if entry.unit == "rank correlation" else "none"),
            _number(entry.ours, "not measured"),
            f"a factor of {entry.tolerance:g}" if entry.by_ratio else f"{entry.tolerance:.3g}",
            entry.unit,
            str(sources.index(entry.source) + 1),
            entry.note,
        ]
        for entry in checks
    ]
    print_columns(
        ["", "what", "published", "ours", "tolerance", "unit", "source", ""],
        rows,
        [False, False, True, True, True, False, True, False],
        title=f"{folder} beside its own tables and published statistics of friendship",
    )
    for number, source in enumerate(sources, 1):
        typer.echo(f"{number:>3}  {source}{grades[source]}")
    missed = sum(not entry.holds for entry in checks)
    typer.echo(
        f"{len(checks) - missed} of {len(checks)} hold. A miss is a finding about this "
        "population: report it; the tolerance stays."
    )


def _number(value: float | None, instead: str) -> str:
    return instead if value is None else f"{value:.4g}"


def _refuse_existing(out: Path, what: str) -> None:
    if out.exists() or out.is_symlink():
        raise PopulationError(
            Fault(f"the {what} exists already", key="--out", found=str(out), expected="a new name")
        )


def _refuse_size(people: int) -> None:
    if people > MOST_BUILT:
        raise PopulationError(
            Fault(
                f"--people cannot be {people}",
                key="--people",
                found=str(people),
                expected=f"{MOST_BUILT} or fewer",
            )
        )


def peak_bytes() -> int | None:
    """Return the most memory that this process held, or None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows has no such module
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) if sys.platform == "darwin" else int(peak) * 1024
