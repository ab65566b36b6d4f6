"""`efface law`: legal tests, the authorities' data files, and how long a case's stages take."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from generators.errors import Fault, ScenarioError
from scenarios.cli.options import CHECK_FAILED, JsonOption, print_columns, print_json

if TYPE_CHECKING:
    from scenarios.authority_files import KnownAuthority
    from scenarios.duration_check import LeftOut
    from scenarios.duration_fit import Fit, StageFit
    from scenarios.sourced import Sourced

app = typer.Typer(
    help="The law of the cases: what each authority may order, and how long its stages take.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("test")
def run_legal_tests(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="Files of legal tests, or folders of them."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run legal tests (those of tests/legal where no file is named); end with code 1 on a miss."""
    from scenarios.legal_tests import legal_tests, misses

    placed = legal_tests(files or [_own_tests()])
    told = [(one, misses(one.test)) for one in placed]
    missed = [one for one in told if one[1]]
    if as_json:
        rows = [
            {
                "file": one.file,
                "title": one.test.title,
                "variant": one.test.variant,
                "misses": [asdict(miss) for miss in found],
            }
            for one, found in told
        ]
        print_json({"ok": not missed, "tests": rows})
    else:
        for one, found in missed:
            typer.echo(f"{one.file}: {one.test.title}")
            for miss in found:
                typer.echo(f"    {miss.what}: expected {miss.expected}, found {miss.found}")
        typer.echo(f"Legal tests: {len(told)}; not as the law machine has it: {len(missed)}.")
    if missed:
        raise typer.Exit(CHECK_FAILED)


def _own_tests() -> Path:
    """Return the project's own legal tests, which stand in its repository and not in a package.

    Raises:
        ScenarioError: the command is given elsewhere.
    """
    own = Path("tests", "legal")
    if not own.is_dir():
        raise ScenarioError(
            Fault(
                "no file of legal tests is named, and there is no folder tests/legal here",
                found=str(Path.cwd()),
                expected="efface law test FILE..., or the command in the project's repository",
            )
        )
    return own


