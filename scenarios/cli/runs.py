"""`efface run | show | compare | verify`: running a scenario and looking at finished runs."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from generators.errors import Fault, InterventionFailedError, ScenarioError
from scenarios.cli.options import (
    CHECK_FAILED,
    INTERRUPTED,
    JsonOption,
    RunArgument,
    SetOption,
    print_json,
    print_to_output,
)
from scenarios.cli.sizes import sizes_of
from sim.fidelity import Fidelity

if TYPE_CHECKING:
    from rich.console import Console

    from scenarios.scenario import LoadedScenario
    from scenarios.store import Run
    from scenarios.transplant import Transplant


def run(
    scenario: Annotated[str, typer.Argument(metavar="NAME_OR_FILE", help="What to run.")],
    people: Annotated[
        int | None, typer.Option(help="Simulated people (default: the scenario's).")
    ] = None,
    replications: Annotated[
        int | None, typer.Option(help="Paired replications of all arms (default: 20).")
    ] = None,
    seed: Annotated[int, typer.Option(help="Root seed.")] = 0,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Worker processes (default: all cores).")
    ] = None,
    fidelity: Annotated[
        Fidelity | None,
        typer.Option(help="What a photo is: a row or an image (default: the scenario's, scores)."),
    ] = None,
    ranges: Annotated[
        int | None,
        typer.Option(help="Joint draws of the assumed parameters; 0 for none (default: 20)."),
    ] = None,
    settings: SetOption = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Run folder (default: runs/NAME-N).")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an unfinished run.")] = False,
    only_replication: Annotated[
        int | None,
        typer.Option(metavar="K", help="Run replication K alone (0 first), without ranges."),
    ] = None,
    order_of: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Put the order of another action of the record in place."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run a scenario with its counterfactual and the arms beside it, and print the table."""
    from scenarios.workers import WorkersLostError, one_thread_each

    one_thread_each()
    from rich.console import Console

    from scenarios.design import design, replication_alone
    from scenarios.experiment import Standing, run_design
    from scenarios.report.table import print_table
    from scenarios.report.table_live import Watch
    from scenarios.scenario import load_scenario
    from scenarios.titles import arm_titles
    from scenarios.transplant import transplanted

    asked = [] if fidelity is None else [f"fidelity={fidelity}"]
    loaded = load_scenario(scenario, [*(settings or ()), *asked])
    transplant = None if order_of is None else transplanted(loaded, order_of)
    replications, ranges = sizes_of(replications, ranges, only_replication)
    if transplant is None:
        what = design(loaded, people, replications, seed, ranges)
    else:
        what = transplant.design(people, replications, seed, ranges)
    if only_replication is not None:
        what = replication_alone(what, only_replication)
    asked_for = _asked_for(loaded, people, seed, order_of)
    messages = Console(stderr=True)
    folder: Path | None = None
    try:
        titles = arm_titles(what.loaded, what.roles)
        with Watch(messages, what.roles, titles, what.fidelity) as watch:

            def follow(standing: Standing) -> None:
                nonlocal folder
                folder = standing.folder
                watch(standing)

            finished = run_design(what, workers=workers, out=out, resume=resume, progress=follow)
    except InterventionFailedError as error:
        raise _with_command(error, [*asked_for, *error.again]) from error
    except (KeyboardInterrupt, OSError, MemoryError, WorkersLostError) as error:
        if folder is not None and folder.is_dir():
            sizes = ["--only-replication", str(only_replication)]
            if only_replication is None:
                sizes = ["--replications", str(replications), "--ranges", str(ranges)]
            _say_how_to_resume(messages, [*asked_for, *sizes], folder)
        if isinstance(error, KeyboardInterrupt):
            raise typer.Exit(INTERRUPTED) from None
        raise
    if transplant is not None:
        _print_transplant(finished, transplant, as_json)
    elif as_json:
        _print_json_of(finished)
    else:
        print_to_output(lambda console: print_table(finished, console))
    messages.print(f"run folder: {finished.folder}", markup=False, highlight=False, soft_wrap=True)


def _print_transplant(finished: Run, transplant: Transplant, as_json: bool) -> None:
    from scenarios.report.table_transplant import print_transplant, transplant_json

    if as_json:
        print_json(transplant_json(finished, transplant))
    else:
        print_to_output(lambda console: print_transplant(finished, transplant, console))


def _asked_for(
    loaded: LoadedScenario, people: int | None, seed: int, order_of: str | None
) -> list[str]:
    """Return the words of a command that asks the same of the same people."""
    from scenarios.scenario import library_folder

    shipped = loaded.path.parent == library_folder()
    words = ["efface", "run", loaded.name if shipped else str(loaded.path)]
    if people is not None:
        words += ["--people", str(people)]
    words += ["--seed", str(seed)]
    for setting in loaded.overrides:
        words += ["--set", setting]
    return words if order_of is None else [*words, "--order-of", order_of]


def _with_command(error: InterventionFailedError, words: list[str]) -> InterventionFailedError:
    """Return a failure that says by which command it is reached again."""
    again = f"; `{shlex.join(words)}` reaches this failure alone"
    faults = [replace(fault, expected=f"{fault.expected}{again}") for fault in error.faults]
    return InterventionFailedError(faults, error.again)


def _say_how_to_resume(messages: Console, words: list[str], folder: Path) -> None:
    out = str(folder.with_name(folder.name.removesuffix(".partial")))
    messages.print(
        f"interrupted; what is done lies in {folder}. To go on:\n"
        f"  {shlex.join([*words, '--out', out, '--resume'])}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def show(
    folder: RunArgument,
    case: Annotated[bool, typer.Option("--case", help="Print the case log.")] = False,
    arm: Annotated[str | None, typer.Option(help="Whose log (default: the scenario's).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the table of a finished run, or the log of its case."""
    from scenarios.report.table import print_table
    from scenarios.report.table_case import case_json, print_case
    from scenarios.store import load_run

    finished = load_run(folder)
    if arm is not None and not case:
        raise ScenarioError(Fault("--arm chooses a case log; it needs --case", key="arm"))
    if case and as_json:
        print_json(case_json(finished, arm))
    elif case:
        print_to_output(lambda console: print_case(finished, arm, console))
    elif as_json:
        _print_json_of(finished)
    else:
        print_to_output(lambda console: print_table(finished, console))


def compare(
    first: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    second: Annotated[Path, typer.Argument(metavar="OTHER", help="What it is compared with.")],
    as_json: JsonOption = False,
) -> None:
    """Compare two runs of one population, seed and horizon: the first minus the second."""
    from scenarios.compare import compare_runs, comparison_json, print_comparison
    from scenarios.store import load_run

    comparison = compare_runs(load_run(first), load_run(second))
    if as_json:
        print_json(comparison_json(comparison))
    else:
        print_to_output(lambda console: print_comparison(comparison, console))


def verify(folder: RunArgument, as_json: JsonOption = False) -> None:
    """Compare every file of a run with its manifest; exit 1 where one does not agree."""
    from scenarios.verification import verify as verify_run

    found = verify_run(folder)
    if as_json:
        print_json(found)
    else:
        for problem in found["problems"]:
            typer.echo(problem)
        wrong = len(found["problems"])
        verdict = f"{wrong} problem{'s' if wrong > 1 else ''}" if wrong else "as they were written"
        typer.echo(f"{found['checked']} files checked: {verdict}")
    if not found["ok"]:
        raise typer.Exit(CHECK_FAILED)


def _print_json_of(finished: Run) -> None:
    from scenarios.report.table_json import run_json

    print_json(run_json(finished))
