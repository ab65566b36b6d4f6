"""The file of a distribution of templates: whole or refused, and the one that ships."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("safetensors", reason="the file needs the extra [faces]")

from safetensors.numpy import save

from generators import template_file
from generators.digests import sha256
from generators.encoder.evaluation import compare_all
from generators.errors import EffaceError
from generators.keyed import Streams
from generators.template_file import FORMAT, SHIPPED, TemplateCard, read_templates, templates_bytes
from generators.template_fit import QUANTILES, ScoreQuantile
from generators.templates import STREAMS, TemplateDistribution
from scenarios.cli.main import app
from sim.pixels import faces as faces_module

WEIGHTS = Path(template_file.__file__).parent / "data" / "weights"
CARD = TemplateCard(
    encoder="none",
    digests={"a": "b"},
    people=300,
    photos=4,
    seed=0,
    text="made up",
    check=(ScoreQuantile("mated", 0.5, 0.6, 0.61),),
)


def made_up() -> TemplateDistribution:
    return TemplateDistribution(
        kinds=np.ones((2, 3), dtype=np.float32),
        shares=np.array([0.25, 0.75]),
        between=np.eye(3) / 6,
        within=np.diag([0.1, 0.2, 0.3]),
        sigma=0.25,
    )


def arrays() -> dict[str, np.ndarray]:
    whole = made_up()
    names = ("kinds", "shares", "between", "within")
    return {**{name: getattr(whole, name) for name in names}, "sigma": np.array([0.25])}


def told(**other: str) -> dict[str, str]:
    card = {"encoder": "none", "digests": {}, "people": 1, "photos": 2, "seed": 0, "text": "",
            "check": []}  # fmt: skip
    return {"format": FORMAT, "card": json.dumps(card), **other}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    path.write_bytes(templates_bytes(made_up(), CARD))
    found, card = read_templates(path)
    assert card == CARD
    for name in ("kinds", "shares", "between", "within"):
        assert np.array_equal(getattr(found, name), getattr(made_up(), name))
    assert found.sigma == 0.25


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no safetensors file"),
        (templates_bytes(made_up(), CARD)[:-8], "cut short"),
        (save(arrays(), {"format": "another"}), "no distribution of templates"),
        (save(arrays(), told(card="{")), "card"),
        (save(arrays(), told(card="[]")), "card"),
        (save({**arrays(), "shares": np.array([0.5, 0.6])}, told()), "describe no distribution"),
        (save({**arrays(), "within": -np.eye(3)}, told()), "describe no distribution"),
        (save({**arrays(), "between": np.eye(4)}, told()), "describe no distribution"),
        (save({**arrays(), "sigma": np.array([np.nan])}, told()), "describe no distribution"),
        (save({**arrays(), "more": np.eye(3)}, told()), "describe no distribution"),
    ],
)
def test_what_is_not_whole_or_another_thing_is_refused(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "t.safetensors"
    path.write_bytes(content)
    with pytest.raises(EffaceError, match=why) as refused:
        read_templates(path)
    assert refused.value.faults[0].file == str(path)


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EffaceError, match="cannot be read"):
        read_templates(tmp_path / "none.safetensors")


def test_the_one_that_ships_was_fitted_to_the_weights_that_ship() -> None:
    distribution, card = read_templates()
    assert distribution.dimension == 128
    assert SHIPPED.stat().st_size < 1e6
    assert card.digests == {path.name: sha256(path) for path in WEIGHTS.glob("*.safetensors")}
    assert card.people * card.photos == 20_000
    assert "No photograph of anyone and no scraped face" in card.text


def as_compared(distribution: TemplateDistribution, card: TemplateCard) -> np.ndarray:
    """The templates of a thousand people from a distribution, whom its card's scores are of."""
    streams = Streams(card.seed, 0, STREAMS)
    who, nth = np.repeat(np.arange(1000), card.photos), np.tile(np.arange(card.photos), 1000)
    centres = distribution.centres(streams, np.arange(1000))
    photos = distribution.photos(streams, who, centres[who], nth)
    return photos.reshape(1000, card.photos, distribution.dimension)


def test_scores_of_the_one_that_ships_are_as_near_to_the_encoders_as_the_page_says() -> None:
    distribution, card = read_templates()
    drawn = compare_all(as_compared(distribution, card))
    again = [
        quantile
        for name, scores in (("mated", drawn.mated), ("non-mated", drawn.non_mated))
        for quantile in np.quantile(scores, QUANTILES[name])
    ]
    assert [row.fitted for row in card.check] == pytest.approx(again, abs=1e-5)
    for row in card.check:
        tail = row.scores == "non-mated" and row.quantile > 0.95
        assert abs(row.fitted - row.real) < (0.08 if tail else 0.03), row


def test_the_command_draws_fits_and_writes(
    patterned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faces_module, "shipped_faces", lambda: patterned(0.2))
    out = tmp_path / "t.safetensors"
    words = ["--people", "100", "--photos", "2", "--check", "10", "--seed", "5", "--json"]
    done = CliRunner().invoke(app, ["faces", "fit-templates", "--out", str(out), *words])
    assert done.exit_code == 0, done.output
    distribution, card = read_templates(out)
    assert (card.encoder, card.people, card.photos, card.seed) == ("projection", 100, 2, 5)
    assert distribution.dimension == 24
    assert json.loads(done.stdout)["check"] == [vars(row) for row in card.check]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--out", "t.npz"), "a safetensors file"),
        (("--out", "t.safetensors", "--photos", "24"), "compared with every other"),
    ],
)
def test_the_command_refuses_before_it_draws(tmp_path: Path, words, why: str) -> None:
    done = CliRunner().invoke(app, ["faces", "fit-templates", *words])
    assert done.exit_code == 2
    assert why in done.output
