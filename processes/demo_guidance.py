"""The demo's guidance as its editors keep it: what is written, read, refused, due and asked for without an answer.

Dewi writes, Endang puts it into Javanese, Saepul reads. Nothing here changes how finding works, so that the finder that comes
with Balai serves the demo too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import cache
from itertools import cycle
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import calendars, open_questions, spoken
from centre.areas import USUAL_ZONE
from centre.conversations import Conversation
from centre.staff import StaffMember
from content import (
    articles,
    contacts,
    drafts,
    gates,
    languages,
    law_changes,
    proposals,
    recordings,
    subjects,
    test_questions,
    timed_drafts,
)
from content.candidates import Candidate
from content.contacts import Contact
from content.draft_records import ArticleDraft
from content.drafts import Wanted
from content.folders import ArticleFile
from content.gates import GateRun
from content.judging import Change, Reached, Verdict
from processes import demo_sound
from processes.demo_asked import ASKED, UNHELPFUL

WRITER, TRANSLATOR, READER, KEEPER = "demo-penyunting", "demo-penerjemah", "demo-pemeriksa", "demo-pengelola"
DUE_SOON, OVERDUE, IN_REVIEW, RETURNED = "surat-izin-keluarga", "paspor-pmi", "klaim-bpjs-pmi", "biaya-per-negara"
TIMED, REFUSED, FROM_ABOVE, HEARD = "pinjaman-kur-pmi", "uang-fit-dan-utang", "cara-melapor", "gaji-tidak-dibayar"
LAW = "Peraturan 23/2025 tentang layanan pengaduan PMI"
ADVICE = "\n- Saran: catat nama petugas yang melayani, tanggal, dan jamnya."
BETTER = "Uang untuk tes kesehatan dan utang sebelum berangkat"
ODD = "kapan ya"


def fill(session: Session, now: datetime) -> None:
    """All of it; nothing where no guidance is there."""
    if articles.one(session, DUE_SOON) is None:
        return
    who = dict(session.execute(select(StaffMember.login, StaffMember.id)).all())
    _asked(session, now)
    articles.entrust(session, (DUE_SOON, OVERDUE, IN_REVIEW, TIMED, REFUSED, FROM_ABOVE), who[WRITER])
    _published(session, DUE_SOON, who, now - timedelta(days=9), review_due=now + timedelta(days=18))
    _published(session, OVERDUE, who, now - timedelta(days=20), review_due=now - timedelta(days=6))
    _passed(session, who[WRITER], now - timedelta(days=9))
    law_changes.mark(
        session,
        LAW,
        (now - timedelta(days=12)).date(),
        "Alamat pengaduan dan batas waktunya berubah. Baca lagi sebelum dipakai.",
        who[WRITER],
        now - timedelta(days=11),
    )
    _on_their_way(session, who, now)
    _spoken(session, who, now)


@cache
def _book() -> Mapping[str, Contact]:
    return contacts.read()


# Drafts


def _on_their_way(session: Session, who: Mapping[str, str], now: datetime) -> None:
    """One draft in each state, and what the gate said."""
    _sent(session, IN_REVIEW, who[WRITER], now - timedelta(hours=20))
    _sent(session, FROM_ABOVE, who[KEEPER], now - timedelta(days=2))
    returned = _sent(session, RETURNED, who[WRITER], now - timedelta(days=4))
    note = "Tolong sebut juga biaya yang ditanggung majikan; yang ini baru biaya calon pekerja."
    drafts.send_back(session, returned.id, who[READER], note, now - timedelta(days=3))
    _begun_in_javanese(session, who[TRANSLATOR], now - timedelta(hours=5))
    timed = _sent(session, TIMED, who[WRITER], now - timedelta(days=3))
    drafts.accept(session, timed.id, timed.edits, who[READER], now - timedelta(days=1))
    morning = calendars.moment((now + timedelta(days=2)).date(), time(6), USUAL_ZONE)
    timed_drafts.set_time(session, timed.id, timed.edits, who[READER], morning, now - timedelta(days=1))
    _judged(session, who, now)


def _wanted(article: ArticleFile, *, title: str = "", **of_subject: Any) -> Wanted:
    """The article with one more piece of advice."""
    text = article.source_text
    subject = subjects.kept(article) | of_subject
    return Wanted(title or text.title, text.label, text.short, text.body + ADVICE, subject)


def _known(session: Session, slug: str) -> ArticleFile:
    found = articles.one(session, slug)
    assert found, slug
    return found


def _sent(session: Session, slug: str, by: str, at: datetime, **changed: Any) -> ArticleDraft:
    """Written and sent to somebody else to read."""
    draft = drafts.begin(session, slug, languages.SOURCE, _wanted(_known(session, slug), **changed), by, at)
    drafts.send(session, draft.id, draft.edits, by, _book(), at)
    return draft


def _published(session: Session, slug: str, who: Mapping[str, str], at: datetime, *, review_due: datetime) -> None:
    """Changed in one sentence, read by somebody else, live; its translations are behind since."""
    days = {"valid_from": (at - timedelta(days=150)).date().isoformat(), "review_due": review_due.date().isoformat()}
    draft = _sent(session, slug, who[WRITER], at - timedelta(days=1), **days)
    drafts.accept(session, draft.id, draft.edits, who[READER], at)
    drafts.publish(session, draft.id, draft.edits, who[READER], _book(), at)


def _begun_in_javanese(session: Session, by: str, at: datetime) -> None:
    """A translation that is being brought up to date."""
    source = articles.published_of(session, DUE_SOON)[languages.SOURCE]
    behind = articles.published_of(session, DUE_SOON).get("jv")
    if behind is None:
        return
    wanted = Wanted(behind.title, behind.label, behind.short, behind.body, None, (), source.digest)
    drafts.begin(session, DUE_SOON, "jv", wanted, by, at)


# The publish gate


def _judged(session: Session, who: Mapping[str, str], now: datetime) -> None:
    """A draft and a phrasing that would have lost questions."""
    later = now - timedelta(hours=7)
    worse = _sent(session, REFUSED, who[WRITER], later - timedelta(hours=2), title=BETTER)
    drafts.accept(session, worse.id, worse.edits, who[READER], later)
    run = gates.verdict_for(session, drafts.candidate(session, worse).digest)
    if run:
        _enter(session, run, REFUSED, later, loses=2)
    odd = proposals.propose(session, HEARD, "id", ODD, who[WRITER], now - timedelta(hours=3))
    proposals.accept(session, odd.id, who[READER])
    proposals.ask(session, now - timedelta(hours=3))
    for run in gates.recent(session, 1):
        _enter(session, run, IN_REVIEW, now - timedelta(hours=3), loses=1)


def _passed(session: Session, by: str, at: datetime) -> None:
    """A change that would have lost nothing."""
    _enter(session, gates.request(session, _renamed(session, IN_REVIEW), by, at), IN_REVIEW, at)


def _renamed(session: Session, slug: str) -> Candidate:
    """An article under another title, as somebody once wanted it."""
    article = _known(session, slug)
    text = replace(article.source_text, title=f"{article.source_text.title}, langkah demi langkah")
    return Candidate({slug: replace(article, texts=article.texts | {languages.SOURCE: text})})


def _enter(session: Session, run: GateRun, slug: str, at: datetime, *, loses: int = 0) -> None:
    """Judge a run: these questions of that article would be lost."""
    if not run.is_under_way or gates.claim(session, at) is not run:
        return
    asked = test_questions.every(session)
    lost = [each for each in asked if each.label == slug][:loses]
    changes = tuple(Change(each, Reached("answer", (slug,)), Reached("none")) for each in lost)
    reached = len(asked) * 94 // 100
    verdict = Verdict(len(asked), reached, reached - len(lost), lost=changes)
    proposals.settle(session, gates.finish(session, run.id, run.attempts, verdict, at), at)


# What families asked, and what is spoken


def _asked(session: Session, now: datetime) -> None:
    """Messages without an answer, some of them alike, and answers that did not help."""
    rows = select(Conversation).where(Conversation.has_case.is_(False), Conversation.village_id.is_not(None))
    writers = cycle(session.scalars(rows.order_by(Conversation.id)).all())
    for number, (language, alike) in enumerate(ASKED):
        for turn, words in enumerate(alike):
            at = now - timedelta(days=number + 1, hours=turn * 7)
            open_questions.keep(session, next(writers), words, language, at)
    for slug, alike in UNHELPFUL.items():
        published = articles.published_of(session, slug).get(languages.SOURCE)
        for turn, words in enumerate(alike if published else ()):
            at = now - timedelta(days=2 + turn * 3)
            open_questions.keep(
                session,
                next(writers),
                words,
                languages.SOURCE,
                at,
                why="not_helped",
                slug=slug,
                revision=published.digest if published else None,
            )
    open_questions.gather(session, now)


def _spoken(session: Session, who: Mapping[str, str], now: datetime) -> None:
    """Two articles with a sound, a hum in place of a voice: one is heard by families, one waits for a second person."""
    for slug, is_heard in ((HEARD, True), (FROM_ABOVE, False)):
        text = recordings.speakable(session, slug, languages.SOURCE)
        if text is None:
            continue
        mark, at = text.mark(_book()), now - timedelta(days=5)
        sound = spoken.taken(demo_sound.hum())
        made = recordings.add(session, slug, languages.SOURCE, mark, sound, who[WRITER], at)
        if is_heard:
            recordings.publish(session, made.id, mark, who[READER], at + timedelta(hours=4))
