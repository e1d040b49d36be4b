"""The demo: a house that looks alive in every corner, on nobody's telephone, and never among real data."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from centre import case_desk, desk, people, retention_reports, rosters, staff
from centre.answers import GivenAnswer
from centre.case_records import Case, State
from centre.case_scopes import scope_of_member
from centre.conversations import Conversation, Sender, of_sender
from centre.db import Database
from centre.staff import Role, Scope, StaffMember
from processes import clearing, commands, demo, migrating, preparing
from processes.demo_story import CASES, STAFF

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
EVERYWHERE = Scope(frozenset({""}), True)


def test_every_corner_of_the_desk_is_alive_and_no_telephone_can_ring(sqlite_database: Database) -> None:
    made = demo.fill(sqlite_database, NOW)
    with sqlite_database.reading() as session:
        channels = set(session.scalars(select(Conversation.channel)))
        states = set(session.scalars(select(Case.state)))
        months = {at.month for at in session.scalars(select(GivenAnswer.at))}
        admin = session.scalars(select(StaffMember).where(StaffMember.login == "demo-pengelola")).one()
        cases = scope_of_member(admin)
        queues = case_desk.counts(session, cases, NOW)
        waiting, _lost = desk.counts(session, EVERYWHERE, cases)
        today = rosters.today(session, EVERYWHERE, NOW, 9)
        members = session.scalars(select(StaffMember)).all()
    assert channels == {"web"}, "nothing of it may reach a real telephone"
    assert states == set(State)
    assert len(months) >= 6
    assert queues["urgent"] >= 2
    assert queues["overdue"] >= 1
    assert queues["approve"] == 1
    assert waiting == 3
    assert today
    assert {role for _login, role, _password in made.passwords} == set(Role)
    assert len(members) == len(STAFF)
    assert all(member.must_change_password for member in members)
    login, _role, password = made.passwords[0]
    assert staff.fits(password, next(each.password_hash for each in members if each.login == login))
    assert made.cases == len(CASES)
    with pytest.raises(demo.AlreadyThere):
        demo.fill(sqlite_database, NOW)
    clearing.clear_night(sqlite_database, lambda: NOW)
    with sqlite_database.reading() as session:
        assert retention_reports.days(session)[0].cleared == {}, (
            "the first night takes nothing away from whoever tries it"
        )


def test_whoever_holds_a_case_of_the_demo_may_open_it(sqlite_database: Database) -> None:
    demo.fill(sqlite_database, NOW)
    with sqlite_database.reading() as session:
        for case in session.scalars(select(Case).where(Case.holder_id.is_not(None))).all():
            assert scope_of_member(session.get_one(StaffMember, case.holder_id)).includes(case), case.code


def test_where_a_family_has_written_or_somebody_is_noted_nothing_is_made(database: Database) -> None:
    with database.transaction() as session:
        noted = people.add(session, "Sari", NOW)
    with pytest.raises(demo.RealData):
        demo.fill(database, NOW)
    with database.transaction() as session:
        session.delete(session.merge(noted))
        of_sender(session, Sender("telegram", (("chat", "sari"),)), NOW)
    with pytest.raises(demo.RealData):
        demo.fill(database, NOW)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StaffMember)) == 0


def test_the_command_ends_by_saying_what_to_do_next(monkeypatch: pytest.MonkeyPatch, sqlite_database: Database) -> None:
    made = demo.Demo([("demo-petugas", "petugas", "abcd-efgh")], people=70, cases=19, dates=65)
    monkeypatch.setattr(commands, "the_database", lambda: sqlite_database)
    monkeypatch.setattr(migrating, "upgrade", lambda _database: None)
    monkeypatch.setattr(preparing, "load_guidance", lambda _database, _folder: None)
    monkeypatch.setattr(demo, "fill", lambda _database, _now: made)
    said = CliRunner().invoke(commands.demo).output.splitlines()
    assert said[0] == "demo-petugas\tpetugas\tabcd-efgh"
    assert said[-1].startswith("next: start Balai")
    assert "sign in at /admin" in said[-1]
