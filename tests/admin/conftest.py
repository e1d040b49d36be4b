"""A desk with a clock we hold, staff for every role, and one message of Sari's in Korleko that waits for a person."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

import admin
from admin import code_of_conduct
from centre import inbox, outbox, second_factors, staff
from centre.areas import Village
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.inbox import InboxEvent, Received
from centre.messages import Incoming, Outgoing
from centre.second_factors import SecondFactor
from centre.staff import Role, StaffMember, StaffRole
from content import articles
from content.folders import ArticleFile, Guidance, Source, Text

MORNING = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
PASSWORD = "sawah terang perahu"
HASH = staff.hash_password(PASSWORD)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass
class Desk:
    """The pages under /admin, with everything a story needs at hand."""

    database: Database
    secure: bool = False
    now: datetime = MORNING
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        self.app = Flask("desk", static_folder=None)
        self.app.testing = True
        self.app.extensions["desk"] = self
        admin.register(self.app, self.database, lambda: self.now, key="k" * 64, secure=self.secure)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def hire(
        self,
        login: str,
        role: Role,
        area: str = "",
        *,
        must_change: bool = False,
        has_promised: bool = True,
        has_factor: bool = True,
    ) -> str:
        """Somebody new, whose password is PASSWORD and whose app shows the codes of SECRET; gives the id."""
        member = StaffMember(
            id=str(uuid.uuid4()),
            login=login,
            name=login.title(),
            password_hash=HASH,
            must_change_password=must_change,
            created_at=self.now,
            conduct_version=code_of_conduct.PRESENT.version if has_promised else None,
            roles=[StaffRole(role=role, area=area)],
        )
        with self.database.transaction() as session:
            session.add(member)
            session.flush()
            if has_factor:
                second_factors.set_app(session, member.id, SECRET, self.code(), self.now)
                self._forget_last_code(session)
        return member.id

    def code(self) -> str:
        """What everybody's app shows now."""
        return pyotp.TOTP(SECRET).at(self.now)

    def take_second_step(self, client: FlaskClient, lanjut: str = ""):
        """Type the code that the app shows now, as if none had been typed within this half minute."""
        with self.database.transaction() as session:
            self._forget_last_code(session)
        address = "/admin/masuk/kode" + (f"?lanjut={lanjut}" if lanjut else "")
        return client.post(address, data={"csrf_token": _token_on(client, "/admin/masuk/kode"), "code": self.code()})

    def _forget_last_code(self, session) -> None:
        session.execute(update(SecondFactor).values(last_step=None))

    def client(self) -> FlaskClient:
        """A browser that has been nowhere yet."""
        return self.app.test_client()

    def browser_of(self, staff_id: str) -> FlaskClient:
        """A browser in which somebody is signed in."""
        with self.database.transaction() as session:
            token = staff.open_session(session, staff_id, self.now, is_proved=True)
        client = self.client()
        with client.session_transaction() as cookie:
            cookie["token"] = token
        return client

    def at_work(self, login: str, role: Role, area: str = "") -> FlaskClient:
        """Hire somebody and sign them in."""
        return self.browser_of(self.hire(login, role, area))

    def village(self, name: str, code: str) -> int:
        village = Village(
            code=code,
            name=name,
            other_names=[],
            district="",
            regency="Lombok Timur",
            province="Nusa Tenggara Barat",
            time_zone="Asia/Makassar",
            link_code=code.replace(".", "")[-6:],
        )
        with self.database.transaction() as session:
            session.add(village)
        return village.id

    def set_aside(self, words: str, village: int | None, who: str = "sari") -> int:
        """Somebody's message that could not be answered five times; gives its number."""
        number = self._receive(Incoming("text", words), village, who)
        with self.database.transaction() as session:
            for _ in range(inbox.STRIKES):
                inbox.strike(session, number, "KeyError", self.now)
        return number

    def with_picture(self, village: int | None, who: str = "sari") -> int:
        """A picture, answered kindly and kept for staff; gives its number."""
        number = self._receive(Incoming("media", "ini suratnya"), village, who, media="AgACAgUAAx")
        with self.database.transaction() as session:
            event = session.get_one(InboxEvent, number)
            inbox.keep_for_staff(event, "media")
            inbox.finish(event, self.now)
        return number

    def lost_reply(self, words: str, village: int | None, who: str = "sari") -> int:
        """A reply that did not arrive; gives its number."""
        number = self._receive(Incoming("text", "halo"), village, who)
        with self.database.transaction() as session:
            event = session.get_one(InboxEvent, number)
            conversation = session.get_one(Conversation, event.conversation_id)
            inbox.finish(event, self.now)
            [row] = outbox.queue(session, conversation, f"event:{number}", [Outgoing(words)], self.now)
            row.state, row.error = outbox.State.FAILED, "window_closed"
        return row.id

    def article(self, slug: str, short: str = "Biaya diatur negara.", *, doubtful: bool = True) -> None:
        """Guidance about costs, to be checked before use unless it is not `doubtful`."""
        text = Text(
            "id", f"Panduan {slug}", "Biaya", short, "Rinciannya belum pasti. [BIA-21]\n\n## Langkah\n- Tanya dulu"
        )
        wanted = ArticleFile(
            topic="biaya",
            slug=slug,
            owner="BP3MI NTB",
            valid_from=date(2026, 1, 1),
            review_due=date(2027, 1, 1),
            legal_basis=("UU 18/2017 Pasal 30",),
            sources=(Source("Antara", "2025-07", "https://antara.test/biaya", ("BIA-21",)),),
            related=(),
            check_before_use=doubtful,
            check_note="Tanyakan rinciannya ke BP3MI." if doubtful else "",
            texts={"id": text},
            phrasings=(),
        )
        with self.database.transaction() as session:
            articles.load(session, Guidance({slug: wanted}), self.now)

    def translation(self, slug: str, language: str = "sas", short: str = "Biaye teatur siq negare.") -> Text:
        """The article in another language, as a file brings it: made from the source of now, read by nobody."""
        with self.database.transaction() as session:
            guidance = articles.export(session)
            article = guidance.articles[slug]
            text = Text(
                language,
                f"Panduan {slug} ({language})",
                "Biaye",
                short,
                "Rinciane ndeqman tentu. [BIA-21]",
                from_revision=article.source_text.revision,
            )
            wanted = replace(article, texts=article.texts | {language: text})
            articles.load(session, Guidance({slug: wanted}), self.now)
        return text

    def event(self, number: int) -> InboxEvent:
        with self.database.reading() as session:
            return session.get_one(InboxEvent, number)

    def _receive(self, message: Incoming, village: int | None, who: str, media: str = "") -> int:
        sender = Sender("telegram", (("chat", who),))
        key = uuid.uuid4().hex
        with self.database.transaction() as session:
            inbox.receive(session, [Received("telegram", key, sender, message, media=media)], self.now)
            event = session.query(InboxEvent).order_by(InboxEvent.id.desc()).limit(1).one()
            session.get_one(Conversation, event.conversation_id).village_id = village
        return event.id


