"""Mail to Wayan: handed over once, tried again when the server is away, given up in the end, and never in the clear."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

from centre import mails, staff
from centre.db import Database
from centre.mails import Mail, State
from centre.staff import Role
from processes import mailing
from tests.processes.posts import Fails, Post, certificate

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
SUBJECT, BODY = "Kasus K7MT4 menunggu", "Kasus K7MT4 menunggu petugas.\nhttps://balai.example/admin/kasus/K7MT4\n"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailing, "TIMEOUT", 0.5)


@pytest.fixture
def wayan(database: Database) -> str:
    with database.transaction() as session:
        return hire(session, "wayan")


def hire(session, login: str) -> str:
    email = f"{login}@desa.example"
    return staff.add(session, login, login, Role.PETUGAS, "", "sawah terang perahu", NOW, email=email).id


def write(database: Database, staff_id: str, cause: str = "case-alert:1") -> None:
    with database.transaction() as session:
        assert mails.queue(session, staff_id, cause, SUBJECT, BODY, NOW)


def states(database: Database) -> list[tuple[str, int]]:
    with database.reading() as session:
        return [(mail.state, mail.attempts) for mail in session.scalars(select(Mail).order_by(Mail.id))]


class Clock:
    """A clock that waits to be moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def post() -> Iterator[Post]:
    with Post() as running:
        yield running


def test_wayan_gets_his_mail_once_as_it_was_written(database: Database, wayan: str, post: Post, clock: Clock) -> None:
    write(database, wayan)
    assert mailing.send_due(database, post.address, clock) == 1
    assert mailing.send_due(database, post.address, clock) == 0
    [mail] = post.taken
    assert (mail["From"], mail["To"], mail["Subject"]) == ("Balai <balai@desa.example>", "wayan@desa.example", SUBJECT)
    assert mail.get_content().replace("\r\n", "\n") == BODY
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Sun, 22 Nov 2026 16:00:00 +0000"
    assert states(database) == [(State.SENT, 1)]


def test_letters_beyond_ascii_arrive_over_any_server(database: Database, wayan: str, post: Post, clock: Clock) -> None:
    with database.transaction() as session:
        mails.queue(session, wayan, "case-alert:1", "Kasus – menunggu", "Buka sebelum 20.00 · “mendesak”", NOW)
    mailing.send_due(database, post.address, clock)
    assert post.taken[0]["Subject"] == "Kasus – menunggu"
    assert post.taken[0].get_content().strip() == "Buka sebelum 20.00 · “mendesak”"
    assert post.taken[0]["Content-Transfer-Encoding"] in ("base64", "quoted-printable")


AWAY: list[Fails] = [
    {"greeting": "hang up"},
    {"greeting": "be silent"},
    {"greeting": "421 later"},
    {"EHLO": "hang up"},
    {"MAIL": "451 later"},
    {"MAIL": "hang up"},
    {"RCPT": "450 greylisted"},
    {"RCPT": "be silent"},
    {"DATA": "451 later"},
    {"taken": "451 later"},
]


@pytest.mark.parametrize("fails", AWAY, ids=str)
def test_a_server_that_is_away_or_busy_gets_it_later_and_once(
    sqlite_database: Database, post: Post, clock: Clock, fails: Fails
) -> None:
    with sqlite_database.transaction() as session:
        wayan = hire(session, "wayan")
    write(sqlite_database, wayan)
    post.fails = fails
    assert mailing.send_due(sqlite_database, post.address, clock) == 0
    assert states(sqlite_database) == [(State.OPEN, 1)]
    post.fails = {}
    assert mailing.send_due(sqlite_database, post.address, clock) == 0, "not at once"
    clock.wait(seconds=15)
    assert mailing.send_due(sqlite_database, post.address, clock) == 1
    assert len(post.taken) == 1


@pytest.mark.parametrize("fails", [{"MAIL": "550 no"}, {"RCPT": "550 nobody"}, {"DATA": "554 no"}, {"taken": "552 no"}])
def test_what_is_refused_for_good_is_not_tried_again(
    sqlite_database: Database, post: Post, clock: Clock, fails: Fails
) -> None:
    with sqlite_database.transaction() as session:
        wayan, komang = hire(session, "wayan"), hire(session, "komang")
    write(sqlite_database, wayan)
    post.fails = fails
    mailing.send_due(sqlite_database, post.address, clock)
    post.fails = {}
    clock.wait(hours=1)
    assert mailing.send_due(sqlite_database, post.address, clock) == 0
    assert states(sqlite_database) == [(State.FAILED, 1)]
    with sqlite_database.reading() as session:
        assert mails.failed_lately(session, clock.now) == 1
    write(sqlite_database, komang, "case-alert:2")
    assert mailing.send_due(sqlite_database, post.address, clock) == 1, "nobody else waits for it"


def test_after_five_tries_it_is_given_up(database: Database, wayan: str, post: Post, clock: Clock) -> None:
    write(database, wayan)
    post.fails = {"greeting": "hang up"}
    waits = []
    for _ in range(1000):
        before = states(database)
        mailing.send_due(database, post.address, clock)
        if states(database) != before:
            waits.append(clock.now - NOW)
        clock.wait(seconds=5)
    assert states(database) == [(State.FAILED, 5)]
    assert waits == [timedelta(seconds=seconds) for seconds in (0, 15, 75, 375, 1275)]


@pytest.mark.parametrize("fails", [{"taken": "hang up"}, {"taken": "be silent"}], ids=str)
def test_what_may_have_arrived_is_sent_once_more_at_most_under_the_same_mark(
    database: Database, wayan: str, post: Post, clock: Clock, fails: Fails
) -> None:
    write(database, wayan)
    post.fails = fails
    for _ in range(10):
        mailing.send_due(database, post.address, clock)
        clock.wait(minutes=5)
    first, second = post.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert states(database) == [(State.FAILED, 2)]


