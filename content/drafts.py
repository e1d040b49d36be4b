"""Guidance on its way to people: written, sent to somebody else, accepted, published by a second person.

One open draft stands beside each language of an article. Whoever changes it says which state of it she had before her, so
that nobody's words are lost to another's; every change makes it a draft in writing again, for whoever accepted it accepted
other words. What may stand in it is checked when it is sent (`content.checking`), and again when it is published.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from content import articles, checking, files, gates, heard, languages, law_changes, revisions, subjects, table_files
from content.article_records import NoSuchArticle, Revision, SlugTaken
from content.candidates import Candidate
from content.contacts import Contact
from content.draft_records import OPEN, ArticleDraft, State
from content.folders import ArticleFile
from content.pages import Problem, clean
from content.phrasing import Phrasing


class NoSuchDraft(LookupError):
    """No open draft has this number."""


class DraftOpen(Exception):
    """Somebody has begun one already; `draft` is it."""

    def __init__(self, draft: ArticleDraft) -> None:
        super().__init__(f"draft {draft.id}")
        self.draft = draft


class ChangedMeanwhile(Exception):
    """Another saved first; `draft` is what stands there now."""

    def __init__(self, draft: ArticleDraft) -> None:
        super().__init__(f"draft {draft.id}")
        self.draft = draft


class PublishedMeanwhile(Exception):
    """Other words were published since this draft was begun: whoever writes it must see them first."""


class NotNow(Exception):
    """The draft is not in the state for this: somebody was faster."""


class OwnWords(Exception):
    """Who wrote it neither accepts nor publishes it: a second person does."""


class BrokenRules(Exception):
    """It has problems that must be mended first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass(frozen=True)
class Wanted:
    """What an editor typed."""

    title: str
    label: str
    short: str
    body: str
    subject: Mapping[str, Any] | None = None
    """As `subjects.as_json` writes it; of the source language only."""
    phrasings: tuple[str, ...] = ()
    source_revision: str = ""
    """The mark of the source it was made from; of a translation only."""


def begin(session: Session, slug: str, language: str, wanted: Wanted, by: str, now: datetime) -> ArticleDraft:
    """Put a draft beside what is published, or beside the source where this language has none yet.

    Raises `NoSuchArticle` or `DraftOpen`.
    """
    published = articles.published_of(session, slug)
    if languages.SOURCE not in published:
        raise NoSuchArticle(slug)
    return _add(session, slug, language, published.get(language), wanted, by, now)


def begin_new(session: Session, slug: str, wanted: Wanted, by: str, now: datetime) -> ArticleDraft:
    """A draft of an article that is not there yet, in the source language. Raises `SlugTaken` or `DraftOpen`."""
    if articles.one(session, slug) is not None:
        raise SlugTaken(slug)
    return _add(session, slug, languages.SOURCE, None, wanted, by, now)


def restore(session: Session, slug: str, language: str, number: int, by: str, now: datetime) -> ArticleDraft:
    """An earlier revision as a new draft, to be reviewed like any. Raises `NoSuchArticle` or `DraftOpen`."""
    old = revisions.one(session, slug, language, number)
    if old is None:
        raise NoSuchArticle(f"{slug} in {language}, revision {number}")
    current = articles.one(session, slug)
    subject = old.subject or (subjects.kept(current) if current and language == languages.SOURCE else None)
    wanted = Wanted(old.title, old.label, old.short, old.body, subject, (), old.source_revision)
    return begin(session, slug, language, wanted, by, now)


def change(session: Session, draft_id: int, seen: int, wanted: Wanted, by: str, now: datetime) -> ArticleDraft:
    """Other words in the draft, by who had its state `seen` before her. The same words change nothing, also when they arrive
    twice over a line that broke.

    Raises `NoSuchDraft` or `ChangedMeanwhile`.
    """
    draft = held(session, draft_id)
    if draft.edits != seen and _are_hers(draft, wanted, by):
        return draft
    if draft.edits != seen:
        raise ChangedMeanwhile(draft)
    before = draft.mark
    _write(draft, wanted)
    if draft.mark != before:
        draft.writers = sorted({*draft.writers, by})
        _to_be_read_anew(draft, by, now)
    session.flush()
    return draft


def catch_up(session: Session, draft_id: int, seen: int, by: str, now: datetime) -> None:
    """She has seen what was published since the draft was begun, and keeps her words; they are read anew. Raises as
    `change`."""
    draft = held(session, draft_id)
    if draft.edits != seen:
        raise ChangedMeanwhile(draft)
    draft.based_on = _published_number(session, draft)
    _to_be_read_anew(draft, by, now)
    session.flush()


