"""A house in which every kind of thing is sealed for somebody: Sari who chats, Rohani of the register, Nia and her case."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import (
    bookings,
    case_referrals,
    cases,
    census,
    census_imports,
    census_requests,
    inbox,
    kept_files,
    merging,
    notices,
    open_questions,
    outbox,
    people,
)
from centre.conversations import Conversation, Sender
from centre.data_keys import SealedField, sealed_fields
from centre.db import vault_of
from centre.file_store import FileStore
from centre.inbox import Received
from centre.messages import Incoming, Outgoing
from centre.notices import About
from centre.privacy import CannotOpen
from tests.admin.cases_made import opened as opened_case
from tests.centre import booked
from tests.centre.booked import NOW, WAYAN
from tests.centre.counted_in import ROHANI, TODAY, registered

SARI = Sender("telegram", (("chat", "6281230000001"),))
LATER = NOW + booked.timedelta(minutes=5)


@dataclass(frozen=True)
class Lives:
    """Who is there, by number."""

    sari: int
    rohani: int
    her_other_record: int
    nia: int
    sheet: int


@dataclass(frozen=True)
class Copied:
    """One sealed field as it stood when the copy was made."""

    field: SealedField
    row: Any
    sealed: bytes

    @property
    def name(self) -> str:
        return f"{self.field.model.__tablename__}.{self.field.name}"

    @property
    def owner(self) -> tuple[str, int | None]:
        return self.field.owner_of(self.row)

    def opens(self, session: Session) -> bool:
        """With the keys of today?"""
        try:
            return bool(vault_of(session).open(self.sealed, self.field.place_of(self.row)))
        except CannotOpen:
            return False


def furnish(session: Session, store: FileStore) -> Lives:
    """Everybody, each with every kind of field that is sealed."""
    village = booked.korleko(session)
    sari = chatting(session, store)
    rohani, other = in_the_register(session, village)
    nia = with_a_case(session, village, store)
    sheet = census_imports.keep(session, WAYAN, village.id, [census_imports.Row(2, {"name": "Inaq Rohani"})], NOW)
    session.flush()
    return Lives(sari.id, rohani.id, other.id, nia, sheet.id)


def chatting(session: Session, store: FileStore) -> Conversation:
    """Sari wrote and was answered; a second message of hers waits."""
    inbox.receive(session, [wrote("1", "saya Sari dari Korleko")], NOW)
    [(sari, event)] = inbox.claim_several(session, NOW, 1)
    sari.memory = {"country": "MY"}
    sari.offered = [["who:1", "Inaq Rohani", "Inaq Rohani"]]
    [row] = outbox.queue(session, sari, f"event:{event.id}", [Outgoing("Selamat pagi, Sari.")], NOW)
    open_questions.keep(session, sari, "berapa harga kucing", "id", NOW)
    session.flush()
    row.state = outbox.State.SENDING
    outbox.record(session, row.id, outbox.Outcome("sent", provider_id="77:1"), NOW, 1.0)
    kept_files.expect(session, sari, "kanarimedia", NOW, event_id=event.id)
    kept_files.keep(session, picture(store), "family", "telegram", NOW, conversation_id=sari.id)
    inbox.finish(event, NOW)
    inbox.receive(session, [wrote("2", "masih di sini")], LATER)
    about = About(None, "Asia/Makassar", sari.id)
    notices.plan(session, "cancelled", about, "off:1", NOW, LATER, reason="Petugas sakit")
    return sari


def in_the_register(session: Session, village: Any) -> tuple[people.Person, people.Person]:
    """Rohani with what was told, put right, wished and booked, and a second record that was found to be hers."""
    rohani = registered(session, village)
    entry = replace(ROHANI, since=None, facts={**ROHANI.facts, "job": "perawat"})
    census.correct(session, rohani, entry, WAYAN, NOW, TODAY)
    refused = census_requests.ask(session, rohani.id, village.id, "see", "desk", WAYAN, NOW)
    census_requests.answer(session, refused, WAYAN, NOW, refused_because="sudah ditunjukkan kemarin")
    census_requests.ask(session, rohani.id, village.id, "correct", "desk", WAYAN, NOW, words="nama majikan salah")
    slot = booked.saturday(session, booked.workshop(session, questions=["needs"]), village)
    bookings.book(session, replace(booked.ask(slot, rohani), answers={"needs": "Hong Kong"}), NOW)
    other = people.add(session, "Rohani", NOW, village_id=village.id, phone="081999888777")
    merging.merge(session, rohani.id, other.id, WAYAN, NOW)
    return rohani, other


def with_a_case(session: Session, village: Any, store: FileStore) -> int:
    """Nia's case: her words, who she is, a photo, and a referral that goes without consent."""
    case = opened_case(session, village, NOW, "violence")
    cases.take(session, case, WAYAN, NOW)
    file = kept_files.keep(session, picture(store), "family", "whatsapp", NOW, conversation_id=case.conversation_id)
    kept_files.attach(session, file, case.id)
    referral = case_referrals.make(session, case, WAYAN, "bp3mi", "BP3MI NTB", "Mohon jemput Nia", [], "a", NOW)
    sealer = vault_of(session).of("case", case.id)
    referral.sealed_reason = sealer.seal("nyawa terancam", f"case_referrals|reason|{case.id}")
    return case.id


def wrote(key: str, words: str) -> Received:
    return Received("telegram", key, SARI, Incoming("text", words))


def picture(store: FileStore) -> kept_files.Stored:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(data, "JPEG")
    return kept_files.take_in(store, data.getvalue())


def copied(session: Session) -> list[Copied]:
    """Every sealed field there is, as a backup would hold it."""
    session.flush()
    return [
        Copied(field, SimpleNamespace(**row._mapping), bytes(row._mapping[field.name]))
        for field in sealed_fields()
        if field.place is not None
        for row in session.execute(select(field.model.__table__).where(func.length(field.column) > 0))
    ]


def store_in(folder: Path) -> FileStore:
    return FileStore(folder / "files")
