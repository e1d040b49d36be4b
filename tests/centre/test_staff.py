"""Staff come and go: who may be let in, what a password must be, how long a session lasts, how tries are counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from centre import conduct, sign_ins, staff
from centre.db import Database
from centre.privacy import CannotOpen
from centre.sign_ins import SignInCount, SignInRefused, TooManyTries
from centre.staff import Role, StaffMember, StaffSession

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
RIGHT, WRONG = "sawah terang perahu", "salah salah sekali"
OFFICE, STRANGER = "203.0.113.7", "198.51.100.9"


def hire(database: Database, login: str = "wayan", role: Role = Role.PETUGAS, area: str = "52.03.17.2006") -> str:
    with database.transaction() as session:
        return staff.add(session, login, "Wayan Sudarma", role, area, RIGHT, NOW).id


def attempt(database: Database, password: str, now: datetime, place: str = OFFICE, login: str = "wayan") -> str:
    with database.transaction() as session:
        begun = sign_ins.begin(session, login, place, now)
    if not sign_ins.fits(begun, password):
        raise SignInRefused
    with database.transaction() as session:
        return sign_ins.complete(session, begun, now)


def fail(database: Database, times: int, now: datetime, place: str = OFFICE, login: str = "wayan") -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            attempt(database, WRONG, now, place, login)


# Coming


def test_who_is_added_must_change_the_password_and_has_the_role(database):
    hire(database)
    token = attempt(database, RIGHT, NOW)
    with database.reading() as session:
        member = staff.by_token(session, token, NOW)
    assert member.must_change_password
    assert member.roles == {(Role.PETUGAS, "52.03.17.2006")}
    assert member.has_role(Role.PETUGAS)
    assert not member.has_role(Role.COORDINATOR, Role.ADMINISTRATOR)


def test_a_login_is_given_once_however_it_is_written(database):
    hire(database)
    with pytest.raises(staff.LoginTaken), database.transaction() as session:
        staff.add(session, " WAYAN ", "Wayan lain", Role.HELPER, "", RIGHT, NOW)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StaffMember)) == 1


def test_an_address_is_kept_sealed_and_opens_for_its_own_row_only(database):
    with database.transaction() as session:
        wayan = staff.add(session, "wayan", "Wayan", Role.PETUGAS, "", RIGHT, NOW, email=" wayan@desa.example ")
        komang = staff.add(session, "komang", "Komang", Role.PETUGAS, "", RIGHT, NOW)
        session.expire_all()
        assert staff.email_of(session, wayan) == "wayan@desa.example"
        assert staff.email_of(session, komang) is None
        assert b"wayan" not in wayan.sealed_email
        komang.sealed_email = wayan.sealed_email
        with pytest.raises(CannotOpen):
            staff.email_of(session, komang)
        staff.set_email(session, wayan, "")
        assert staff.email_of(session, wayan) is None


@pytest.mark.parametrize(
    "email",
    [
        "wayan",
        "wayan@desa",
        "@desa.example",
        "way an@desa.example",
        "wayan@desa.example\nBcc: calo@jahat.example",
        "wayan@desa.example,calo@jahat.example",
        "<wayan@desa.example>",
        "wayan@-desa.example",
        "wáyan@desa.example",
        "w" * 250 + "@desa.example",
        "wayan@" + "desa." * 60 + "example",
    ],
)
def test_an_address_that_mail_cannot_reach_is_refused_and_nobody_is_added(sqlite_database, email):
    with pytest.raises(staff.EmailInvalid) as refused, sqlite_database.transaction() as session:
        staff.add(session, "wayan", "Wayan", Role.HELPER, "", RIGHT, NOW, email=email)
    assert "wayan" not in str(refused.value)
    with sqlite_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StaffMember)) == 0


def test_what_was_promised_is_known_at_the_desk(database):
    wayan = hire(database)
    token = attempt(database, RIGHT, NOW)
    with database.transaction() as session:
        assert not conduct.has_accepted(staff.by_token(session, token, NOW), "2026-11")
        conduct.accept(session, wayan, "2026-11", NOW)
    with database.reading() as session:
        member = staff.by_token(session, token, NOW)
    assert conduct.has_accepted(member, "2026-11")
    assert not conduct.has_accepted(member, "2027-02")


@pytest.mark.parametrize("login", ["", "ab", "1wayan", "wayan sudarma", "wayan@desa", "way\nan", "w" * 41, "wáyan"])
def test_a_login_that_cannot_be_typed_on_any_keyboard_is_refused(sqlite_database, login):
    with pytest.raises(staff.LoginInvalid), sqlite_database.transaction() as session:
        staff.add(session, login, "Wayan", Role.HELPER, "", RIGHT, NOW)


@pytest.mark.parametrize("area", ["5", "52.", "52.3", "52.03.1", "52.03.17.20", "desa", "52.03.17.2006.1", "٥٢"])
def test_an_area_that_is_no_official_code_is_refused(sqlite_database, area):
    with pytest.raises(staff.AreaInvalid), sqlite_database.transaction() as session:
        staff.add(session, "wayan", "Wayan", Role.HELPER, area, RIGHT, NOW)


# Passwords


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "short"),
        ("x1y2z3w4" * 17, "long"),
        ("aaaaaaaaaaaa", "common"),
        ("121212121212", "common"),
        ("17081945-1945", "common"),
        ("Password1234!", "common"),
        ("Bismillah 2026", "common"),
        ("katasandiindonesia", "common"),
        ("Admin-Desa-123", "common"),
        ("rumah-wayan-biru", "login"),
    ],
)
def test_what_is_guessed_first_is_refused(password, why):
    with pytest.raises(staff.WeakPassword) as refused:
        staff.check_password(password, "wayan")
    assert refused.value.why == why


@pytest.mark.parametrize(
    "password", [RIGHT, "kerbau minum embun", "k7#2-9931-4471-zq", "sandiwara bulan separuh", "x9" * 3 + "yzabcdkw"]
)
def test_a_few_plain_words_are_enough(password):
    staff.check_password(password, "wayan")


def test_a_password_typed_with_another_keyboards_accents_is_the_same():
    kept = staff.hash_password("cafe\u0301 di sawah biru")
    assert staff.fits("caf\u00e9 di sawah biru", kept)
    assert not staff.fits("cafe di sawah biru", kept)


def test_passwords_are_kept_as_argon2id_and_never_twice_the_same(database):
    hire(database)
    hire(database, "rahman")
    with database.reading() as session:
        first, second = session.scalars(select(StaffMember.password_hash))
    assert first.startswith("$argon2id$")
    assert first != second
    assert RIGHT not in first


@pytest.mark.parametrize("broken", ["", "plain", "$argon2id$v=19$m=1", "$2b$12$abcdefghijklmnopqrstuv"])
def test_a_damaged_hash_lets_nobody_in(broken):
    assert not staff.fits(RIGHT, broken)


@given(st.integers())
def test_a_one_time_password_is_strong_and_has_no_look_alikes(seed):
    password = staff.one_time_password(Random(seed))
    staff.check_password(password, "wayan")
    assert len(password) == 19
    assert not set(password) & set("01ilo")


# Sessions


def test_a_session_idles_out_and_ends_after_eight_hours(database):
    token = begin_session(database)
    with database.transaction() as session:
        assert staff.by_token(session, token, NOW + timedelta(minutes=15)) is None
        assert staff.by_token(session, token, NOW + timedelta(minutes=14, seconds=59))
        staff.touch(session, token, NOW + timedelta(hours=7, minutes=59))
        assert staff.by_token(session, token, NOW + timedelta(hours=7, minutes=59, seconds=59))
        assert staff.by_token(session, token, NOW + timedelta(hours=8)) is None


@pytest.mark.parametrize("token", ["", "x", "\x00", "a" * 10_000, "'; DROP TABLE staff_sessions; --"])
def test_a_token_that_never_was_is_nobody(database, token):
    begin_session(database)
    with database.reading() as session:
        assert staff.by_token(session, token, NOW) is None


def test_signing_out_ends_one_session_changing_the_password_all(database):
    wayan = hire(database)
    with database.transaction() as session:
        tokens = [staff.open_session(session, wayan, NOW) for _ in range(3)]
        staff.end_session(session, tokens[0], NOW)
    assert [alive(database, token) for token in tokens] == [False, True, True]
    with database.transaction() as session:
        staff.change_password(session, wayan, staff.hash_password("kerbau minum embun"), NOW)
        fresh = staff.open_session(session, wayan, NOW)
    assert [alive(database, token) for token in (*tokens, fresh)] == [False, False, False, True]


def test_a_lost_password_is_replaced_for_one_sign_in(database):
    hire(database)
    token = attempt(database, RIGHT, NOW)
    with database.transaction() as session:
        staff.reset_password(session, " Wayan ", staff.hash_password("jembatan kuning sore"), NOW)
        with pytest.raises(staff.NoSuchStaff):
            staff.reset_password(session, "nobody", "", NOW)
    with database.transaction() as session:
        assert staff.by_token(session, token, NOW) is None, "the old sessions end"
    with pytest.raises(SignInRefused):
        attempt(database, RIGHT, NOW)
    token = attempt(database, "jembatan kuning sore", NOW)
    with database.transaction() as session:
        found = staff.by_token(session, token, NOW)
        assert found
        assert found.must_change_password


def test_who_is_disabled_has_no_session_and_gets_none(database):
    wayan = hire(database)
    token = attempt(database, RIGHT, NOW)
    with database.transaction() as session:
        staff.disable(session, wayan, NOW)
    assert not alive(database, token)
    with pytest.raises(SignInRefused):
        attempt(database, RIGHT, NOW)


def test_old_sessions_are_forgotten_and_new_ones_stay(database):
    old = begin_session(database)
    with database.transaction() as session:
        staff_id = session.scalars(select(StaffSession.staff_id)).one()
        new = staff.open_session(session, staff_id, NOW + timedelta(days=30))
        staff.forget_old(session, NOW + timedelta(days=30, seconds=1))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StaffSession)) == 1
        assert staff.by_token(session, new, NOW + timedelta(days=30))
        assert staff.by_token(session, old, NOW) is None


# Tries


def test_the_wait_grows_and_has_an_end(database):
    hire(database)
    fail(database, 5, NOW)
    now, waits = NOW, []
    for _ in range(7):
        with pytest.raises(TooManyTries) as refused:
            attempt(database, RIGHT, now)
        waits.append(refused.value.wait.total_seconds())
        now += refused.value.wait
        fail(database, 1, now)
    assert waits == [15, 30, 60, 120, 240, 300, 300]
    assert attempt(database, RIGHT, now + timedelta(minutes=5))


def test_many_tries_at_the_same_instant_are_many_tries(database):
    hire(database)

    def guess(_number: int) -> bool:
        try:
            with database.transaction() as session:
                sign_ins.begin(session, "wayan", OFFICE, NOW)
        except TooManyTries:
            return False
        return True

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(guess, range(24))) == 5


def test_knocking_while_waiting_does_not_make_the_wait_longer(database):
    hire(database)
    fail(database, 5, NOW)
    for _ in range(50):
        with pytest.raises(TooManyTries):
            attempt(database, WRONG, NOW + timedelta(seconds=14))
    assert attempt(database, RIGHT, NOW + timedelta(seconds=15))


def test_after_a_quiet_quarter_of_an_hour_the_count_begins_anew(database):
    hire(database)
    fail(database, 6 - 1, NOW)
    fail(database, 4, NOW + timedelta(minutes=15, seconds=1))
    assert attempt(database, RIGHT, NOW + timedelta(minutes=15, seconds=2))


def test_strangers_who_try_his_name_cannot_keep_wayan_out(database):
    hire(database)
    attempt(database, RIGHT, NOW, OFFICE)
    fail(database, 5, NOW, STRANGER)
    with pytest.raises(TooManyTries):
        attempt(database, RIGHT, NOW, STRANGER)
    assert attempt(database, RIGHT, NOW, OFFICE), "the place he works at knows him"


def test_a_place_he_has_not_used_for_a_month_is_a_strange_one(database):
    hire(database)
    attempt(database, RIGHT, NOW, OFFICE)
    later = NOW + timedelta(days=30, seconds=1)
    fail(database, 5, later, STRANGER)
    with pytest.raises(TooManyTries):
        attempt(database, RIGHT, later, OFFICE)


def test_a_known_place_does_not_get_endless_guesses(database):
    hire(database)
    attempt(database, RIGHT, NOW, OFFICE)
    fail(database, 5, NOW, OFFICE)
    with pytest.raises(TooManyTries):
        attempt(database, RIGHT, NOW, OFFICE)


def test_an_unknown_login_is_answered_like_a_known_one(database):
    hire(database)
    for login in ("wayan", "tidakada"):
        fail(database, 5, NOW, place=f"place of {login}", login=login)
        with pytest.raises(TooManyTries) as refused:
            attempt(database, WRONG, NOW, place=f"place of {login}", login=login)
        assert refused.value.wait == timedelta(seconds=15)


def test_checking_an_unknown_login_costs_what_a_known_one_costs(database):
    hire(database)
    with database.transaction() as session:
        known, unknown = (sign_ins.begin(session, login, OFFICE, NOW) for login in ("wayan", "tidakada"))
    hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    assert not hasher.check_needs_rehash(known.password_hash)
    assert not hasher.check_needs_rehash(unknown.password_hash)
    assert unknown.staff_id is None


def test_a_password_changed_during_the_check_does_not_open(database):
    wayan = hire(database)
    with database.transaction() as session:
        begun = sign_ins.begin(session, "wayan", OFFICE, NOW)
    with database.transaction() as session:
        staff.change_password(session, wayan, staff.hash_password("kerbau minum embun"), NOW)
    with pytest.raises(SignInRefused), database.transaction() as session:
        sign_ins.complete(session, begun, NOW)


def test_neither_logins_nor_addresses_can_be_read_in_the_counts_and_they_go(database):
    hire(database)
    fail(database, 1, NOW)
    with database.transaction() as session:
        keys = session.scalars(select(SignInCount.key)).all()
        assert keys
        assert not any(OFFICE in key or "wayan" in key for key in keys)
        sign_ins.forget_old(session, NOW + timedelta(days=30, seconds=1))
        assert session.scalars(select(SignInCount.key)).all() == []


def begin_session(database: Database) -> str:
    wayan = hire(database)
    with database.transaction() as session:
        return staff.open_session(session, wayan, NOW)


def alive(database: Database, token: str) -> bool:
    with database.reading() as session:
        return staff.by_token(session, token, NOW) is not None