def send(session: Session, draft_id: int, seen: int, by: str, contacts: Mapping[str, Contact], now: datetime) -> None:
    """Give it to somebody else to read. Raises `NotNow`, `PublishedMeanwhile` or `BrokenRules`; as `change` too."""
    draft = held(session, draft_id)
    if draft.edits != seen:
        raise ChangedMeanwhile(draft)
    if draft.state != State.WRITING:
        raise NotNow(draft.state)
    _must_be_sound(session, draft, contacts)
    draft.state, draft.sent_by, draft.note, draft.updated_at = State.REVIEW, by, "", now
    session.flush()


def accept(session: Session, draft_id: int, seen: int, by: str, now: datetime) -> ArticleDraft:
    """A second person stands by these words, and the publish gate begins to judge them.

    Raises `NotNow` or `OwnWords`; as `change` too.
    """
    draft = for_second(session, draft_id, seen, by, State.REVIEW)
    draft.state, draft.reviewed_by, draft.reviewed_at = State.ACCEPTED, by, now
    session.flush()
    gates.request(session, candidate(session, draft), by, now)
    return draft


def send_back(session: Session, draft_id: int, by: str, note: str, now: datetime) -> ArticleDraft:
    """It needs more work; `note` says what. Raises `NoSuchDraft` or `NotNow`."""
    draft = held(session, draft_id)
    if draft.state not in (State.REVIEW, State.ACCEPTED):
        raise NotNow(draft.state)
    _back_to_writing(draft, note)
    draft.reviewed_by, draft.reviewed_at = by, now
    session.flush()
    return draft


def publish(
    session: Session, draft_id: int, seen: int, by: str, contacts: Mapping[str, Contact], now: datetime
) -> Revision:
    """Show it from now on: the one way from a draft to people.

    Raises `NotNow`, `OwnWords`, `PublishedMeanwhile` or `BrokenRules`; `gates.NotJudged` or `gates.WouldLose` as long as
    the gate does not let exactly these words through; as `change` too.
    """
    articles.take_turn(session)
    draft = for_second(session, draft_id, seen, by, State.ACCEPTED)
    _must_be_sound(session, draft, contacts)
    gates.check(session, candidate(session, draft))
    wanted = as_article(session, draft)
    made = articles.publish_whole(session, wanted, draft.language, author=draft.updated_by, now=now)
    heard.add(session, _phrasings(draft))
    if draft.is_source:
        law_changes.settle(session, draft.article_slug, by, now, known_until=draft.updated_at)
    _close(draft, State.PUBLISHED, by, now)
    session.flush()
    return made


def drop(session: Session, draft_id: int, by: str, now: datetime) -> None:
    """Nobody wants it any more: what is published stays as it is. Raises `NoSuchDraft`."""
    _close(held(session, draft_id), State.DROPPED, by, now)
    session.flush()


# Looking


def held(session: Session, draft_id: int) -> ArticleDraft:
    """An open draft, held until the transaction ends. Raises `NoSuchDraft`."""
    draft = session.get(ArticleDraft, draft_id, with_for_update=True, populate_existing=True)
    if draft is None or not draft.is_open:
        raise NoSuchDraft(draft_id)
    return draft


def open_of(session: Session, slug: str, language: str) -> ArticleDraft | None:
    """The open draft of an article in a language."""
    return session.scalar(sa.select(ArticleDraft).where(ArticleDraft.open_key == _key(slug, language)))


def every_open(session: Session) -> list[ArticleDraft]:
    """All open drafts, the longest waiting first."""
    rows = sa.select(ArticleDraft).where(ArticleDraft.state.in_(OPEN))
    return list(session.scalars(rows.order_by(ArticleDraft.updated_at, ArticleDraft.id)))


def is_overtaken(session: Session, draft: ArticleDraft) -> bool:
    """Were other words published since this was begun?"""
    return draft.based_on != _published_number(session, draft)


def as_article(session: Session, draft: ArticleDraft) -> ArticleFile:
    """The article as it would stand with the draft published, its added phrasings too. Raises `NoSuchArticle`."""
    published = articles.one(session, draft.article_slug)
    known = published.phrasings if published else ()
    more = tuple(each for each in _phrasings(draft) if each not in known)
    if draft.is_source:
        texts = {
            languages.SOURCE: draft.text,
            **{code: text for code, text in _texts(published) if code != draft.language},
        }
        subject = subjects.from_json(draft.subject or {})
        return ArticleFile(slug=draft.article_slug, **subject, texts=texts, phrasings=(*known, *more))
    if published is None:
        raise NoSuchArticle(draft.article_slug)
    return replace(published, texts=published.texts | {draft.language: draft.text}, phrasings=(*known, *more))


