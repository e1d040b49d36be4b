"""Files out and back: guidance as a folder, articles for translators, the bot's sentences.

Whatever comes back is read whole and shown before anything happens: problems by file and row, or what would change. Texts
of guidance then become drafts for a second person; sentences of the bot are taken by one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import article_wording, exchange_wording, uploads
from admin.access import MAY_EXCHANGE, MAY_EXCHANGE_ALL, MAY_SIGN, may_exchange, may_sign, me, only
from admin.asked import ROW
from admin.contacts import book
from admin.differences import difference
from admin.language import gettext as _
from admin.sheets import MIMETYPE as XLSX
from admin.sheets import downloaded
from admin.spoken import Phrasebook
from admin.wording import own_name, today
from centre import audit, staff
from centre.db import Database
from content import exchange, exchange_files, exchange_folder, exchange_uploads, languages, pivots, said
from content.drafts import BrokenRules
from content.exchange import LARGEST, PROBLEMS_SHOWN, NotTaken, Plan, PlanChanged
from content.exchange_files import TARGETS
from content.exchange_uploads import ExchangeUpload, Kind, NoSuchUpload
from content.pages import Problem
from content.said import SentencePlan

CHANGES_SHOWN = 100
SHAPES: dict[str, tuple[Kind, str]] = {"xlsx": ("sheet", XLSX), "xlf": ("xliff", "application/x-xliff+xml")}


def blueprint(database: Database, clock: Callable[[], datetime], phrasebook: Phrasebook | None) -> Blueprint:
    """The page, what goes out, what comes back. Without a `phrasebook` no sentences of the bot."""
    pages = Blueprint("exchange", __name__)

    uploads.let_in(pages, "send", LARGEST)

    @pages.get("/panduan/tukar")
    @only(*MAY_EXCHANGE)
    def every() -> str:
        with database.reading() as session:
            return _start(session, phrasebook)

    @pages.get("/panduan/tukar/panduan.zip")
    @only(*MAY_EXCHANGE_ALL)
    def folder() -> Response:
        with database.transaction() as session:
            data = exchange_folder.written(session)
            audit.record(session, me().staff_id, "exchange_exported", clock(), "exchange:folder")
        return downloaded(data, "application/zip", f"balai-panduan-{today(clock())}.zip")

    @pages.get("/panduan/tukar/terjemahan")
    @only(*MAY_EXCHANGE)
    def translations() -> ResponseReturnValue:
        language, shape = request.args.get("bahasa", ""), request.args.get("bentuk", "")
        if not language or not shape:
            return redirect(url_for(".every"), 303)
        if language not in TARGETS or shape not in SHAPES or not may_translate(language):
            abort(404)
        kind, mimetype = SHAPES[shape]
        with database.transaction() as session:
            data = exchange_files.translations(session, kind, language, exchange_wording.notes())
            audit.record(session, me().staff_id, "exchange_exported", clock(), f"exchange:{language}")
        return downloaded(data, mimetype, f"balai-{language}-{today(clock())}.{shape}")

    @pages.get("/panduan/tukar/kalimat")
    @only(*MAY_EXCHANGE)
    def sentences() -> ResponseReturnValue:
        language = request.args.get("bahasa", "")
        if not language:
            return redirect(url_for(".every"), 303)
        if phrasebook is None or language not in phrasebook.languages or not may_translate(language):
            abort(404)
        with database.transaction() as session:
            data = phrasebook.written(session, language)
            audit.record(session, me().staff_id, "exchange_exported", clock(), f"exchange:phrases:{language}")
        return downloaded(data, "text/x-gettext-translation", f"balai-kalimat-{language}-{today(clock())}.po")

    @pages.post("/panduan/tukar")
    @only(*MAY_EXCHANGE)
    def send() -> ResponseReturnValue:
        sent, language = request.files.get("berkas"), request.form.get("bahasa", "")
        data, name = (sent.read(), sent.filename or "") if sent else (b"", "")
        if not request.form.get("jenis"):
            return redirect(url_for(".every"), 303)
        kind = _kind(request.form.get("jenis", ""), data)
        if language and not may_translate(language) or (kind == "folder" and not may_exchange(me(), "")):
            abort(404)
        with database.transaction() as session:
            if not data or len(data) > LARGEST:
                problem = _("Pilih dulu berkasnya.") if not data else _("Berkas terlalu besar: paling besar 10 MB.")
                return _start(session, phrasebook, problem, language), 422
            plan = _planned(session, phrasebook, kind, language, name, data)
            if plan.problems:
                return _wrong(plan.problems, kind, name), 422
            upload = exchange_uploads.keep(session, kind, language, name, data, me().staff_id, clock())
        return redirect(url_for(".look", number=upload.id), 303)

    @pages.get(f"/panduan/tukar/<{ROW}:number>")
    @only(*MAY_EXCHANGE)
    def look(number: int) -> ResponseReturnValue:
        with database.reading() as session:
            return _preview(session, phrasebook, _upload(session, number))

    @pages.post(f"/panduan/tukar/<{ROW}:number>/ambil")
    @only(*MAY_EXCHANGE)
    def take(number: int) -> ResponseReturnValue:
        try:
            with database.transaction() as session:
                upload = _upload(session, number)
                told = _taken(session, phrasebook, upload, request.form.get("tanda", ""), clock())
                audit.record(session, me().staff_id, "exchange_taken", clock(), f"exchange:{upload.kind}:{number}")
                exchange_uploads.drop(session, upload)
        except PlanChanged:
            with database.reading() as session:
                return _preview(session, phrasebook, _upload(session, number), is_other=True), 422
        except BrokenRules as broken:
            return _wrong(broken.problems, "folder", ""), 422
        flash(told, "success")
        return redirect(url_for(".every"), 303)

    @pages.post(f"/panduan/tukar/<{ROW}:number>/buang")
    @only(*MAY_EXCHANGE)
    def drop(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            exchange_uploads.drop(session, _upload(session, number))
        flash(_("Berkas dibuang. Tidak ada yang berubah."), "success")
        return redirect(url_for(".every"), 303)

    @pages.post("/panduan/tukar/sumber")
    @only(*MAY_EXCHANGE_ALL)
    def pivot() -> ResponseReturnValue:
        language, wanted = request.form.get("bahasa", ""), request.form.get("sumber", "")
        if language and not may_translate(language):
            abort(404)
        with database.transaction() as session:
            try:
                pivots.choose(session, language, wanted, me().staff_id, clock())
            except pivots.NoSuchPivot:
                told = _(
                    "Bahasa ini tidak bisa diterjemahkan dari situ: keduanya harus berbeda dan tidak saling merujuk."
                )
                return _start(session, phrasebook, told, language), 422
            audit.record(session, me().staff_id, "pivot_set", clock(), f"pivot:{language}:{wanted}")
        flash(_("Sumber terjemahan dicatat. Berkas berikutnya memakai teks itu."), "success")
        return redirect(url_for(".every"), 303)

    @pages.get("/panduan/tukar/kalimat/<language>")
    @only(*MAY_EXCHANGE)
    def read(language: str) -> str:
        with database.reading() as session:
            return _sentences(session, phrasebook, language)

    @pages.post("/panduan/tukar/kalimat/<language>")
    @only(*MAY_SIGN)
    def sign(language: str) -> ResponseReturnValue:
        with database.transaction() as session:
            if phrasebook is None or language not in phrasebook.languages or not may_sign(me(), language):
                abort(404)
            mark = phrasebook.mark(session, language)
            if request.form.get("tanda") != mark or not request.form.get("penutur"):
                problem = _(
                    "Centang bila Anda penutur asli dan sudah membaca semuanya, seperti yang tertulis sekarang."
                )
                return _sentences(session, phrasebook, language, problem), 422
            who = me()
            said.sign(session, language, mark, name=who.name, staff=who.staff_id, on=today(clock()))
            audit.record(session, who.staff_id, "catalogue_signed", clock(), f"catalogue:{language}")
        flash(_("Tanda tangan dicatat."), "success")
        return redirect(url_for(".every"), 303)

    return pages


def may_translate(language: str) -> bool:
    """May whoever opened this page take translations of a language along and bring them back?"""
    return may_exchange(me(), language)


def _upload(session: Session, number: int) -> ExchangeUpload:
    try:
        upload = exchange_uploads.held(session, number, me().staff_id)
    except NoSuchUpload:
        abort(404)
    if upload.language and not may_translate(upload.language):
        abort(404)
    return upload


def _kind(asked: str, data: bytes) -> Kind:
    """What a file is: where a translation was sent, its content tells spreadsheet from XLIFF."""
    kinds: dict[str, Kind] = {
        "kalimat": "phrases",
        "terjemahan": exchange_files.translation_kind(data),
        "panduan": "folder",
    }
    return kinds.get(asked) or abort(404)


def _planned(
    session: Session, phrasebook: Phrasebook | None, kind: Kind, language: str, name: str, data: bytes
) -> Plan | SentencePlan:
    """What the file would change; a file that cannot be read at all is a plan with that one problem."""
    if kind != "phrases":
        if kind != "folder" and language not in TARGETS:
            abort(404)
        return exchange_files.planned(session, kind, language, name, data, book())
    try:
        if phrasebook is None or language not in phrasebook.languages:
            raise NotTaken(name, "holds none of the bot's sentences", "there is no bot here that speaks it")
        return phrasebook.plan(session, language, name, data)
    except NotTaken as refused:
        return Plan(problems=[refused.problem])


def _taken(session: Session, phrasebook: Phrasebook | None, upload: ExchangeUpload, seen: str, now: datetime) -> str:
    """Do what was shown; gives what became of it. Raises `PlanChanged`, `BrokenRules`."""
    plan = _planned(session, phrasebook, upload.kind, upload.language, upload.name, upload.data)
    if isinstance(plan, Plan):
        made = exchange.take(session, plan, seen, me().staff_id, book(), now)
        return _("%(count)s naskah dibuat dan menunggu diperiksa orang lain.", count=len(made))
    if upload.sent_by == me().staff_id or phrasebook is None:
        abort(404)
    if plan.problems or plan.mark != seen:
        raise PlanChanged
    phrasebook.take(session, upload.language, plan, me().staff_id, now)
    return _("%(count)s kalimat dipakai bot mulai sekarang.", count=len(plan.changes))


def _start(session: Session, phrasebook: Phrasebook | None, problem: str = "", language: str = "") -> str:
    waiting = [each for each in exchange_uploads.waiting(session, me().staff_id) if _is_mine(each)]
    return render_template(
        "admin/exchange.html",
        words=exchange_wording,
        problem=problem,
        chosen=language or next((code for code in TARGETS if may_translate(code)), ""),
        targets=[(code, own_name(code)) for code in TARGETS if may_translate(code)],
        spoken=[(code, own_name(code)) for code in _spoken(phrasebook) if may_translate(code)],
        sources=[(each.code, each.own_name) for each in languages.LANGUAGES],
        chosen_pivots=pivots.every(session),
        waiting=waiting,
        names=staff.names(session, {each.sent_by for each in waiting}),
        may_all=may_exchange(me(), ""),
    )


def _spoken(phrasebook: Phrasebook | None) -> tuple[str, ...]:
    return phrasebook.languages if phrasebook else ()


def _is_mine(upload: ExchangeUpload) -> bool:
    return not upload.language or may_translate(upload.language)


def _wrong(problems: list[Problem], kind: str, name: str) -> str:
    return render_template(
        "admin/exchange_wrong.html",
        words=exchange_wording,
        problems=problems[:PROBLEMS_SHOWN],
        more=max(0, len(problems) - PROBLEMS_SHOWN),
        kind=kind,
        name=name,
    )


def _preview(session: Session, phrasebook: Phrasebook | None, upload: ExchangeUpload, *, is_other: bool = False) -> str:
    plan = _planned(session, phrasebook, upload.kind, upload.language, upload.name, upload.data)
    if plan.problems:  # since it was sent, what it is held against has changed
        return _wrong(plan.problems, upload.kind, upload.name)
    is_sentences = isinstance(plan, SentencePlan)
    return render_template(
        "admin/exchange_sentences.html" if is_sentences else "admin/exchange_plan.html",
        words=exchange_wording,
        upload=upload,
        plan=plan,
        shown=plan.changes[:CHANGES_SHOWN],
        more=max(0, len(plan.changes) - CHANGES_SHOWN),
        difference=difference,
        part=article_wording.field,
        is_other=is_other,
        is_own=upload.sent_by == me().staff_id,
    )


def _sentences(session: Session, phrasebook: Phrasebook | None, language: str, problem: str = "") -> str:
    if phrasebook is None or language not in phrasebook.languages or not may_translate(language):
        abort(404)
    return render_template(
        "admin/exchange_signing.html",
        rows=phrasebook.sentences(session, language),
        mark=phrasebook.mark(session, language),
        reviewed=phrasebook.reviewed(session, language),
        code=language,
        language=own_name(language),
        problem=problem,
        signing=may_sign(me(), language),
    )
