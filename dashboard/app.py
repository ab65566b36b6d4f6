"""The dashboard: started by `efface dashboard`, it shows one run folder and takes nothing in.

Streamlit runs this file from top to bottom for every view. The pages are files under `pages/`.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from generators.errors import EffaceError

HERE = Path(__file__).parent

st.set_page_config(
    page_title="Efface: the case",
    page_icon=str(HERE / "icon.png"),
    layout="wide",
    initial_sidebar_state="collapsed",
)
page = st.navigation([st.Page(HERE / "pages" / "case.py", title="The case")], position="hidden")
try:
    page.run()
except EffaceError as error:
    # The run folder is not what it should be; anything else is a defect and stays an exception.
    st.error("This run folder cannot be shown.")
    st.code(str(error), language=None)  # as it is: a path is no Markdown
