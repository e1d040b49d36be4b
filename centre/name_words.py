"""Finding people by name without keeping names readable: each word of a name as a keyed fingerprint.

Words are folded first, so that spellings of one sound meet: Soekarno and Sukarno, Djumadi and Jumadi, Siti Rohanah and
Sitti Rohana. A fingerprint is found only whole: no beginnings, no likeness. Within one village names are opened and compared
instead (`centre.people.like_name`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import ForeignKey, Select, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, vault_of

_FOLDED = (
    ("oe", "u"),
    ("dj", "j"),
    ("tj", "c"),
    ("sj", "s"),
    ("sy", "s"),
    ("ch", "h"),
    ("kh", "h"),
    ("dh", "d"),
    ("th", "t"),
    ("ph", "f"),
    ("v", "f"),
    ("z", "j"),
    ("y", "i"),
    ("q", "k"),
    ("ck", "k"),
)
"""Old spelling (before 1972) and Arabic names as they are written by ear."""


class NameWord(Base):
    """One word of somebody's name, as a fingerprint."""

    __tablename__ = "name_words"

    lookup: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )


def folded(name: str) -> set[str]:
    """The words of a name, each as it sounds; one letter alone says nothing."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))
    return {_fold(word) for word in re.findall(r"[^\W\d_]{2,}", plain.replace("'", ""))}


def note(session: Session, person_id: int, name: str) -> None:
    """This person is found by this name from now on, and by no earlier one."""
    session.execute(delete(NameWord).where(NameWord.person_id == person_id))
    session.add_all(NameWord(lookup=lookup, person_id=person_id) for lookup in _lookups(session, folded(name)))
    session.flush()


def renamed(session: Session, person_id: int, name: str) -> None:
    """The same for somebody who may not be found by name at all: then nothing is noted."""
    if session.scalar(select(NameWord.person_id).where(NameWord.person_id == person_id).limit(1)):
        note(session, person_id, name)


def having(session: Session, typed: str) -> Select[int] | None:
    """The query for the numbers of those whose name has every word that was typed; None where nothing readable was."""
    lookups = _lookups(session, folded(typed))
    if not lookups:
        return None
    found = select(NameWord.person_id).where(NameWord.lookup.in_(lookups)).group_by(NameWord.person_id)
    return found.having(func.count() == len(lookups))


def _lookups(session: Session, words: Iterable[str]) -> list[str]:
    vault = vault_of(session)
    return sorted({vault.lookup("people|word", word) for word in words})


def _fold(word: str) -> str:
    for written, sounds in _FOLDED:
        word = word.replace(written, sounds)
    return re.sub(r"(.)\1+", r"\1", word).removesuffix("h") or word
