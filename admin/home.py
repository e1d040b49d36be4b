"""The first page: what needs whoever looks, worst first, each row one tap from the deed; and the news of it afterwards.

An officer sees cases, today's dates and calls; a coordinator also where most is wrong; an editor what waits to be read. A page
that stays open asks for its news by itself (`static/news.js`): a few numbers, or nothing when nothing has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import case_wording, incident_wording, schedule_wording, service_wording, wording
from admin.access import (
    MAY_EDIT,
    MAY_KEEP_PEOPLE,
    MAY_READ_CONTENT,
    MAY_SEE_CASES,
    MAY_SEE_INCIDENTS,
    MAY_SEE_MESSAGES,
    MAY_SEE_ROSTERS,
    MAY_SERVE,
    MAY_TEST,
    asked_by_the_page,
    cases,
    may_review,
    me,
    whoever_is_signed_in,
)
from admin.asked import number_in
from admin.gates import may_agree
from admin.language import gettext as _
from admin.open_questions import reader
from centre import calls, case_desk, census_requests, desk, glance, heartbeats, incidents, open_questions, rosters
from centre.calls import Call
from centre.case_desk import Queue, Row
from centre.case_records import shown
from centre.db import Database
from centre.desk import WaitingMessage
from centre.glance import Place
from centre.incidents import Incident
from centre.rosters import Filled
from centre.staff import Role
from content import articles, drafts, languages, overview, proposals, translations
from content.draft_records import State
from content.overview import Standing

FIRST_SEEN: tuple[Queue, ...] = ("urgent", "mine", "free", "overdue")
"""Queues that are counted on the first page."""
ROWS, PLACES = 5, 8
"""How many rows of each kind it shows."""
SECONDS = 11
"""Digits of a moment in seconds; and more than anything here is counted in."""
OVERSEERS = (Role.COORDINATOR, Role.ADMINISTRATOR)
READERS = (Role.EDITOR, Role.REVIEWER)


@dataclass
class Seen:
    """What one staff member's first page shows."""

    of_cases: dict[Queue, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    pressing: list[Row] = field(default_factory=list)
    today: list[Filled] | None = None
    calls: list[Call] = field(default_factory=list)
    messages: list[WaitingMessage] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    to_read_again: list[Standing] = field(default_factory=list)
    """Articles that are theirs to keep."""
    troubles: list[Incident] = field(default_factory=list)
    is_quiet: bool = False
    """No worker was seen lately: nobody is answered."""


def add(pages: Blueprint, database: Database, clock: Callable[[], datetime]) -> None:
    """The first page and its news."""

    @pages.get("/")
    @whoever_is_signed_in
    def home() -> str:
        now = clock()
        with database.reading() as session:
            return render_template(
                "admin/home.html",
                seen=_seen(session, now),
                now=now,
                shown=shown,
                words=case_wording,
                schedule=schedule_wording,
                service=service_wording,
                why=wording.why_waiting,
                trouble=incident_wording.title,
                today=wording.today(now),
            )

    @pages.get("/kabar")
    @asked_by_the_page
    @whoever_is_signed_in
    def news() -> ResponseReturnValue:
        """`sejak`: when the page was made (seconds), `lalu`: what it counted then, as "messages.replies.calls"."""
        now = clock()
        with database.reading() as session:
            numbers = _counts(session, now)
            new = _new(session, numbers)
        answer = jsonify(n=numbers, baru=sum(new.values()), kata=_said(new))
        answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:16])
        answer.headers["Cache-Control"] = "no-cache, private"
        return answer.make_conditional(request)


