"""The case: one page that tells it from a run folder, from the question to how to check it."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard import charts, measures, people, source, tables, words
from dashboard.markup import element, note
from dashboard.style import stylesheet
from generators.errors import EffaceError
from generators.faces import HONEST_SENTENCE, faces_available
from scenarios.drivers import drivers_of
from scenarios.report.headlines import headlines
from scenarios.report.table_rows import content_of
from scenarios.report.table_words import (
    driver_lines,
    effect_scale,
    headline_sentence,
    recognition,
    settings,
)
from scenarios.report.words import (
    LIMITS,
    RANGE_NOTE,
    day_words,
    residents,
)

SHOWN = 12


@st.cache_data(show_spinner=False, max_entries=4)
def drawn(whom: tuple[people.Shown, ...]) -> tuple[dict[int, bytes], str]:
    """Return the portraits and what to say under them, drawn once for every reader."""
    return people.portraits(whom)


run = source.open_run()
manifest = run.manifest
rows = run.measures(headline=True).to_pylist()
where = manifest["windows"]["jurisdiction"]
last = day_words(manifest["horizon"]["to"])

st.html(stylesheet(charts.palette()))
st.title(manifest["question"], anchor=False)
lead = [element("p", escape(said), kind="ef ef-lead") for said in headlines(rows, manifest)]
st.html(element("div", "".join(lead), data_name="headline"))
made = (words.provenance(manifest), settings(run), recognition(run))
st.html("".join(note(said) for said in made if said))

unit = f"Searchable on {last}, per 100 {residents(where)}"
st.html(element("p", escape(unit), kind="ef ef-unit") + measures.tiles(run, rows))
st.html(note(RANGE_NOTE))

st.header("Who can be found, week by week", anchor=False)
charts.draw_case(run)
st.html(note(words.RECORD_AND_MODEL))
if len(run.arms) > 1:
    charts.draw_gap(run, words.gap(manifest))
    st.html(note(words.gap(manifest)))
with st.expander("The case, step by step"):
    st.html(tables.case_log(run))

st.header("The columns, measure by measure", anchor=False)
st.html(note(headline_sentence(run, content_of(run))))
st.html(note(measures.CAPTION))
st.html(measures.measures_table(run, rows))

st.header("Twelve people who do not exist", anchor=False)
shown = people.sample(run.people().to_pylist(), SHOWN)
missing = faces_available()
trouble = st.empty()
if missing:
    trouble.info(words.no_faces(missing))
sheet = st.empty()
sheet.html(people.cards(run, shown, {}))
caption = st.empty()
told = note(words.people_caption(len(shown), where, last))
caption.html(told + note(HONEST_SENTENCE))

st.header("What is assumed", anchor=False)
every = run.parameters().to_pylist()
drivers = drivers_of(every)
scale = effect_scale(run, every)
st.html(note(driver_lines(run)[0].removesuffix(":").removesuffix(".") + ".") + note(words.EVIDENCE))
if drivers.listed:
    st.html(tables.parameters(drivers.listed, scale, "What drives the headline", "drivers"))
with st.expander(f"All {len(every)} parameters"):
    every.sort(key=lambda row: (-abs(row["drives"] or 0.0), row["name"]))
    st.html(tables.parameters(every, scale, "All parameters", "parameters"))

st.header("What the model cannot tell", anchor=False)
st.html(element("ol", "".join(element("li", escape(line)) for line in LIMITS), kind="ef"))

st.header("Check it", anchor=False)
st.html(note(words.CHECK))
st.code(words.rerun(manifest, every, str(run.folder)), language="bash")
st.html(note(words.hashes(manifest)))

if not missing:
    # Last, because drawing takes seconds the first time and the rest of the page need not wait.
    try:
        pictures, origin = drawn(shown)
        sheet.html(people.cards(run, shown, pictures))
        caption.html(told + note(origin))
    except EffaceError as error:
        trouble.info(words.no_faces(str(error)))
