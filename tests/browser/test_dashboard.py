"""The dashboard in a real browser shows the run's own numbers, wholly offline."""

from __future__ import annotations

import shutil
from urllib.parse import urlsplit

import pytest

from generators.faces import faces_available
from scenarios.report.headlines import headlines, reading
from scenarios.report.looks import DARK, LIGHT
from scenarios.report.table import table_text
from scenarios.report.words import per_hundred
from scenarios.store import load_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def bare(small_run, serve, without_torch):
    """The dashboard on a machine with the core alone."""
    return serve(small_run, PYTHONPATH=str(without_torch))


@pytest.fixture(scope="module")
def view(bare, look):
    return look(bare.address)


def test_tiles_are_the_measures_of_the_run(view, small_run):
    rows = small_run.measures(headline=True).to_pylist()
    at = small_run.manifest["horizon"]["to"]
    shown = {
        tile.get_attribute("data-value"): tile.inner_text()
        for tile in view.page.locator("[data-value]").all()
    }
    tiles = {arm: reading(rows, arm, "searchable_persons", at) for arm in small_run.arms}
    assert list(shown) == list(small_run.arms)
    assert shown == {
        arm: " to ".join(per_hundred(row[f"value_range_{end}"]) for end in ("low", "high"))
        for arm, row in tiles.items()
    }
    means = view.page.locator(".ef-tile .quiet").all_inner_texts()
    assert means == [f"mean {per_hundred(row['value'])}" for row in tiles.values()]


def test_headline_is_generated_from_the_run(view, small_run):
    rows = small_run.measures(headline=True).to_pylist()
    said = view.page.locator("[data-name=headline] p").all_inner_texts()
    assert said == headlines(rows, small_run.manifest)
    exposure, found = said
    assert "fewer person-days" in exposure
    assert "of every 100 UK residents" in found
    assert all(sentence.startswith("In this model, ") for sentence in said)


def test_table_has_every_headline_measure_and_the_records_fine(view, small_run):
    rows = small_run.measures(headline=True).to_pylist()
    wanted = {(row["name"], row["at"] or "whole") for row in rows if row["margin"] == "all"}
    table = view.page.locator("table[data-table=measures] tr[data-measure]")
    found = {(r.get_attribute("data-measure"), r.get_attribute("data-at")) for r in table.all()}
    assert found == wanted
    imposed = view.page.locator("tr[data-measure=fine_imposed] td[data-arm]").all_inner_texts()
    assert imposed == ["0", "7,552,800", "7,552,800"]
    collected = view.page.locator("tr[data-measure=fine_collected] td").all_inner_texts()
    assert collected[1] == "0", "nothing was collected as it happened"
    zero = next(cell for cell in collected if cell.startswith("0 by assumption ["))
    assert zero, "and that cannot differ from a world without an order"
    notes = view.page.locator("[data-name=notes] p").all_inner_texts()
    mark = zero.removeprefix("0 by assumption ")
    assert sum(line.startswith(mark) for line in notes) == 1, "and a footnote says why"


def test_amounts_of_money_are_no_estimates(view):
    cells = view.page.locator("tr[data-measure=fine_imposed] td:not([data-arm])").all_inner_texts()
    assert cells[0] == "+7,552,800"
    assert (
        view.page.locator("tr[data-measure=fine_imposed] th")
        .inner_text()
        .startswith("Fine imposed [")
    )


def test_page_and_printed_table_round_alike(view, small_run):
    printed = table_text(small_run, 400).replace("-", "\u2212")
    cells = view.page.locator("table[data-table=measures] td:not([data-arm])").all_inner_texts()
    lines = [line for cell in cells for line in cell.split("\n")]
    assert len(lines) > len(cells) > 40
    for line in lines:
        assert line.split(" [")[0].removeprefix("mean ") in printed


def test_charts_are_drawn_and_described(view, small_run):
    charts = view.page.locator("[data-testid=stVegaLiteChart]")
    assert charts.count() == 2
    for chart in charts.all():
        assert chart.locator("svg path, canvas").count() > 0
    # SVG text is there to be read: the record's events and their two natures.
    text = charts.first.text_content()
    for words in (
        "Notice of intent £17,000,000",
        "Fine £7,552,800",
        "Deadline to delete, never fell",
        "the record: it happened",
        "the record: set, but never fell",
        "per 100 UK residents",
    ):
        assert words in text
    for arm in ("without the order", "as it happened", "obeyed"):
        assert arm in text
    description = view.page.get_by_label("Line chart of the model's searchable UK residents")
    assert description.count() >= 1


