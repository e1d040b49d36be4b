"""What the bot could not answer, and what its answers did not help with: the work list of those who write the guidance.

Kept are the words, masked (`centre.masking`) and sealed, with the village and the language; nothing at all of a conversation
that has a case, in which danger was heard, or that goes around the village: what was told there is for its people alone. They
go after 90 days, with their conversation, and at once when the person asks to be forgotten, opens a case or is in danger.

Likeness puts them into groups, once and for good: a group does not move under the eyes of who works on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from rapidfuzz import fuzz, process, utils
from sqlalchemy import BigInteger, ColumnElement, ForeignKey, LargeBinary, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import people
from centre.areas import Village
from centre.conversations import Conversation
from centre.db import Base, BigId, UtcDateTime, changed, vault_of
from centre.figures import FEW
from centre.masking import masked
from centre.sealing import sealed
from centre.staff import Scope

Why = Literal["unanswered", "not_helped"]
KEPT = timedelta(days=90)
LONGEST = 600
"""Letters kept of one message."""
ALIKE = 82
"""From 0 to 100: from here two messages ask for the same (word order and what one says more do not count)."""
NEAR = 3
"""Articles remembered with a question."""
AT_ONCE = 500
SHOWN = 50
EXAMPLES = 12
TELLING = ("danger", "danger_at", "around", "since_card", "case_asks", "case_village", "doubt")
"""What a conversation remembers where danger was heard or a case is near."""


class State(StrEnum):
    OPEN = "open"
    ASIDE = "aside"
    """Not ours, or not worth it: what is like it joins it silently."""
    DONE = "done"
    """Something came of it: what is like it from now on is a new group."""


class QuestionGroup(Base):
    """Messages that ask for the same, or answers of one article that did not help."""

    __tablename__ = "question_groups"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    why: Mapped[str] = mapped_column(String(12))
    slug: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[str | None] = mapped_column(String(12))
    """The words that did not help; another mark once the article says something else."""
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), index=True)
    settled_by: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OpenQuestion(Base):
    """One message that was not answered, or not helped."""

    __tablename__ = "open_questions"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    why: Mapped[str] = mapped_column(String(12))
    slug: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[str | None] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(8))
    area: Mapped[str | None] = mapped_column(String(13), index=True)
    sealed_words: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed("open_questions|words", conversation="conversation_id")
    )
    near: Mapped[str] = mapped_column(String(200))
    """The articles that came closest when it was asked, the closest first: staff are offered these before all others."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True)
class Reader:
    """Who looks: by villages, or, who writes guidance, by languages everywhere but without the names of few."""

    scope: Scope | None = None
    languages: frozenset[str] | None = None
    """None: every language."""


@dataclass(frozen=True)
class Listed:
    """A group as a reader sees it."""

    group: QuestionGroup
    words: str
    """Of its first message; empty where that was a tap."""
    times: int
    last_at: datetime


def keep(
    session: Session,
    conversation: Conversation,
    words: str,
    language: str,
    now: datetime,
    *,
    why: Why = "unanswered",
    slug: str | None = None,
    revision: str | None = None,
    near: Sequence[str] = (),
) -> None:
    """Note that `words` were not answered, or that the answer `slug` in these words (`revision`) did not help; `near`: the
    articles that came closest."""
    if conversation.has_case or any(name in conversation.memory for name in TELLING):
        return
    names = [known.person.name for known in people.behind(session, conversation)]
    village = session.get(Village, conversation.village_id) if conversation.village_id else None
    shown = masked(words, names)[:LONGEST]
    session.add(
        OpenQuestion(
            conversation_id=conversation.id,
            why=why,
            slug=slug,
            revision=revision,
            language=language,
            area=village.code if village else None,
            sealed_words=vault_of(session).of("conversation", conversation.id).seal(shown, _WORDS),
            near=" ".join(near[:NEAR]),
            at=now,
        )
    )
    session.flush()


def erase(session: Session, conversation_id: int) -> None:
    """The person asked to be forgotten, is in danger, or has a case: nothing of theirs is read here."""
    gone = delete(OpenQuestion).where(OpenQuestion.conversation_id == conversation_id)
    session.execute(gone.execution_options(synchronize_session=False))


