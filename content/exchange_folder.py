"""Guidance as the folder of files, in one zip: as in the repository, to be edited with whatever edits text.

Beside the files lie their marks (`_tanda.json`), so that on the way back it is known which of them somebody changed: a file
that nobody touched never takes back what was written at the desk meanwhile. What is missing in the zip stays as it is.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from content import articles, checking, exchange, files, folders, languages, packages, subjects, topics
from content.contacts import Contact
from content.exchange import Change, Flag, NotTaken, Plan
from content.folders import ArticleFile, Guidance
from content.pages import Problem

MARKS: Final = "_tanda.json"
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_HERE: Final = Path(__file__).parent


def written(session: Session) -> bytes:
    """All that is published, as a zip; the same guidance gives the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        found = _files(articles.export(session), Path(folder))
    marks = {name: _mark(content) for name, content in sorted(found.items())}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in [(MARKS, json.dumps(marks, indent=0).encode()), *sorted(found.items())]:
            package.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def plan(session: Session, name: str, data: bytes, contacts: Mapping[str, Contact]) -> Plan:
    """What a zip would change. Raises `NotTaken`."""
    sent, marks = _sorted_out(name, packages.unpacked(name, data))
    guidance = articles.export(session)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "guidance"
        here = _files(guidance, folder)
        touched = {path: content for path, content in sent.items() if marks.get(path) != _mark(content)}
        changed = {path: content for path, content in touched.items() if here.get(path) != content}
        found = Plan(unchanged=sum(path in here and path not in changed for path in sent))
        found.untouched = sum(path not in touched and here.get(path) != content for path, content in sent.items())
        found.unchanged -= found.untouched
        before = _problems(folder, contacts) if changed else set()
        _lay_over(folder, changed)
        told = _problems(folder, contacts) if changed else set()
        found.problems = sorted(told - before, key=lambda each: (each.path, each.line))
        if not found.problems:
            read = {draft.article.slug: draft.article for draft in folders.read_drafts(folder, [])}
            both = {path for path in changed if path in marks and marks[path] != _mark(here.get(path, b""))}
            ground = _Ground(session, guidance, read, both)
            found.changes = exchange.with_standing(session, _changes(ground, changed))
    return found


@dataclass(frozen=True)
class _Ground:
    """What the files are held against, and what they say."""

    session: Session
    guidance: Guidance
    read: dict[str, ArticleFile]
    both: set[str]
    """Files that changed here and there."""


def _sorted_out(name: str, sent: dict[str, bytes]) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files as `topic/slug/file`, whatever folder they lie in, and the marks they were exported with."""
    found: dict[str, bytes] = {}
    marks: dict[str, str] = {}
    for path, content in sent.items():
        parts = path.split("/")
        if parts[-1] == MARKS:
            marks = _marks(content)
        elif any(part.startswith((".", "_")) for part in parts) or parts[-1] == "README.md":
            continue
        elif len(parts) < 3 or parts[-3] not in topics.CODES:
            what = f"has a file that belongs to no article: {path!r}"
            raise NotTaken(name, what, "pack the folders <topic>/<slug>/ with <lang>.md in them")
        else:
            found["/".join(parts[-3:])] = content
    if not found:
        raise NotTaken(name, "has no article in it", "pack the folders <topic>/<slug>/ with <lang>.md in them")
    return found, marks


def _marks(content: bytes) -> dict[str, str]:
    """A file of marks that was spoilt tells nothing: then every difference is shown."""
    try:
        told = json.loads(content)
    except ValueError:
        return {}
    return {str(path): str(mark) for path, mark in told.items()} if isinstance(told, dict) else {}


def _files(guidance: Guidance, folder: Path) -> dict[str, bytes]:
    files.write(guidance, folder)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.glob("*/*/*")}


def _lay_over(folder: Path, changed: Mapping[str, bytes]) -> None:
    for path, content in changed.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _problems(folder: Path, contacts: Mapping[str, Contact]) -> set[Problem]:
    """All that the rules do not allow, with paths as in the zip; held against the tables that the program has."""
    for beside in (files.TABLES, files.TALK):
        if not (folder.parent / beside).exists():
            shutil.copytree(_HERE / beside, folder.parent / beside)
    found = checking.check(folder, contacts)
    return {replace(each, path=each.path.relative_to(folder)) for each in found if each.path.is_relative_to(folder)}


def _changes(ground: _Ground, changed: Mapping[str, bytes]) -> Iterator[Change]:
    """One for each language of each article that was touched, Bahasa first."""
    places = {(path.split("/")[1], _language(path.split("/")[2])): path for path in sorted(changed)}
    for slug, language in sorted(places, key=lambda each: (each[0], each[1] != languages.SOURCE, each[1])):
        change = _change(ground, slug, language)
        if change is not None:
            yield change


def _language(name: str) -> str:
    """The language of `jv.md` and of `phrasings.jv.txt`."""
    return name.split(".")[1] if name.startswith("phrasings.") else name.split(".")[0]


def _change(ground: _Ground, slug: str, language: str) -> Change | None:
    wanted, known = ground.read[slug], ground.guidance.articles.get(slug)
    after = wanted.texts.get(language)
    if after is None:
        return None  # ways to ask in a language that the article is not written in: nothing to put them beside
    before = known.texts.get(language) if known else None
    heard = known.phrasings if known else ()
    more = tuple(each.text for each in wanted.phrasings if each.language == language and each not in heard)
    subject = subjects.kept(wanted) if language == languages.SOURCE else None
    is_same_subject = known is not None and (subject is None or subject == subjects.kept(known))
    if before is not None and _bare(before) == _bare(after) and is_same_subject and not more:
        return None
    flags = _flags(ground, slug, before is not None, language, after.from_revision)
    kind = "words" if before is not None else "translation" if known else "article"
    if kind == "article" and language != languages.SOURCE:
        kind, flags = "translation", flags | {"later"}
    return Change(slug, kind, before, _bare(after), flags, subject, more)  # type: ignore[arg-type]


def _bare(text: folders.Text) -> folders.Text:
    """Without a signature: who read other words has not read these."""
    return replace(text, reviewed="")


def _flags(ground: _Ground, slug: str, is_published: bool, language: str, made_from: str) -> frozenset[Flag]:
    flags: set[Flag] = set()
    if is_published and articles.published_of(ground.session, slug)[language].origin == "staff":
        flags.add("staff")
    if any(path.split("/")[1] == slug and _language(path.split("/")[2]) == language for path in ground.both):
        flags.add("both")
    if language != languages.SOURCE and made_from != ground.read[slug].source_text.revision:
        flags.add("behind")
    return frozenset(flags)


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
