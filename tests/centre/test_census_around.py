"""What stands around a person of the register: family, wishes about one's data, two records that are one, and the counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import (
    bookings,
    census,
    census_consents,
    census_figures,
    census_links,
    census_merging,
    census_records,
    census_requests,
    merging,
    people,
    retention,
    small_counts,
)
from centre.areas import Village
from centre.booking_records import Booking
from centre.case_scopes import CaseScope
from centre.census_figures import OTHER, Line
from centre.census_merging import CannotUndo, PeopleMerge
from centre.census_requests import AlreadyAnswered, ReasonMissing
from centre.db import Database
from centre.desk import NotHere
from centre.people import KINDS, Person, PersonAddress
from centre.staff import Scope
from centre.totals import village_key
from tests.centre import booked
from tests.centre.booked import NOW, WAYAN, korleko, saturday, telephone, workshop
from tests.centre.counted_in import AT_THE_DESK, ON_PAPER, ROHANI, TODAY, registered

HERE, THERE = Scope(frozenset({"52.03.07.2003"}), unplaced=False), Scope(frozenset({"32.12"}), unplaced=False)
ALL = Scope(frozenset({""}), unplaced=True)
EVERY_CASE = CaseScope(WAYAN, *3 * [ALL], Scope(frozenset(), unplaced=False))


# Family


def family(session: Session) -> tuple[Person, Person, Person]:
    village = korleko(session)
    rohani = registered(session, village)
    budi = registered(session, village, replace(ROHANI, name="Budi", sex="m", kind="family"))
    agus = registered(session, village, replace(ROHANI, name="Agus", kind="family"))
    census_links.tie(session, rohani.id, budi.id, "spouse", WAYAN, NOW, is_contact=True)
    census_links.tie(session, budi.id, agus.id, "child", WAYAN, NOW)
    return rohani, budi, agus


def test_a_tie_shows_from_both_sides(database: Database) -> None:
    with database.transaction() as session:
        rohani, budi, agus = family(session)
        [husband] = census_links.of(session, rohani.id)
        assert (husband.person, husband.tie, husband.is_contact) == (budi, "spouse", True)
        assert [(each.person, each.tie, each.is_contact) for each in census_links.of(session, agus.id)] == [
            (budi, "parent", False)
        ]
        found, ties = census_links.household(session, rohani.id)
        assert found == [rohani, budi, agus]
        assert len(ties) == 4
        census_links.untie(session, agus.id, budi.id)
        assert census_links.household(session, rohani.id)[0] == [rohani, budi]
        with pytest.raises(census_links.TiedToSelf):
            census_links.tie(session, budi.id, budi.id, "spouse", WAYAN, NOW)


# Wishes about one's data


def test_the_legal_clock_runs_from_when_it_was_asked(database: Database) -> None:
    with database.transaction() as session:
        rohani = registered(session, korleko(session))
        asked = NOW - timedelta(hours=10)
        request = census_requests.ask(
            session, rohani.id, rohani.village_id, "correct", "paper", WAYAN, NOW, words="Nama", asked_at=asked
        )
        assert request.left(NOW) == timedelta(hours=62)
        again = census_requests.ask(
            session, rohani.id, rohani.village_id, "correct", "desk", WAYAN, NOW, words="Tahun lahir"
        )
        assert (again, again.due_at) == (request, asked + timedelta(hours=72))
        assert census_requests.words_of(session, request) == "Nama\nTahun lahir"
        assert census_requests.counts(session, HERE, NOW) == (1, 0)
        assert census_requests.counts(session, HERE, asked + timedelta(hours=72)) == (1, 1)
        assert census_requests.counts(session, THERE, NOW) == (0, 0)
        with pytest.raises(NotHere):
            census_requests.one(session, THERE, request.id)


def test_an_answer_ends_the_clock_and_forgets_the_words(database: Database) -> None:
    with database.transaction() as session:
        rohani = registered(session, korleko(session))
        request = census_requests.ask(
            session, rohani.id, rohani.village_id, "erase", "desk", WAYAN, NOW, words="Jangan simpan"
        )
        with pytest.raises(ReasonMissing):
            census_requests.answer(session, request, WAYAN, NOW, refused_because="tidak")
        census_requests.answer(session, request, WAYAN, NOW, refused_because="Bukan orangnya sendiri yang meminta")
        assert census_requests.words_of(session, request) == ""
        assert census_requests.reason_of(session, request).startswith("Bukan orangnya")
        assert [each.id for each, _ in census_requests.every(session, HERE, answered=True)] == [request.id]
        assert census_requests.every(session, HERE) == []
        with pytest.raises(AlreadyAnswered):
            census_requests.answer(session, request, "agus", NOW)


def test_the_receipt_outlives_the_person(database: Database) -> None:
    with database.transaction() as session:
        rohani = registered(session, korleko(session))
        request = census_requests.ask(session, rohani.id, rohani.village_id, "erase", "desk", WAYAN, NOW)
        with pytest.raises(census_requests.StillKept):
            census_requests.answer(session, request, WAYAN, NOW)
        retention.erase_person(session, rohani, WAYAN, NOW)
        session.refresh(request)
        assert (request.person_id, request.state, request.answered_by) == (None, "done", WAYAN)
        census_requests.forget_old(session, NOW + census_requests.KEPT + timedelta(days=1))
        assert session.get(type(request), request.id) is None


def test_alerts_are_due_after_one_two_and_three_days(database: Database) -> None:
    with database.transaction() as session:
        rohani = registered(session, korleko(session))
        request = census_requests.ask(session, rohani.id, rohani.village_id, "see", "desk", WAYAN, NOW)
        for told, hours in enumerate((24, 48, 72)):
            before, then = (NOW + timedelta(hours=hours, seconds=seconds) for seconds in (-1, 0))
            assert census_requests.to_alert(session, before) == []
            assert census_requests.to_alert(session, then) == [request]
            assert census_requests.stage(request, then) == told + 1
            request.alerted = told + 1
        assert census_requests.to_alert(session, NOW + timedelta(hours=99)) == []


# Two records, one person


def two(session: Session) -> tuple[Person, Person, Booking]:
    """Rohani in the register, with her husband; and Rohani from a booking on her telephone, in the register again."""
    village = korleko(session)
    kept = registered(session, village, replace(ROHANI, contract_ends_on=None, facts={"job": "perawat"}))
    phone = telephone(session, "6281")
    other = registered(
        session, village, replace(ROHANI, name="Rohani", destination="tw", facts={"job": "x", "employer": "Tan"})
    )
    people.tie(session, other, phone, "self", NOW)
    budi = registered(session, village, replace(ROHANI, name="Budi", kind="family"))
    census_links.tie(session, other.id, budi.id, "spouse", WAYAN, NOW, is_contact=True)
    slot = saturday(session, workshop(session), village)
    place = bookings.book(session, booked.ask(slot, other, phone), NOW)
    census_requests.ask(session, other.id, village.id, "correct", "desk", WAYAN, NOW)
    return kept, other, place


def test_merged_the_kept_words_stay_and_gaps_are_filled(database: Database) -> None:
    with database.transaction() as session:
        kept, other, place = two(session)
        merging.merge(session, kept.id, other.id, WAYAN, NOW)
        record = session.get_one(census_records.CensusRecord, kept.id)
        assert (record.destination, record.contract_ends_on) == ("hk", ROHANI.contract_ends_on)
        assert record.facts == {"job": "perawat", "employer": "Tan"}
        assert place.person_id == kept.id
        assert [each.person.name for each in census_links.of(session, kept.id)] == ["Budi"]
        assert len(census_requests.open_of(session, kept.id)) == 1
        assert len(census_consents.standing(session, [kept.id])) == 2


def test_two_after_all_everything_goes_back(database: Database) -> None:
    with database.transaction() as session:
        kept, other, place = two(session)
        merging.merge(session, kept.id, other.id, WAYAN, NOW)
        [merge] = session.scalars(select(PeopleMerge)).all()
        assert census_merging.one(session, HERE, EVERY_CASE, merge.id) is merge
        assert b"employer" not in merge.sealed_before
        census_merging.undo(session, merge, WAYAN, NOW + timedelta(days=3))
        session.expire_all()
        own, theirs = (session.get_one(census_records.CensusRecord, each.id) for each in (kept, other))
        assert (own.contract_ends_on, own.facts, theirs.facts["employer"]) == (None, {"job": "perawat"}, "Tan")
        assert (place.person_id, other.merged_into) == (other.id, None)
        assert census_links.of(session, kept.id) == []
        assert [each.is_contact for each in census_links.of(session, other.id)] == [True]
        assert session.scalars(select(PersonAddress.person_id)).all() == [other.id]
        assert len(census_requests.open_of(session, other.id)) == 1
        assert (kept, other) not in people.alike(session, kept.village_id or 0)
        with pytest.raises(CannotUndo):
            census_merging.undo(session, merge, WAYAN, NOW)


def test_what_was_only_known_of_a_booking_loses_the_record_again(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        kept = people.add(session, "Rohani", NOW, village_id=village.id)
        other = registered(session, village)
        merging.merge(session, kept.id, other.id, WAYAN, NOW)
        assert (kept.kind, kept.phone) == ("abroad", "081234567890")
        assert census_records.record_of(session, kept.id)
        [merge] = session.scalars(select(PeopleMerge)).all()
        census_merging.undo(session, merge, WAYAN, NOW)
        session.expire_all()
        assert census_records.record_of(session, kept.id) is None
        assert (kept.kind, kept.phone, other.phone) == (None, None, "081234567890")


def test_after_a_month_or_a_second_merge_there_is_no_way_back(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        one, two, three = (registered(session, village, replace(ROHANI, name=name)) for name in ("Ani", "Ana", "Anu"))
        merging.merge(session, one.id, two.id, WAYAN, NOW)
        [first] = session.scalars(select(PeopleMerge)).all()
        with pytest.raises(CannotUndo):
            census_merging.undo(session, first, WAYAN, NOW + timedelta(days=31))
        merging.merge(session, three.id, one.id, WAYAN, NOW)
        with pytest.raises(CannotUndo):
            census_merging.undo(session, first, WAYAN, NOW)
        with pytest.raises(NotHere):
            census_merging.one(session, THERE, EVERY_CASE, first.id)


def test_taking_back_or_erasing_reaches_every_record_of_one_person(database: Database) -> None:
    with database.transaction() as session:
        kept, other, _ = two(session)
        merging.merge(session, kept.id, other.id, WAYAN, NOW)
        census.take_back(session, kept, WAYAN, NOW)
        assert census_records.records_of(session, [kept.id, other.id]) == {}
        assert census_records.changes_of(session, people.as_one(session, kept.id)) == []


# Counts


def crowd(session: Session, village: Village, kind: str | None, number: int, sex: str = "f") -> None:
    for each in range(number):
        entry = replace(ROHANI, name=f"Warga {'abcdefghij'[each % 10]}{kind}", kind=kind, since=None, sex=sex)
        registered(session, village, replace(entry, facts={}, birth_year=1990), AT_THE_DESK)


def test_the_register_is_counted_by_status_sex_and_age(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        crowd(session, village, "abroad", 6)
        crowd(session, village, "family", 5, "m")
        found = census_figures.villages(session, HERE, NOW)
        line = census_figures.line_of(found, ("52", "52.03", village_key(village.id)))
        assert line == census_figures.line_of(found, ()), "the one village is the whole"
        assert line.people == 11
        assert line.status == {"abroad": 6, "family": 5, OTHER: 0}
        assert line.sex == {"f": 6, "m": 5, OTHER: 0}
        assert line.age == {"35-44": 11, OTHER: 0}
        nobody = census_figures.villages(session, THERE, NOW)
        assert census_figures.line_of(nobody, ()) == Line(0, {OTHER: 0}, {OTHER: 0}, {OTHER: 0})
        assert census_figures.line_of(nobody, ("32",)) == Line()


def test_few_in_a_village_are_not_told_apart(database: Database) -> None:
    with database.transaction() as session:
        one, other = korleko(session), korleko(session, "Lenek", "52.03.21.2002")
        crowd(session, one, "abroad", 9)
        crowd(session, one, "returned", 6)
        crowd(session, other, "abroad", 3)
        found = census_figures.villages(session, ALL, NOW)
        assert census_figures.line_of(found, ("52", "52.03")).people == 18
        for village in (one, other):
            line = census_figures.line_of(found, ("52", "52.03", village_key(village.id)))
            assert line.people is None, "eighteen less fifteen would say three"


def test_villages_do_not_add_up_to_a_regency_that_is_not_shown(database: Database) -> None:
    """Of a province with eighteen, three live in the other regency: Korleko and Lenek may not say that theirs has fifteen."""
    with database.transaction() as session:
        villages = [korleko(session), korleko(session, "Lenek", "52.03.21.2002")]
        crowd(session, villages[0], "abroad", 9)
        crowd(session, villages[1], "abroad", 6)
        crowd(session, korleko(session, "Kuripan", "52.01.03.2001"), "abroad", 3)
        found = census_figures.villages(session, ALL, NOW)
        assert census_figures.line_of(found, ("52",)).people == 18
        assert census_figures.line_of(found, ("52", "52.03")).people is None
        assert [census_figures.line_of(found, ("52", "52.03", village_key(each.id))) for each in villages] == [
            Line()
        ] * 2


REGENCIES = ("52.01", "52.03", "64.01")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(REGENCIES), st.dictionaries(st.sampled_from((*KINDS, "")), st.integers(1, 12), min_size=1)
        ),
        min_size=1,
        max_size=7,
    )
)
def test_no_sum_of_what_is_shown_tells_how_few(rows: list[tuple[str, dict[str, int]]]) -> None:
    """Over any register, on every page: what is hidden below a place that is shown is nought or five and more in every
    column, and nothing is shown below a place that is not."""
    found = []
    for number, (regency, kinds) in enumerate(rows):
        village = census_figures.VillageCount(key=village_key(number), code=f"{regency}.01.20{number:02}")
        village.splits["people"]["all"] = sum(kinds.values())
        village.splits["status"].update(kinds)
        found.append(village)
    for path in {path[:depth] for each in found for path in [each.path] for depth in range(3)}:
        below = {each.path[: len(path) + 1] for each in found if each.path[: len(path)] == path}
        above, lines = census_figures.line_of(found, path), [census_figures.line_of(found, each) for each in below]
        for name in ("people", "status"):
            whole, parts = getattr(above, name), [getattr(line, name) for line in lines]
            counts = [list(part.values()) if name == "status" else [part] for part in parts if part is not None]
            if whole is None:
                assert not counts
                continue
            sums = list(whole.values()) if name == "status" else [whole]
            assert all(small_counts.may_be_shown(row) for row in (sums, *counts))
            if counts:
                assert small_counts.may_be_shown(
                    all_ - sum(row) for all_, row in zip(sums, zip(*counts, strict=True), strict=True)
                )


def test_paper_and_desk_are_both_proof(sqlite_database: Database) -> None:
    """One agreed on paper and later at the desk: each stands, and the later of one way takes the earlier's place."""
    with sqlite_database.transaction() as session:
        rohani = registered(session, korleko(session))
        for given_ in (AT_THE_DESK, replace(AT_THE_DESK, may_remind=True), ON_PAPER):
            census_consents.note(session, rohani.id, given_, WAYAN, NOW, TODAY, is_child=False)
        assert [(each.how, each.may_remind) for each in census_consents.standing(session, [rohani.id])] == [
            ("desk", True),
            ("paper", True),
        ]