def candidate(session: Session, draft: ArticleDraft) -> Candidate:
    """What the publish gate judges."""
    return Candidate({draft.article_slug: as_article(session, draft)})


def problems(session: Session, draft: ArticleDraft, contacts: Mapping[str, Contact]) -> list[Problem]:
    """All that keeps the draft from being sent: the rules that guidance in files is held to."""
    return broken_rules(session, as_article(session, draft), draft.language, _phrasings(draft), contacts)


def broken_rules(
    session: Session,
    wanted: ArticleFile,
    language: str,
    heard: tuple[Phrasing, ...],
    contacts: Mapping[str, Contact],
) -> list[Problem]:
    """What one language of an article as it is wanted breaks, beside what is published; `heard`: phrasings to add."""
    found: list[Problem] = []
    page = files.as_draft(wanted, language, heard, found)
    if page is not None:
        found += checking.check_article(page, articles.labels(session), contacts, table_files.ours())
    return found


def _texts(published: ArticleFile | None) -> Collection[tuple[str, Any]]:
    return published.texts.items() if published else ()


def _phrasings(draft: ArticleDraft) -> tuple[Phrasing, ...]:
    return tuple(Phrasing(draft.article_slug, draft.language, words) for words in draft.phrasings)


def _published_number(session: Session, draft: ArticleDraft) -> int | None:
    published = articles.published_of(session, draft.article_slug).get(draft.language)
    return published.number if published else None


def _add(
    session: Session, slug: str, language: str, base: Revision | None, wanted: Wanted, by: str, now: datetime
) -> ArticleDraft:
    known = open_of(session, slug, language)
    if known and _are_hers(known, wanted, by):
        return known
    if known:
        raise DraftOpen(known)
    draft = ArticleDraft(
        article_slug=slug,
        language=language,
        open_key=_key(slug, language),
        based_on=base.number if base else None,
        state=State.WRITING,
        edits=1,
        writers=[by],
        note="",
        created_at=now,
        updated_at=now,
        updated_by=by,
    )
    _write(draft, wanted)
    try:
        with session.begin_nested():
            session.add(draft)
    except IntegrityError:  # somebody began one a moment ago
        raise DraftOpen(
            session.scalars(sa.select(ArticleDraft).filter_by(open_key=_key(slug, language))).one()
        ) from None
    return draft


def _write(draft: ArticleDraft, wanted: Wanted) -> None:
    draft.title, draft.label = clean(wanted.title), clean(wanted.label)
    draft.short, draft.body = clean(wanted.short), clean(wanted.body)
    draft.subject = dict(wanted.subject) if wanted.subject is not None and draft.is_source else None
    draft.source_revision = "" if draft.is_source else wanted.source_revision
    draft.phrasings = list(wanted.phrasings)


def _are_hers(draft: ArticleDraft, wanted: Wanted, by: str) -> bool:
    """Are these the very words that she saved last?"""
    like = ArticleDraft(article_slug=draft.article_slug, language=draft.language)
    _write(like, wanted)
    return draft.updated_by == by and draft.mark == like.mark


def for_second(session: Session, draft_id: int, seen: int, by: str, state: State) -> ArticleDraft:
    """The draft in that state, held for somebody whose words it is not. Raises `NotNow` or `OwnWords`; as `change` too."""
    draft = held(session, draft_id)
    if draft.edits != seen:
        raise ChangedMeanwhile(draft)
    if draft.state != state:
        raise NotNow(draft.state)
    if by in draft.writers:
        raise OwnWords(by)
    return draft


def _must_be_sound(session: Session, draft: ArticleDraft, contacts: Mapping[str, Contact]) -> None:
    if is_overtaken(session, draft):
        raise PublishedMeanwhile(draft.id)
    if found := problems(session, draft, contacts):
        raise BrokenRules(found)


def _to_be_read_anew(draft: ArticleDraft, by: str, now: datetime) -> None:
    """Whoever accepted it, or set its time, did so before this."""
    draft.edits, draft.state = draft.edits + 1, State.WRITING
    draft.publish_at = draft.publish_by = draft.reviewed_by = draft.reviewed_at = None
    draft.updated_at, draft.updated_by = now, by


def _back_to_writing(draft: ArticleDraft, note: str) -> None:
    draft.state, draft.note, draft.publish_at, draft.publish_by = State.WRITING, note.strip(), None, None


def _close(draft: ArticleDraft, state: State, by: str, now: datetime) -> None:
    draft.state, draft.open_key, draft.publish_at = state, None, None
    draft.closed_at, draft.closed_by = now, by


def _key(slug: str, language: str) -> str:
    return f"{slug} {language}"
