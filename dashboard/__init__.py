"""Looking at the answers: a Streamlit page over a run folder."""
