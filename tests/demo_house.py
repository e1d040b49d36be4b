"""The demo house behind its real application, and somebody with every role who walks through all of it.

Pages are found as people find them, by links: one address for each page of the desk, so that a new page is looked at by every
test that walks, without being named anywhere.
"""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Iterable
from pathlib import Path

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, inspect, select
from werkzeug.exceptions import HTTPException

from admin import code_of_conduct
from centre import conduct, second_factors, staff
from centre.db import Base, Database
from centre.staff import Role, StaffMember, StaffRole
from processes import demo, preparing, wiring
from processes.settings import Settings
from processes.web import create_app

LOGIN, PASSWORD = "putu", "sawah terang perahu"
OFFICER = "demo-petugas"
"""Who has one village, and nothing but it."""
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEVER = ("admin.auth.sign_out", "admin.assets.asset", "admin.errors", "admin.nowhere")
"""What a walk does not follow."""
LEADING = r'<(?:a\b[^>]*\bhref|form\b[^>]*\bmethod="get"[^>]*\baction)="(/admin/[^"#]*)'
LOOKED_AT = 5
"""Addresses of one page that are searched for links: not every date can be changed, not every case was referred."""


def furnish(database: Database) -> str:
    """Guidance, the demo, and Putu, who has every role everywhere; gives Putu's id."""
    now = wiring.clock()
    preparing.load_guidance(database, None)
    demo.fill(database, now)
    with database.transaction() as session:
        putu = staff.add(session, LOGIN, "Putu", Role.COORDINATOR, "", PASSWORD, now, must_change=False)
        putu.roles += [StaffRole(role=role, area="") for role in Role if role != Role.COORDINATOR]
        for member in (putu, session.scalars(select(StaffMember).filter_by(login=OFFICER)).one()):
            member.must_change_password = False
            conduct.accept(session, member.id, code_of_conduct.PRESENT.version, now)
            second_factors.set_app(session, member.id, SECRET, pyotp.TOTP(SECRET).at(now), now)
        return putu.id


def officer(database: Database) -> str:
    """The id of the officer of one village."""
    with database.reading() as session:
        return session.scalars(select(StaffMember.id).filter_by(login=OFFICER)).one()


def move(old: Database, new: Database) -> None:
    """The same house, row by row, in an empty database on PostgreSQL."""
    tables = [Base.metadata.tables[name] for name in inspect(new.engine).get_table_names()]
    with old.reading() as session, new.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # rows may come in any order
        for table in tables:
            if rows := [dict(row) for row in session.execute(select(table)).mappings()]:
                connection.execute(insert(table), rows)
            if (number := table.autoincrement_column) is not None and rows:
                sequence = func.pg_get_serial_sequence(table.name, number.name)
                connection.execute(select(func.setval(sequence, max(row[number.name] for row in rows))))


def application(database: Database, folder: Path) -> Flask:
    """The web process as it runs, with its data in `folder`."""
    return create_app(Settings(data=folder, secret_key="k" * 32, field_keys="f" * 32), database)


def browser_of(app: Flask, database: Database, staff_id: str) -> FlaskClient:
    """A browser in which somebody is signed in."""
    with database.transaction() as session:
        token = staff.open_session(session, staff_id, wiring.clock(), is_proved=True)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = token
    return client


def walk(app: Flask, client: FlaskClient, *, only_pages: bool = False) -> dict[str, str]:
    """Every page that links lead to from the first and from the menu: one address by endpoint; files too, or not."""
    found = {"admin.desk.home": "/admin/", "admin.menu.every": "/admin/menu"}
    seen, ahead = Counter(dict.fromkeys(found, 1)), deque(found.values())
    no_pages: set[str] = set()
    while ahead:
        answer = client.get(here := ahead.popleft())
        if answer.mimetype != "text/html" or answer.status_code != 200:
            no_pages.add(here)
        if answer.mimetype != "text/html":
            continue
        for address in links(answer.get_data(as_text=True)):
            endpoint = endpoint_of(app, address)
            if endpoint and seen[endpoint] < LOOKED_AT and address not in known(ahead, found):
                seen[endpoint] += 1
                found.setdefault(endpoint, address)
                ahead.append(address)
    return {page: at for page, at in found.items() if not only_pages or at not in no_pages}


def taps(app: Flask, client: FlaskClient, most: int) -> dict[str, int]:
    """How many taps on a small phone lead from the first page to each page, as far as `most` of them."""
    found, seen, here = {"admin.desk.home": 0}, Counter[str](), ["/admin/"]
    for tap in range(1, most + 1):
        answers = [client.get(address, follow_redirects=True) for address in here]
        shown = [_on_a_phone(each.get_data(as_text=True)) for each in answers if each.mimetype == "text/html"]
        found = {
            str(endpoint_of(app, each.request.path)): tap - 1 for each in answers
        } | found  # where one was led on to
        here = []
        for address in dict.fromkeys(link for page in shown for link in links(page)):
            page = endpoint_of(app, address)
            if page and found.setdefault(page, tap) == tap and seen[page] < LOOKED_AT:
                seen[page] += 1
                here.append(address)
    return found


def _on_a_phone(page: str) -> str:
    """What a small phone shows of it at once: neither the rest of the menu nor what is folded away."""
    for hidden in (
        r'<ul class="desk-menu-pages">.*?</ul>',
        r'<li class="desk-menu-rest">.*?</li>',
        r"<details.*?</details>",
    ):
        page = re.sub(hidden, "", page, flags=re.DOTALL)
    return page


def known(ahead: Iterable[str], found: dict[str, str]) -> set[str]:
    """Addresses that need not be followed again."""
    return {*ahead, *found.values()}


def links(page: str) -> list[str]:
    """Addresses of the desk that a page leads to, by a link or by a form that only asks."""
    found = (html.unescape(link) for link in re.findall(LEADING, page))
    return list(dict.fromkeys(found))


def endpoint_of(app: Flask, address: str) -> str | None:
    """The page behind an address; None for none of the desk's, and for what is not walked."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(address.partition("?")[0], "GET")
    except HTTPException:
        return None
    name = str(endpoint)
    return name if name.startswith("admin.") and not name.startswith(NEVER) else None


def pages_of(app: Flask) -> set[str]:
    """Every page of the desk that has one address; the others are there only where the demo has something to show."""
    rules = (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments)
    return {
        str(rule.endpoint)
        for rule in rules
        if rule.endpoint.startswith("admin.") and not rule.endpoint.startswith(NEVER)
    }
