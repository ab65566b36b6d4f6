"""What the operator's stores keep of what was erased decides how long people are held."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from scenarios.keepings import known_keepings
from sim.dates import day_of, iso
from sim.gallery.keeping import Cohort, Keeping, Kind
from sim.gallery.traffic import cleaning, erasing
from sim.measures import read_measures, same_until, stated_measures, structural_zero
from sim.model import run_arms
from sim.operator.profile import BACKUPS, COPIES, GALLERY, LOG
from sim.setup import InterventionSpec
from tests.conftest import STILL
from tests.laws.test_worlds import same_snapshots

START = day_of(date(2022, 1, 1))
ENDS = START + 9
LAST = START + 364
END = iso(LAST)


def power(kind, start=START, **options):
    return InterventionSpec(kind, start, None, "GB", options)


STOP = power("cease-collection")
DELETE = power("deletion-order", days=10.0)


def keeps(setup, *stores, **manners):
    """The setup with stores that keep by the data file's manners, or by one that is given."""
    rules = {store: known_keepings()[manners["by"]].keeping for store in stores}
    return replace(setup, profile=replace(setup.profile, keeping=rules))


def keeps_by(setup, manner, stores=GALLERY):
    return replace(setup, profile=replace(setup.profile, keeping=dict.fromkeys(stores, manner)))


@pytest.fixture(scope="module")
def ordered(shipped_setups, with_parameters):
    """Collection stops and everything known to be of residents is erased in ten days, at once."""
    values = {**STILL, "operator.erasure_capacity": 1e13}
    base = with_parameters(shipped_setups["no-uk-order"], values)
    return replace(base, interventions=(STOP, DELETE), last_day=LAST)


@pytest.fixture(scope="module")
def run(homebodies):
    done = {}

    def one(setup):
        """Run an arm, once for all tests that ask for the same."""
        key = repr(
            (
                setup.last_day,
                setup.profile.keeping,
                setup.interventions,
                sorted(setup.parameters.items()),
            )
        )
        if key not in done:
            done[key] = run_arms(homebodies, {"arm": setup}, 5, 0)["arm"]
        return done[key]

    return one


@pytest.fixture(scope="module")
def by_default(run, ordered):
    return run(ordered)


def held(history, day):
    (snapshot,) = (s for s in history.snapshots if s.day == day)
    return int(snapshot.held[history.cells.jurisdiction == history.scope].sum())


def stored(history, day):
    """Faces stored at the end of the last week by a day, real units."""
    return max((s for s in history.snapshots if s.day <= day), key=lambda s: s.day).stored


def erased(history):
    """Faces erased for the order, real units."""
    return history.books.purse.erasing / history.setup.profile.means.erasure


def value(history, name, level="", at=END):
    (reading,) = (
        r for r in read_measures(history) if (r.name, r.level) == (name, level) and r.at in ("", at)
    )
    return reading.value


def conserved(history):
    t = history.templates
    assert t.enrolled == t.searchable + t.hidden + t.erased == t.world_enrolled
    assert (t.searchable, t.hidden, t.erased) == (
        t.world_searchable,
        t.world_hidden,
        t.world_erased,
    )


@pytest.mark.parametrize(
    "manner",
    [Keeping(Kind.REWRITE), Keeping(Kind.LSM, days=0.0), Keeping(Kind.VERSIONED, days=0.0)],
    ids=lambda manner: manner.kind,
)
def test_a_store_that_keeps_nothing_equals_one_that_says_nothing_bit_for_bit(
    run, ordered, by_default, manner
):
    history = run(keeps_by(ordered, manner))
    same_snapshots(history, by_default)
    assert history.templates == by_default.templates
    assert [e.text for e in history.events] == [e.text for e in by_default.events]
    assert value(history, "residue") == value(by_default, "residue")