def forget_old(session: Session, now: datetime, kept: timedelta = KEPT) -> int:
    """What is 90 days old goes, and groups of which nothing is left."""
    old = delete(OpenQuestion).where(OpenQuestion.at < now - kept)
    gone = changed(session.execute(old.execution_options(synchronize_session=False)))
    filled = select(OpenQuestion.group_id).where(OpenQuestion.group_id.is_not(None))
    empty = delete(QuestionGroup).where(QuestionGroup.id.not_in(filled), QuestionGroup.created_at < now - kept)
    session.execute(empty.execution_options(synchronize_session=False))
    return gone


# Grouping


def any_to_gather(session: Session) -> bool:
    """A look without a lock."""
    return session.scalar(select(OpenQuestion.id).where(OpenQuestion.group_id.is_(None)).limit(1)) is not None


def gather(session: Session, now: datetime) -> int:
    """Put what is new into its group, the oldest first; gives how many. What is in a group stays there."""
    new = session.scalars(
        select(OpenQuestion)
        .where(OpenQuestion.group_id.is_(None))
        .order_by(OpenQuestion.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    known = {language: _samples(session, language) for language in {each.language for each in new}}
    for each in new:
        each.group_id = _group_for(session, each, known[each.language], now)
        session.flush()
    return len(new)


def _group_for(session: Session, question: OpenQuestion, known: dict[int, str], now: datetime) -> int:
    words = utils.default_process(words_of(session, question))
    same = _of_same_answer(session, question) if question.why == "not_helped" else _alike(words, known)
    if same:
        return same
    group = QuestionGroup(
        why=question.why,
        slug=question.slug,
        revision=question.revision,
        language=question.language,
        state=State.OPEN,
        created_at=now,
    )
    session.add(group)
    session.flush()
    if question.why == "unanswered":
        known[group.id] = words
    return group.id


def _alike(words: str, known: dict[int, str]) -> int | None:
    found = process.extractOne(words, known, scorer=fuzz.token_set_ratio, score_cutoff=ALIKE) if words else None
    return found[2] if found and fuzz.token_sort_ratio(words, found[0]) >= ALIKE - 25 else None


def _of_same_answer(session: Session, question: OpenQuestion) -> int | None:
    same = select(QuestionGroup.id).where(
        QuestionGroup.why == "not_helped",
        QuestionGroup.slug == question.slug,
        QuestionGroup.revision == question.revision,
        QuestionGroup.language == question.language,
        QuestionGroup.state != State.DONE,
    )
    return session.scalar(same.limit(1))


def _samples(session: Session, language: str) -> dict[int, str]:
    """The first words of each group that still takes others in."""
    first = select(func.min(OpenQuestion.id)).where(OpenQuestion.group_id.is_not(None)).group_by(OpenQuestion.group_id)
    rows = session.execute(
        select(QuestionGroup.id, OpenQuestion)
        .join(OpenQuestion, OpenQuestion.group_id == QuestionGroup.id)
        .where(OpenQuestion.id.in_(first), QuestionGroup.why == "unanswered", QuestionGroup.state != State.DONE)
        .where(QuestionGroup.language == language)
        .order_by(QuestionGroup.id)
    )
    return {number: utils.default_process(words_of(session, question)) for number, question in rows}


# What readers see


def listed(session: Session, reader: Reader, why: Why, language: str = "") -> list[Listed]:
    """The open groups that this reader may know of, the commonest first."""
    chosen = [QuestionGroup.why == why, QuestionGroup.state == State.OPEN]
    chosen += [QuestionGroup.language == language] if language else []
    times = func.count().label("times")
    rows = session.execute(
        select(QuestionGroup, times, func.min(OpenQuestion.id), func.max(OpenQuestion.at))
        .join(OpenQuestion, OpenQuestion.group_id == QuestionGroup.id)
        .join(Conversation, Conversation.id == OpenQuestion.conversation_id)
        .where(*chosen, *_may_read(reader))
        .group_by(QuestionGroup.id)
        .order_by(times.desc(), QuestionGroup.id)
        .limit(SHOWN)
    ).all()
    firsts = session.scalars(select(OpenQuestion).where(OpenQuestion.id.in_([row[2] for row in rows])))
    words = {first.group_id: words_of(session, first) for first in firsts}
    return [Listed(group, words.get(group.id, ""), count, last) for group, count, _, last in rows]


def group_for(session: Session, reader: Reader, number: int) -> QuestionGroup:
    """One group of which this reader may read something. Raises `LookupError`."""
    group = session.get(QuestionGroup, number)
    if group is None or not _rows(session, reader, number, 1):
        raise LookupError(number)
    return group


def examples(session: Session, reader: Reader, number: int) -> list[OpenQuestion]:
    """Its newest messages that this reader may read."""
    return _rows(session, reader, number, EXAMPLES)


def words_of(session: Session, question: OpenQuestion) -> str:
    """Its words, masked."""
    return vault_of(session).open(question.sealed_words, _WORDS)


def likely(shown: Sequence[OpenQuestion]) -> list[str]:
    """The articles that came closest to these messages, by how often and how closely."""
    votes: Counter[str] = Counter()
    for question in shown:
        votes.update({slug: NEAR - place for place, slug in enumerate(question.near.split())})
    return [slug for slug, _ in votes.most_common(NEAR)]


def by_village(session: Session, reader: Reader, number: int) -> list[tuple[str, int]]:
    """How often in each village, the commonest first; who reads everywhere is told of few together, without names."""
    counted = session.execute(
        select(OpenQuestion.area, func.count())
        .join(Conversation, Conversation.id == OpenQuestion.conversation_id)
        .where(OpenQuestion.group_id == number, *_may_read(reader))
        .group_by(OpenQuestion.area)
    ).all()
    counts = {area or "": count for area, count in counted}
    shown = {area: count for area, count in counts.items() if area and (reader.scope is not None or count >= FEW)}
    names = dict(session.execute(select(Village.code, Village.name).where(Village.code.in_(shown))).all())
    rows = sorted(((names.get(area, area), count) for area, count in shown.items()), key=lambda row: (-row[1], row[0]))
    rest = sum(counts.values()) - sum(shown.values())
    return [*rows, ("", rest)] if rest else rows


def count_open(session: Session, reader: Reader) -> int:
    """How many open groups there are for this reader: what waits on an editor's first page."""
    counted = (
        select(func.count(OpenQuestion.group_id.distinct()))
        .join(QuestionGroup, QuestionGroup.id == OpenQuestion.group_id)
        .join(Conversation, Conversation.id == OpenQuestion.conversation_id)
        .where(QuestionGroup.state == State.OPEN, *_may_read(reader))
    )
    return session.scalar(counted) or 0


def settle(session: Session, group: QuestionGroup, state: State, by: str, now: datetime) -> None:
    """Something came of it, or nothing will."""
    session.execute(
        update(QuestionGroup)
        .where(QuestionGroup.id == group.id)
        .values(state=state, settled_by=by, settled_at=now)
        .execution_options(synchronize_session="fetch")
    )


_WORDS = "open_questions|words"


def _rows(session: Session, reader: Reader, number: int, most: int) -> list[OpenQuestion]:
    rows = session.scalars(
        select(OpenQuestion)
        .join(Conversation, Conversation.id == OpenQuestion.conversation_id)
        .where(OpenQuestion.group_id == number, *_may_read(reader))
        .order_by(OpenQuestion.id.desc())
        .limit(most)
    )
    return list(rows)


def _may_read(reader: Reader) -> Sequence[ColumnElement[bool]]:
    """Never a word from where there is a case by now, or somebody asked to be forgotten."""
    rules: list[ColumnElement[bool]] = [Conversation.has_case.is_(False), Conversation.closing_at.is_(None)]
    if reader.languages is not None:
        rules.append(OpenQuestion.language.in_(reader.languages))
    if reader.scope is not None:
        rules.append(reader.scope.covers(OpenQuestion.area))
    return rules
