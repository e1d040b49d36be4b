"""What comes back to the desk in a file: what it would change is shown first, then taken whole or not at all.

A folder of guidance, a spreadsheet and an XLIFF file all become a `Plan`: problems with their place, or changes. Taking it
makes a draft of each change and sends it to a second person, the same way as from the editor (`content.drafts`); until
then nobody outside sees anything. Where somebody has a draft open, hers stays and the change waits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy.orm import Session

from content import articles, drafts, pivots, subjects
from content.checking import LIMITS
from content.contacts import Contact
from content.draft_records import ArticleDraft
from content.folders import Text
from content.pages import Problem

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of a file that is sent to us."""
UNPACKED: Final = 60 * 1024 * 1024
"""Bytes of all that it may unfold to."""
PROBLEMS_SHOWN: Final = 200

Kind = Literal["article", "translation", "words"]
Flag = Literal["staff", "both", "behind", "open", "later"]
"""staff: what is published was written at the desk. both: it changed since the file was made, and so did the file. behind:
made from a source that is no longer published. open: somebody has a draft open. later: the article itself comes first."""


class NotTaken(Exception):
    """The file as a whole cannot be read; `problem` says why."""

    def __init__(self, name: str, what: str, remedy: str) -> None:
        super().__init__(what)
        self.problem = Problem(Path(name), 1, what, remedy)


class PlanChanged(Exception):
    """What the file would change is no longer what was shown."""


@dataclass(frozen=True)
class Change:
    """One text of one article that the file brings."""

    slug: str
    kind: Kind
    before: Text | None
    """What is published; None where nothing is."""
    after: Text
    flags: frozenset[Flag] = frozenset()
    subject: Mapping[str, Any] | None = None
    """What the article says of itself, where that is other than published."""
    phrasings: tuple[str, ...] = ()
    """Ways to ask that come new."""
    made_from: pivots.MadeFrom | None = None
    """The other text that it was translated from, where that is not the source."""

    @property
    def language(self) -> str:
        return self.after.language

    @property
    def is_taken(self) -> bool:
        """Can it become a draft now?"""
        return not self.flags & {"open", "later"}

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """(field, before, after) of what differs."""
        pairs = ((name, getattr(self.before, name, ""), getattr(self.after, name)) for name in LIMITS)
        return [(name, old, new) for name, old, new in pairs if old != new]


@dataclass
class Plan:
    """What a file would do."""

    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unchanged: int = 0
    """Texts in it that say what is published."""
    untouched: int = 0
    """Texts that nobody changed in the file, while other words were published here: those stay."""

    @property
    def taken(self) -> list[Change]:
        return [change for change in self.changes if change.is_taken]

    @property
    def mark(self) -> str:
        """Another once the file or what is published would make it do something else."""
        parts = (
            f"{each.slug} {each.language} {each.after} {each.before} {sorted(each.flags)}" for each in self.changes
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def take(
    session: Session, plan: Plan, seen: str, by: str, contacts: Mapping[str, Contact], now: datetime
) -> list[ArticleDraft]:
    """Make a draft of each change and send it to a second person.

    `seen`: the mark of the plan that was shown. Raises `PlanChanged`; `content.drafts.BrokenRules` where a rule is broken
    that the reading did not know.
    """
    if plan.problems or plan.mark != seen:
        raise PlanChanged
    return [_drafted(session, change, by, contacts, now) for change in plan.taken]


def with_standing(session: Session, changes: Iterable[Change]) -> list[Change]:
    """The changes, each with whether somebody has a draft of the same text open."""
    held = {(draft.article_slug, draft.language) for draft in drafts.every_open(session)}
    return [
        Change(**{**change.__dict__, "flags": change.flags | {"open"}})
        if (change.slug, change.language) in held
        else change
        for change in changes
    ]


def _drafted(session: Session, change: Change, by: str, contacts: Mapping[str, Contact], now: datetime) -> ArticleDraft:
    text = change.after
    wanted = drafts.Wanted(
        title=text.title,
        label=text.label,
        short=text.short,
        body=text.body,
        subject=change.subject or _subject(session, change),
        phrasings=change.phrasings,
        source_revision=text.from_revision,
    )
    if change.kind == "article":
        draft = drafts.begin_new(session, change.slug, wanted, by, now)
    else:
        draft = drafts.begin(session, change.slug, change.language, wanted, by, now)
    if change.made_from:
        pivots.note(session, change.slug, text, change.made_from)
    drafts.send(session, draft.id, draft.edits, by, contacts, now)
    return draft


def _subject(session: Session, change: Change) -> Mapping[str, Any] | None:
    published = articles.one(session, change.slug)
    return subjects.kept(published) if published else None
