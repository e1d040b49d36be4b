"""A person and Balai chatting, with the real engine between them: inbox, answering, outbox.

No network, and the clock is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.turns import Guide
from centre import conversations, inbox, outbox
from centre.answers import GivenAnswer
from centre.areas import Village
from centre.contact_points import Pace
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.inbox import Received
from centre.messages import Choice, Incoming, Part
from centre.outbox import Outcome
from processes.answering import answer

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
WIDE = Pace(per_second=1000, burst=1000, per_chat=1000, chat_span=timedelta(seconds=1))
VILLAGES = (
    ("52.03.17.2006", "Korleko", "Labuhan Haji", "Lombok Timur", "Nusa Tenggara Barat", "HJK347"),
    ("52.03.21.2002", "Lenek Lauq", "Lenek", "Lombok Timur", "Nusa Tenggara Barat", "HJK349"),
    ("33.07.10.2004", "Kuripan", "Watumalang", "Wonosobo", "Jawa Tengah", "KRP347"),
    ("33.07.12.2007", "Kuripan", "Garung", "Wonosobo", "Jawa Tengah", "KRP349"),
    ("33.15.01.2003", "Kuripan", "Karangrayung", "Grobogan", "Jawa Tengah", "KRP364"),
    ("33.01.05.2009", "Kuripan", "Kesugihan", "Cilacap", "Jawa Tengah", "KRP367"),
    ("52.01.02.2005", "Kuripan", "Kuripan", "Lombok Barat", "Nusa Tenggara Barat", "KRP369"),
    ("32.12.16.2004", "Kenanga", "Sindang", "Indramayu", "Jawa Barat", "KNG347"),
    ("33.02.02.2001", "Kenanga", "Sumbang", "Banyumas", "Jawa Tengah", "KNG349"),
)


def settle_villages(session: Session) -> None:
    """The villages of these tests; only Lenek Lauq has filled in its desk."""
    for code, name, district, regency, province, link_code in VILLAGES:
        zone = "Asia/Makassar" if code.startswith("52") else "Asia/Jakarta"
        village = Village(
            code=code,
            name=name,
            district=district,
            regency=regency,
            province=province,
            time_zone=zone,
            link_code=link_code,
            other_names=[],
        )
        if name == "Lenek Lauq":
            village.address, village.hours, village.contacts = (
                "Kantor Desa",
                "Senin–Jumat 08.00–14.00",
                "Bu Ani",
            )
        session.add(village)
        session.flush()


@dataclass
class Chat:
    """One person on one channel."""

    database: Database
    guide: Guide
    channel: str = "telegram"
    now: datetime = NOW
    offered: list[Choice] = field(default_factory=list)
    """What stands under the latest replies."""
    ever_offered: list[Choice] = field(default_factory=list)
    name: str = "628123450001"

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self._read = 0

    @property
    def sender(self) -> Sender:
        return Sender(self.channel, (("phone", self.name),))

    def say(self, text: str, **more: bool) -> list[Part]:
        return self.send(Incoming("text", text, **more))

    def tap(self, code: str) -> list[Part]:
        return self.send(Incoming("tap", code=code))

    def send(self, message: Incoming) -> list[Part]:
        """Write one message; gives what arrives in return."""
        self.now += timedelta(minutes=1)
        with self.database.transaction() as session:
            key = f"{self.name}:{next(self._numbers)}"
            inbox.receive(session, [Received(self.channel, key, self.sender, message)], self.now)
        with self.database.transaction() as session:
            claimed = inbox.claim(session, self.now)
            assert claimed, "what came in waits to be answered"
            answer(session, *claimed, self.guide, self.now)
        return self.arrived()

    def last_answer(self) -> tuple[int, str, str | None] | None:
        """(number, kind, slug) of what was noted last about an answer."""
        with self.database.reading() as session:
            given = session.scalars(select(GivenAnswer).order_by(GivenAnswer.id.desc()).limit(1)).first()
            return (given.id, given.kind, given.slug) if given else None

    def conversation(self) -> Conversation:
        with self.database.transaction() as session:
            return session.get_one(Conversation, conversations.of_sender(session, self.sender, self.now))

    def arrived(self) -> list[Part]:
        """Hand over what is queued, as a platform would, and read it."""
        with self.database.transaction() as session:
            while deliveries := outbox.claim(session, self.channel, WIDE, self.now):
                for each in deliveries:
                    outbox.record(session, each.id, Outcome("sent", f"p{each.id}"), self.now, 1.0)
            conversation_id = conversations.of_sender(session, self.sender, self.now)
            rows = outbox.said(session, conversation_id, self._read)
            parts = [outbox.part_of(session, row) for row in rows if row.state == outbox.State.SENT]
            self._read = max([self._read, *(row.id for row in rows)])
            offered = session.get_one(Conversation, conversation_id).offered
        shown = [Choice(*row) for row in offered]
        if parts:
            self.offered = shown
            self.ever_offered += shown
        return parts
