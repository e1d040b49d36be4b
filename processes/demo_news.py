"""The demo's announcements: one that went out, one that waits for a second person, one that is being written."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import announcement_people, announcements, news_consents, notices
from centre.announcements import Wanted
from centre.areas import Village
from centre.conversations import Conversation
from centre.notices import Notice
from centre.staff import Scope
from processes.demo_story import KORLEKO, LENEK

AGREE_OF = 3
"""Of so many addresses one wants no news."""
MARKET = "Jumat depan balai desa membuka layanan sampai pukul 18.00, untuk yang bekerja pagi. Tidak perlu mendaftar."
TRAINING = "Pelatihan membuat keripik pisang dibuka untuk 12 orang, gratis. Daftar lewat menu “Daftar layanan”."
TALK = "Petugas BP3MI datang ke desa tanggal 5 bulan depan untuk menjawab pertanyaan tentang berangkat resmi."


def fill(session: Session, by: str, now: datetime) -> None:
    """All three, in the villages of Lombok Timur. `by`: the coordinator's id."""
    villages = {code: _village(session, code) for code in (KORLEKO, LENEK)}
    korleko, both = villages[KORLEKO], tuple(villages.values())
    _agreed(session, now)
    _gone_out(session, korleko, by, now - timedelta(days=16))
    scope = Scope(frozenset({"52.03"}), False)
    waiting = announcements.save(session, scope, None, Wanted({"id": TRAINING}, both), by, now - timedelta(hours=6))
    announcements.send(session, scope, waiting.id, by, now - timedelta(hours=5))
    announcements.save(session, scope, None, Wanted({"id": TALK}, both, ("prospective",)), by, now - timedelta(hours=1))


def _agreed(session: Session, now: datetime) -> None:
    """Who wants news."""
    rows = select(Conversation).where(Conversation.village_id.is_not(None), Conversation.has_case.is_(False))
    for number, conversation in enumerate(session.scalars(rows.order_by(Conversation.id))):
        wants = bool(number % AGREE_OF)
        news_consents.note(session, conversation, wants, now - timedelta(days=30))


def _gone_out(session: Session, village: int, by: str, at: datetime) -> None:
    """Heard by everybody it was for, but for two."""
    scope = Scope(frozenset({KORLEKO}), False)
    made = announcements.save(session, scope, None, Wanted({"id": MARKET}, (village,)), by, at)
    announcements.send(session, scope, made.id, by, at)
    while announcement_people.plan_next(session, at):
        pass
    planned = session.scalars(select(Notice).where(Notice.announcement_id == made.id).order_by(Notice.id)).all()
    for number, notice in enumerate(planned):
        if number < len(planned) - 2:
            notices.told(notice, at)
        else:
            notices.leave_untold(notice, "not_sent", at)
    session.flush()


def _village(session: Session, code: str) -> int:
    return session.scalars(select(Village.id).where(Village.code == code)).one()
