"""Guidance and the bot's sentences as files from the command line: the same ways out and back as the page of the desk.

What comes back is taken whole or not at all, in the name of somebody of the desk, and goes live no sooner than from there:
texts become drafts that wait for a second person, and the bot's sentences wait on the page until a second person takes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from admin import exchange_wording
from admin.access import may_exchange
from centre import audit, staff
from centre.db import Database
from content import contacts, exchange, exchange_files, exchange_folder, exchange_uploads
from content.drafts import BrokenRules
from content.exchange import LARGEST, NotTaken
from content.exchange_files import TARGETS
from content.exchange_uploads import Kind
from content.pages import Problem
from processes.phrasebook import Phrasebook

KINDS: dict[str, Kind] = {
    ".xlsx": "sheet",
    ".xlf": "xliff",
    ".xliff": "xliff",
    ".po": "phrases",
    ".zip": "folder",
}
"""What a file is, by how its name ends."""


class LanguageMissing(ValueError):
    """Files of translations and of sentences are of one language, which has these."""


class NotForThem(Exception):
    """This person may not bring this back, neither here nor at the desk."""


class TooLarge(ValueError):
    """Files of more than 10 MB are not read."""


@dataclass
class Brought:
    """What became of a file."""

    problems: list[Problem] = field(default_factory=list)
    """Where there is one, nothing was taken."""
    drafts: int = 0
    """Texts that wait for a second person now."""
    sentences: int = 0
    """The same of the bot's sentences."""
    left: int = 0
    """Texts that were not taken: somebody has a draft of the same open, or the article itself comes first."""
    unchanged: int = 0


def write(database: Database, file: Path, language: str, now: datetime) -> None:
    """Write one of these files. Raises `LanguageMissing`."""
    kind = KINDS[file.suffix.lower()]
    _check_language(kind, language)
    with database.transaction() as session:
        data = _written(session, kind, language)
        audit.record(session, audit.COMMAND_LINE, "exchange_exported", now, f"exchange:{kind}:{language}".rstrip(":"))
    file.write_bytes(data)


def bring(database: Database, file: Path, language: str, login: str, now: datetime) -> Brought:
    """Take one of these files back in somebody's name. Raises `LanguageMissing`, `NotForThem`, `TooLarge`, `NoSuchStaff`."""
    kind = KINDS[file.suffix.lower()]
    _check_language(kind, language)
    if file.stat().st_size > LARGEST:
        raise TooLarge(file.name)
    data, whole = file.read_bytes(), "" if kind == "folder" else language
    try:
        with database.transaction() as session:
            member = staff.open_account(session, login, now)
            if not may_exchange(member, whole):
                raise NotForThem(login)
            take = _take_sentences if kind == "phrases" else _take_texts
            brought = take(session, kind, whole, file.name, data, member.staff_id, now)
            if not brought.problems:
                about = f"exchange:{kind}:{whole}".rstrip(":")
                audit.record(session, audit.COMMAND_LINE, "exchange_taken", now, about, f"staff:{member.staff_id}")
            return brought
    except BrokenRules as broken:
        return Brought(broken.problems)


def _check_language(kind: Kind, language: str) -> None:
    known = () if kind == "folder" else Phrasebook().languages if kind == "phrases" else TARGETS
    if known and language not in known:
        raise LanguageMissing(" ".join(known))


def _written(session: Session, kind: Kind, language: str) -> bytes:
    if kind == "folder":
        return exchange_folder.written(session)
    if kind == "phrases":
        return Phrasebook().written(session, language)
    return exchange_files.translations(session, kind, language, exchange_wording.notes())


def _take_texts(session: Session, kind: Kind, language: str, name: str, data: bytes, by: str, now: datetime) -> Brought:
    book = contacts.read()
    plan = exchange_files.planned(session, kind, language, name, data, book)
    if plan.problems:
        return Brought(plan.problems)
    made = exchange.take(session, plan, plan.mark, by, book, now)
    left = len(plan.changes) - len(plan.taken)
    return Brought(drafts=len(made), left=left, unchanged=plan.unchanged + plan.untouched)


def _take_sentences(
    session: Session, kind: Kind, language: str, name: str, data: bytes, by: str, now: datetime
) -> Brought:
    try:
        plan = Phrasebook().plan(session, language, name, data)
    except NotTaken as refused:
        return Brought([refused.problem])
    if plan.changes and not plan.problems:
        exchange_uploads.keep(session, kind, language, name, data, by, now)
    return Brought(plan.problems, sentences=len(plan.changes), unchanged=plan.unchanged)
