"""The desk itself: what waits for a person, and what was said, opened only on the page of that one message.

Opening somebody's words is entered in the audit, as are the deeds that follow. The queries stand in `centre.desk`; each
asks for the scope of whoever looks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import home, wording
from admin.access import MAY_SEE_MESSAGES, cases, me, only
from admin.asked import DIGITS, ROW, begins_after
from admin.language import gettext as _
from centre import audit, desk, inbox, outbox
from centre.db import Database
from centre.desk import LostReply, WaitingMessage
from centre.inbox import Erased
from centre.messages import Incoming, Part
from centre.privacy import CannotOpen
from centre.staff import Scope


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The first page, messages, replies."""
    pages = Blueprint("desk", __name__)

    home.add(pages, database, clock)

    @pages.get("/pesan")
    @only(*MAY_SEE_MESSAGES)
    def messages() -> str:
        with database.reading() as session:
            rows = desk.messages(session, _scope(), cases(), begins_after(DIGITS))
            waiting = _waiting(session)
        more = rows[-1].event.id if len(rows) == desk.PAGE else None
        return render_template("admin/messages.html", rows=rows, more=more, waiting=waiting, why=wording.why_waiting)

    @pages.get(f"/pesan/<{ROW}:number>")
    @only(*MAY_SEE_MESSAGES)
    def message(number: int) -> str:
        with database.transaction() as session:
            waiting = desk.message(session, _scope(), cases(), number)
            audit.record(session, me().staff_id, "message_read", clock(), f"event:{number}")
            said, media = _opened(session, waiting)
        return render_template(
            "admin/message.html", waiting=waiting, said=said, media=media, why=wording.why_waiting(waiting)
        )

    @pages.post(f"/pesan/<{ROW}:number>/jawab-ulang")
    @only(*MAY_SEE_MESSAGES)
    def answer_again(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            desk.answer_again(session, _scope(), cases(), number)
            audit.record(session, me().staff_id, "message_answered_again", clock(), f"event:{number}")
        flash(_("Pesan %(number)s dijawab ulang oleh bot sebentar lagi.", number=number), "success")
        return redirect(url_for(".messages"), 303)

    @pages.post(f"/pesan/<{ROW}:number>/selesai")
    @only(*MAY_SEE_MESSAGES)
    def message_handled(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            desk.message_handled(session, _scope(), cases(), number, me().staff_id, clock())
            audit.record(session, me().staff_id, "message_handled", clock(), f"event:{number}")
        flash(_("Pesan %(number)s dicatat sudah ditangani.", number=number), "success")
        return redirect(url_for(".messages"), 303)

    @pages.get("/balasan")
    @only(*MAY_SEE_MESSAGES)
    def replies() -> str:
        with database.reading() as session:
            rows = desk.replies(session, _scope(), cases(), begins_after(DIGITS))
            waiting = _waiting(session)
        more = rows[-1].row.id if len(rows) == desk.PAGE else None
        return render_template("admin/replies.html", rows=rows, more=more, waiting=waiting, why=wording.why_lost)

    @pages.get(f"/balasan/<{ROW}:number>")
    @only(*MAY_SEE_MESSAGES)
    def reply(number: int) -> str:
        with database.transaction() as session:
            lost = desk.reply(session, _scope(), cases(), number)
            audit.record(session, me().staff_id, "reply_read", clock(), f"reply:{number}")
            part = _part(session, lost)
        return render_template("admin/reply.html", lost=lost, part=part, why=wording.why_lost(lost))

    @pages.post(f"/balasan/<{ROW}:number>/selesai")
    @only(*MAY_SEE_MESSAGES)
    def reply_handled(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            desk.reply_handled(session, _scope(), cases(), number, me().staff_id, clock())
            audit.record(session, me().staff_id, "reply_handled", clock(), f"reply:{number}")
        flash(_("Balasan %(number)s dicatat sudah ditangani.", number=number), "success")
        return redirect(url_for(".replies"), 303)

    return pages


def _scope() -> Scope:
    return me().scope(*MAY_SEE_MESSAGES)


def _waiting(session: Session) -> dict[str, int]:
    messages, replies = desk.counts(session, _scope(), cases())
    return {"messages": messages, "replies": replies}


def _opened(session: Session, waiting: WaitingMessage) -> tuple[Incoming | None, str]:
    """What was said, and the platform's name of what was sent along; None when it cannot be read any more."""
    try:
        payload = inbox.opened(session, waiting.event)
    except (Erased, CannotOpen):
        return None, ""
    said = inbox.message_of(payload) if "message" in payload else None
    return said, str(payload.get("media", ""))


def _part(session: Session, lost: LostReply) -> Part | None:
    try:
        return outbox.part_of(session, lost.row)
    except CannotOpen:
        return None
