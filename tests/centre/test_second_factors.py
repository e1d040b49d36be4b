"""Wayan's second step: each code once, each for the browser that asked, and a way in when the telephone is lost."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from centre import second_factors, staff
from centre.db import Database
from centre.second_factors import ChatCode, RecoveryCode, SecondFactor, WrongCode
from centre.staff import Role

NOW = datetime(2026, 11, 21, 1, 0, 0, tzinfo=UTC)
CHANCE = random.Random(7)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = timedelta(seconds=30)


def app(at: datetime = NOW, secret: str = SECRET) -> str:
    """What the app shows."""
    return pyotp.TOTP(secret).at(at)


@pytest.fixture
def wayan(database: Database) -> str:
    with database.transaction() as session:
        return staff.add(session, "wayan", "Wayan", Role.PETUGAS, "52.03", "sawah terang perahu", NOW).id


@pytest.fixture
def token(database: Database, wayan: str) -> str:
    """A browser in which Wayan has given the password."""
    with database.transaction() as session:
        return staff.open_session(session, wayan, NOW)


@pytest.fixture
def with_app(database: Database, wayan: str) -> None:
    """His app was set up a minute ago."""
    with database.transaction() as session:
        before = NOW - 2 * STEP
        second_factors.set_app(session, wayan, SECRET, app(before), before)


def proves(database: Database, wayan: str, token: str, typed: str, at: datetime = NOW) -> str:
    """What proved it, or "" where nothing did."""
    with database.transaction() as session:
        try:
            return second_factors.prove(session, wayan, token, typed, at)
        except WrongCode:
            return ""


@pytest.mark.usefixtures("with_app")
def test_a_code_of_the_app_is_taken_once_and_no_earlier_one_after_it(database, wayan, token):
    assert proves(database, wayan, token, f"{app()[:3]} {app()[3:]}") == "app"
    assert proves(database, wayan, token, app()) == ""
    assert proves(database, wayan, token, app(NOW - STEP)) == ""
    assert proves(database, wayan, token, app(NOW + STEP), NOW + STEP) == "app"


@pytest.mark.usefixtures("with_app")
@pytest.mark.parametrize(("off", "taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off_and_no_more(database, wayan, token, off, taken):
    assert bool(proves(database, wayan, token, app(NOW + off * STEP))) is taken


@pytest.mark.usefixtures("with_app")
def test_a_clock_that_is_set_back_keeps_nobody_out_for_as_long(database, wayan, token):
    ahead = NOW + timedelta(hours=1)
    assert proves(database, wayan, token, app(ahead), ahead) == "app"
    assert proves(database, wayan, token, app(), NOW) == "app"
    assert proves(database, wayan, token, app(), NOW) == "", "still good once"


@pytest.mark.usefixtures("with_app")
@given(typed=st.text(max_size=12))
def test_nothing_else_is_a_code(typed):
    if typed not in {app(NOW + off * STEP) for off in (-1, 0, 1)}:
        assert second_factors._step_of(SECRET, typed, NOW) is None


def test_an_app_is_set_up_only_by_a_code_that_it_shows(database, wayan, token):
    with database.transaction() as session, pytest.raises(WrongCode):
        second_factors.set_app(session, wayan, SECRET, "000000", NOW)
    with database.reading() as session:
        assert second_factors.kind_of(session, wayan) is None
    with database.transaction() as session:
        second_factors.set_app(session, wayan, SECRET, app(), NOW)
    assert proves(database, wayan, token, app()) == "", "the code that set it up has been used"


@pytest.mark.usefixtures("with_app")
def test_the_secret_and_the_codes_cannot_be_read_in_the_database(database, wayan):
    with database.transaction() as session:
        codes = second_factors.new_recovery_codes(session, wayan, CHANCE)
        sealed = session.get_one(SecondFactor, wayan).sealed_secret
        kept = session.scalars(select(RecoveryCode.lookup)).all()
    assert SECRET.encode() not in sealed
    assert not any(code.replace("-", "") in lookup for code in codes for lookup in kept)


@pytest.mark.usefixtures("with_app")
def test_who_lost_the_telephone_comes_in_with_a_recovery_code_each_good_once(database, wayan, token):
    with database.transaction() as session:
        old = second_factors.new_recovery_codes(session, wayan, CHANCE)
        codes = second_factors.new_recovery_codes(session, wayan, CHANCE)
    assert len({*codes, *old}) == 20
    assert proves(database, wayan, token, codes[0].upper().replace("-", " ")) == "recovery"
    assert proves(database, wayan, token, codes[0]) == ""
    assert proves(database, wayan, token, old[0]) == "", "new codes end the ones before them"
    assert proves(database, wayan, token, codes[9]) == "recovery"
    with database.reading() as session:
        assert second_factors.codes_left(session, wayan) == 8


@pytest.mark.usefixtures("with_app")
def test_nobody_comes_in_with_a_colleagues_code(database, wayan, token):
    with database.transaction() as session:
        komang = staff.add(session, "komang", "Komang", Role.PETUGAS, "52.03", "kerbau minum embun", NOW).id
        second_factors.set_app(session, komang, "A" * 32, app(secret="A" * 32), NOW)
        codes = second_factors.new_recovery_codes(session, komang, CHANCE)
    assert proves(database, wayan, token, codes[0]) == ""
    assert proves(database, wayan, token, app(NOW + STEP, "A" * 32), NOW + STEP) == ""


def test_a_code_by_telegram_is_for_one_browser_once_and_ten_minutes(database, wayan, token):
    with database.transaction() as session:
        elsewhere = staff.open_session(session, wayan, NOW)
        first = second_factors.new_chat_code(session, token, CHANCE, NOW)
        second_factors.set_chat(session, wayan, token, first, NOW)
    with database.transaction() as session:
        code = second_factors.new_chat_code(session, token, CHANCE, NOW)
    assert proves(database, wayan, token, first) == ""
    assert proves(database, wayan, elsewhere, code) == ""
    assert proves(database, wayan, token, code, NOW + timedelta(minutes=10)) == ""
    assert proves(database, wayan, token, code, NOW + timedelta(minutes=9, seconds=59)) == "chat"
    assert proves(database, wayan, token, code) == ""


def test_a_newer_code_by_telegram_ends_the_one_before_it(database, wayan, token):
    with database.transaction() as session:
        second_factors.set_chat(
            session, wayan, token, second_factors.new_chat_code(session, token, random.Random(1), NOW), NOW
        )
        old = second_factors.new_chat_code(session, token, random.Random(2), NOW)
        new = second_factors.new_chat_code(session, token, random.Random(3), NOW)
    assert proves(database, wayan, token, old) == ""
    assert proves(database, wayan, token, new) == "chat"


@pytest.mark.usefixtures("with_app")
def test_reset_all_is_gone_and_nothing_proves_anything(database, wayan, token):
    with database.transaction() as session:
        codes = second_factors.new_recovery_codes(session, wayan, CHANCE)
        second_factors.remove(session, wayan)
    assert proves(database, wayan, token, codes[0]) == ""
    assert proves(database, wayan, token, app()) == ""
    with database.reading() as session:
        assert second_factors.kind_of(session, wayan) is None


def test_codes_that_are_over_are_forgotten(database, token):
    with database.transaction() as session:
        second_factors.new_chat_code(session, token, CHANCE, NOW)
        second_factors.forget_old(session, NOW + timedelta(minutes=9))
        assert session.scalars(select(ChatCode)).all()
        second_factors.forget_old(session, NOW + timedelta(minutes=10))
        assert not session.scalars(select(ChatCode)).all()


def test_an_offered_secret_opens_for_nobody_else(database, wayan):
    with database.transaction() as session:
        sealed = second_factors.hand_out(session, SECRET, wayan)
        assert second_factors.handed_out(session, sealed, wayan) == SECRET
        assert second_factors.handed_out(session, sealed, "komang") is None
        assert second_factors.handed_out(session, b"", wayan) is None
    assert SECRET.encode() not in sealed