def test_two_schedulers_at_once_send_once(database: Database, wayan: str, clock: Clock) -> None:
    """Whoever comes to the server first waits for the other, so that they do speak at once."""
    with database.transaction() as session:
        others = [hire(session, f"officer{number}") for number in range(3)]
    for staff_id in (wayan, *others):
        write(database, staff_id)
    together, met = threading.Barrier(2, timeout=20), []

    def meet() -> None:
        if not met and not together.broken:
            with suppress(threading.BrokenBarrierError):
                together.wait()
                met.append(1)

    with Post(before=meet) as post, ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(lambda _: mailing.send_due(database, post.address, clock), range(2)))
        assert sorted(mail["To"] for mail in post.taken) == sorted(
            f"{login}@desa.example" for login in ("wayan", "officer0", "officer1", "officer2")
        )
    assert sum(sent) == 4
    assert met, "they never spoke at once, so nothing was tried"
    assert {state for state, _ in states(database)} == {State.SENT}


def test_with_the_server_away_others_are_not_kept_waiting_one_by_one(
    database: Database, wayan: str, post: Post, clock: Clock
) -> None:
    for number in range(3):
        write(database, wayan, f"case-alert:{number}")
    post.fails = {"greeting": "be silent"}
    mailing.send_due(database, post.address, clock)
    assert [attempts for _, attempts in states(database)] == [1, 0, 0]


def test_no_transaction_is_open_while_the_server_is_spoken_to(sqlite_database: Database, clock: Clock) -> None:
    with sqlite_database.transaction() as session:
        wayan = hire(session, "wayan")
    write(sqlite_database, wayan)
    found: list[str] = []

    def look() -> None:
        with sqlite_database.engine.begin() as connection:  # takes the write lock, which nobody may hold now
            found.extend(connection.execute(select(Mail.state)).scalars())

    with Post(before=look) as post:
        assert mailing.send_due(sqlite_database, post.address, clock) == 1
    assert found == [State.SENDING]


# Safely


def trusting(monkeypatch: pytest.MonkeyPatch, folder: Path) -> tuple[Path, Path]:
    made = certificate(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(made[0]))
    return made


@pytest.mark.parametrize("from_the_start", [False, True])
def test_the_password_is_said_only_once_the_line_is_secure(
    sqlite_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, from_the_start: bool
) -> None:
    with sqlite_database.transaction() as session:
        wayan = hire(session, "wayan")
    write(sqlite_database, wayan)
    made = trusting(monkeypatch, tmp_path)
    secret = "rahasia@2026"
    with Post(certificate=made, from_the_start=from_the_start, user="balai", password=secret) as post:
        assert mailing.send_due(sqlite_database, post.address, clock) == 1
        assert len(post.taken) == 1
        verbs = [said.split(" ")[0].upper() for said in post.said]
        assert verbs.index("AUTH") > (0 if from_the_start else verbs.index("STARTTLS"))


@pytest.mark.parametrize("from_the_start", [False, True])
def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(
    sqlite_database: Database, clock: Clock, tmp_path: Path, from_the_start: bool
) -> None:
    with sqlite_database.transaction() as session:
        wayan = hire(session, "wayan")
    write(sqlite_database, wayan)
    with Post(certificate=certificate(tmp_path), from_the_start=from_the_start, user="balai", password="p") as post:
        assert mailing.send_due(sqlite_database, post.address, clock) == 0
        assert post.taken == []
        assert not any(said.startswith("AUTH") for said in post.said)
    assert states(sqlite_database) == [(State.OPEN, 1)]


def test_a_server_that_offers_no_starttls_gets_nothing(sqlite_database: Database, clock: Clock) -> None:
    """As when somebody on the line takes the offer out."""
    with sqlite_database.transaction() as session:
        wayan = hire(session, "wayan")
    write(sqlite_database, wayan)
    with Post() as post:
        wants_tls = mailing.MailServer("127.0.0.1", post.port, "balai", "canary", "balai@desa.example", False, True)
        assert mailing.send_due(sqlite_database, wants_tls, clock) == 0
        assert not any("canary" in said or said.startswith(("AUTH", "MAIL")) for said in post.said)


@pytest.mark.parametrize("fails", [{}, {"RCPT": "550 wayan@desa.example unknown"}, {"taken": "hang up"}], ids=str)
def test_what_is_logged_names_nobody_and_nothing(
    sqlite_database: Database, post: Post, clock: Clock, fails: Fails
) -> None:
    with sqlite_database.transaction() as session:
        wayan = hire(session, "wayan")
    write(sqlite_database, wayan)
    post.fails = fails
    with structlog.testing.capture_logs() as events:
        mailing.send_due(sqlite_database, post.address, clock)
    assert [event["event"] for event in events] == ["mail.tried"]
    assert not {"wayan", "desa.example", "K7MT4"} & set(str(events).replace("@", " ").replace("'", " ").split())
    with sqlite_database.reading() as session:
        [mail] = session.scalars(select(Mail))
        assert "wayan" not in (mail.error or "")


def test_a_subject_with_a_second_header_in_it_is_never_sent(
    sqlite_database: Database, post: Post, clock: Clock
) -> None:
    with sqlite_database.transaction() as session:
        wayan = hire(session, "wayan")
        mails.queue(session, wayan, "case-alert:1", "Kasus\nBcc: calo@jahat.example", BODY, NOW)
    assert mailing.send_due(sqlite_database, post.address, clock) == 0
    assert post.said == []
    assert states(sqlite_database) == [(State.FAILED, 1)]
