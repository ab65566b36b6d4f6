"""Every number of the tables says where it comes from, and bad tables are refused by name."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from generators.errors import Fault, PopulationError
from generators.population import build_population
from generators.sourced_tables import FITS
from generators.strata import TABLES, read_strata


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    folder.mkdir()
    for name in TABLES:
        shutil.copy(str(resources.files("generators") / "data" / name), folder / name)
    return folder


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


def refusal(folder: Path) -> Fault:
    with pytest.raises(PopulationError) as refused:
        read_strata(folder)
    return refused.value.faults[0]


def test_every_number_carries_its_marks() -> None:
    for figure in read_strata().figures:
        assert figure.unit, figure
        assert figure.source, figure
        assert figure.low <= figure.value <= figure.high, figure
        assert figure.fit in FITS
        assert figure.grade in {"A", "B", "C", ""}
        assert (figure.grade == "") == (figure.fit == "assumed"), figure


def test_a_copy_of_the_tables_makes_the_same_people(tables: Path) -> None:
    ours = build_population(60, 4, read_strata(tables))
    assert ours.content_hash == build_population(60, 4).content_hash


def test_shares_sum_to_one_in_every_jurisdiction() -> None:
    strata = read_strata()
    assert strata.age_sex.sum(axis=(1, 2)) == pytest.approx(np.ones(5))
    assert strata.tones.sum(axis=1) == pytest.approx(np.ones(5))
    assert strata.sample_share.sum() == pytest.approx(1)


@pytest.mark.parametrize("name", list(TABLES))
def test_a_missing_table_is_named(tables: Path, name: str) -> None:
    (tables / name).unlink()
    assert refusal(tables).file == str(tables / name)


def test_a_missing_column_is_named(tables: Path) -> None:
    edit(tables, "tones.csv", "grade", "mark")
    fault = refusal(tables)
    assert fault.file == str(tables / "tones.csv")
    assert (fault.line, fault.key) == (1, "grade")


@pytest.mark.parametrize("bad", ["-0.1", "many", "", "nan", "inf"])
def test_a_cell_that_is_no_number_or_negative_has_its_line(tables: Path, bad: str) -> None:
    edit(tables, "tones.csv", "GB,2,0.3,", f"GB,2,{bad},")
    fault = refusal(tables)
    assert fault.file == str(tables / "tones.csv")
    assert (fault.line, fault.key, fault.found) == (3, "value", bad)


def test_shares_that_do_not_sum_to_one_are_refused(tables: Path) -> None:
    edit(tables, "tones.csv", "GB,2,0.3,", "GB,2,0.31,")
    fault = refusal(tables)
    assert fault.file == "tones.csv"
    assert "GB" in fault.message
    assert fault.found == "1.010000"


def test_a_value_outside_its_own_range_is_refused(tables: Path) -> None:
    edit(tables, "residents.csv", "67596281", "77596281")
    assert "outside its own range" in refusal(tables).message


def test_a_row_twice_is_refused(tables: Path) -> None:
    rows = (tables / "ties.csv").read_text().splitlines(keepends=True)
    (tables / "ties.csv").write_text("".join([*rows, rows[1]]))
    assert refusal(tables).key == "mean_degree"


def test_a_missing_row_is_named(tables: Path) -> None:
    rows = (tables / "accounts.csv").read_text().splitlines(keepends=True)
    kept = [row for row in rows if not row.startswith("lumen,65+,public")]
    (tables / "accounts.csv").write_text("".join(kept))
    assert refusal(tables).key == "lumen, 65+, public"


def test_a_misspelt_quantity_gets_the_nearest(tables: Path) -> None:
    edit(tables, "ties.csv", "mean_degree,", "mean_degrees,")
    rows = (tables / "ties.csv").read_text()
    assert refusal(tables).key == "mean_degree"
    (tables / "ties.csv").write_text(
        rows + rows.splitlines()[1].replace("degrees", "degree") + "\n"
    )
    fault = refusal(tables)
    assert fault.found == "mean_degrees"
    assert fault.nearest[0] == "mean_degree"


def test_an_unknown_fit_is_refused(tables: Path) -> None:
    edit(tables, "residents.csv", ",A,same", ",A,perfect")
    assert refusal(tables).found == "perfect"


def test_a_table_that_is_no_text_is_refused(tables: Path) -> None:
    (tables / "ages.csv").write_bytes(b"\xff\xfe\x00\x01")
    assert refusal(tables).file == str(tables / "ages.csv")


def test_circles_that_leave_no_room_for_mixing_are_refused(tables: Path) -> None:
    edit(
        tables,
        "ties.csv",
        "inside_share,0.9,share of ties inside the country,0.842",
        "inside_share,0.6,share of ties inside the country,0.5",
    )
    with pytest.raises(PopulationError, match="too few loose ties") as refused:
        build_population(5000, 1, read_strata(tables))
    assert refused.value.faults[0].key == "inside_share"


def test_an_invented_country_is_built_from_its_own_tables(tables: Path) -> None:
    """Ruritania, alone in its world: one jurisdiction, one weight, all ties at home."""
    for name, columns in TABLES.items():
        rows = (tables / name).read_text().splitlines(keepends=True)
        if columns[0] == "jurisdiction":
            rows = [rows[0], *(row.replace("GB,", "RU,") for row in rows if row.startswith("GB,"))]
        (tables / name).write_text("".join(rows))
    edit(tables, "residents.csv", "sample_share,0.5", "sample_share,1.0")
    people = build_population(1000, 1, read_strata(tables))
    assert people.jurisdictions == ("RU",)
    assert people.residents("RU").size == 1000
    assert people.display_name(0)
    assert people.with_isolated_person("RU").indptr[-1] == people.indptr[-1]
