"""Every number of the tables says where it comes from, and bad tables are refused by name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from generators.errors import Fault, PopulationError
from generators.people import counts_of
from generators.sourced_tables import FITS, GRADES
from generators.strata import AGE_BANDS, TABLES, TIES, read_strata

RECORD = (
    *("GB", "AU", "CA", "AT", "DE", "FR", "GR", "IT", "NL", "SE", "EU"),
    *("US-IL", "US-CA", "US-NJ", "US-VT", "US", "XX"),
)


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    folder.mkdir()
    for name in TABLES:
        shutil.copy(str(resources.files("generators") / "data" / name), folder / name)
    return folder


def edit_row(folder: Path, name: str, start: str, change: Callable[[str], str]) -> int:
    """Change the one row that begins so, and return its line."""
    rows = (folder / name).read_text().splitlines(keepends=True)
    at = [line for line, row in enumerate(rows) if row.startswith(start)]
    assert len(at) == 1, (name, start, at)
    rows[at[0]] = change(rows[at[0]])
    (folder / name).write_text("".join(rows))
    return at[0] + 1


def set_value(folder: Path, name: str, key: str, value: str) -> int:
    """Give one row another value, inside a range that holds it, and return its line."""

    def change(row: str) -> str:
        _, unit, _, _, rest = row.removeprefix(key + ",").split(",", 4)
        low, high = (value, value) if value.replace(".", "", 1).isdigit() else ("0", "1")
        return f"{key},{value},{unit},{low},{high},{rest}"

    return edit_row(folder, name, key + ",", change)


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
        assert figure.grade in GRADES
        assert (figure.grade == "") == (figure.fit == "assumed"), figure


def test_what_was_read_has_an_address_and_what_was_not_has_none() -> None:
    for figure in read_strata().figures:
        if "quoted from memory" in figure.source:
            assert (figure.seen_at, figure.grade) == ("", "C"), figure
        elif figure.fit != "assumed":
            assert figure.seen_at.startswith("http"), figure


def test_the_jurisdictions_are_those_of_the_record_and_the_rest() -> None:
    strata = read_strata()
    assert strata.jurisdictions == RECORD
    assert {"EU", "US"} <= set(strata.regions)
    assert set(strata.ties) == set(TIES)


def test_shares_sum_to_one_in_every_jurisdiction() -> None:
    strata = read_strata()
    ones = np.ones(len(RECORD))
    assert strata.age_sex.sum(axis=(1, 2)) == pytest.approx(ones)
    assert strata.tones.sum(axis=1) == pytest.approx(ones)
    assert np.bincount(strata.place_jurisdiction, strata.place_share) == pytest.approx(ones)
    assert strata.sample_share.sum() == pytest.approx(1)
    assert strata.abroad.sum() == pytest.approx(1)
    assert strata.abroad[0] == 0


def test_accounts_are_held_by_those_online_only() -> None:
    strata = read_strata()
    for p, platform in enumerate(strata.platforms):
        for b, band in enumerate(AGE_BANDS):
            share = strata.figure("accounts.csv", platform, band, "account").value
            assert share == pytest.approx(strata.account[p, b] * strata.online[0, b])
    assert strata.account.max() <= 1


def test_members_of_a_region_share_what_it_says() -> None:
    strata = read_strata()
    members = [j for j, region in enumerate(strata.regions) if region == "EU"]
    assert len(members) == 8
    for name in ("online", "arrivals", "departures", "aware", "informed"):
        values = getattr(strata, name)[members]
        assert (values == values[0]).all(), name
    assert strata.aware[members[0]] == strata.figure("awareness.csv", "EU", "aware").value


def test_a_copy_of_the_tables_says_the_same(tables: Path) -> None:
    assert read_strata(tables).digest == read_strata().digest
    set_value(tables, "awareness.csv", "UK,aware", "0.5")
    assert read_strata(tables).digest != read_strata().digest


@pytest.mark.parametrize("name", list(TABLES))
def test_a_missing_table_is_named(tables: Path, name: str) -> None:
    (tables / name).unlink()
    assert refusal(tables).file == str(tables / name)


def test_a_missing_column_is_named(tables: Path) -> None:
    edit_row(tables, "tones.csv", "jurisdiction,", lambda row: row.replace("grade", "mark"))
    fault = refusal(tables)
    assert fault.file == str(tables / "tones.csv")
    assert (fault.line, fault.key) == (1, "grade")


@pytest.mark.parametrize("bad", ["-0.1", "many", "", "nan", "inf"])
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("tones.csv", "GB,2"),
        ("accounts.csv", "plaza,18-24,photos"),
        ("moves.csv", "UK,arrivals"),
        ("degrees.csv", "0.5"),
    ],
)
def test_a_cell_that_is_no_number_or_negative_has_its_line(
    tables: Path, name: str, key: str, bad: str
) -> None:
    line = set_value(tables, name, key, bad)
    fault = refusal(tables)
    assert fault.file == str(tables / name)
    assert (fault.line, fault.key, fault.found) == (line, "value", bad)


@pytest.mark.parametrize(
    ("name", "key", "value", "who"),
    [
        ("tones.csv", "GB,2", "0.31", "tone shares of GB"),
        ("places.csv", "AU,Sydney", "0.9", "places of AU"),
        ("residents.csv", "AU,Australia,AU,sample_share", "0.05", "sample_share"),
        ("ages.csv", "SE,0,5,share", "0.2", "age shares of SE"),
        ("mixing.csv", "GB,AU", "0.9", "ties abroad of GB"),
    ],
)
def test_shares_that_do_not_sum_to_one_are_refused(
    tables: Path, name: str, key: str, value: str, who: str
) -> None:
    set_value(tables, name, key, value)
    fault = refusal(tables)
    assert fault.file == str(tables / name)
    assert who in fault.message
    assert fault.expected == "1.000000"


@pytest.mark.parametrize(
    ("name", "key", "message"),
    [
        ("accounts.csv", "lumen,18-24,public", "above one"),
        ("accounts.csv", "lumen,65+,account", "than are online"),
        ("online.csv", "XX,18-24,online", "above one"),
        ("ages.csv", "GB,0,5,female", "above one"),
        ("moves.csv", "EU,departures", "above one"),
        ("awareness.csv", "US,informed", "above one"),
        ("ties.csv", "inside_share", "above one"),
        ("ties.csv", "close_inside", "above one"),
    ],
)
def test_a_share_above_what_it_is_a_share_of_is_refused(
    tables: Path, name: str, key: str, message: str
) -> None:
    line = set_value(tables, name, key, "1.2")
    fault = refusal(tables)
    assert message in fault.message
    assert (fault.file, fault.line) == (str(tables / name), line)
    assert fault.key == key.replace(",", ", ")


def test_an_account_without_the_net_is_refused_though_it_is_a_share(tables: Path) -> None:
    set_value(tables, "online.csv", "UK,65+,online", "0.3")
    fault = refusal(tables)
    assert fault.key == "plaza, 65+, account"
    assert "0.3" in str(fault.expected)


def test_a_value_outside_its_own_range_is_refused(tables: Path) -> None:
    edit_row(
        tables,
        "residents.csv",
        "GB,United Kingdom,UK,residents",
        lambda row: row.replace("67596281", "77596281"),
    )
    assert "outside its own range" in refusal(tables).message


def test_a_row_twice_is_refused(tables: Path) -> None:
    rows = (tables / "ties.csv").read_text().splitlines(keepends=True)
    (tables / "ties.csv").write_text("".join([*rows, rows[1]]))
    fault = refusal(tables)
    assert (fault.key, fault.line) == (rows[1].split(",")[0], len(rows) + 1)
    assert fault.found == fault.key
    assert "line 2" in str(fault.expected)


@pytest.mark.parametrize(
    ("name", "start", "key"),
    [
        ("accounts.csv", "lumen,65+,photos", "lumen, 65+, photos"),
        ("ages.csv", "US-VT,20,25,share", "US-VT, 20, 25, share"),
        ("tones.csv", "CA,7,", "CA, 7"),
        ("online.csv", "AU,65+", "AU, 65+, online"),
        ("moves.csv", "XX,arrivals", "XX, arrivals"),
        ("awareness.csv", "CA,aware", "CA, aware"),
        ("mixing.csv", "GB,XX", "GB, XX"),
        ("ties.csv", "mean_degree", "mean_degree"),
        ("residents.csv", "AU,Australia,AU,sample_share", "AU, Australia, AU, sample_share"),
    ],
)
def test_a_missing_row_is_named(tables: Path, name: str, start: str, key: str) -> None:
    edit_row(tables, name, start, lambda row: "")
    fault = refusal(tables)
    assert (fault.file, fault.key) == (str(tables / name), key)
    assert fault.message == "a row is missing"


@pytest.mark.parametrize(
    ("name", "start", "old", "new", "nearest"),
    [
        ("ties.csv", "mean_degree,", "mean_degree", "mean_degrees", "mean_degree"),
        ("mixing.csv", "GB,AU", "GB,AU", "AU,GB", None),
        ("mixing.csv", "GB,AU", "GB,AU", "GB,GB", None),
        ("tones.csv", "GB,2,", "GB,2", "GB,11", "GB, 1"),
        ("accounts.csv", "plaza,65+,public", "public", "open", None),
        ("online.csv", "UK,65+", "65+", "66+", "UK, 65+, online"),
        ("awareness.csv", "UK,aware", "UK", "GB", None),
        ("places.csv", "AU,Sydney", "AU", "AUS", "AU"),
    ],
)
def test_a_row_about_something_unknown_gets_its_line(
    tables: Path, name: str, start: str, old: str, new: str, nearest: str | None
) -> None:
    line = edit_row(tables, name, start, lambda row: row.replace(old, new, 1))
    fault = refusal(tables)
    assert (fault.file, fault.line) == (str(tables / name), line)
    assert "do not know" in fault.message
    if nearest is not None:
        assert nearest in fault.nearest


def test_a_jurisdiction_has_one_name_and_one_region(tables: Path) -> None:
    line = edit_row(
        tables, "residents.csv", "DE,Germany,EU,sample", lambda row: row.replace("EU", "XX", 1)
    )
    fault = refusal(tables)
    assert (fault.line, fault.found) == (line, "Germany, XX")


def test_a_jurisdiction_of_nobody_is_refused(tables: Path) -> None:
    line = set_value(tables, "residents.csv", "US-VT,Vermont,US,residents", "0")
    assert refusal(tables).line == line


@pytest.mark.parametrize("value", ["60", "60.5", "300"])
def test_close_ties_are_fewer_than_all_ties(tables: Path, value: str) -> None:
    line = set_value(tables, "ties.csv", "mean_close", value)
    fault = refusal(tables)
    assert (fault.line, fault.key) == (line, "mean_close")
    assert fault.expected == "below mean_degree, 60"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("family_size", value) for value in ("0", "0.5", "1.9", "20.5", "1000000")),
        *(("tagging_cv", value) for value in ("0.01", "10.5", "1000000")),
        *(("mean_close", value) for value in ("0", "0.5")),
        *(("mean_degree", value) for value in ("0", "0.5", "5001", "1000000")),
        *(("close_exponent", value) for value in ("1.1", "400")),
        *(("circle_slope", value) for value in ("2.1", "400")),
        *(("community_growth", value) for value in ("3.1", "400")),
        *(("community_size", value) for value in ("0", "1", "1000000")),
        ("age_spread", "1001"),
    ],
)
def test_what_no_graph_can_be_drawn_with_is_refused(tables: Path, name: str, value: str) -> None:
    line = set_value(tables, "ties.csv", name, value)
    fault = refusal(tables)
    assert (fault.file, fault.line, fault.key) == (str(tables / "ties.csv"), line, name)
    assert fault.found == f"{float(value):g}"


@pytest.mark.parametrize(("name", "value"), [("family_size", "2"), ("tagging_cv", "0")])
def test_the_ends_of_what_can_be_drawn_are_taken(tables: Path, name: str, value: str) -> None:
    set_value(tables, "ties.csv", name, value)
    assert read_strata(tables).ties[name] == float(value)


@pytest.mark.parametrize(
    ("changes", "key", "message"),
    [
        ({"close_in_place": "0.95"}, "close_in_place", "more ties stay in the place"),
        ({"place_share": "0.85"}, "place_share", "more ties stay in the place"),
        ({"place_share": "0.2"}, "place_share", "too near or too far"),
        ({"inside_share": "0.99"}, "inside_share", "too near or too far"),
        ({"close_in_place": "0.3", "place_share": "0.84"}, "place_share", "too near or too far"),
        ({"close_in_place": "0.3", "place_share": "0.7"}, "place_share", "more acquaintances"),
    ],
)
def test_shares_of_ties_that_contradict_each_other_are_refused(
    tables: Path, changes: dict[str, str], key: str, message: str
) -> None:
    lines = {name: set_value(tables, "ties.csv", name, value) for name, value in changes.items()}
    fault = refusal(tables)
    assert message in fault.message
    assert (fault.file, fault.line) == (str(tables / "ties.csv"), lines[key])


@pytest.mark.parametrize(("key", "value"), [("0.5", "0.01"), ("0.1", "100")])
def test_degrees_rise_from_quantile_to_quantile(tables: Path, key: str, value: str) -> None:
    set_value(tables, "degrees.csv", key, value)
    assert "do not rise" in refusal(tables).message


@pytest.mark.parametrize("bad", ["1", "0", "-0.5", "half", "nan"])
def test_a_quantile_lies_between_0_and_1(tables: Path, bad: str) -> None:
    line = edit_row(tables, "degrees.csv", "0.5,", lambda row: row.replace("0.5,", f"{bad},", 1))
    assert refusal(tables).line == line


def test_an_age_is_a_whole_number(tables: Path) -> None:
    line = edit_row(tables, "ages.csv", "GB,0,5,share", lambda row: row.replace("0,5", "0,five", 1))
    fault = refusal(tables)
    assert (fault.line, fault.found) == (line, "five")


def rename(folder: Path, name: str, old: str, new: str) -> int:
    """Put another text for a cell of a table wherever it stands, and return the first line."""
    rows = (folder / name).read_text().splitlines(keepends=True)
    at = [line for line, row in enumerate(rows) if old in row]
    (folder / name).write_text("".join(row.replace(old, new) for row in rows))
    return at[0] + 1


@pytest.mark.parametrize("age", ["131", "1" + 30 * "0", 5000 * "9"])
def test_nobody_is_older_than_anybody_was(tables: Path, age: str) -> None:
    line = rename(tables, "ages.csv", ",85,100,", f",85,{age},")
    fault = refusal(tables)
    assert (fault.file, fault.line) == (str(tables / "ages.csv"), line)
    assert fault.message == "nobody is that old"
    assert len(str(fault.found)) <= 40


def test_ages_begin_at_birth(tables: Path) -> None:
    line = rename(tables, "ages.csv", ",0,5,", ",1,5,")
    fault = refusal(tables)
    assert (fault.line, fault.found, fault.expected) == (line, "1", "0")


def test_an_age_is_written_in_plain_digits(tables: Path) -> None:
    line = edit_row(tables, "ages.csv", "GB,0,5,share", lambda row: row.replace("0,5", "0,٥", 1))
    assert refusal(tables).line == line


@pytest.mark.parametrize("value", ["0.5", "1" + 300 * "0"])
def test_residents_are_as_many_as_there_may_be_people(tables: Path, value: str) -> None:
    line = set_value(tables, "residents.csv", "US-VT,Vermont,US,residents", value)
    fault = refusal(tables)
    assert (fault.line, fault.message) == (line, "no number of residents")


def test_residents_are_counted_in_persons(tables: Path) -> None:
    line = edit_row(
        tables,
        "residents.csv",
        "GB,United Kingdom,UK,residents",
        lambda row: row.replace("persons", "heads", 1),
    )
    fault = refusal(tables)
    assert (fault.line, fault.found, fault.expected) == (line, "heads", "persons")


def test_photos_and_degrees_beyond_reason_are_refused(tables: Path) -> None:
    line = set_value(tables, "accounts.csv", "plaza,65+,photos", "100001")
    assert refusal(tables).line == line
    set_value(tables, "accounts.csv", "plaza,65+,photos", "10")
    line = set_value(tables, "degrees.csv", "0.9999", "1" + 300 * "0")
    fault = refusal(tables)
    assert (fault.file, fault.line) == (str(tables / "degrees.csv"), line)


@pytest.mark.parametrize(
    "name",
    ["evil.com/x?", "../../x", "two words", "Plaza", "-plaza", "pla--za", "plåza", 64 * "p"],
)
def test_a_platform_that_cannot_stand_in_an_address_is_refused(tables: Path, name: str) -> None:
    line = rename(tables, "accounts.csv", "plaza,", f"{name},")
    fault = refusal(tables)
    assert (fault.file, fault.line, fault.found) == (str(tables / "accounts.csv"), line, name)


@pytest.mark.parametrize(
    ("name", "start", "old", "new", "column"),
    [
        ("accounts.csv", "plaza,18-24,account", "plaza", "", "platform"),
        ("places.csv", "AU,Sydney", "Sydney", "", "place"),
        ("places.csv", "AU,Sydney", "Sydney", " ", "place"),
        ("residents.csv", "DE,Germany,EU,residents", "DE", "", "jurisdiction"),
        ("residents.csv", "DE,Germany,EU,residents", ",EU,", ",,", "region"),
        ("residents.csv", "DE,Germany,EU,residents", ",EU,", ", EU,", "region"),
        ("tones.csv", "GB,1,", "share of residents", "", "unit"),
        ("tones.csv", "GB,1,", "assumption: no office counts", " ", "source"),
    ],
)
def test_a_blank_cell_is_named(
    tables: Path, name: str, start: str, old: str, new: str, column: str
) -> None:
    line = edit_row(tables, name, start, lambda row: row.replace(old, new, 1))
    fault = refusal(tables)
    assert (fault.file, fault.line, fault.key) == (str(tables / name), line, column)


@pytest.mark.parametrize("change", [lambda row: row[:-1] + ",more\n", lambda row: "GB,2,0.3\n"])
def test_a_row_has_as_many_cells_as_the_header(tables: Path, change: Callable[[str], str]) -> None:
    """What a comma outside quotes does: the message says how to write one."""
    line = edit_row(tables, "tones.csv", "GB,2,", change)
    fault = refusal(tables)
    assert fault.line == line
    assert "quotes" in str(fault.expected)


def test_a_column_twice_is_refused(tables: Path) -> None:
    rename(tables, "tones.csv", "value,unit", "value,value,unit")
    fault = refusal(tables)
    assert (fault.line, fault.key) == (1, "value")


@pytest.mark.parametrize("cell", [200_000 * "x", '"open'])
def test_a_cell_that_no_reader_takes_is_named_by_its_line(tables: Path, cell: str) -> None:
    line = edit_row(tables, "tones.csv", "XX,10,", lambda row: f"XX,10,0.1,{cell}\n")
    fault = refusal(tables)
    assert (fault.file, fault.message) == (str(tables / "tones.csv"), "not a CSV table")
    assert fault.line == line


def test_a_mark_before_utf_8_is_read_over(tables: Path) -> None:
    """Spreadsheets write one."""
    path = tables / "tones.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_strata(tables).digest == read_strata().digest


def test_a_misspelt_folder_is_named_with_one_like_it(tables: Path) -> None:
    fault = refusal(tables.parent / "table")
    assert fault.file == str(tables.parent / "table")
    assert fault.nearest == ("tables",)
    assert fault.found == "nothing"


def invent_countries(folder: Path, count: int) -> None:
    """Put this many jurisdictions into residents.csv, all alike."""
    path = folder / "residents.csv"
    head = path.read_text().splitlines()[0]
    marks = "0,9,invented,,,assumed"
    rows = [
        f"J{j},Country {j},R,{row}"
        for j in range(count)
        for row in (f"residents,5,persons,{marks}", f"sample_share,{1 / count},share,{marks}")
    ]
    path.write_text("\n".join([head, *rows]) + "\n")


def test_there_are_no_more_jurisdictions_than_a_column_can_tell_apart(tables: Path) -> None:
    invent_countries(tables, 256)
    fault = refusal(tables)
    assert (fault.file, fault.found) == (str(tables / "residents.csv"), "256 jurisdictions")
    invent_countries(tables, 255)
    assert refusal(tables).file == str(tables / "ages.csv")


def test_there_are_no_more_places_than_a_column_can_tell_apart(tables: Path) -> None:
    path = tables / "places.csv"
    extra = (f"GB,Hamlet {k},0,share,0,1,invented,,,assumed\n" for k in range(65_536))
    path.write_text(path.read_text() + "".join(extra))
    fault = refusal(tables)
    assert fault.file == str(path)
    assert fault.message == "more than 65535 places"


def test_shares_that_miss_one_by_little_still_hand_out_everybody() -> None:
    """At millions of people, what a table may miss (1e-6) is persons: none for the last ones."""
    for missed in (-9e-7, 9e-7):
        shares = np.array([0.5, 0.25, 0.25]) * (1 + missed)
        counts = counts_of(8_000_000, replace(read_strata(), sample_share=shares))
        assert counts.tolist() == [4_000_000, 2_000_000, 2_000_000]


def test_an_unknown_grade_is_refused(tables: Path) -> None:
    line = edit_row(
        tables,
        "residents.csv",
        "GB,United Kingdom,UK,residents",
        lambda row: row.replace(",A,same", ",Z,same"),
    )
    fault = refusal(tables)
    assert (fault.line, fault.key, fault.found) == (line, "grade", "Z")


def test_an_unknown_fit_is_refused(tables: Path) -> None:
    edit_row(
        tables,
        "residents.csv",
        "GB,United Kingdom,UK,residents",
        lambda row: row.replace(",A,same", ",A,perfect"),
    )
    assert refusal(tables).found == "perfect"


def test_a_table_that_is_no_text_is_refused(tables: Path) -> None:
    (tables / "ages.csv").write_bytes(b"\xff\xfe\x00\x01")
    assert refusal(tables).file == str(tables / "ages.csv")


def test_an_empty_table_is_refused(tables: Path) -> None:
    for name in TABLES:
        head = (tables / name).read_text().splitlines(keepends=True)[0]
        kept = (tables / name).read_text()
        (tables / name).write_text(head)
        assert refusal(tables).file == str(tables / name), name
        (tables / name).write_text(kept)


def test_a_table_of_ages_without_rows_says_so(tables: Path) -> None:
    path = tables / "ages.csv"
    path.write_text(path.read_text().splitlines(keepends=True)[0])
    assert refusal(tables).message == "there is no age group"
