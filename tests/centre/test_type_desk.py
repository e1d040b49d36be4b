"""Who may change what can be booked, what a change does to signed words, and what nobody may do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from centre import booking_types, type_desk
from centre.booking_types import BookingType, TypeInvalid
from centre.db import Database
from centre.desk import NotHere
from centre.staff import Scope
from centre.type_desk import AlreadySigned, TypeChanged, WordsChanged
from tests.centre.booked import NOW, WAYAN, korleko, workshop

EVERYWHERE, LOMBOK, JAVA, KORLEKO = (
    Scope(frozenset({area}), False) for area in ("", "52.03", "32.12", "52.03.07.2003")
)
SOON = NOW + timedelta(minutes=1)


def rules(**other: Any) -> dict[str, Any]:
    return {
        "pillar": "business",
        "is_group": True,
        "seats": 15,
        "opens_days": 60,
        "closes_minutes": 60,
        "cancel_minutes": 1440,
        "hold_minutes": 240,
        "open_limit": 2,
        "who": [],
        "age_from": None,
        "age_to": None,
        "questions": [],
        "empty_seat_cost": None,
        "area": "",
        **other,
    }


def words(name: str, description: str = "") -> dict[str, str]:
    return {"name": name, "description": description, "bring": ""}


def change(session: Session, scope: Scope, kind: BookingType, texts: dict[str, dict[str, str]], **other: Any) -> None:
    mark = type_desk.mark_of(kind)
    type_desk.change(session, scope, kind.id, mark, rules(**other), texts, WAYAN, SOON)


def signed(session: Session) -> BookingType:
    """A type whose Sasak words Inaq Rohani has signed, and whose Javanese ones nobody has."""
    kind = workshop(session)
    texts = {"id": words("Menjahit"), "sas": words("Menjait"), "jv": words("Njahit")}
    change(session, EVERYWHERE, kind, texts)
    type_desk.sign(session, EVERYWHERE, kind.id, "sas", type_desk.reading_mark(kind, "sas"), "Rohani")
    return kind


def reviewed(kind: BookingType) -> dict[str, str | None]:
    return {text.language: text.reviewed_by for text in kind.texts}


def test_a_new_type_is_offered_at_once_under_a_name_of_its_own(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        made = [
            type_desk.make(session, EVERYWHERE, rules(), {"id": words(name)}, WAYAN, NOW)
            for name in ("Menjahit & Bordir", "Menjahit, Bordir!", "裁缝")
        ]
        assert [each.slug for each in made] == ["menjahit-bordir", "menjahit-bordir-2", "layanan"]
        assert booking_types.offered_in(session, village) == made
        assert (made[0].changed_by, made[0].changed_at) == (WAYAN, NOW)


def test_a_long_name_fits(database: Database) -> None:
    with database.transaction() as session:
        names = ["Pelatihan " + "panjang " * 3 + "sekali"] * 12
        made = [type_desk.make(session, EVERYWHERE, rules(), {"id": words(name)}, WAYAN, NOW) for name in names]
        assert len({each.slug for each in made}) == 12
        assert max(len(each.slug) for each in made) <= 40


@pytest.mark.parametrize(
    ("scope", "area", "may"),
    [
        (EVERYWHERE, "", True),
        (EVERYWHERE, "52.03", True),
        (LOMBOK, "52.03", True),
        (LOMBOK, "52.03.07.2003", True),
        (LOMBOK, "52.031", False),
        (LOMBOK, "52", False),
        (LOMBOK, "", False),
        (LOMBOK, "32.12", False),
        (Scope(frozenset(), True), "52.03", False),
    ],
)
def test_who_oversees_the_whole_area_may_offer_in_it(database: Database, scope: Scope, area: str, may: bool) -> None:
    with database.transaction() as session:
        if may:
            type_desk.make(session, scope, rules(area=area), {"id": words("Menjahit")}, WAYAN, NOW)
        else:
            with pytest.raises(TypeInvalid, match="area"):
                type_desk.make(session, scope, rules(area=area), {"id": words("Menjahit")}, WAYAN, NOW)


def test_a_type_of_a_wider_area_is_read_but_not_changed_nor_moved_away(database: Database) -> None:
    with database.transaction() as session:
        everywhere = workshop(session)
        theirs = workshop(session, slug="mtu", area="52.03")
        assert list(type_desk.types(session, LOMBOK)) == [everywhere, theirs]
        assert list(type_desk.types(session, KORLEKO)) == [everywhere, theirs]
        assert list(type_desk.types(session, JAVA)) == [everywhere]
        with pytest.raises(NotHere):
            change(session, LOMBOK, everywhere, {"id": words("Lain")})
        with pytest.raises(NotHere):
            change(session, JAVA, theirs, {"id": words("Lain")}, area="32.12")
        with pytest.raises(NotHere):
            type_desk.offer(session, KORLEKO, theirs.id, False, WAYAN, NOW)
        with pytest.raises(TypeInvalid, match="area"):
            change(session, LOMBOK, theirs, {"id": words("Lain")}, area="")
        with pytest.raises(NotHere):
            type_desk.one(session, JAVA, theirs.id)


def test_areas_are_offered_from_the_widest_that_is_wholly_theirs(database: Database) -> None:
    with database.transaction() as session:
        korleko(session), korleko(session, "Lenek", "52.03.21.2002"), korleko(session, "Lombok Timur saja", "52.03")
        assert [code for code, _ in type_desk.areas(session, EVERYWHERE)] == [
            "52",
            "52.03",
            "52.03.07.2003",
            "52.03.21.2002",
        ]
        assert [code for code, _ in type_desk.areas(session, LOMBOK)] == ["52.03", "52.03.07.2003", "52.03.21.2002"]
        assert type_desk.areas(session, KORLEKO) == [("52.03.07.2003", "Korleko, Lombok Timur")]


def test_a_stopped_type_is_not_offered_and_can_come_back(database: Database) -> None:
    with database.transaction() as session:
        kind, village = workshop(session, area="52.03"), korleko(session)
        type_desk.offer(session, LOMBOK, kind.id, False, WAYAN, SOON)
        assert booking_types.offered_in(session, village) == []
        assert list(type_desk.types(session, LOMBOK)) == [kind]
        type_desk.offer(session, LOMBOK, kind.id, True, WAYAN, SOON)
        assert booking_types.offered_in(session, village) == [kind]


def test_who_opened_an_older_state_overwrites_nothing(database: Database) -> None:
    with database.transaction() as session:
        kind = workshop(session)
        old = type_desk.mark_of(kind)
        change(session, EVERYWHERE, kind, {"id": words("Menjahit")}, seats=9)
        with pytest.raises(TypeChanged):
            type_desk.change(session, EVERYWHERE, kind.id, old, rules(seats=3), {"id": words("X")}, WAYAN, SOON)
        assert kind.seats == 9


def test_a_signature_stays_until_its_words_or_the_indonesian_ones_change(database: Database) -> None:
    with database.transaction() as session:
        kind = signed(session)
        texts = {"id": words("Menjahit"), "sas": words("Menjait"), "jv": words("Njahit dhasar")}
        change(session, EVERYWHERE, kind, texts, seats=3)
        assert reviewed(kind) == {"id": None, "sas": "Rohani", "jv": None}
        texts["sas"] = words("Menjait", "Belajar menjait")
        change(session, EVERYWHERE, kind, texts)
        assert reviewed(kind)["sas"] is None


def test_changed_indonesian_words_ask_for_every_signature_again(database: Database) -> None:
    with database.transaction() as session:
        kind = signed(session)
        texts = {"id": words("Menjahit", "Sampai mahir"), "sas": words("Menjait"), "jv": words("Njahit")}
        change(session, EVERYWHERE, kind, texts)
        assert reviewed(kind) == {"id": None, "sas": None, "jv": None}


def test_words_in_a_language_the_form_does_not_show_stay(database: Database) -> None:
    with database.transaction() as session:
        kind = workshop(session)
        change(session, EVERYWHERE, kind, {"id": words("Menjahit"), "mad": words("Ajhai'")})
        change(session, EVERYWHERE, kind, {"id": words("Menjahit"), "jv": words("")})
        assert set(reviewed(kind)) == {"id", "mad"}


def test_nobody_signs_twice_nor_words_they_did_not_read_nor_indonesian(database: Database) -> None:
    with database.transaction() as session:
        kind = signed(session)
        mark = type_desk.reading_mark(kind, "sas")
        with pytest.raises(AlreadySigned):
            type_desk.sign(session, EVERYWHERE, kind.id, "sas", mark, "Sri")
        with pytest.raises(WordsChanged):
            type_desk.sign(session, EVERYWHERE, kind.id, "jv", mark, "Sri")
        for language in ("id", "su", "tlh"):
            with pytest.raises(NotHere):
                type_desk.sign(session, EVERYWHERE, kind.id, language, mark, "Sri")
        assert reviewed(kind) == {"id": None, "sas": "Rohani", "jv": None}