def _token_on(client: FlaskClient, address: str) -> str:
    page = client.get(address).get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, f"no form on {address}"
    return found[1]


@pytest.fixture
def desk(sqlite_database: Database) -> Desk:
    return Desk(sqlite_database)


@pytest.fixture
def desk_on_both(database: Database) -> Desk:
    """The same, once on each database, for what they could do differently."""
    return Desk(database)


@pytest.fixture
def token_on():
    """The token of the form on a page."""
    return _token_on


@pytest.fixture
def send():
    """Fill in a form: takes its token from the page `on` (the home page by default) and posts to `to`."""

    def post(client: FlaskClient, to: str, on: str | None = None, **fields: str):
        data = {"csrf_token": _token_on(client, on or "/admin/ganti-sandi"), **fields}
        return client.post(to, data=data)

    return post


@pytest.fixture
def sign_in(send):
    """Type login and password at the door, and then the code of the app; gives the last answer."""

    def type_in(client: FlaskClient, login: str, password: str = PASSWORD, **query: str):
        address = "/admin/masuk" + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")
        answer = send(client, address, on="/admin/masuk", login=login, password=password)
        if answer.status_code != 303 or client.get("/admin/masuk/kode").status_code != 200:
            return answer
        return client.application.extensions["desk"].take_second_step(client, **query)

    return type_in
