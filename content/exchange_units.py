"""Articles for translators: one unit for each field, with the text to translate from, the rules, and marks of both texts.

The marks tell on the way back what has changed meanwhile: the text that was translated, and the translation itself. What
the translator left as it was is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from content import articles, drafts, exchange, languages, pivots, revisions, wording
from content.article_records import Revision
from content.checking import LIMITS
from content.contacts import Contact
from content.exchange import Change, Flag, Plan
from content.folders import ArticleFile, Guidance, Text
from content.pages import Problem, clean
from content.pivots import MadeFrom

FIELDS: Final = tuple(LIMITS)
NONE: Final = "-"
"""The mark of a translation that is not there yet."""


@dataclass(frozen=True)
class Unit:
    """One field of one article, to translate or translated."""

    slug: str
    field: str
    source_language: str
    source: str
    language: str
    target: str
    source_mark: str
    target_mark: str
    line: int = 0
    """Where it was read."""
    is_behind: bool = False
    """Has the text changed since this translation was made?"""


def units(session: Session, language: str) -> list[Unit]:
    """Everything published, to be translated into `language`, each from the language chosen for that."""
    guidance, pivot = articles.export(session), pivots.of(session, language)
    late = pivots.overtaken(session)
    return [unit for slug in guidance.articles for unit in _of(guidance, slug, language, pivot, late)]


def plan(session: Session, handed: Iterable[Unit], language: str, contacts: Mapping[str, Contact], place: Path) -> Plan:
    """What translated units would change; `place`: the file's name, for problems."""
    ground = _Ground(session, articles.export(session), language, contacts, place)
    found = Plan()
    wanted = sorted(handed, key=lambda unit: unit.slug)
    for slug, group in groupby(wanted, key=lambda unit: unit.slug):
        _plan_article(found, ground, slug, list(group))
    found.changes = exchange.with_standing(session, found.changes)
    found.problems.sort(key=lambda problem: problem.line)
    return found


@dataclass(frozen=True)
class _Ground:
    """What a file is held against."""

    session: Session
    known: Guidance
    language: str
    contacts: Mapping[str, Contact]
    place: Path


def _of(guidance: Guidance, slug: str, language: str, pivot: str, late: set[tuple[str, str]]) -> Iterator[Unit]:
    article = guidance.articles[slug]
    source = article.texts.get(pivot, article.source_text)
    target = article.texts.get(language)
    is_behind = target is not None and (
        target.from_revision != article.source_text.revision or (slug, language) in late
    )
    for name in FIELDS:
        yield Unit(
            slug,
            name,
            source.language,
            getattr(source, name),
            language,
            getattr(target, name, ""),
            source.revision,
            target.revision if target else NONE,
            is_behind=is_behind,
        )


def _plan_article(found: Plan, ground: _Ground, slug: str, group: list[Unit]) -> None:
    """One article of the file: its problems, or its change."""
    article = ground.known.articles.get(slug)
    problems = list(_misplaced(group, article, ground))
    if problems or article is None:
        found.problems += problems
        return
    words = {unit.field: clean(unit.target) for unit in group}
    if not any(words.values()):
        return  # not translated: nothing is asked
    first, text = group[0], Text(ground.language, **{name: words.get(name, "") for name in FIELDS})
    is_here = _says(article.texts.get(ground.language), text)
    if is_here or text.revision == first.target_mark:
        found.unchanged, found.untouched = found.unchanged + is_here, found.untouched + (not is_here)
        return
    origin = revisions.marked(ground.session, slug, first.source_language, first.source_mark)
    if origin is None:
        what = f"{first.source_mark} is no mark of a text that was ever published"
        found.problems.append(Problem(ground.place, first.line, what, "export anew, and move the translation over"))
        return
    change = _change(ground.session, article, text, first, origin)
    source, lines = articles.words_of(first.source_language, origin), {unit.field: unit.line for unit in group}
    found.problems += _lost(change.after, source, lines, ground.place)
    found.problems += _broken(article, change.after, lines, ground)
    found.changes.append(change)


def _misplaced(group: list[Unit], article: ArticleFile | None, ground: _Ground) -> Iterator[Problem]:
    """Units that fit nowhere."""
    place, language = ground.place, ground.language
    seen: set[str] = set()
    for unit in group:
        if article is None:
            yield Problem(place, unit.line, f"no article {unit.slug!r}", "take the row out, or export anew")
            return
        if unit.field not in FIELDS:
            yield Problem(place, unit.line, f"no field {unit.field!r}", f"known are {' '.join(FIELDS)}")
        if unit.field in seen:
            yield Problem(place, unit.line, f"{unit.slug} {unit.field} stands here twice", "keep one of the two")
        if unit.language != language:
            what = f"is in {unit.language!r}, not in {language!r}"
            yield Problem(place, unit.line, what, "choose the language of the file, or another file")
        if (unit.source_language, unit.source_mark) != (group[0].source_language, group[0].source_mark):
            what = "has other marks than the rows before it"
            yield Problem(place, unit.line, what, "leave the marks as they were exported")
        seen.add(unit.field)
    missing = [name for name in FIELDS if name not in {unit.field for unit in group if unit.target.strip()}]
    if missing and len(missing) < len(FIELDS):
        what = f"only part is translated: {', '.join(missing)} is empty"
        yield Problem(place, group[0].line, what, "translate all four, or empty all four")


def _says(published: Text | None, text: Text) -> bool:
    return published is not None and published.revision == text.revision


def _change(session: Session, article: ArticleFile, text: Text, unit: Unit, origin: Revision) -> Change:
    before, source = article.texts.get(text.language), article.source_text
    is_pivot = unit.source_language != languages.SOURCE
    text = replace(text, from_revision=origin.source_revision if is_pivot else origin.digest)
    shown = article.texts.get(unit.source_language)
    flags: set[Flag] = set()
    if text.from_revision != source.revision or shown is None or shown.revision != origin.digest:
        flags.add("behind")
    if before is not None and before.revision != unit.target_mark:
        flags.add("both")
    if before is not None and articles.published_of(session, article.slug)[text.language].origin == "staff":
        flags.add("staff")
    made_from = MadeFrom(unit.source_language, origin.digest) if is_pivot else None
    return Change(
        article.slug, "words" if before else "translation", before, text, frozenset(flags), made_from=made_from
    )


def _lost(text: Text, source: Text, lines: Mapping[str, int], place: Path) -> Iterator[Problem]:
    """Marks of facts or contacts that were lost on the way, or came from nowhere."""
    for name in ("short", "body"):
        for kind, codes in (("facts", wording.fact_codes), ("contacts", wording.contact_codes)):
            differ = _all(codes, getattr(source, name)) ^ _all(codes, getattr(text, name))
            if differ:
                what = f"{kind} differ from the source: {', '.join(sorted(differ))}"
                yield Problem(place, lines[name], what, "keep exactly those of the source")


def _broken(article: ArticleFile, text: Text, lines: Mapping[str, int], ground: _Ground) -> Iterator[Problem]:
    """What the rules of guidance do not allow, each on the row of its field."""
    wanted = replace(article, texts=article.texts | {text.language: text})
    for each in drafts.broken_rules(ground.session, wanted, text.language, (), ground.contacts):
        yield replace(each, path=ground.place, line=lines.get(each.field, lines["title"]))


def _all(codes: Callable[[str], list[str]], words: str) -> set[str]:
    return {code for line in words.split("\n") for code in codes(line)}