@app.command()
def authorities(
    id: Annotated[
        str | None, typer.Argument(metavar="ID", help="One authority, with every source.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the authorities' data files, or tell one in full: values, ranges, sources, grades."""
    from scenarios.authority_files import known_authorities, known_authority

    found = known_authorities().values() if id is None else [known_authority(id)]
    if as_json:
        print_json({"authorities": [_authority_json(known) for known in found]})
    elif id is None:
        _print_authorities(tuple(found))
    else:
        _print_authority(known_authority(id))


def _print_authorities(found: tuple[KnownAuthority, ...]) -> None:
    rows = [
        [
            known.authority.id,
            ", ".join(known.authority.jurisdictions),
            str(known.authority.stay),
            str(known.authority.appeal_period_days),
            str(len(known.authority.powers)),
            known.authority.name,
        ]
        for known in found
    ]
    header = ["id", "protects", "an appeal stays", "appeal, days", "powers", "name"]
    print_columns(header, rows, [False, False, False, True, True, False])


def _print_authority(known: KnownAuthority) -> None:
    authority = known.authority
    typer.echo(
        f"{authority.id}: {authority.name} ({authority.kind}; {', '.join(authority.jurisdictions)};"
        f" {authority.currency}); acts in {', '.join(known.acts_in) or 'no case of the record'}"
    )
    for key, value in known.values.items():
        typer.echo(f"\n{key}: {_told(value)}\n    {_marks(value)}\n    {value.source}")
        if value.seen_at:
            typer.echo(f"    seen at {value.seen_at}")
    typer.echo("\ndurations, log-normal (median, deviation of the logarithm):")
    for stage, length in known.lengths.items():
        typer.echo(f"    {stage}: {length.median:g} days, {length.sigma:g} ({length.fit})")


def _told(value: Sourced) -> str:
    if isinstance(value.value, str):
        return value.value
    unit = "" if value.unit == "1" else f" {value.unit}"
    return f"{value.value:,}{unit} ({value.low:,} to {value.high:,})"


def _marks(value: Sourced) -> str:
    grade = f"grade {value.grade}" if value.grade else "not read at its source"
    return "assumed" if value.fit == "assumed" else f"{value.fit}, {grade}"


def _authority_json(known: KnownAuthority) -> dict[str, Any]:
    authority = known.authority
    return {
        "id": authority.id,
        "name": authority.name,
        "kind": authority.kind,
        "jurisdictions": list(authority.jurisdictions),
        "acts_in": list(known.acts_in),
        "currency": authority.currency,
        "values": {key: value.model_dump() for key, value in known.values.items()},
        "durations": {stage: length.model_dump() for stage, length in known.lengths.items()},
    }


@app.command()
def durations(as_json: JsonOption = False) -> None:
    """Fit the stages of a case to the record, and predict each authority from the others.

    Ends with code 1 where the band of the durations left out holds too few of them.
    """
    from scenarios.duration_check import COVERAGE, coverage, leave_one_authority_out, width
    from scenarios.duration_fit import fit
    from scenarios.durations import recorded_durations
    from scenarios.public_record import load_record

    recorded = recorded_durations(load_record())
    fitted, left_out = fit(recorded), leave_one_authority_out(recorded)
    inside, naive = coverage(left_out), coverage(left_out, naive=True)
    holds = COVERAGE[0] <= inside <= COVERAGE[1]
    if as_json:
        print_json(
            {
                "ok": holds,
                "coverage": inside,
                "expected_coverage": list(COVERAGE),
                "width": width(left_out),
                "naive_coverage": naive,
                "naive_width": width(left_out, naive=True),
                "stages": [_stage_json(stage, fitted) for stage in fitted.stages.values()],
                "left_out": [_left_out_json(one) for one in left_out],
            }
        )
    else:
        _print_stages(fitted)
        typer.echo("")
        _print_left_out(left_out)
        typer.echo(
            f"\nFitted without an authority, {inside:.0%} of its durations lie inside the 90 % "
            f"band ({COVERAGE[0]:.0%} to {COVERAGE[1]:.0%} are asked for); the band's upper end "
            f"is {width(left_out):.1f} times its lower one. A naive band, one log-normal for "
            f"every stage, holds {naive:.0%} and is {width(left_out, naive=True):.1f} times wide."
        )
    if not holds:
        raise typer.Exit(CHECK_FAILED)


def _print_stages(fitted: Fit) -> None:
    rows = [
        [stage.stage, str(stage.count), f"{stage.median:.0f}", f"{stage.deviation:.3f}"]
        + [f"{end:.0f}" for end in fitted.band(stage.stage)]
        for stage in fitted.stages.values()
    ]
    header = ["stage", "durations", "median, days", "deviation", "5 %", "95 %"]
    print_columns(header, rows, [False] + [True] * 5)


def _print_left_out(left_out: tuple[LeftOut, ...]) -> None:
    rows = [
        [
            one.duration.authority,
            one.duration.action,
            one.duration.stage,
            str(one.duration.days),
            f"{one.low:.0f} to {one.high:.0f}",
            "inside" if one.inside else "OUTSIDE",
            f"{one.naive_low:.0f} to {one.naive_high:.0f}",
            "inside" if one.naive_inside else "OUTSIDE",
        ]
        for one in left_out
    ]
    header = ["left out", "case", "stage", "days", "band", "", "naive band", ""]
    print_columns(header, rows, [False] * 3 + [True, True, False, True, False])


def _stage_json(stage: StageFit, fitted: Fit) -> dict[str, Any]:
    return {
        "stage": stage.stage,
        "durations": stage.count,
        "median": stage.median,
        "deviation": stage.deviation,
        "band": list(fitted.band(stage.stage)),
    }


def _left_out_json(one: LeftOut) -> dict[str, Any]:
    return {
        **asdict(one.duration),
        "band": [one.low, one.high],
        "inside": one.inside,
        "naive_band": [one.naive_low, one.naive_high],
        "naive_inside": one.naive_inside,
    }