def _seen(session: Session, now: datetime) -> Seen:
    seen = Seen()
    numbers = _counts(session, now)
    seen.of_cases = {each: numbers[each] for each in FIRST_SEEN if each in numbers}
    seen.waiting = {each: numbers[each] for each in ("messages", "replies", "calls") if each in numbers}
    if me().has_role(*MAY_SEE_CASES):
        seen.pressing = glance.pressing(session, cases(), now, ROWS)
    if me().has_role(*OVERSEERS):
        found = glance.places(session, cases(), now, PLACES)
        seen.places = list(found) if len(found) > 1 else []
        seen.is_quiet = _is_quiet(session, now)
        seen.troubles = list(incidents.open_ones(session, me().scope(*MAY_SEE_INCIDENTS)))
    if me().has_role(*MAY_SEE_ROSTERS):
        seen.today = rosters.today(session, me().scope(*MAY_SEE_ROSTERS), now, ROWS)
    if numbers.get("calls"):
        seen.calls = calls.calls(session, me().scope(*MAY_SERVE), cases(), now, limit=ROWS)
    if numbers.get("messages"):
        seen.messages = desk.messages(session, me().scope(*MAY_SEE_MESSAGES), cases(), limit=ROWS)
    if me().has_role(*MAY_READ_CONTENT):
        seen.waiting["articles"] = len(articles.waiting_for_check(session))
    if me().has_role(*MAY_KEEP_PEOPLE):
        seen.waiting["requests"], _late = census_requests.counts(session, me().scope(*MAY_KEEP_PEOPLE), now)
    if me().has_role(*MAY_EDIT):
        seen.to_read_again = overview.of_keeper(session, me().staff_id, wording.today(now))
    if me().has_role(*MAY_TEST):
        seen.waiting["questions"] = open_questions.count_open(session, reader())
    if me().has_role(*READERS):
        seen.waiting |= _translations(session)
        seen.waiting |= {"drafts": _drafts(session), "neglected": overview.count_neglected(session, wording.today(now))}
    return seen


def _counts(session: Session, now: datetime) -> dict[Any, int]:
    """All that is counted and can change while a page is open."""
    counted: dict[Any, int] = {}
    if me().has_role(*MAY_SEE_CASES):
        counted |= case_desk.counts(session, cases(), now)
    if me().has_role(*MAY_SEE_MESSAGES):
        counted["messages"], counted["replies"] = desk.counts(session, me().scope(*MAY_SEE_MESSAGES), cases())
    if me().has_role(*MAY_SERVE):
        counted["calls"] = calls.count(session, me().scope(*MAY_SERVE), cases())
    return counted


def _new(session: Session, numbers: dict[Any, int]) -> dict[str, int]:
    """How many of each kind came since the page was made that asks."""
    before = [number_in(each, SECONDS) for each in request.args.get("lalu", "").split(".")]
    new = {
        kind: max(0, numbers[kind] - was)
        for kind, was in zip(("messages", "replies", "calls"), before, strict=False)
        if was is not None and kind in numbers
    }
    since = number_in(request.args.get("sejak"), SECONDS)
    if since is not None and me().has_role(*MAY_SEE_CASES):
        found = glance.since(session, cases(), datetime.fromtimestamp(since, UTC))
        new |= {"cases": found.cases, "words": found.words}
    return new


def _said(new: dict[str, int]) -> str:
    """The news in words; empty when there are none."""
    names = {
        "cases": _("kasus baru"),
        "words": _("kasus Anda yang ditulisi keluarga"),
        "messages": _("pesan menunggu"),
        "replies": _("balasan gagal"),
        "calls": _("perlu ditelepon"),
    }
    return ", ".join(f"{new[kind]} {name}" for kind, name in names.items() if new.get(kind))


def _translations(session: Session) -> dict[str, int]:
    """Translations that somebody must look at, in the languages that are this person's."""
    theirs = {area for role, area in me().roles if role in READERS}
    found = [each for each in translations.every(session) if theirs & {"", each.language, languages.SOURCE}]
    return {
        "behind": sum(each.is_behind for each in found),
        "unread": sum(not each.reviewed and not each.is_behind for each in found),
    }


def _drafts(session: Session) -> int:
    """Drafts and phrasings of others that this person may read and that wait for it, and own drafts that came back."""
    own, waiting = me().staff_id, (State.REVIEW, State.ACCEPTED)
    found = [each for each in drafts.every_open(session) if may_review(me(), each.language)]
    heard = [each for each in proposals.for_second(session) if may_agree(each)]
    return len(heard) + sum(each.state in waiting if own not in each.writers else bool(each.note) for each in found)


def _is_quiet(session: Session, now: datetime) -> bool:
    last = heartbeats.last_seen(session)
    return last is None or now - last > timedelta(minutes=5)