def test_a_national_order_stays_under_a_fifth_and_frees_nobody_where_rewriting_frees_all(
    run, ordered, by_default
):
    vacuum = run(keeps(ordered, *GALLERY, by="vacuum_at"))
    rewritten = run(keeps(ordered, *GALLERY, by="rewrite"))
    untouched = run(replace(ordered, interventions=(STOP,)))
    last = ordered.last_day
    assert held(vacuum, last) == held(untouched, last) > 500
    assert held(rewritten, last) == held(by_default, last) == 0
    assert vacuum.templates.erased == 0
    assert vacuum.templates.hidden == by_default.templates.erased > 1000
    # Nobody is in results either way: holding is what differs.
    assert value(vacuum, "searchable_persons") == value(by_default, "searchable_persons") == 0.0
    for history in (vacuum, rewritten):
        conserved(history)


@pytest.mark.parametrize("name", [str(kind) for kind in Kind])
def test_every_manner_keeps_the_counts_and_what_it_leaves_is_residue_in_its_place(
    run, ordered, by_default, name
):
    history = run(keeps(ordered, *GALLERY, by=name))
    conserved(history)
    for_ever = name in ("tombstone_forever", "vacuum_at", "mvcc_then_wal")
    assert (history.templates.erased == 0) == for_ever
    assert (history.templates.hidden == 0) == (not for_ever and name != "ondisk_slots")
    places = [
        r.value
        for r in read_measures(history)
        if r.name == "residue" and r.margin == "place" and r.level != LOG
    ]
    assert sum(places) == pytest.approx(value(history, "residue"))
    kept = history.templates.hidden * history.weights[history.scope]
    assert value(history, "residue", "templates") == kept
    assert value(history, "residue") - value(by_default, "residue") == pytest.approx(
        3.0 * kept, rel=1e-3, abs=20.0
    )


def test_a_clean_up_comes_on_the_day_on_which_the_share_is_reached(run, ordered):
    """The job spreads evenly: the share of seven days of ten is cleaned up on the seventh evening,
    and the three days' work after that stays."""
    never = run(keeps(ordered, *GALLERY, by="tombstone_forever"))
    share = erased(never) / stored(never, START - 1)
    assert 0.005 < share < 0.03
    history = run(keeps_by(ordered, Keeping(Kind.VACUUM_AT, threshold=0.65 * share)))
    templates = never.templates.hidden
    assert history.templates.erased + history.templates.hidden == templates
    se = math.sqrt(0.7 * 0.3 / templates)
    # The job's first day is that of its start: eleven evenings, and seven of them are 7/11.
    left = history.templates.hidden / templates
    assert any(left == pytest.approx(1.0 - k / n, abs=4.0 * se) for k, n in ((7, 10), (8, 11)))


@pytest.mark.parametrize(
    ("manner", "days"),
    [(Keeping(Kind.LSM, days=35.0), 35), (Keeping(Kind.VERSIONED, days=14.0), 14)],
    ids=["lsm", "versioned"],
)
def test_a_lag_holds_everybody_for_as_many_days_more(run, ordered, manner, days):
    at_once = replace(ordered, interventions=(STOP, power("deletion-order", days=1.0)))
    history = run(keeps_by(at_once, manner))
    (ended,) = (e.day for e in history.events if e.kind == "removal_ended")
    assert ended == START + days
    weeks = {s.day: held(history, s.day) for s in history.snapshots if s.day >= START}
    assert all((count == 0) == (day > START + days - 1) for day, count in weeks.items())
    assert min(weeks) < START + days


def test_a_person_is_held_until_the_last_store_lets_go(run, ordered, with_parameters):
    """One store that keeps is enough, and which one does not matter."""
    ordered = with_parameters(ordered, {"operator.purge_delay": 30.0})
    ends = {store: run(keeps(ordered, store, by="tombstone_forever")) for store in GALLERY}
    last = ordered.last_day
    assert len({held(history, last) for history in ends.values()}) == 1
    assert held(ends["images"], last) > 500
    copies = {store: value(history, "residue", store) for store, history in ends.items()}
    assert len(set(copies.values())) == 1
    assert value(ends["images"], "residue", "templates") == 0.0
    # Of the others, which let go on the day, backups held it for a month.
    assert value(ends["images"], "residue", BACKUPS) == 0.0