def test_what_was_merged_outlives_the_nights_after(database: Database) -> None:
    """Known for two years from the chat and now found to be the Rohani of the register: no night may take away what opens the
    way back, or what was changed of the other."""
    with database.transaction() as session:
        village = korleko(session)
        rohani = registered(session, village)
        old = people.add(session, "Rohani", NOW - timedelta(days=700), village_id=village.id)
        bookings.book(session, booked.ask(saturday(session, workshop(session), village), old), NOW)
        stale = registered(session, village, replace(ROHANI, name="Rohana"))
        census.correct(session, stale, replace(ROHANI, name="Rohana", since=None, sex=None), WAYAN, NOW, TODAY)
        census_records.records_of(session, [stale.id])[stale.id].checked_at = NOW - census.KEPT
        for other in (old, stale):
            merging.merge(session, rohani.id, other.id, WAYAN, NOW)
        retention.forget_old(session, NOW + timedelta(hours=6))
        assert {merge.other_id for merge, *_ in census_merging.every(session, ALL, EVERY_CASE)} == {old.id, stale.id}
        assert [change.field for change in census_records.changes_of(session, people.as_one(session, rohani.id))] == [
            "sex"
        ]
        for merge, *_ in census_merging.every(session, ALL, EVERY_CASE):
            census_merging.undo(session, merge, WAYAN, NOW + timedelta(days=1))
        assert (old.merged_into, stale.merged_into) == (None, None)


def test_two_after_all_each_keeps_the_consent_that_the_record_rests_on(database: Database) -> None:
    with database.transaction() as session:
        kept, other, _ = two(session)
        assert merging.merge(session, kept.id, other.id, WAYAN, NOW) is kept
        [merge] = [merge for merge, *_ in census_merging.every(session, ALL, EVERY_CASE)]
        later = NOW + timedelta(days=1)
        census_consents.note(session, kept.id, ON_PAPER, WAYAN, later, TODAY, is_child=False)
        census_merging.undo(session, merge, WAYAN, later)
        for one in (kept, other):
            assert census_records.record_of(session, one.id)
            assert census_consents.standing(session, [one.id]), f"{one.name} is kept and nobody agreed"
