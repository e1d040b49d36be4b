"""What would the bot say to this? A short conversation on trial, of which nothing is stored and nothing sent.

The words come from the very engine that answers families (`processes/trials.py` hands it in); here stands what is asked of it
and how it is shown: the replies, and for the last message why it was understood so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form, SelectField, StringField

from admin.access import MAY_READ_CONTENT, MAY_TEST, me, only
from admin.forms import PICK_ONE, clean
from admin.language import gettext
from admin.language import later as _
from admin.wording import own_name
from centre import areas
from centre.areas import Village
from centre.db import Database
from content import articles, drafts, languages

LONGEST = 1000
MOST_TURNS = 12
"""Messages of one trial; each look says all of them again."""


class TrialUnavailable(Exception):
    """The engine cannot be reached now: it is being started, or there is none."""


@dataclass(frozen=True)
class Trial:
    """What is tried: messages one after the other, from a village, in a language, on what is published or with one draft."""

    messages: tuple[str, ...]
    village: str = ""
    language: str = ""
    draft_id: int | None = None


@dataclass(frozen=True)
class Reply:
    """One thing the bot would say, and what could be chosen then, each with the number that chooses it."""

    text: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Told:
    """What came of it: the replies to each message, and how the last was understood."""

    replies: tuple[tuple[Reply, ...], ...]
    kind: str
    language: str
    confidence: float
    slug: str | None = None
    choices: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    runners_up: tuple[tuple[str, float], ...] = ()
    gloss: str = ""
    danger: str = ""
    """The kind of danger that was heard, if any, and how surely."""
    wish: str = ""
    places: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    learnt_draft: bool = True
    """False where the draft would change what is found, but the finder of now was asked: the gate has not built its own."""


Converse = Callable[[Trial], Told]


class TrialForm(Form):
    """A message, and who would send it."""

    message = StringField(_("Pesan"), filters=[clean])
    village = StringField(_("Desa (nama atau kode, boleh kosong)"), filters=[clean])
    language = SelectField(_("Bahasa"), **PICK_ONE)
    state = SelectField(_("Panduan"), **PICK_ONE)

    def __init__(self, *args: Any, open_drafts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(each.code, each.own_name) for each in languages.OFFERED]
        self.language.choices = [("", gettext("Dikenali dari pesannya")), *named]
        self.state.choices = [("", gettext("Yang terbit sekarang")), *open_drafts]
        for picked in (self.language, self.state):
            picked.data = picked.data or ""  # a list that is not shown says nothing


@dataclass
class Page:
    """What the page shows beside the form."""

    said: list[str] = field(default_factory=list)
    told: Told | None = None
    problem: str = ""


def blueprint(database: Database, clock: Callable[[], datetime], converse: Converse | None) -> Blueprint:
    """One page: a form, the conversation so far, and why."""
    pages = Blueprint("trials", __name__)

    @pages.get("/panduan/coba")
    @only(*MAY_READ_CONTENT)
    def begin() -> str:
        with database.reading() as session:
            form = TrialForm(request.args, open_drafts=_open_drafts(session))
            return _page(session, form, Page())

    @pages.post("/panduan/coba")
    @only(*MAY_READ_CONTENT)
    def go_on() -> ResponseReturnValue:
        before = [each[:LONGEST] for each in request.form.getlist("said")][-MOST_TURNS:]
        with database.reading() as session:
            form = TrialForm(request.form, open_drafts=_open_drafts(session))
            village = areas.by_code_or_name(session, form.village.data) if form.village.data else None
        page = Page(before)
        if _is_sound(form, village, len(before)):
            page = _tried(form, before, village.code if village else "", converse)
        with database.reading() as session:
            return _page(session, form, page), 422 if form.errors else 503 if page.problem else 200

    return pages


def _is_sound(form: TrialForm, village: Village | None, turns: int) -> bool:
    """Is there something to try, in a village that is there?"""
    form.validate()
    said = form.message.data or ""
    if not said or len(said) > LONGEST:
        form.message.errors = [gettext("Tulis pesan, paling banyak 1000 huruf.")]
    if turns >= MOST_TURNS:
        form.message.errors = [gettext("Percakapan coba paling panjang 12 pesan. Mulai yang baru.")]
    if form.village.data and village is None:
        form.village.errors = [gettext("Desa ini tidak ada. Tulis nama atau kode wilayahnya, atau kosongkan.")]
    return not form.errors


def _tried(form: TrialForm, before: list[str], village: str, converse: Converse | None) -> Page:
    said = [*before, form.message.data or ""]
    draft_id = int(form.state.data) if form.state.data else None
    try:
        if converse is None:
            raise TrialUnavailable
        told = converse(Trial(tuple(said), village, form.language.data or "", draft_id))
    except TrialUnavailable:
        return Page(before, None, gettext("Bot belum siap menjawab di sini. Tunggu sebentar, lalu kirim lagi."))
    form.message.data = ""
    return Page(said, told)


def _open_drafts(session: Session) -> list[tuple[str, str]]:
    """Drafts that may be tried, by those who may see them."""
    if not me().has_role(*MAY_TEST):
        return []
    rows = drafts.every_open(session)
    return [
        (str(row.id), gettext("Naskah: %(title)s (%(language)s)", title=row.title, language=own_name(row.language)))
        for row in rows
    ]


def _page(session: Session, form: TrialForm, page: Page) -> str:
    titles = articles.titles(session, languages.SOURCE)
    return render_template(
        "admin/trial.html",
        form=form,
        page=page,
        title_of=lambda label: titles.get(label) or talk(label),
        named=lambda labels: ", ".join(titles.get(label) or talk(label) for label in labels),
        understood=understood,
        runners_up=_worth_telling(page.told),
    )


def _worth_telling(told: Told | None) -> list[tuple[str, float]]:
    """What was nearly chosen, without what would stand there with 0%."""
    return [(label, share) for label, share in told.runners_up if round(share * 100)] if told else []


def understood(told: Told) -> str:
    """What the bot took the last message for."""
    return {
        "danger": gettext("Bahaya"),
        "answer": gettext("Pertanyaan, dijawab langsung"),
        "choices": gettext("Pertanyaan, ditawarkan pilihan"),
        "person": gettext("Ingin bicara dengan petugas"),
        "chitchat": gettext("Basa-basi"),
    }.get(told.kind) or gettext("Tidak dimengerti")


def talk(label: str) -> str:
    """What is no article."""
    return {
        "@greeting": gettext("Salam"),
        "@thanks": gettext("Terima kasih"),
        "@goodbye": gettext("Pamit"),
        "@insult": gettext("Makian"),
        "@person": gettext("Minta petugas"),
        "@outside": gettext("Di luar layanan kita"),
        "@unclear": gettext("Belum jelas"),
    }.get(label, label)