def test_backups_hold_what_their_own_store_let_go_of_for_their_days(run, ordered, with_parameters):
    """Images let go at once, metadata after 20 days, templates never; the run ends 12 days after
    the job, when backups of 30 days still hold all of the images and not yet any metadata."""
    short = replace(with_parameters(ordered, {"operator.purge_delay": 30.0}), last_day=ENDS + 12)
    rules = {
        "metadata": Keeping(Kind.VERSIONED, days=40.0),
        "templates": Keeping(Kind.TOMBSTONE_FOREVER),
    }
    history = run(replace(short, profile=replace(short.profile, keeping=rules)))
    residue = history.books.residue.by_place()
    images, metadata, templates, backups = (
        residue[place] for place in ("images", "metadata", "templates", BACKUPS)
    )
    assert images == 0.0 < metadata == templates == backups


def test_photos_that_stay_are_no_matter_of_the_stores_of_photos(run, ordered):
    """Disgorgement erases templates alone: how images are kept cannot matter."""
    given_up = replace(ordered, interventions=(STOP, power("disgorgement", days=10.0)))
    plain, images, templates = (
        run(given_up),
        run(keeps(given_up, "images", by="tombstone_forever")),
        run(keeps(given_up, "templates", by="tombstone_forever")),
    )
    assert images.templates == plain.templates
    assert templates.templates.erased == 0
    assert plain.templates.erased == templates.templates.hidden > 1000


def test_backups_that_are_kept_for_ever_hold_everybody(run, ordered):
    history = run(keeps(ordered, BACKUPS, by="tombstone_forever"))
    assert history.templates.erased == 0
    assert value(history, "residue", BACKUPS) > 0.0
    texts = {e.kind: e.text for e in history.events}
    assert texts["stores_keep"] == (
        "What is erased may stay for ever in backups (tombstone_forever)."
    )
    assert texts["removal_ended"].endswith("was told to remove is left in results.")
    conserved(history)


def test_customers_and_the_probe_log_keep_for_the_days_that_are_theirs(run, ordered, by_default):
    """With searches alike from day to day, what is kept grows with the days of keeping."""
    month, half = (
        run(keeps_by(ordered, Keeping(Kind.VERSIONED, days=days), (COPIES, LOG)))
        for days in (300.0, 150.0)
    )
    none = run(keeps(ordered, COPIES, LOG, by="rewrite"))
    assert value(none, "residue", COPIES) == value(none, "residue", LOG) == 0.0
    logged = [value(h, "residue", LOG) for h in (half, month, by_default)]
    assert 0.0 < logged[0] < logged[1] < logged[2]
    first, last = ordered.last_day + 1 - 150, ordered.last_day + 1
    share = ordered.parameters["search.share.uk"]
    assert logged[0] == pytest.approx(share * half.books.searches(first, last))
    # Nobody is in results since the order, so that the last customers were handed nothing.
    assert value(half, "residue", COPIES) == 0.0 < value(by_default, "residue", COPIES)
    same_snapshots(half, by_default)


def test_an_audit_has_the_stores_written_anew(run, ordered):
    audit = power("independent-audit", START + 100, finds=1.0, every=36500.0, days=30.0)
    audited = replace(ordered, interventions=(STOP, DELETE, audit))
    history = run(keeps(audited, *GALLERY, by="tombstone_forever"))
    dates = {e.kind: iso(e.day) for e in history.events}
    assert dates["audit_finds_residue"] == iso(START + 100)
    assert dates["stores_emptied"] == iso(START + 130)
    assert held(history, ordered.last_day) == 0
    assert value(history, "residue", "templates") == 0.0
    conserved(history)
    # A store that lets go of everything gives the audit nothing to find, and nothing to write.
    (found,) = (e for e in run(audited).events if e.kind.startswith("audit"))
    assert found.kind == "audit_finds_nothing"


