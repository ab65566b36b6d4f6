"""`efface gallery`: what an erasure leaves of those who were erased, looked for down to bytes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from generators.errors import EffaceError, Fault
from generators.packages import require_packages
from scenarios.cli.options import CHECK_FAILED, JsonOption, print_json, print_to_output

if TYPE_CHECKING:
    from scenarios.crowd import Asked
    from scenarios.gallery_audited import Audited

app = typer.Typer(
    help="The gallery: what an erasure leaves of those who were erased.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

NEEDED = ("faiss", "safetensors")
"""What a gallery of templates that are not drawn needs of the extra `[faces]`."""

_SIGNALLED = 128
"""A command that a signal ended has this and the signal's number as exit code, as in a shell."""


@app.callback()
def gallery() -> None:
    """Audit erasures."""


@app.command()
def audit(
    run: Annotated[
        Path | None,
        typer.Argument(
            metavar="RUN", help="A run at fidelity pixels: run it again to its deletion's end."
        ),
    ] = None,
    rows: Annotated[
        int | None, typer.Option(help="Without a run: fill a gallery with so many templates.")
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(help="Keep it as an operator's store does (`efface list stores`)."),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(help="Days that such a store is given before the audit; none if not given."),
    ] = None,
    design: Annotated[
        str | None,
        typer.Option(help="Factory string (IVF2048,SQ8); what the size asks for if not given."),
    ] = None,
    share: Annotated[
        float | None,
        typer.Option(help="Share of people whom the order is about; 0.01 if not given."),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Evidence in nats that counts as living there; the operator's own if not given."
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Another seed gives other people and photos; 0 if not given.")
    ] = None,
    arm: Annotated[
        str | None, typer.Option(help="Of a run: which arm; the scenario's own if not given.")
    ] = None,
    replication: Annotated[
        int | None, typer.Option(help="Of a run: which replication; its first if not given.")
    ] = None,
    levels: Annotated[
        str, typer.Option(help="Which levels to look at; all of them must hold.")
    ] = "L0,L1,L2,L3",
    as_json: JsonOption = False,
) -> None:
    """Erase, and look for what is left: ids (L0), new photos (L1), files (L2), memory (L3).

    With a run, one replication is run again to the day on which its deletion has ended. Without,
    templates are drawn from a distribution fitted to the encoder. Exit code 1: a level does not
    hold, or could not be examined.
    """
    asked = tuple(level.strip() for level in levels.split(","))
    made_up = {
        "--rows": rows,
        "--profile": profile,
        "--days": days,
        "--design": design,
        "--share": share,
        "--threshold": threshold,
        "--seed": seed,
    }
    of_run = {"--arm": arm, "--replication": replication}
    _require_one(run, rows, of_run if run is None else made_up)
    with _tidied_up():
        if run is not None:
            audited = _of_run(run, arm, replication, asked)
        else:
            assert rows is not None  # one of the two is there
            from scenarios.crowd import SHARE, Asked

            what = Asked(
                rows=rows,
                share=SHARE if share is None else share,
                threshold=threshold,
                seed=0 if seed is None else seed,
                design=design,
                profile=profile,
                days=0 if days is None else days,
            )
            audited = _made_up(what, asked)
    if as_json:
        print_json(audited.as_json())
    else:
        from scenarios.report.audit_words import show_audit

        print_to_output(lambda console: show_audit(console, audited))
    if not audited.report.holds:
        raise typer.Exit(CHECK_FAILED)


@contextmanager
def _tidied_up() -> Iterator[None]:
    """Let SIGTERM end the command as an exception does, so that the gallery's files go."""

    def end(number: int, frame: object) -> None:
        raise SystemExit(_SIGNALLED + number)

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what a signal does
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _of_run(
    folder: Path, arm: str | None, replication: int | None, levels: tuple[str, ...]
) -> Audited:
    from scenarios.store import load_run

    run = load_run(folder)
    if run.fidelity == "pixels":
        from sim.pixels.faces import require_packages as require_faces

        require_faces()
    require_packages("galleries", NEEDED)
    from scenarios.gallery_of_run import audit_run

    return audit_run(run, arm, replication, levels, _tell)


def _made_up(asked: Asked, levels: tuple[str, ...]) -> Audited:
    require_packages("galleries", NEEDED)
    from scenarios.gallery_made_up import audit_made_up

    return audit_made_up(asked, levels, _tell)


def _tell(stage: str) -> None:
    typer.echo(stage, err=True)


def _require_one(run: Path | None, rows: int | None, idle: Mapping[str, object]) -> None:
    """Refuse a run with rows, neither of them, and options that would have no effect.

    Raises:
        EffaceError: with a fault for each.
    """
    faults = []
    if run is None and rows is None:
        faults.append(Fault("there is nothing to audit", expected="a run folder, or --rows N"))
    why = "a run" if run is None else "a gallery without a run"
    for key, value in idle.items():
        if value is not None:
            faults.append(
                Fault(f"{key} is for {why}", key=key, found=str(value), expected=f"no {key}")
            )
    if faults:
        raise EffaceError(faults)
