"""Whom we serve: a name to call at the door, several people behind one telephone, and names that look alike."""

from __future__ import annotations

from datetime import timedelta

import pytest

from centre import people
from centre.db import Database
from centre.people import NameInvalid, PhoneInvalid
from tests.centre.booked import NOW, WAYAN, korleko, person, telephone


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("sari", "Sari"),
        ("  INAQ   ROHANI ", "Inaq Rohani"),
        ("Baiq Nur'aini", "Baiq Nur'aini"),
        ("L. Wayan McKay", "L. Wayan McKay"),
    ],
)
def test_a_name_is_written_as_it_is_called_out(typed: str, name: str) -> None:
    assert people.clean_name(typed) == name


@pytest.mark.parametrize("typed", ["", "a", "...", "Sari 2", "5203071234567890", "x" * 61, "Sa\u202eri", "Sa\x00ri"])
def test_what_is_no_name_is_not_kept(typed: str) -> None:
    with pytest.raises(NameInvalid):
        people.clean_name(typed)


@pytest.mark.parametrize(("typed", "kept"), [("0812-3456 789", "08123456789"), ("+60 (12) 345.6789", "+60123456789")])
def test_a_number_is_kept_as_it_is_dialled(database: Database, typed: str, kept: str) -> None:
    with database.transaction() as session:
        assert people.add(session, "Sari", NOW, phone=typed).phone == kept


@pytest.mark.parametrize("typed", ["12345", "nomor saya", "081234567890123456", "0812+345678", "٠٨١٢٣٤٥٦٧٨٩"])
def test_what_is_no_number_is_refused(database: Database, typed: str) -> None:
    with pytest.raises(PhoneInvalid), database.transaction() as session:
        people.add(session, "Sari", NOW, phone=typed)


def test_names_and_numbers_do_not_stand_in_the_table(database: Database) -> None:
    with database.transaction() as session:
        sari = people.add(session, "Sari Utami", NOW, phone="081234567890")
        assert b"Sari" not in sari.sealed_name
        assert sari.sealed_phone
        assert b"0812" not in sari.sealed_phone


def test_behind_one_telephone_the_holder_comes_first(database: Database) -> None:
    with database.transaction() as session:
        phone = telephone(session, "6281")
        child, sari = person(session, "Dewi", phone, "child"), person(session, "Sari", phone)
        assert [known.person for known in people.behind(session, phone)] == [sari, child]
        known = people.named(session, phone, child.id)
        assert known
        assert known.relation == "child"
        assert people.named(session, telephone(session, "6282"), child.id) is None


@pytest.mark.parametrize(
    ("typed", "is_hers"), [("sari", True), ("saro utami", True), ("utami", True), ("Wayan", False), ("", False)]
)
def test_a_typed_name_is_hers_with_a_slip_but_not_another_ones(database: Database, typed: str, is_hers: bool) -> None:
    with database.transaction() as session:
        assert people.is_named(person(session, "Sari Utami"), typed) is is_hers


def test_names_alike_in_one_village_are_suggested_the_older_first(database: Database) -> None:
    with database.transaction() as session:
        korleko_, lenek = korleko(session), korleko(session, "Lenek", "52.03.21.2002")
        first = people.add(session, "Siti Rohani", NOW, village_id=korleko_.id)
        people.add(session, "Wayan Sudarma", NOW, village_id=korleko_.id)
        turned = people.add(session, "Rohani Siti", NOW, village_id=korleko_.id)
        people.add(session, "Siti Rohani", NOW, village_id=lenek.id)
        assert people.alike(session, korleko_.id) == [(first, turned)]
        assert people.alike(session, lenek.id) == []


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        ({"birth_year": 1980}, {"birth_year": 1981}, True),
        ({"birth_year": 1980}, {"birth_year": 1982}, False),
        ({"birth_year": 1980}, {}, True),
        ({"phone": "081234567890"}, {"phone": "+6281234567890"}, True),
        ({"phone": "081234567890"}, {"phone": "081234567891"}, False),
    ],
)
def test_what_is_known_of_both_can_tell_them_apart(
    database: Database, one: dict[str, object], other: dict[str, object], are_alike: bool
) -> None:
    with database.transaction() as session:
        village = korleko(session)
        for known in (one, other):
            people.add(session, "Siti Rohani", NOW, village_id=village.id, **known)  # type: ignore[arg-type]
        assert bool(people.alike(session, village.id)) is are_alike


def test_two_whom_staff_told_apart_are_not_suggested_again(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        one, other, third = (people.add(session, "Siti Rohani", NOW, village_id=village.id) for _ in range(3))
        people.keep_apart(session, other.id, one.id, WAYAN, NOW)
        people.keep_apart(session, one.id, other.id, WAYAN, NOW + timedelta(days=1))
        assert people.alike(session, village.id) == [(one, third), (other, third)]
        row = session.get(people.DistinctPeople, (one.id, other.id))
        assert row
        assert (row.by, row.at) == (WAYAN, NOW)


def test_what_was_said_of_two_goes_with_either(database: Database) -> None:
    with database.transaction() as session:
        one, other = person(session, "Siti"), person(session, "Siti")
        people.keep_apart(session, one.id, other.id, WAYAN, NOW)
        people.erase(session, other)
        session.expire_all()
        assert session.query(people.DistinctPeople).count() == 0


def test_who_is_known_elsewhere_too_stays_when_one_telephone_is_forgotten(database: Database) -> None:
    with database.transaction() as session:
        hers, his = telephone(session, "6281"), telephone(session, "6282")
        sari, dewi = person(session, "Sari", hers), person(session, "Dewi", hers, "child")
        people.tie(session, dewi, his, "child", NOW)
        assert people.only_behind(session, hers) == [sari]
        people.leave(session, hers)
        assert people.behind(session, hers) == []
        assert [known.person for known in people.behind(session, his)] == [dewi]