def test_an_audit_finds_old_versions_and_what_it_has_written_anew_is_held_no_longer(run, ordered):
    """Old versions go on a known day, years later: an audit sees them, and does not wait."""
    audit = power("independent-audit", START + 100, finds=1.0, every=36500.0, days=30.0)
    rules = {
        "metadata": Keeping(Kind.VERSIONED, days=3650.0),
        "templates": Keeping(Kind.TOMBSTONE_FOREVER),
    }
    audited = replace(
        ordered,
        interventions=(STOP, DELETE, audit),
        profile=replace(ordered.profile, keeping={"metadata": rules["metadata"]}),
    )
    for setup in (audited, replace(audited, profile=replace(ordered.profile, keeping=rules))):
        history = run(setup)
        dates = {e.kind: e.day for e in history.events}
        assert dates["audit_finds_residue"] == START + 100
        assert dates["stores_emptied"] == START + 130
        weeks = {s.day: held(history, s.day) for s in history.snapshots}
        assert all(count > 500 for day, count in weeks.items() if START <= day < START + 130)
        assert all(count == 0 for day, count in weeks.items() if day > START + 130)
        for place in ("metadata", "templates", BACKUPS):
            assert value(history, "residue", place) == 0.0


def test_what_is_erased_on_the_last_day_is_kept_and_paid_for(run, ordered):
    """The run ends with the job's first day."""
    short = replace(keeps(ordered, *GALLERY, by="tombstone_forever"), last_day=START)
    books = run(short).books
    residue = books.residue.by_place()
    assert residue[BACKUPS] == 0.0 < residue["templates"]
    assert books.traffic.moved > 0.0


def test_slots_keep_the_share_that_stood_at_the_end_of_the_lists(run, ordered):
    """Of each evening's the share that has been erased by then of all rows."""
    at_once = replace(ordered, interventions=(STOP, power("deletion-order", days=1.0)))
    history = run(keeps_by(at_once, Keeping(Kind.ONDISK_SLOTS, outgrown=0.0)))
    conserved(history)
    templates = history.templates.hidden + history.templates.erased
    assert templates > 1000
    # Half of it on each of the two evenings that the order leaves.
    share = erased(history) * (1.0 + 1.0 / 2.0) / 2.0 / stored(history, START - 1)
    assert 0.005 < share < 0.02
    assert history.templates.hidden / templates == pytest.approx(
        share, abs=4.0 * math.sqrt(share / templates)
    )
    grown = run(keeps(at_once, *GALLERY, by="ondisk_slots"))
    outgrown = known_keepings()["ondisk_slots"].keeping.outgrown
    assert grown.templates.hidden / templates == pytest.approx(outgrown, abs=0.05)


def test_erasing_moves_the_bytes_of_the_closed_form_and_costs_their_price(
    run, ordered, with_parameters
):
    """What is erased within some days shares one writing, however many evenings it took."""
    ordered = with_parameters(ordered, {"stores.writing": 30.0})
    setup = keeps(ordered, "templates", by="rewrite")
    history, plain = run(setup), run(ordered)
    row = round(next(s.copies * s.bytes for s in setup.profile.stores if s.name == "templates"))
    moved = history.books.traffic.moved
    # The gallery grows from week to week: the bytes lie between those of the week before and of
    # the week in which the job has ended.
    around = stored(history, START - 1), stored(history, ENDS + 6) + erased(history)
    least, most = (
        erasing(Keeping(Kind.REWRITE), Cohort(erased(history), START, rows), row).moved
        for rows in around
    )
    assert least < moved < most < 1.1 * least
    assert value(history, "erasure_traffic") == pytest.approx(moved / 1e12)
    hours = moved / 1e12 / setup.parameters["stores.rate"]
    assert value(history, "erasure_hours") == pytest.approx(hours)
    price = setup.parameters["stores.price"] * moved / 1e12
    assert value(plain, "operator_gain") - value(history, "operator_gain") == pytest.approx(price)
    assert value(plain, "erasure_traffic") is value(plain, "erasure_hours") is None
    # A run has the bytes where one of its arms counts them.
    bytes_counted = {"erasure_traffic", "erasure_hours"}
    assert stated_measures([ordered, setup]) - stated_measures([ordered]) == bytes_counted


