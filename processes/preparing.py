"""What must be there before anybody is answered: tables, guidance, villages, a finder, and one administrator."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from centre import areas, audit, booking_types, contact_points, second_factors, staff
from centre.areas import DEMO_VILLAGES, Imported, Village
from centre.db import Database
from centre.staff import Role, StaffMember
from content import articles, files, library, question_files, test_questions
from content import contacts as contact_book
from content.article_records import Article
from content.articles import Loaded
from content.test_questions import TestQuestion
from processes import migrating, wiring
from processes.guide import GUIDANCE, finder_for
from processes.settings import Settings

FIRST_LOGIN = "admin"

_chance = secrets.SystemRandom()


def prepare(settings: Settings, tell: Callable[[str], None]) -> None:
    """Make ready what is missing; what is there is left as it is. Tells the first password, once."""
    database = wiring.database(settings)
    migrating.upgrade(database)
    with database.reading() as session:
        has_guidance = session.execute(select(Article.slug).limit(1)).first() is not None
        has_questions = session.execute(select(TestQuestion.id).limit(1)).first() is not None
        has_villages = session.execute(select(Village.id).limit(1)).first() is not None
        has_staff = session.execute(select(StaffMember.id).limit(1)).first() is not None
    if not has_guidance:
        load_guidance(database, None)
    elif not has_questions:
        seed_questions(database)
    if not has_villages:
        import_villages(database, DEMO_VILLAGES)
    with database.transaction() as session:
        booking_types.seed(session, wiring.clock())
    make_finder(database, settings)
    if not has_staff:
        password = add_staff(database, FIRST_LOGIN, "Administrator", Role.ADMINISTRATOR, "")
        tell(f"First administrator: {FIRST_LOGIN}  one-time password: {password}  (shown only now)")


def load_guidance(database: Database, folder: Path | None) -> Loaded:
    """Load guidance files, keeping what staff have edited."""
    guidance = files.read(folder or GUIDANCE)
    with database.transaction() as session:
        loaded = articles.load(session, guidance, wiring.clock())
    seed_questions(database)
    return loaded


def seed_questions(database: Database) -> int:
    """Test questions for the guidance that is published; those that staff took away stay away. Gives how many are new."""
    with database.transaction() as session:
        return test_questions.seed(session, question_files.every(articles.export(session)), wiring.clock())


def import_villages(database: Database, file: Path) -> Imported:
    """Take in a CSV of villages, all of it or nothing. Raises `areas.VillagesInvalid`."""
    rows = areas.read_csv(file)
    with database.transaction() as session:
        return areas.import_rows(session, rows, lambda: areas.new_link_code(_chance))


def add_staff(database: Database, login: str, name: str, role: Role, area: str, email: str = "") -> str:
    """Add a staff member; gives the password for the first sign-in, which must then be changed."""
    password = staff.one_time_password(_chance)
    with database.transaction() as session:
        staff.add(
            session,
            login=login,
            name=name,
            role=role,
            area=area,
            password=password,
            must_change=True,
            email=email,
            now=wiring.clock(),
        )
    return password


def reset_staff(database: Database, login: str) -> str:
    """Another one-time password for somebody who lost theirs, and no second factor until they set one up again.

    Raises `staff.NoSuchStaff`.
    """
    password = staff.one_time_password(_chance)
    password_hash = staff.hash_password(password)
    with database.transaction() as session:
        member, now = staff.by_login(session, login), wiring.clock()
        staff.reset_password(session, login, password_hash, now)
        second_factors.remove(session, member.id)
        audit.record(session, audit.COMMAND_LINE, "staff_password_reset", now, f"staff:{member.id}")
        audit.record(session, audit.COMMAND_LINE, "second_factor_removed", now, f"staff:{member.id}")
    return password


def village_links(settings: Settings, database: Database) -> list[tuple[str, ...]]:
    """For each village: area code, name, regency, link code, and the address behind it on every channel that is connected."""
    web = settings.public_url or f"http://localhost:{settings.port}"
    with database.reading() as session:
        rows = session.scalars(select(Village).order_by(Village.code, Village.name)).all()
        links = [contact_points.village_links(session, row.link_code, web) for row in rows]
    return [
        (row.code, row.name, row.regency, row.link_code, *addresses.values())
        for row, addresses in zip(rows, links, strict=True)
    ]


def make_finder(database: Database, settings: Settings) -> None:
    """See that a finder for the published guidance is at hand, so that the worker can answer at once."""
    with database.reading() as session:
        known = library.from_database(session, contact_book.read())
    finder_for(known, settings.data, from_files=False)