def test_nothing_leaves_the_host_and_nothing_breaks(view, bare):
    here = urlsplit(bare.address).netloc
    elsewhere = [
        url
        for url in view.requests
        if not url.startswith(("data:", "blob:")) and urlsplit(url).netloc != here
    ]
    assert elsewhere == []
    assert view.complaints == []
    assert view.page.locator("[data-testid=stException]").count() == 0


def test_no_face_can_be_brought_in(view):
    assert view.page.locator("input[type=file]").count() == 0
    assert (
        view.page.locator("[data-testid=stFileUploader], [data-testid=stCameraInput]").count() == 0
    )


def test_where_nothing_can_draw_the_page_says_so_and_names_the_one_command(view):
    said = view.page.locator("[data-testid=stAlert]").inner_text()
    assert said.startswith("Initials stand for faces here: generated faces need")
    assert "pip install 'efface[faces]'" in said
    assert view.page.locator(".ef-card .initials").count() == 12
    assert view.page.locator(".ef-card img").count() == 0


def test_people_are_adults_with_a_count_in_every_column(view, small_run):
    people = {(row["person"], row["arm"]): row for row in small_run.people().to_pylist()}
    cards = view.page.locator("[data-person]").all()
    assert len(cards) == 12
    for card in cards:
        person = int(card.get_attribute("data-person"))
        held = {
            count.get_attribute("data-held"): int(count.inner_text())
            for count in card.locator("[data-held]").all()
        }
        assert held == {arm: people[person, arm]["held"] for arm in small_run.arms}
        assert people[person, small_run.scenario]["age"] >= 18


def test_assumed_parameters_are_marked(view, small_run):
    view.page.get_by_text(f"All {small_run.parameters().num_rows} parameters").click()
    row = view.page.locator("table[data-table=parameters] tr[data-parameter='gallery.share.uk']")
    row.wait_for()
    assert "assumed" in row.inner_text()
    assert "0.005 to 0.03" in row.inner_text()


def test_steps_of_the_record_are_set_apart_from_the_models(view):
    view.page.get_by_text("The case, step by step").click()
    log = view.page.locator("table[data-table=case]")
    served = log.locator("tr[data-step=enforcement_notice]")
    served.wait_for()
    assert "on the record" in served.inner_text()
    assert served.locator("a").get_attribute("href").startswith("https://")
    ceased = log.locator("tr[data-step=collection_ceased]")
    assert "the model: obeyed" in ceased.inner_text()
    assert ceased.locator("a").count() == 0


def test_page_follows_the_readers_dark_theme(bare, look):
    grounds = {}
    for scheme, palette in (("light", LIGHT), ("dark", DARK)):
        view = look(bare.address, scheme=scheme, width=800)
        ground = view.page.evaluate(
            "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
        )
        red, green, blue = (int(palette.ground[i : i + 2], 16) for i in (1, 3, 5))
        assert ground == f"rgb({red}, {green}, {blue})"
        label = view.page.locator("svg text", has_text="Notice of intent").last
        assert label.get_attribute("fill").lower() == palette.ink
        grounds[scheme] = ground
        view.page.close()
    assert grounds["light"] != grounds["dark"]


def test_faces_are_drawn_by_the_generator_without_a_head_model(small_run, serve, look, tmp_path):
    why = faces_available("generated")
    if why is not None:
        pytest.skip(why)
    server = serve(small_run, EFFACE_HEAD_MODEL=str(tmp_path))
    view = look(server.address)
    view.page.locator(".ef-card img").first.wait_for(timeout=60_000)
    pictures = view.page.locator(".ef-card img")
    assert pictures.count() == 12
    assert all("who does not exist" in face.get_attribute("alt") for face in pictures.all())
    drawn = view.page.evaluate(
        "[...document.querySelectorAll('.ef-card img')].map(f => [f.naturalWidth, f.width])"
    )
    assert drawn == [[128, 128]] * 12
    assert len({face.get_attribute("src") for face in pictures.all()}) == 12
    # The page is written from above: the caption below the cards comes after their pictures.
    caption = view.page.get_by_text("Drawn by the trained generator at 64 pixels")
    caption.first.wait_for(timeout=30_000)
    assert caption.count() == 1
    assert view.page.locator("[data-testid=stAlert]").count() == 0


def test_a_run_that_lost_a_file_is_named_on_the_page(small_run, serve, look, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(small_run.folder, broken)
    (broken / "people.parquet").unlink()
    view = look(serve(load_run(broken)).address, until="cannot be shown")
    assert "people.parquet" in view.page.locator("[data-testid=stCode]").last.inner_text()
    assert view.page.locator("[data-testid=stException]").count() == 0


def test_ctrl_c_ends_the_server(small_run, serve):
    server = serve(small_run)
    assert server.interrupt() == 0