def test_what_is_erased_stays_until_the_writing_that_it_shares(run, ordered, with_parameters):
    """Written on each of the job's evenings for that many times the bytes, or held until the one;
    the gallery grows by some hundredths meanwhile."""
    setup = keeps(ordered, *GALLERY, by="rewrite")
    daily, shared = run(setup), run(with_parameters(setup, {"stores.writing": 30.0}))
    evenings = daily.books.traffic.moved / shared.books.traffic.moved
    assert evenings == pytest.approx(11.0, rel=0.03)
    (ended,) = (e.day for e in shared.events if e.kind == "removal_ended")
    weeks = {s.day: held(shared, s.day) for s in shared.snapshots if s.day >= START}
    assert min(weeks) < START + 29 <= ended
    assert all((count == 0) == (day >= START + 29) for day, count in weeks.items())
    # Backups leave the job five evenings less, and each of the others is written as before.
    delayed = run(with_parameters(setup, {"operator.purge_delay": 5.0}))
    evenings = delayed.books.traffic.moved / shared.books.traffic.moved
    assert evenings == pytest.approx(6.0, rel=0.03)


def test_erasures_that_people_asked_for_are_marked_and_paid_for(run, ordered, with_parameters):
    """No order reaches them: the stores' ledgers count them at the persons' weights."""
    asking = with_parameters(
        replace(ordered, interventions=()),
        {"people.news_reach": 1.0, "requests.rate": 1.0, "desk.capacity": 1e9},
    )
    cleaned, plain = (
        run(keeps_by(asking, manner))
        for manner in (Keeping(Kind.VACUUM_AT, threshold=1e-6), Keeping(Kind.TOMBSTONE_FOREVER))
    )
    assert plain.templates.hidden == cleaned.templates.erased > 0
    assert 0.0 < plain.books.traffic.moved < cleaned.books.traffic.moved


def test_a_clean_up_is_paid_for_by_the_bytes_that_it_moves(run, ordered):
    setup = keeps_by(ordered, Keeping(Kind.VACUUM_AT, threshold=1e-4), ("templates",))
    marked = keeps(ordered, "templates", by="tombstone_forever")
    cleaned, only_marked = run(setup).books.traffic, run(marked).books.traffic
    live = stored(run(setup), ENDS)
    once = cleaning(setup.profile.keeping["templates"], live, 0.0, 512).moved
    evenings = (cleaned.moved - only_marked.moved) / once
    # Every evening's work is over the share by itself.
    assert evenings == pytest.approx(round(evenings), abs=0.3)
    assert round(evenings) in (10, 11)


def test_arms_that_differ_by_their_stores_are_the_same_until_the_first_erasure(homebodies, ordered):
    arms = {"none": ordered, "kept": keeps(ordered, *GALLERY, by="vacuum_at")}
    ran = run_arms(homebodies, arms, 5, 0)
    for name in ("held_persons", "residue", "in_scope_left", "operator_gain", "erasure_traffic"):
        assert structural_zero(name, ran["kept"], ran["none"]) is None
    assert same_until("held_persons", ran["kept"], ran["none"]) == START
    quiet = {name: replace(arm, interventions=()) for name, arm in arms.items()}
    ran = run_arms(homebodies, quiet, 5, 0)
    same_snapshots(ran["kept"], ran["none"])
    assert structural_zero("held_persons", ran["kept"], ran["none"]) is not None


def test_one_more_isolated_person_leaves_what_the_stores_keep_as_it_was(small_population, ordered):
    more = small_population.with_isolated_person("GB")
    arm = {"arm": keeps(ordered, *GALLERY, by="ondisk_slots")}
    everybody = np.arange(len(small_population))
    before, after = (
        run_arms(people, arm, 5, 0, watched=everybody)["arm"] for people in (small_population, more)
    )
    np.testing.assert_array_equal(before.watched.held, after.watched.held)
    assert before.books.traffic == after.books.traffic
    assert math.isfinite(before.books.traffic.moved)
