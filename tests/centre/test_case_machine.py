"""Whatever families, staff and time do with cases in whatever order: who must not know of a case never does.

Hypothesis plays all of them beside a plain model (`plain_cases`), the same walks in every run. BALAI_TEST_WALKS: more of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from centre import areas, case_alerts, case_desk, case_records, cases
from centre.case_records import BOT, CATEGORIES, FAMILY, Case, CaseEntry, Category
from centre.case_rules import CannotDo
from centre.case_scopes import scope_of, scope_of_member
from centre.db import Database
from centre.desk import NotHere
from centre.staff import Role, SignedIn
from tests.centre.alerted import KORLEKO, KURIPAN, LONG_AGO, chat, staff_member, there, villages
from tests.centre.plain_cases import Plain, Who

START = there(KORLEKO, "2026-11-24", "10:00")
STAFF = (
    Who("Wayan", (Role.PETUGAS, KORLEKO)),
    Who("Made", (Role.PETUGAS, KORLEKO)),
    Who("Slamet", (Role.PETUGAS, KURIPAN)),
    Who("Nyoman", (Role.PETUGAS, KORLEKO), (Role.COORDINATOR, "52.03")),
    Who("Putu", (Role.HELPER, KORLEKO), (Role.COORDINATOR, "")),
    Who("Ani", (Role.SPECIALIST, "52")),
    Who("Ratna", (Role.COORDINATOR, "52.03")),
    Who("Dewi", (Role.COORDINATOR, "")),
    Who("Komang", (Role.ADMINISTRATOR, "")),
    Who("Yayasan", (Role.PARTNER, "")),
)
ANY = st.integers(0, 59)
LATER = st.sampled_from([timedelta(minutes=minutes) for minutes in (1, 16, 31, 9 * 60, 3 * 24 * 60)])
KIND = st.sampled_from(CATEGORIES)
Thing = TypeVar("Thing")


class Desk(RuleBasedStateMachine):
    """Two families, their villages, and everybody who may or must not know of their cases."""

    database: Database

    @initialize(around=st.booleans(), placed=st.booleans(), kind=KIND)
    def begin(self, around: bool, placed: bool, kind: Category) -> None:
        self.opened = ExitStack()
        self.session = self.opened.enter_context(self.database._session(self.database.engine))
        self.now, self.number, self.turn = START, 0, 0
        villages(self.session)
        self.members = [staff_member(self.session, each.name, *each.roles) for each in STAFF]
        self.phones = [chat(self.session, number, START) for number in ("628111", "628222")]
        self.plain: dict[int, Plain] = {}
        self.a_case_is_opened(0, kind, around, placed, False)

    def teardown(self) -> None:
        with suppress(AttributeError):
            self.session.rollback()
            self.opened.close()

    # What families do

    @rule(which=ANY, kind=KIND, around=st.booleans(), placed=st.booleans(), child=st.booleans())
    def a_case_is_opened(self, which: int, kind: Category, around: bool, placed: bool, child: bool) -> None:
        phone = nth(self.phones, which)
        phone.village_id = self._village(KORLEKO).id if placed else None
        against = {"AnotherIsOpen"} if self._open_in(phone.id) else set()

        def opening() -> Case:
            return cases.open_case(self.session, phone, kind, self.now, language="id", is_child=child, around=around)

        if case := self._try(against, opening):
            home = KORLEKO if placed else None
            self.plain[case.id] = Plain(case.id, phone.id, kind, home=home, around=around, child=child)

    @precondition(lambda self: self._of_families())
    @rule(which=ANY)
    def the_family_writes(self, which: int) -> None:
        case, plain = self._nth_of_families(which)
        self.number += 1
        self._done(plain, FAMILY, lambda: cases.add_words(self.session, case, "ya", f"w{self.number}", self.now))
        plain.staff_owe()

    @precondition(lambda self: self._of_families())
    @rule(which=ANY)
    def jangan_ke_desa_saya(self, which: int) -> None:
        case, plain = self._nth_of_families(which)
        self._done(plain, FAMILY, lambda: cases.go_around(self.session, case, self.now))
        plain.go_around()

    @precondition(lambda self: self._of_families())
    @rule(which=ANY, code=st.sampled_from([KORLEKO, KURIPAN]))
    def the_village_is_told(self, which: int, code: str) -> None:
        case, plain = self._nth_of_families(which)
        if plain.home is None:
            self._done(plain, FAMILY, lambda: cases.place(self.session, case, self._village(code), self.now))
            plain.home = code
            plain.let_go(STAFF)

    @precondition(lambda self: self._of_families())
    @rule(which=ANY, kind=st.sampled_from(["violence", "sickness", "other"]), child=st.booleans())
    def danger_is_heard(self, which: int, kind: Category, child: bool) -> None:
        case, plain = self._nth_of_families(which)
        self._done(plain, BOT, lambda: cases.raise_alarm(self.session, case, kind, self.now, is_child=child))
        plain.alarm(kind, child)

    @precondition(lambda self: self.plain)
    @rule(which=ANY, where=ANY)
    def they_go_on_from_another_telephone(self, which: int, where: int) -> None:
        case, plain = self._nth(which)
        phone = nth(self.phones, where)
        if plain.is_erased:
            return
        another = self._open_in(phone.id)
        against = {"AnotherIsOpen"} if another and another != plain.id else set()
        if self._tried(plain, FAMILY, against, lambda: cases.move_here(self.session, case, phone, self.now)):
            plain.phone = phone.id

    @precondition(lambda self: self._of_families())
    @rule(which=ANY, chance=st.integers(0, 3))
    def they_want_it_erased(self, which: int, chance: int) -> None:
        if chance:
            return
        case, plain = self._nth_of_families(which)
        self._done(plain, FAMILY, lambda: cases.withdraw(self.session, case, self.now))
        plain.close("withdrawn")
        plain.is_erased, plain.phone = True, None

    # What staff do: each by the desk's own door

    @precondition(lambda self: self.plain)
    @rule(who=ANY, which=ANY, is_free=st.booleans())
    def take(self, who: int, which: int, is_free: bool) -> None:
        case, plain, by = self._at_the_desk(who, which, free=is_free)
        against = plain.against_open() | ({"AlreadyTaken"} if plain.holder not in (None, by.name) else set())
        if self._tried(plain, by.name, against, lambda: cases.take(self.session, case, by.name, self.now)):
            plain.holder, plain.state = by.name, plain.state if plain.holder else "taken"

    @precondition(lambda self: self.plain)
    @rule(who=ANY, which=ANY)
    def release(self, who: int, which: int) -> None:
        case, plain, by = self._at_the_desk(who, which, held=True)
        if self._tried(
            plain,
            by.name,
            plain.against_holding(by),
            lambda: cases.release(self.session, case, by.name, self.now),
        ):
            plain.holder, plain.state = None, "new"

    @precondition(lambda self: self.plain)
    @rule(who=ANY, which=ANY, to=ANY)
    def pass_on(self, who: int, which: int, to: int) -> None:
        case, plain, by = self._at_the_desk(who, which, held=True)
        other = nth(STAFF, to)
        against = plain.against_holding(by)
        against |= {"NobodyThere"} if other.name == by.name or not plain.may_see(other) else set()
        if self._tried(
            plain, by.name, against, lambda: cases.pass_on(self.session, case, by.name, other.name, self.now, "tolong")
        ):
            plain.holder, plain.state = other.name, "taken"

    @precondition(lambda self: self.plain)
    @rule(who=ANY, which=ANY)
    def reply(self, who: int, which: int) -> None:
        case, plain, by = self._at_the_desk(who, which, held=True)
        self.number += 1
        key = f"r{self.number}"
        if self._tried(
            plain,
            by.name,
            plain.against_holding(by),
            lambda: [cases.reply(self.session, case, by.name, "Baik.", key, self.now) for _ in range(2)],
        ):
            plain.awaits = "family"
            self.session.expire_all()
            assert self._count(plain, CaseEntry.key == f"reply:{key}") == 1

    @precondition(lambda self: self.plain)
    @rule(who=ANY, which=ANY)
    def note(self, who: int, which: int) -> None:
        case, plain, by = self._at_the_desk(who, which)
        self.number += 1
        key = f"n{self.number}"
        self._done(plain, by.name, lambda: cases.note(self.session, case, by.name, "Ingat.", key, self.now))

    @precondition(lambda self: self.plain)
    @rule(who=ANY, which=ANY)
    def it_is_the_familys_turn(self, who: int, which: int) -> None:
        case, plain, by = self._at_the_desk(who, which, held=True)
        if self._tried(
            plain,
            by.name,
            plain.against_holding(by),
            lambda: cases.await_family(self.session, case, by.name, self.now),
        ):
            plain.awaits = "family"

    @precondition(lambda self: self.plain)
    @rule(who=ANY, which=ANY, kind=KIND, urgent=st.booleans(), child=st.booleans())
    def change(self, who: int, which: int, kind: Category, urgent: bool, child: bool) -> None:
        case, plain, by = self._at_the_desk(who, which)

        def changing() -> None:
            cases.change_category(self.session, case, by.name, kind, self.now, is_urgent=urgent, is_child=child)

        if self._tried(plain, by.name, plain.against_open(), changing):
            plain.change(kind, urgent, child)

    @precondition(lambda self: self.plain)
    @rule(who=ANY, which=ANY)
    def it_concerns_me(self, who: int, which: int) -> None:
        case, plain, by = self._at_the_desk(who, which)
        if by.name == "Komang":  # somebody must be left
            return
        self._done(plain, by.name, lambda: cases.declare_conflict(self.session, case, by.name, self.now))
        plain.conflict(by)
        with pytest.raises(NotHere):
            case_desk.case(self.session, scope_of(signed_in(by)), case.code)

    @precondition(lambda self: self.plain)
    @rule(who=ANY, which=ANY)
    def close(self, who: int, which: int) -> None:
        case, plain, by = self._at_the_desk(who, which, held=True)
        if self._tried(
            plain,
            by.name,
            plain.against_holding(by),
            lambda: cases.close(self.session, case, signed_in(by), "solved", "Selesai.", self.now),
        ):
            plain.ask_to_close("solved")

    @precondition(lambda self: self.plain)
    @rule(who=ANY, which=ANY, yes=st.booleans())
    def approve_or_not(self, who: int, which: int, yes: bool) -> None:
        case, plain, by = self._at_the_desk(who, which, asked=True)
        if yes:
            deed: Callable[[], None] = lambda: cases.approve(self.session, case, signed_in(by), self.now)  # noqa: E731
        else:
            deed = lambda: cases.refuse_closing(self.session, case, signed_in(by), "Belum.", self.now)  # noqa: E731
        if self._tried(plain, by.name, plain.against_deciding(by, yes), deed):
            if yes:
                plain.close("solved")
            else:
                plain.state = "taken"

    @precondition(lambda self: self.plain)
    @rule(who=ANY, which=ANY)
    def reopen(self, who: int, which: int) -> None:
        case, plain, by = self._at_the_desk(who, which, closed=True)
        against = {"IsOpen"} if plain.is_open else set()
        against |= {"IsErased"} if plain.is_erased else set()
        if plain.phone and self._open_in(plain.phone):
            return  # beside a newer one: see tests/admin/test_case_leaks.py
        if self._tried(plain, by.name, against, lambda: cases.reopen(self.session, case, by.name, self.now)):
            plain.state, plain.holder, plain.awaits = "taken", by.name, "staff"

    @rule(later=LATER)
    def time_passes(self, later: timedelta) -> None:
        """Whoever is woken may know of the case."""
        self.now += later
        for _ in range(3):
            for alert_id, case_id in case_alerts.due(self.session, self.now):
                case = case_records.hold(self.session, case_id)
                alarm = case_alerts.take(self.session, alert_id, case_id, self.now)
                for member in alarm.members if alarm else ():
                    assert self.plain[case_id].may_see(who_is(member.id)), f"{member.id} is told of {case_id}"
                if alarm and alarm.is_late:
                    cases.told(self.session, case, case_alerts.LATE, self.now)

    # What holds after each of them

    @invariant()
    def everything_is_as_the_plain_model_says(self) -> None:
        for case, plain in self._all():
            found = (case.state, case.awaits, case.holder_id, case.is_urgent, case.is_restricted, case.is_child)
            assert found == (
                plain.state,
                plain.awaits,
                plain.holder,
                plain.urgent,
                plain.restricted,
                plain.child,
            )
            assert (case.category, case.home_code, case.area) == (plain.kind, plain.home, plain.area)
            assert (case.bypasses_village, case.conversation_id) == (plain.around, plain.phone)

    @invariant()
    def an_answer_is_owed_exactly_while_it_is_the_desks_turn(self) -> None:
        for case, plain in self._all():
            assert (case.due_at is None) == (plain.awaits == "family")
            assert plain.awaits == "family" or plain.is_open
            assert (case.closed_at is None) == plain.is_open

    @invariant()
    def who_must_not_know_of_a_case_sees_it_nowhere(self) -> None:
        conflicts = case_records.in_conflict(self.session, self.plain)
        for who, member in zip(STAFF, self.members, strict=True):
            seen = {plain.id for plain in self.plain.values() if plain.may_see(who)}
            scope = scope_of_member(member)
            assert {case.id for case, _ in self._all() if scope.includes(case, conflicts)} == seen, who.name

    @invariant()
    def nor_in_a_list_or_a_count(self) -> None:
        """Asked of the database for some of them each time, all in turn."""
        for _ in range(3):
            self.turn += 1
            who = nth(STAFF, self.turn)
            seen = {plain.id for plain in self.plain.values() if plain.may_see(who)}
            scope = scope_of(signed_in(who))
            assert set(self.session.scalars(select(Case.id).where(scope.covers()))) == seen, who.name
        counts = case_desk.counts(self.session, scope, self.now)
        opened = [plain for plain in self.plain.values() if plain.is_open and plain.id in seen]
        assert (counts["all"], counts["mine"]) == (len(opened), sum(plain.holder == who.name for plain in opened))

    @invariant()
    def who_holds_a_case_may_know_of_it(self) -> None:
        for plain in self.plain.values():
            if plain.holder and plain.is_open:
                who = who_is(plain.holder)
                assert plain.may_see(who)
                assert not (plain.restricted and who.is_only(Role.PETUGAS, Role.HELPER))
                assert not (plain.around and plain.home and who.is_of(plain.home))

    @invariant()
    def a_telephone_has_one_open_case_at_most(self) -> None:
        open_ones = [plain.phone for plain in self.plain.values() if plain.is_open and plain.phone]
        assert len(open_ones) == len(set(open_ones))

    # How it is played

    def _try(self, against: set[str], act: Callable[[], Thing]) -> Thing | None:
        """Do it: it must succeed when nothing stands against it, else be refused for something that does."""
        try:
            done = act()
        except CannotDo as error:
            refused = type(error).__name__
        else:
            self.session.flush()
            assert not against, "it should have been refused"
            return done
        assert refused in against
        return None

    def _tried(self, plain: Plain, by: str, against: set[str], act: Callable[[], object]) -> bool:
        """The same, where what it changes must stand in the thread."""
        before = self._stands(plain), self._newest(plain)
        self._try(against, act)
        self._is_entered(plain, by, *before)
        return not against

    def _done(self, plain: Plain, by: str, act: Callable[[], object]) -> None:
        self._tried(plain, by, set(), act)

    def _is_entered(self, plain: Plain, by: str, stood: tuple[object, ...], newest: int) -> None:
        """Whatever changed has who and when."""
        if self._stands(plain) == stood:
            return
        of_this = (CaseEntry.id > newest) & (CaseEntry.by == by) & (CaseEntry.at == self.now)
        assert self._count(plain, of_this) > 0, f"{stood} became {self._stands(plain)}, and nobody did it"

    def _stands(self, plain: Plain) -> tuple[object, ...]:
        case = self.session.get_one(Case, plain.id)
        kept = (case.state, case.holder_id, case.category, case.is_urgent, case.is_restricted, case.area, case.awaits)
        return (*kept, case.bypasses_village, case.is_child, case.conversation_id)

    def _newest(self, plain: Plain) -> int:
        newest = select(func.max(CaseEntry.id)).where(CaseEntry.case_id == plain.id)
        return self.session.scalar(newest) or 0

    def _count(self, plain: Plain, which: object) -> int:
        found = select(func.count()).select_from(CaseEntry).where(CaseEntry.case_id == plain.id, which)  # type: ignore[arg-type]
        return self.session.scalar(found) or 0

    def _at_the_desk(self, who: int, which: int, **wanted: bool) -> tuple[Case, Plain, Who]:
        """Somebody opens a case by its code: whoever must not know of it finds nothing, and somebody else does it.

        `wanted` is preferred, so that deeds are done oftener than they are refused.
        """
        plain = self._preferred(which, **wanted)
        by = nth(STAFF, who)
        case = self.session.get_one(Case, plain.id)
        if not plain.may_see(by):
            with pytest.raises(NotHere):
                case_desk.case(self.session, scope_of(signed_in(by)), case.code)
        able = [each for each in STAFF if plain.may_see(each)] or [STAFF[-2]]
        holding = [each for each in able if each.name == plain.holder]
        chosen = nth(holding, 0) if wanted.get("held") and holding and who % 4 else nth(able, who)
        if plain.may_see(chosen):
            assert case_desk.case(self.session, scope_of(signed_in(chosen)), case.code, to_change=True) is case
        return case, plain, chosen

    def _preferred(self, which: int, *, held: bool = False, free: bool = False, **wanted: bool) -> Plain:
        every = list(self.plain.values())
        fitting = [
            each
            for each in every
            if (not held or each.holder)
            and (not free or not each.holder)
            and (not wanted.get("closed") or not each.is_open)
            and (not wanted.get("asked") or each.state == "to_approve")
        ]
        return nth(fitting or every, which)

    def _all(self) -> list[tuple[Case, Plain]]:
        return [(self.session.get_one(Case, number), plain) for number, plain in self.plain.items()]

    def _nth(self, which: int) -> tuple[Case, Plain]:
        return nth(self._all(), which)

    def _of_families(self) -> list[tuple[Case, Plain]]:
        """What a family's words can reach: open, and in a conversation of theirs."""
        return [(case, plain) for case, plain in self._all() if plain.is_open and plain.phone]

    def _nth_of_families(self, which: int) -> tuple[Case, Plain]:
        return nth(self._of_families(), which)

    def _open_in(self, phone: int) -> int | None:
        return next((plain.id for plain in self.plain.values() if plain.is_open and plain.phone == phone), None)

    def _village(self, code: str) -> areas.Village:
        return self.session.scalars(select(areas.Village).where(areas.Village.code == code)).one()


def nth(things: Iterable[Thing], number: int) -> Thing:
    known = list(things)
    return known[number % len(known)]


def who_is(name: str) -> Who:
    return next(each for each in STAFF if each.name == name)


def signed_in(who: Who) -> SignedIn:
    return SignedIn(who.name, who.name, who.name, False, frozenset(who.roles), LONG_AGO)


def play(database: Database, walks: int, steps: int) -> None:
    Desk.database = database
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=int(os.environ.get("BALAI_TEST_WALKS", walks)),
            stateful_step_count=steps,
            derandomize="BALAI_TEST_WALKS" not in os.environ,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


def test_who_must_not_know_of_a_case_never_does(sqlite_database: Database) -> None:
    play(sqlite_database, 30, 30)


def test_nor_on_the_other_database(postgresql_database: Database) -> None:
    play(postgresql_database, 4, 25)
