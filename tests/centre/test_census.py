"""The register of Korleko: Rohani is entered, put right, found by her name, and let go when she takes her consent back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from centre import (
    bookings,
    census,
    census_consents,
    census_links,
    census_records,
    census_requests,
    name_words,
    people,
    retention,
)
from centre.census import BirthWrong, ChangedMeanwhile, DatesWrong, Entry, TooMuchOfAChild
from centre.census_consents import ConsentDateWrong, ConsentMissing, Given, GuardianMissing
from centre.census_records import CensusChange, CensusRecord
from centre.census_requests import DataRequest
from centre.db import Database
from centre.people import Person
from tests.centre import booked
from tests.centre.booked import NOW, WAYAN, korleko, person, saturday, telephone, workshop
from tests.centre.counted_in import AT_THE_DESK, ON_PAPER, ROHANI, TODAY, registered

CHILD = Entry("Dewi", kind="family", birth_year=2014)


def test_what_was_told_is_there_as_it_was_told(database: Database) -> None:
    with database.transaction() as session:
        rohani = registered(session, korleko(session))
        record = session.get_one(CensusRecord, rohani.id)
        assert (rohani.name, rohani.kind, rohani.birth_year, rohani.phone) == (
            "Inaq Rohani",
            "abroad",
            1990,
            "081234567890",
        )
        assert record.facts["employer"] == "Keluarga Chan"
        assert (record.destination, record.passport_ends_on) == ("hk", date(2027, 6, 15))
        [status] = census_records.statuses_of(session, [rohani.id])
        assert (status.kind, status.since) == ("abroad", date(2025, 3, 1))
        [consent] = census_consents.standing(session, [rohani.id])
        assert (consent.how, consent.given_on, consent.noted_by) == ("paper", date(2026, 11, 30), WAYAN)


def test_what_says_more_about_her_is_sealed_for_her_alone(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        rohani = registered(session, village)
        wayan = registered(session, village, replace(ROHANI, name="Wayan"))
        record, other = session.get_one(CensusRecord, rohani.id), session.get_one(CensusRecord, wayan.id)
        assert record.sealed_facts
        assert b"Chan" not in record.sealed_facts
        assert b"1990" not in record.sealed_facts
        other.sealed_facts = record.sealed_facts
        with pytest.raises(Exception, match="cannot be opened"):
            _ = other.facts


def test_a_correction_keeps_what_it_was_and_who_made_it(database: Database) -> None:
    with database.transaction() as session:
        rohani = registered(session, korleko(session))
        entry = replace(ROHANI, since=None, passport_ends_on=date(2028, 1, 2), facts={**ROHANI.facts, "job": "perawat"})
        census.correct(session, rohani, entry, "agus", NOW, TODAY, version=1)
        changes = census_records.changes_of(session, [rohani.id])
        assert {change.field: change.values for change in changes} == {
            "passport_ends_on": ("2027-06-15", "2028-01-02"),
            "job": ("pengasuh lansia", "perawat"),
        }
        assert {change.by for change in changes} == {"agus"}
        assert all(b"perawat" not in change.sealed_values for change in changes)
        assert len(census_records.statuses_of(session, [rohani.id])) == 1


def test_the_same_told_again_changes_nothing(database: Database) -> None:
    with database.transaction() as session:
        rohani = registered(session, korleko(session))
        told_again = replace(ROHANI, since=None, name="inaq  rohani", phone="0812 3456 7890")
        assert census.correct(session, rohani, told_again, WAYAN, NOW, TODAY) == []


def test_coming_home_is_a_line_of_its_own(database: Database) -> None:
    with database.transaction() as session:
        rohani = registered(session, korleko(session))
        census.correct(session, rohani, replace(ROHANI, kind="returned", since=TODAY), WAYAN, NOW, TODAY)
        assert [each.kind for each in census_records.statuses_of(session, [rohani.id])] == ["returned", "abroad"]


def test_the_second_of_two_officers_is_told_that_it_changed(database: Database) -> None:
    with database.transaction() as session:
        rohani = registered(session, korleko(session))
        census.correct(session, rohani, replace(ROHANI, since=None, sex=None), WAYAN, NOW, TODAY, version=1)
        with pytest.raises(ChangedMeanwhile):
            census.correct(session, rohani, ROHANI, "agus", NOW, TODAY, version=1)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (replace(ROHANI, birth_year=1880), BirthWrong),
        (replace(ROHANI, birth_year=2027), BirthWrong),
        (replace(ROHANI, birth_year=1991), BirthWrong),
        (replace(ROHANI, since=date(2026, 12, 2)), DatesWrong),
        (replace(ROHANI, departs_on=date(2026, 5, 1), returns_on=date(2026, 4, 1)), DatesWrong),
        (replace(ROHANI, name="5203071234567890"), people.NameInvalid),
        (replace(ROHANI, phone="nomor saya"), people.PhoneInvalid),
        (replace(ROHANI, facts={"phone_abroad": "5203 0712 3456 7890"}), census.NumberOfACard),
        (replace(ROHANI, facts={"phone_abroad": "B 1234567"}), census.NumberOfACard),
        (replace(CHILD, kind="abroad"), TooMuchOfAChild),
        (replace(CHILD, destination="hk"), TooMuchOfAChild),
        (replace(CHILD, phone="081234567890"), TooMuchOfAChild),
        (replace(CHILD, facts={"job": "pengasuh"}), TooMuchOfAChild),
    ],
)
def test_what_cannot_be_true_or_may_not_be_kept_is_refused(
    sqlite_database: Database, entry: Entry, why: type[Exception]
) -> None:
    with sqlite_database.transaction() as session:
        village = korleko(session)
        with pytest.raises(why):
            registered(session, village, entry)
        assert session.scalar(select(func.count()).select_from(CensusRecord)) == 0


@pytest.mark.parametrize(
    ("born", "is_child"),
    [
        ({"birth_year": 2008}, False),
        ({"birth_year": 2009}, True),
        ({"facts": {"birth_date": "2008-12-01"}}, False),
        ({"facts": {"birth_date": "2008-12-02"}}, True),
        ({"facts": {"birth_date": "2008-02-29"}}, False),
        ({}, False),
    ],
)
def test_who_counts_as_a_child(born: dict[str, object], is_child: bool) -> None:
    assert census.is_child(Entry("Dewi", **born), TODAY) is is_child  # type: ignore[arg-type]


def test_for_a_child_a_parent_agrees(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        with pytest.raises(GuardianMissing), session.begin_nested():
            registered(session, village, CHILD, AT_THE_DESK)
        dewi = registered(session, village, CHILD, replace(AT_THE_DESK, by_guardian=True))
        assert census_consents.standing(session, [dewi.id])[0].by_guardian


def test_nobody_agreed_tomorrow(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session, pytest.raises(ConsentDateWrong):
        registered(session, korleko(session), given=Given("paper", TODAY + timedelta(days=1)))


def test_who_takes_the_consent_back_is_let_go_but_keeps_the_place(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        sari = people.add(session, "Sari", NOW, village_id=village.id)
        rohani = registered(session, village)
        registered(session, village, replace(ROHANI, name="Sari"), person=sari)
        census_links.tie(session, rohani.id, sari.id, "sibling", WAYAN, NOW)
        slot = saturday(session, workshop(session), village)
        place = bookings.book(session, booked.ask(slot, sari), NOW)
        assert not census.take_back(session, sari, WAYAN, NOW)
        assert census_records.record_of(session, sari.id) is None
        assert (place.person, place.is_open) == (sari, True)
        assert census_links.of(session, rohani.id) == []
        assert census_consents.every(session, sari.id)[0].withdrawn_by == WAYAN
        with pytest.raises(ConsentMissing):
            census.correct(session, sari, ROHANI, WAYAN, NOW, TODAY)


def test_nothing_of_her_is_left_when_she_is_erased(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        rohani = registered(session, village)
        census.correct(session, rohani, replace(ROHANI, since=None, sex=None), WAYAN, NOW, TODAY)
        census_links.tie(session, rohani.id, registered(session, village, CHILD_WITH).id, "child", WAYAN, NOW)
        retention.erase_person(session, rohani, WAYAN, NOW)
        session.flush()
        for table in (CensusRecord, CensusChange, census_links.CensusLink, name_words.NameWord):
            of_her = select(func.count()).select_from(table).where(table.person_id == rohani.id)
            assert session.scalar(of_her) == 0, table


@pytest.mark.parametrize("how", ["desk", "chat", "time"])
def test_what_she_wished_says_nothing_of_her_once_she_is_erased(database: Database, how: str) -> None:
    with database.transaction() as session:
        phone = telephone(session, "6281")
        sari = person(session, "Sari", phone)
        if how != "time":
            in_chat = Given("chat", TODAY, conversation_id=phone.id)
            registered(session, korleko(session), replace(ROHANI, name="Sari"), in_chat, person=sari)
        again = census_requests.ask(session, sari.id, None, "see", "desk", WAYAN, NOW)
        census_requests.answer(session, again, WAYAN, NOW, refused_because="Sari Utami belum menunjukkan KTP-nya.")
        census_requests.ask(session, sari.id, None, "correct", "chat", "family", NOW, words="Nama saya Sari Utami")
        if how == "desk":
            retention.erase_person(session, sari, WAYAN, NOW)
        elif how == "chat":
            retention.forget(session, phone, NOW)
        else:
            retention.forget_old(session, NOW + people.KEPT + timedelta(days=1))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0
        for request in session.scalars(select(DataRequest)):
            assert (request.person_id, request.is_open) == (None, False), "nobody is left whom it could be answered"
            assert (request.sealed_words, request.sealed_reason) == (None, None)


CHILD_WITH = replace(ROHANI, name="Agus", birth_year=1999, facts={})


class TestHapus:
    """`hapus` on a telephone, and what the desk has on paper."""

    def test_what_was_told_in_the_chat_goes_with_it(self, database: Database) -> None:
        with database.transaction() as session:
            phone = telephone(session, "6281")
            sari = person(session, "Sari", phone)
            in_chat = Given("chat", TODAY, conversation_id=phone.id)
            registered(session, korleko(session), replace(ROHANI, name="Sari"), in_chat, person=sari)
            retention.forget(session, phone, NOW)
            assert session.scalar(select(func.count()).select_from(Person)) == 0
            assert session.scalar(select(func.count()).select_from(CensusRecord)) == 0

    def test_what_she_signed_on_paper_the_desk_is_asked_to_erase(self, database: Database) -> None:
        with database.transaction() as session:
            phone = telephone(session, "6281")
            sari = person(session, "Sari", phone)
            registered(session, korleko(session), replace(ROHANI, name="Sari"), ON_PAPER, person=sari)
            retention.forget(session, phone, NOW)
            assert census_records.record_of(session, sari.id)
            [request] = session.scalars(select(DataRequest)).all()
            assert (request.person_id, request.wish, request.how) == (sari.id, "erase", "chat")
            assert request.due_at == NOW + timedelta(hours=72)

    def test_her_husbands_paper_is_not_hers_to_erase(self, database: Database) -> None:
        with database.transaction() as session:
            phone = telephone(session, "6281")
            budi = person(session, "Budi", phone, "spouse")
            registered(session, korleko(session), replace(ROHANI, name="Budi"), ON_PAPER, person=budi)
            retention.forget(session, phone, NOW)
            assert census_records.record_of(session, budi.id)
            assert session.scalar(select(func.count()).select_from(DataRequest)) == 0

    def test_what_was_agreed_on_another_telephone_stands(self, database: Database) -> None:
        with database.transaction() as session:
            hers, his = telephone(session, "6281"), telephone(session, "6282")
            sari = person(session, "Sari", hers)
            people.tie(session, sari, his, "spouse", NOW)
            given = Given("chat", TODAY, conversation_id=hers.id)
            registered(session, korleko(session), replace(ROHANI, name="Sari"), given, person=sari)
            retention.forget(session, his, NOW)
            assert census_records.record_of(session, sari.id)
            retention.forget(session, hers, NOW)
            assert census_records.record_of(session, sari.id) is None


def test_a_telephone_on_which_she_is_reminded_is_not_swept_away(database: Database) -> None:
    with database.transaction() as session:
        phone, other = telephone(session, "6281"), telephone(session, "6282")
        village = korleko(session)
        registered(session, village, replace(ROHANI, name="Sari"), person=person(session, "Sari", phone))
        registered(session, village, replace(ROHANI, name="Budi"), AT_THE_DESK, person=person(session, "Budi", other))
        assert retention.sweep(session, NOW + retention.IDLE + timedelta(days=1)) == 1
        assert session.get(type(phone), phone.id)


def test_a_record_outlives_the_booking_and_ends_three_years_after_it_was_last_true(database: Database) -> None:
    with database.transaction() as session:
        rohani = registered(session, korleko(session))
        retention.forget_old(session, NOW + census.KEPT - timedelta(days=1))
        assert census_records.record_of(session, rohani.id)
        census.still_true(session, session.get_one(CensusRecord, rohani.id), NOW + timedelta(days=1))
        retention.forget_old(session, NOW + census.KEPT + timedelta(hours=1))
        assert census_records.record_of(session, rohani.id)
        retention.forget_old(session, NOW + census.KEPT + timedelta(days=2))
        assert session.get(Person, rohani.id) is None


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("rohani", True),
        ("INAQ ROHANI", True),
        ("rohanie", False),
        ("roohani", True),
        ("rohany", True),
        ("inak rohani", True),
        ("inaq sari", False),
    ],
)
def test_she_is_found_by_whole_words_as_they_sound(sqlite_database: Database, typed: str, is_found: bool) -> None:
    with sqlite_database.transaction() as session:
        rohani = registered(session, korleko(session))
        query = name_words.having(session, typed)
        assert query is not None
        assert list(session.scalars(query)) == ([rohani.id] if is_found else [])


def test_under_a_new_name_she_is_not_found_by_the_old_one(database: Database) -> None:
    with database.transaction() as session:
        rohani = registered(session, korleko(session))
        people.rename(session, rohani, "Siti Aminah")
        for typed, number in (("rohani", 0), ("aminah", 1)):
            query = name_words.having(session, typed)
            assert query is not None
            assert len(session.scalars(query).all()) == number


@pytest.mark.parametrize("typed", ["", "  ", "5", "a", "'"])
def test_nothing_readable_finds_nobody(sqlite_database: Database, typed: str) -> None:
    with sqlite_database.transaction() as session:
        assert name_words.having(session, typed) is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_name_folds_to_the_same_however_it_is_written(one: str, other: str) -> None:
    name = f"{one} {other}"
    assert name_words.folded(name) == name_words.folded(name.upper().lower())
    assert all(word and len(word) <= len(name) * 4 for word in name_words.folded(name))
