"""What may stand in an article: every rule that `content/guidance/README.md` promises, told so that a writer can mend it.

Pure: no database and no clock. A folder of files is checked before it is loaded, and a draft of the desk before it is
sent for review, by the same rules.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from centre import messages
from content import contacts as contact_book
from content import facts as fact_pack
from content import languages, proving, table_files, wording
from content.contacts import Contact
from content.folders import Draft, Heard, Text, read_drafts, talk_phrasings
from content.pages import Page, Problem
from content.tables import Table

TITLE_LIMIT: Final = messages.TITLE_LIMIT
SHORT_LIMIT: Final = 600
BODY_LIMIT: Final = 3500
SOURCE_LINE: Final = 160
"""Room kept under the short form for its source and last check, so that both fit over WhatsApp's buttons."""
LIMITS: Final = {"title": TITLE_LIMIT, "label": messages.LABEL_LIMIT, "short": SHORT_LIMIT, "body": BODY_LIMIT}
"""Letters of each part of an article's words."""
RELATED_LIMIT: Final = 4
REVIEW_MONTHS: Final = 6
PHRASING_LIMIT: Final = 1000

TALK: Final = "phrasings"
"""The folder beside the guidance that tells how greetings, thanks and the like are said."""
TABLES: Final = "tables"
"""The folder beside the guidance that holds the dated tables."""


def check(folder: Path, contacts: Mapping[str, Contact], facts: Path | None = None) -> list[Problem]:
    """All that the READMEs do not allow in `folder` and the tables beside it.

    With the fact pack at hand, each code must exist there, and rows must say the same.
    """
    problems: list[Problem] = []
    drafts = read_drafts(folder, problems)
    known = fact_pack.read(facts) if facts else None
    slugs = {place.name for place in folder.glob("*/*")}  # what cannot be read can still be referred to
    for draft in drafts:
        problems += _check_subject(draft, slugs, known)
        for language, page in draft.pages.items():
            problems += _check_fields(draft, draft.article.texts[language], page)
            problems += _check_words(draft, page, contacts)
    problems += _shared_labels(drafts)
    problems += _check_phrasings(drafts, folder)
    tables = table_files.read_tables(folder.parent / TABLES, problems)
    problems += proving.check_rows(tables, slugs, known)
    problems += proving.check_articles(tables, drafts)
    return sorted(problems, key=lambda problem: (problem.path, problem.line))


def check_article(
    draft: Draft, labels: Mapping[tuple[str, str], str], contacts: Mapping[str, Contact], tables: Mapping[str, Table]
) -> list[Problem]:
    """All that the rules do not allow in one article (as `files.as_draft` makes it) among those that are published.

    `labels`: language and label, in small letters, of each of them, with its slug. The rules are those of a folder, but
    for the pack of facts, which only writers of the project have at hand.
    """
    slugs = {*labels.values(), draft.article.slug}
    problems = list(_check_subject(draft, slugs, None)) if languages.SOURCE in draft.pages else []
    for language, page in draft.pages.items():
        problems += _check_fields(draft, draft.article.texts[language], page)
        problems += _check_words(draft, page, contacts)
    problems += _shared_labels([draft], labels)
    problems += proving.check_articles(tables, [draft])
    problems += (problem for heard in draft.phrasings for problem in _wrong_phrasing(heard))
    return problems


def _check_subject(draft: Draft, slugs: set[str], known: Mapping[str, fact_pack.Fact] | None) -> Iterator[Problem]:
    """What `id.md` says about the subject: dates, sources, related articles."""
    article, page = draft.article, draft.pages[languages.SOURCE]
    last = _months_later(article.valid_from, REVIEW_MONTHS)
    if not article.valid_from < article.review_due <= last:
        what = f"review_due {article.review_due} is not within {REVIEW_MONTHS} months after valid_from"
        yield page.problem("review_due", what, f"choose a day up to {last}")
    if article.valid_until and article.valid_until < article.valid_from:
        what = f"valid_until {article.valid_until} is before valid_from"
        yield page.problem("valid_until", what, "choose a later day, or leave it out")
    if article.check_before_use and not article.check_note:
        remedy = "add check_note: what an officer must check, and where"
        yield page.problem("check_before_use", "check_before_use without check_note", remedy)
    if len(article.related) > RELATED_LIMIT:
        what = f"{len(article.related)} related articles"
        yield page.problem("related", what, f"keep the nearest {RELATED_LIMIT}")
    for at, slug in enumerate(article.related):
        if slug not in slugs or slug == article.slug or slug in article.related[:at]:
            what = f"related: {slug!r} is not another article, named once"
            yield page.problem(f"related.{at}", what, "name an existing folder or leave it out")
    for at, source in enumerate(article.sources):
        for code in source.facts:
            if known is not None and code not in known:
                yield page.problem(f"sources.{at}.facts", f"no fact {code}", "correct the code")


