"""Pengumuman: news to people who asked for it. Write, look at it as it will read, try it on oneself, send, stop, see what came.

The rules stand in `centre.announcements`, who is told in `centre.announcement_people`; the words around come from the bot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import announcement_costs, announcement_forms, service_wording, wording
from admin.access import cases, me, only
from admin.announcement_costs import NewsTerms
from admin.announcement_forms import AnnouncementForm
from admin.asked import ROW, begins_after
from admin.language import gettext as _
from admin.spoken import Spoken
from centre import (
    announcement_people,
    announcement_tries,
    announcements,
    audit,
    contact_points,
    outbox,
    staff,
    staff_channels,
    village_desk,
)
from centre.announcement_people import LISTED, Beginning
from centre.announcements import (
    LONGEST_IN_TEMPLATE,
    MAY_AGREE,
    MAY_ANNOUNCE,
    Announcement,
    AnnouncementInvalid,
    NotNow,
    State,
)
from centre.areas import USUAL_ZONE, Village
from centre.db import Database
from centre.messages import LIMITS, Outgoing, fit
from centre.staff import Scope
from content import languages

ONE = f"/pengumuman/<{ROW}:number>"
SHOWN_ON = ("telegram", "whatsapp", "web")


@dataclass(frozen=True)
class Preview:
    """How it reads in one language: the parts on each channel."""

    language: str
    name: str
    parts: Sequence[tuple[str, Sequence[str]]]
    try_code: str
    try_links: Sequence[tuple[str, str]]
    """Channel and address that opens a chat there in which the code is written already."""


def blueprint(
    database: Database, clock: Callable[[], datetime], spoken: Spoken | None, terms: NewsTerms, home: str
) -> Blueprint:
    """The list, a new one, one of them with its deeds. `terms`: of WhatsApp's paid words; `home`: our public address."""
    pages = Blueprint("announcements", __name__)

    @pages.get("/pengumuman")
    @only(*MAY_ANNOUNCE)
    def every() -> str:
        now = clock()
        with database.reading() as session:
            rows = announcements.every(session, _scope())
            names = staff.names(session, {row.made_by for row in rows})
            where = announcements.villages_of(session, rows)
        states = {row.id: state(row, _beginning(row, where[row.id], now)) for row in rows}
        return render_template("admin/announcements.html", rows=rows, names=names, where=where, states=states)

    @pages.get("/pengumuman/baru")
    @only(*MAY_ANNOUNCE)
    def new() -> str:
        return _form_page(_form(), None)

    @pages.post("/pengumuman/baru")
    @only(*MAY_ANNOUNCE)
    def add() -> ResponseReturnValue:
        return _save(None)

    @pages.get(ONE)
    @only(*MAY_ANNOUNCE)
    def one(number: int) -> str:
        now = clock()
        with database.reading() as session:
            found = announcements.get(session, _scope(), number)
            villages = announcements.villages_of(session, [found])[number]
            is_open = found.state in (State.DRAFT, State.TO_AGREE)
            reach = announcement_people.reach(session, found, now, terms.daily) if is_open else None
            return render_template(
                "admin/announcement.html",
                one=found,
                villages=villages,
                state=state(found, _beginning(found, villages, now)),
                previews=_previews(session, found, villages[0].name if villages else "", spoken, home, now),
                reach=announcement_costs.rows(found, reach, terms) if reach else None,
                question=announcement_costs.question(reach, terms) if reach else "",
                outcomes=[] if is_open else _outcomes(session, found),
                names=staff.names(session, {found.made_by, found.agreed_by or ""}),
                may_agree=announcements.may_agree(me(), found),
                has_chat=me().staff_id in staff_channels.of_staff(session, [me().staff_id]),
                kinds=[service_wording.kind(each) for each in found.kinds],
                spoken_in=[wording.own_name(each) for each in found.languages],
            )

    @pages.get(f"{ONE}/ubah")
    @only(*MAY_ANNOUNCE)
    def edit(number: int) -> str:
        with database.reading() as session:
            found = announcements.get(session, _scope(), number)
        if found.state != State.DRAFT:
            abort(404)
        return _form_page(_form(announcement_forms.of(found)), number)

    @pages.post(f"{ONE}/ubah")
    @only(*MAY_ANNOUNCE)
    def change(number: int) -> ResponseReturnValue:
        return _save(number)

    @pages.post(f"{ONE}/coba")
    @only(*MAY_ANNOUNCE)
    def try_it(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            found = announcements.get(session, _scope(), number)
            own = staff_channels.of_staff(session, [me().staff_id]).get(me().staff_id)
            if own:
                village = next(iter(announcements.villages_of(session, [found])[number]), None)
                said = _spoken(
                    session, spoken, *found.text_for([request.form.get("bahasa", "")]), village.name if village else ""
                )
                outbox.queue(session, own, f"news-try:{number}:{clock().timestamp():.0f}", [Outgoing(said)], clock())
        if own:
            flash(_("Dikirim ke Telegram Anda saja."), "success")
        else:
            flash(_("Telegram Anda belum tersambung. Sambungkan dulu di Akun saya."), "warning")
        return _back(number)

    @pages.post(f"{ONE}/kirim")
    @only(*MAY_ANNOUNCE)
    def send(number: int) -> ResponseReturnValue:
        def deed(session: Session) -> str:
            reached = announcements.send(session, _scope(), number, me().staff_id, clock())
            audit.record(session, me().staff_id, "announcement_sent", clock(), f"announcement:{number}", reached)
            if reached == State.TO_AGREE:
                return _("Dicatat. Pengumuman ke beberapa desa menunggu persetujuan orang kedua.")
            return _on_its_way(session, number)

        return _do(number, deed)

    @pages.post(f"{ONE}/setuju")
    @only(*MAY_AGREE)
    def agree(number: int) -> ResponseReturnValue:
        def deed(session: Session) -> str:
            announcements.agree(session, _agreeing(), number, me().staff_id, clock())
            audit.record(session, me().staff_id, "announcement_agreed", clock(), f"announcement:{number}")
            return _on_its_way(session, number)

        return _do(number, deed)

    @pages.post(f"{ONE}/kembalikan")
    @only(*MAY_ANNOUNCE)
    def give_back(number: int) -> ResponseReturnValue:
        def deed(session: Session) -> None:
            announcements.return_to_draft(session, _scope(), number)
            audit.record(session, me().staff_id, "announcement_returned", clock(), f"announcement:{number}")

        return _do(number, deed, _("Dikembalikan menjadi rancangan. Belum ada yang dikirim."))

    @pages.post(f"{ONE}/hentikan")
    @only(*MAY_ANNOUNCE)
    def stop(number: int) -> ResponseReturnValue:
        def deed(session: Session) -> None:
            announcements.stop(session, _scope(), number, clock())
            audit.record(session, me().staff_id, "announcement_stopped", clock(), f"announcement:{number}")

        return _do(number, deed, _("Dihentikan. Yang belum terkirim tidak jadi dikirim."))

    @pages.get(f"{ONE}/penerima")
    @only(*MAY_ANNOUNCE)
    def recipients(number: int) -> str:
        offset = begins_after()
        with database.transaction() as session:
            found = announcements.get(session, _scope(), number)
            rows = announcement_people.recipients(session, found, cases(), offset)
            audit.record(session, me().staff_id, "announcement_read", clock(), found.about)
        more = offset + LISTED if len(rows) == LISTED else None
        return render_template("admin/announcement_people.html", one=found, rows=rows, told=told, more=more)

    def _on_its_way(session: Session, number: int) -> str:
        found = announcements.get(session, _scope(), number)
        begins = announcement_people.beginning(session, found, clock())
        if begins.waits:
            return _("Dicatat. Pengumuman mulai dikirim %(moment)s.", moment=wording.moment_in(begins.at, begins.zone))
        return _("Dicatat. Pengumuman mulai dikirim.")

    def _do(number: int, deed: Callable[[Session], str | None], done: str = "") -> ResponseReturnValue:
        """Do it, and say that it is done: `done`, or what the deed gives."""
        try:
            with database.transaction() as session:
                said = deed(session)
            flash(said or done, "success")
        except NotNow:
            flash(
                _("Tidak dilakukan: keadaan pengumuman ini sudah berubah, atau butuh orang kedua. Lihat dulu."),
                "warning",
            )
        return _back(number)

    def _save(number: int | None) -> ResponseReturnValue:
        form = _form()
        if not form.validate():
            return _form_page(form, number), 422
        try:
            with database.transaction() as session:
                kept = announcements.save(session, _scope(), number, form.wanted, me().staff_id, clock())
                audit.record(session, me().staff_id, "announcement_written", clock(), kept.about)
        except AnnouncementInvalid as error:
            form.blame(error)
            return _form_page(form, number), 422
        except NotNow:
            flash(_("Pengumuman ini sudah dikirim atau menunggu persetujuan, jadi tidak diubah."), "warning")
            return _back(number or 0)
        return _back(kept.id)

    def _form_page(form: AnnouncementForm, number: int | None) -> str:
        return render_template(
            "admin/announcement_form.html", form=form, number=number, terms=terms, longest=LONGEST_IN_TEMPLATE
        )

    def _form(held: dict[str, object] | None = None) -> AnnouncementForm:
        with database.reading() as session:
            found = village_desk.villages(session, _scope())
        named = wording.choices(found)
        usual = held or ({"villages": [named[0][0]]} if len(named) == 1 else {})
        return AnnouncementForm(request.form if request.method == "POST" else None, data=usual, villages=named)

    return pages


def state(announcement: Announcement, begins: Beginning) -> str:
    """How far it has come; what waits for the morning was not sent yet."""
    if announcement.state == State.GOING and begins.waits:
        return _("Dijadwalkan, mulai %(moment)s", moment=wording.moment_in(begins.at, begins.zone))
    return {
        State.DRAFT: _("Rancangan"),
        State.TO_AGREE: _("Menunggu orang kedua"),
        State.GOING: _("Dikirim"),
        State.STOPPED: _("Dihentikan"),
    }[State(announcement.state)]


def told(code: str) -> str:
    """What became of it with one person."""
    return {
        "waiting": _("menunggu giliran"),
        "sent": _("terkirim"),
        "delivered": _("sampai"),
        "read": _("dibaca"),
        "failed": _("gagal"),
        "not_told": _("tidak bisa dikirimi"),
        "void": _("tidak jadi"),
    }[code]


def _beginning(announcement: Announcement, villages: Sequence[Village], now: datetime) -> Beginning:
    zones = {village.time_zone for village in villages} or {USUAL_ZONE}
    return announcement_people.beginning_in(zones, announcement.begins_at or now, now)


def _outcomes(session: Session, announcement: Announcement) -> list[tuple[str, int]]:
    counted = announcement_people.outcomes(session, announcement)
    return [
        (told(code), counted[code]) for code in ("waiting", "sent", "delivered", "read", "failed", "not_told", "void")
    ]


def _previews(
    session: Session, announcement: Announcement, village: str, spoken: Spoken | None, home: str, now: datetime
) -> list[Preview]:
    """How it reads in each language, with a code to try it."""
    found = []
    for code, text in sorted(announcement.texts.items(), key=lambda each: languages.CODES.index(each[0])):
        said = Outgoing(_spoken(session, spoken, code, text, village))
        parts = _by_looks(
            [(wording.channel(name), [part.text for part in fit(said, LIMITS[name])]) for name in SHOWN_ON]
        )
        if announcement.goes_by_template and spoken and spoken.news_template:
            parts.append((_("WhatsApp, templat berbayar"), [spoken.news_template(session, code, text, village)]))
        trying = announcement_tries.code_for(session, announcement, code, now)
        links = contact_points.links_saying(session, trying, home or request.host_url.rstrip("/"))
        named = [(wording.channel(name), links[name]) for name in SHOWN_ON if name in links]
        found.append(Preview(code, languages.get(code).own_name, parts, trying, named))
    return found


def _by_looks(shown: Sequence[tuple[str, list[str]]]) -> list[tuple[str, Sequence[str]]]:
    """Channels on which it reads the same stand together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for channel, parts in shown:
        found.setdefault(tuple(parts), []).append(channel)
    return [(", ".join(channels), parts) for parts, channels in found.items()]


def _spoken(session: Session, spoken: Spoken | None, language: str, text: str, village: str) -> str:
    return spoken.announcement(session, language, text, village) if spoken else text


def _back(number: int) -> ResponseReturnValue:
    return redirect(url_for(".one", number=number) if number else url_for(".every"), 303)


def _scope() -> Scope:
    return me().scope(*MAY_ANNOUNCE)


def _agreeing() -> Scope:
    return me().scope(*MAY_AGREE)
