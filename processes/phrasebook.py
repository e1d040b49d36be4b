"""The bot's sentences in a file and back: gettext PO, for Poedit, Weblate and the like.

What comes back is laid beside what is said now: sentences that are empty or doubtful (fuzzy) in it change nothing, sentences
that the program no longer says are passed over, and the rest is held to the rules of the catalogues (`bot.checking`) before
it is taken. Here because it needs both the bot and the records.
"""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po
from sqlalchemy.orm import Session

from bot import catalogues, checking
from bot.catalogues import LOCALES, REVIEWED_HEADER
from content import articles, languages, said
from content.exchange import NotTaken
from content.pages import Problem
from content.said import Key, Said, SentenceChange, SentencePlan

_TRANSLATED: Final = tuple(each.code for each in languages.OFFERED if each.code != languages.SOURCE)
_HEADER: Final = """\
# {name} ({code})
msgid ""
msgstr ""
"Project-Id-Version: Balai\\n"
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"{header}: {reviewed}\\n"

"""


class Phrasebook:
    """What the desk asks of the bot's sentences."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that have a catalogue of their own."""
        return _TRANSLATED

    def __init__(self) -> None:
        self._version: int | None = None

    def refresh(self, session: Session) -> None:
        """Say in this process, too, what was brought back."""
        version = articles.version(session)
        if version != self._version:
            catalogues.lay_over(said.every(session))
            self._version = version

    def mark(self, session: Session, language: str) -> str:
        """The mark of all that is said in a language now."""
        return catalogues.mark_of(language, said.every(session))

    def reviewed(self, session: Session, language: str) -> str:
        """Who read all of it and stands by it; empty where nobody does."""
        now = said.every(session)
        return _reviewer(language, now) or ("" if now.texts.get(language) else catalogues.file_review(language))

    def sentences(self, session: Session, language: str) -> list[SentenceChange]:
        """Every sentence in Bahasa and in the language, in the order of the template."""
        own = catalogues.own_texts(language, said.every(session))
        return [SentenceChange(context, msgid, msgid, own.get((context, msgid), "")) for context, msgid in _template()]

    def written(self, session: Session, language: str) -> bytes:
        """All sentences with what is said now, as a PO file."""
        now = said.every(session)
        return _written(language, catalogues.own_texts(language, now), _reviewer(language, now))

    def plan(self, session: Session, language: str, name: str, data: bytes) -> SentencePlan:
        """What a PO file would change. Raises `NotTaken`."""
        sent, lines = _read(name, language, data)
        now = said.every(session)
        own, found = catalogues.own_texts(language, now), SentencePlan()
        wanted = {key for key in _template() if key in sent and sent[key]}
        found.left_out = sum(key in sent and not sent[key] for key in _template())
        found.gone = len(set(sent) - set(_template()))
        after = own | {key: sent[key] for key in wanted}
        found.unchanged = sum(own.get(key) == sent[key] for key in wanted)
        found.changes = [
            SentenceChange(*key, own.get(key, ""), sent[key])
            for key in _template()
            if key in wanted and own.get(key) != sent[key]
        ]
        told = _problems(language, after, now) - _problems(language, own, now)
        found.problems = sorted(
            (Problem(Path(name), lines.get(key, 1), what, remedy) for key, what, remedy in told),
            key=lambda each: each.line,
        )
        found.mark = hashlib.sha256(repr((sorted(map(repr, after.items())), found.changes)).encode()).hexdigest()[:16]
        return found

    def take(self, session: Session, language: str, plan: SentencePlan, author: str, now: datetime) -> None:
        """Say it so from now on, in every process; nobody who grew up with the language has read it yet."""
        files, own = catalogues.file_texts(language), catalogues.own_texts(language, said.every(session))
        after = own | {(each.context, each.msgid): each.after for each in plan.changes}
        others = {key: text for key, text in after.items() if files.get(key) != text}
        said.replace(session, language, others, author, now)


def _template() -> list[Key]:
    with (LOCALES / "bot.pot").open("rb") as file:
        return [(entry.context, entry.id) for entry in read_po(file) if entry.id and isinstance(entry.id, str)]


def _reviewer(language: str, now: Said) -> str:
    mark, who = now.signed.get(language, ("", ""))
    return who if mark == catalogues.mark_of(language, now) else ""


def _written(language: str, texts: Mapping[Key, str], reviewed: str = "") -> bytes:
    catalogue = Catalog(charset="utf-8")
    for context, msgid in _template():
        catalogue.add(msgid, texts.get((context, msgid), ""), context=context)
    file = io.BytesIO()
    name = languages.get(language).own_name
    header = _HEADER.format(name=name, code=language, header=REVIEWED_HEADER, reviewed=reviewed)
    file.write(header.encode())
    write_po(file, catalogue, omit_header=True, no_location=True, width=110)
    return file.getvalue()


def _read(name: str, language: str, data: bytes) -> tuple[dict[Key, str], dict[Key, int]]:
    """What each sentence is in the file (empty where doubtful), and the line it stands on. Raises `NotTaken`."""
    try:
        text = data.decode("utf-8-sig")
        entries = read_po(io.BytesIO(text.encode()), abort_invalid=True)
    except PoFileError as error:
        what = f"line {error.lineno + 1} cannot be read: {error}"
        raise NotTaken(name, what, "mend the quotes and the order of lines") from error
    except UnicodeDecodeError as error:
        raise NotTaken(name, "is not UTF-8", "save it as UTF-8") from error
    except Exception as error:  # whatever a broken file sets off in the library
        raise NotTaken(name, "is no PO file that can be read", "export it anew") from error
    given = catalogues.headers_of(text.replace("\r\n", "\n")).get("Language", language).strip()
    if given != language:
        remedy = "choose the language of the file, or another file"
        raise NotTaken(name, f"is in {given!r}, not in {language!r}", remedy)
    sent: dict[Key, str] = {}
    lines: dict[Key, int] = {}
    for entry in entries:
        if entry.id and isinstance(entry.id, str):
            key = (entry.context, entry.id)
            sent[key] = "" if entry.fuzzy else str(entry.string or "").strip()
            lines[key] = entry.lineno or 1
    if not set(sent) & set(_template()):
        raise NotTaken(name, "holds none of the bot's sentences", "take the file that was exported here")
    return sent, lines


def _problems(language: str, texts: Mapping[Key, str], now: Said) -> set[tuple[Key, str, str]]:
    """What the rules do not allow in all catalogues together, were these the texts of the language: sentence, what, remedy."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copy(LOCALES / "bot.pot", folder)
        for code in _TRANSLATED:
            place = folder / code / "LC_MESSAGES" / "bot.po"
            place.parent.mkdir(parents=True)
            place.write_bytes(_written(code, texts if code == language else catalogues.own_texts(code, now)))
        told = checking.problems(folder)
        place = folder / language / "LC_MESSAGES" / "bot.po"
        with place.open("rb") as file:
            at = {entry.lineno: (entry.context, str(entry.id)) for entry in read_po(file) if entry.id}
    found: set[tuple[Key, str, str]] = set()
    for line in told:
        read = re.fullmatch(r"(.*?):(\d+): (.*?)(?:; ([^;]*))?", line, re.DOTALL)
        if read and read[1] == str(place):
            found.add((at.get(int(read[2]), (None, "")), read[3], read[4] or ""))
    return found