def _check_fields(draft: Draft, text: Text, page: Page) -> Iterator[Problem]:
    """What one language's fields must keep to."""
    if (long := _utf16(text.label)) > messages.LABEL_LIMIT:
        what = f"label is {long} long"
        yield page.problem("label", what, f"at most {messages.LABEL_LIMIT}: it becomes a button")
    if len(text.title) > TITLE_LIMIT:
        what = f"title is {len(text.title)} long"
        yield page.problem("title", what, f"at most {TITLE_LIMIT}: it becomes a row of a list")
    if text.language == languages.SOURCE:
        return
    if not re.fullmatch("[0-9a-f]{12}", text.from_revision):
        what = f"from_revision {text.from_revision!r} is no mark of a text"
        remedy = f"write {draft.article.source_text.revision}, the mark of id.md as it is now"
        yield page.problem("from_revision", what, remedy)
    if text.reviewed and not re.search(r"\d{4}-\d{2}-\d{2}", text.reviewed):
        what = "reviewed without a date"
        yield page.problem("reviewed", what, "write false, or the name and the date 2026-11-21")


def _check_words(draft: Draft, page: Page, contacts: Mapping[str, Contact]) -> Iterator[Problem]:
    """The words themselves: marks, contacts, markup, and how long they are as shown."""
    cited = {code for source in draft.article.sources for code in source.facts}
    for name in ("title", "label"):
        for what, remedy in wording.not_allowed(page.fields[name]):
            yield page.problem(name, f"{name} has {what}", remedy)
        if "[" in page.fields[name] or "{" in page.fields[name]:
            yield page.problem(name, f"{name} has a mark or contact", "keep those to the text")
    short, short_line = page.fields["short"], page.text_line("short")
    for name, words, first in (("short", short, short_line), ("the text", page.body, page.body_line)):
        for number, line in enumerate(words.split("\n"), start=first):
            if name == "short" and line.startswith("#"):
                yield page.text_problem(name, number, "short has a heading", "keep headings to the full text")
            for what, remedy in wording.not_allowed(line):
                yield page.text_problem(name, number, what, remedy)
            for code in wording.fact_codes(line):
                if code not in cited:
                    remedy = "add the code to the facts of the source that says it"
                    yield page.text_problem(name, number, f"{code} stands under no source", remedy)
            for code in wording.contact_codes(line):
                if code not in contacts:
                    remedy = f"known are {' '.join(contacts)}"
                    yield page.text_problem(name, number, f"no contact {code!r}", remedy)
    yield from _too_long(page, contacts)


def _too_long(page: Page, contacts: Mapping[str, Contact]) -> Iterator[Problem]:
    def longest(code: str) -> str:
        return contact_book.line(contacts[code], _longest_source) if code in contacts else ""

    short, body = wording.shown(page.fields["short"], longest), wording.shown(page.body, longest)
    for name, text, most, number in (
        ("short", short, SHORT_LIMIT, page.text_line("short")),
        ("the text", body, BODY_LIMIT, page.body_line),
    ):
        if len(text) > most:
            yield page.text_problem(name, number, f"{name} is {len(text)} long as shown", f"at most {most}")
    answer = "\n\n".join((page.fields["title"], short, "." * SOURCE_LINE))
    if _utf16(answer) > messages.LIMITS["whatsapp"].interactive:
        what, remedy = "the answer does not fit over WhatsApp's buttons", "shorten short: emoji count twice"
        yield page.text_problem("short", page.text_line("short"), what, remedy)


def _longest_source(contact: Contact) -> str:
    """As long as what the chat says of a contact can become, with or without a test call."""
    return "dicoba 30 September 2026" if contact.is_confirmed else "per September 2026, belum dipastikan"


def _shared_labels(drafts: Iterable[Draft], known: Mapping[tuple[str, str], str] | None = None) -> Iterator[Problem]:
    """Two buttons with one label could not be told apart. `known`: those of others."""
    seen = dict(known or {})
    for draft in drafts:
        for language, text in draft.article.texts.items():
            other = seen.setdefault((language, text.label.casefold()), draft.article.slug)
            if other != draft.article.slug:
                what = f"label {text.label!r} is that of {other} too"
                if page := draft.pages.get(language):
                    yield page.problem("label", what, "choose another")


def _check_phrasings(drafts: Iterable[Draft], folder: Path) -> Iterator[Problem]:
    """One message cannot mean two things; nobody's number is kept."""
    seen = {_as_heard(talk.text): talk.label for talk in talk_phrasings(folder.parent / TALK)}
    for heard in (heard for draft in drafts for heard in draft.phrasings):
        text, label = heard.phrasing.text, heard.phrasing.label
        other = seen.setdefault(_as_heard(text), label)
        if other != label:
            remedy = "keep it where most people mean it, or add what tells them apart"
            yield Problem(
                heard.path, heard.line, f"the same phrasing stands under {other}: {text!r}", remedy, "phrasings"
            )
        yield from _wrong_phrasing(heard)


def _wrong_phrasing(heard: Heard) -> Iterator[Problem]:
    """Too long, or with somebody's number in it."""
    text = heard.phrasing.text
    if len(text) > PHRASING_LIMIT:
        what = f"a phrasing of {len(text)} characters"
        yield Problem(heard.path, heard.line, what, f"at most {PHRASING_LIMIT}", "phrasings")
    for pattern, what in ((wording.LONG_NUMBER, "telephone"), (wording.IDENTITY_NUMBER, "identity")):
        if pattern.search(text):
            remedy = "leave the number out"
            yield Problem(heard.path, heard.line, f"what looks like somebody's {what} number", remedy, "phrasings")


def _utf16(text: str) -> int:
    return messages.LIMITS["telegram"].measure(text)


def _as_heard(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
