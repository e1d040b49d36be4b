"""Guidance as records: what is published, every state it was in, and who checked what.

Files seed it and never overwrite what staff have edited. A translation's words are `Revision` rows that never
change; `Translation.published_revision` says which of them people see, so that drafts and reviews can stand
beside it. Whatever the running bot must notice raises `ContentVersion`, which it reads between messages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from content import heard, languages, subjects
from content.article_records import IS_SHOWN, Article, ContentVersion, NoSuchArticle, Origin, Revision, Translation
from content.folders import ArticleFile, Guidance, Text
from content.heard import Heard
from content.phrasing import Phrasing


@dataclass
class Loaded:
    """What became of each article of the files, by slug; each slug stands in one list."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept_edited: list[str] = field(default_factory=list)
    """The files say something that was not taken, because staff have edited or signed the text."""
    unchanged: list[str] = field(default_factory=list)


def load(session: Session, guidance: Guidance, now: datetime) -> Loaded:
    """Take over what the files say, but for what staff have edited. What the files no longer have stays."""
    take_turn(session)
    known = {article.slug: article for article in session.scalars(sa.select(Article))}
    shown = published(session)
    asked = heard.every(session)
    loaded = Loaded()
    changed_any = False
    for slug, wanted in guidance.articles.items():
        is_asked_otherwise = heard.follow_files(session, wanted, asked.get(slug, []))
        article = known.get(slug)
        if article is None:
            _create(session, wanted, now)
            loaded.new.append(slug)
            changed_any = True
            continue
        changed, kept = _update(session, article, wanted, shown.get(slug, {}), now)
        changed_any |= changed or is_asked_otherwise
        outcome = loaded.updated if changed or is_asked_otherwise else loaded.unchanged
        (loaded.kept_edited if kept else outcome).append(slug)
    session.flush()
    if changed_any:
        raise_version(session)
    return loaded


def publish(session: Session, slug: str, text: Text, *, origin: Origin, author: str, now: datetime) -> Revision:
    """Show these words from now on; the ones before stay as an older revision. Raises `NoSuchArticle`."""
    article = _article(session, slug)
    revision = _publish(session, article, text, origin, author, now)
    session.flush()
    raise_version(session)
    return revision


def publish_whole(session: Session, wanted: ArticleFile, language: str, *, author: str, now: datetime) -> Revision:
    """Show what staff wrote in one language, and beside the source what they say of the subject; a new article is made.

    `wanted` is the article as it is to stand; of its phrasings none is touched (`heard.add`).
    """
    take_turn(session)
    article = session.get(Article, wanted.slug)
    if article is None:
        article = Article(slug=wanted.slug, translations=[], keeper=author)
        session.add(article)
    if language == languages.SOURCE:
        subjects.put(article, wanted)
    revision = _publish(session, article, wanted.texts[language], "staff", author, now)
    session.flush()
    raise_version(session)
    return revision


def one(session: Session, slug: str) -> ArticleFile | None:
    """One article as it is published, withdrawn or not; None where none is."""
    article = session.get(Article, slug) if "\x00" not in slug else None
    texts = published_of(session, slug) if article else {}
    if article is None or languages.SOURCE not in texts:
        return None
    return _as_file(article, texts, heard.every(session, slug).get(slug, []))


def titles(session: Session, language: str) -> dict[str, str]:
    """The title of every article that is published in a language, by slug; withdrawn ones too."""
    rows = sa.select(Translation.article_slug, Revision.title).join(Revision, IS_SHOWN)
    found = session.execute(rows.where(Translation.language == language).order_by(Translation.article_slug))
    return dict(found.all())


def labels(session: Session) -> dict[tuple[str, str], str]:
    """Which article a button leads to, by language and label in small letters."""
    rows = sa.select(Translation.language, Revision.label, Translation.article_slug).join(Revision, IS_SHOWN)
    return {(language, label.casefold()): slug for language, label, slug in session.execute(rows)}


def published_of(session: Session, slug: str) -> dict[str, Revision]:
    """What people see of an article, by language, Bahasa first."""
    return published(session, slug).get(slug, {})


def text_read_in(session: Session, slug: str, language: str) -> Text | None:
    """The article as a family reads it that writes in `language`; None where nothing of it is published."""
    texts = published_of(session, slug)
    return next((words_of(code, texts[code]) for code in languages.fallback_chain(language) if code in texts), None)


def waiting_for_check(session: Session) -> list[Article]:
    """What an officer must check before it can be relied on, by slug."""
    waiting = sa.select(Article).where(Article.check_before_use, Article.checked_at.is_(None))
    return list(session.scalars(waiting.order_by(Article.slug)))


def record_check(session: Session, slug: str, staff: str, now: datetime) -> None:
    """An officer has checked the article and stands by it. Raises `NoSuchArticle`."""
    article = _article(session, slug)
    article.checked_at, article.checked_by = now, staff
    session.flush()
    raise_version(session)


def entrust(session: Session, slugs: Iterable[str], keeper: str | None) -> list[str]:
    """Have staff member `keeper` told when these must be read again, or nobody; gives those for which that is new.

    Nothing that families see changes.
    """
    rows = session.scalars(sa.select(Article).where(Article.slug.in_(list(slugs)))).all()
    others = [article for article in rows if article.keeper != keeper]
    for article in others:
        article.keeper = keeper
    session.flush()
    return [article.slug for article in others]


def checks(session: Session) -> dict[str, datetime]:
    """When each checked article was checked, by slug."""
    rows = session.execute(sa.select(Article.slug, Article.checked_at).where(Article.checked_at.is_not(None)))
    return {slug: checked_at for slug, checked_at in rows if checked_at}


def version(session: Session) -> int:
    """A number that is higher after every change to what is published; zero before the first."""
    return session.scalar(sa.select(ContentVersion.number).where(ContentVersion.id == _ONLY)) or 0


def export(session: Session) -> Guidance:
    """Everything published, as it would stand in files: staff's words and phrasings too. What was withdrawn is left out."""
    shown = published(session)
    asked = heard.every(session)
    in_use = session.scalars(sa.select(Article).where(Article.withdrawn_at.is_(None)).order_by(Article.slug))
    return Guidance(
        {
            article.slug: _as_file(article, shown[article.slug], asked.get(article.slug, []))
            for article in in_use
            if languages.SOURCE in shown.get(article.slug, {})
        }
    )


def _as_file(article: Article, texts: dict[str, Revision], asked: list[Heard]) -> ArticleFile:
    in_order = sorted(asked, key=lambda row: _language_order(row.language))
    return ArticleFile(
        slug=article.slug,
        **subjects.of(article),
        texts={language: words_of(language, row) for language, row in texts.items()},
        phrasings=tuple(Phrasing(article.slug, row.language, row.text) for row in in_order),
    )


_ONLY = 1


def _article(session: Session, slug: str) -> Article:
    article = session.get(Article, slug)
    if article is None:
        raise NoSuchArticle(slug)
    return article


def _create(session: Session, wanted: ArticleFile, now: datetime) -> None:
    article = Article(slug=wanted.slug, translations=[])
    subjects.put(article, wanted)
    session.add(article)
    for text in wanted.texts.values():
        _publish(session, article, text, "files", "", now)


def _update(
    session: Session, article: Article, wanted: ArticleFile, published: dict[str, Revision], now: datetime
) -> tuple[bool, bool]:
    """Was anything taken over, and was anything kept because staff had edited it?"""
    changed = kept = False
    if subjects.of(article) != subjects.in_files(wanted):
        source = published.get(languages.SOURCE)
        kept = source is not None and source.origin == "staff"
        changed = not kept
        if changed:
            subjects.put(article, wanted)
    source_mark = _source_mark(wanted, published)
    for language, text in wanted.texts.items():
        revision = published.get(language)
        if revision is not None and _says_nothing_new(revision, words_of(language, revision), text):
            continue
        if revision is not None and not _yields(revision, text, source_mark):
            kept = True
            continue
        _publish(session, article, text, "files", "", now)
        changed = True
    return changed, kept


def _source_mark(wanted: ArticleFile, published: dict[str, Revision]) -> str:
    """The mark of the source as it will stand once the files have been taken over."""
    source = published.get(languages.SOURCE)
    return source.digest if source is not None and source.origin == "staff" else wanted.source_text.revision


def _says_nothing_new(revision: Revision, words: Text, text: Text) -> bool:
    """Does a file say what is published, or the words that were signed here, not yet knowing of the signature?"""
    return words == text or (_is_signed_here(revision) and replace(words, reviewed="") == text)


def _yields(revision: Revision, text: Text, source_mark: str) -> bool:
    """May a file's words take the place of these?

    What staff wrote never yields. What a native speaker signed here yields to words that another has signed, and to
    those of a newer source: what it says is then no longer what the article says.
    """
    if revision.origin == "staff":
        return False
    is_newer = text.from_revision == source_mark != revision.source_revision
    return not _is_signed_here(revision) or bool(text.reviewed) or is_newer


def _is_signed_here(revision: Revision) -> bool:
    """Did a native speaker sign words of the files at the desk?"""
    return bool(revision.origin == "files" and revision.reviewed and revision.author)


def _publish(session: Session, article: Article, text: Text, origin: Origin, author: str, now: datetime) -> Revision:
    translation = next((each for each in article.translations if each.language == text.language), None)
    if translation is None:
        translation = Translation(language=text.language, revisions=[])
        article.translations.append(translation)
    number = max((revision.number for revision in translation.revisions), default=0) + 1
    revision = Revision(
        number=number,
        title=text.title,
        label=text.label,
        short=text.short,
        body=text.body,
        digest=text.revision,
        source_revision=text.from_revision,
        reviewed=text.reviewed,
        origin=origin,
        author=author,
        created_at=now,
        subject=subjects.as_json(subjects.of(article)) if text.language == languages.SOURCE else None,
    )
    translation.revisions.append(revision)
    translation.published_revision = number
    if text.language == languages.SOURCE:
        article.checked_at = article.checked_by = None  # the officer stood by other words
    return revision


def words_of(language: str, revision: Revision) -> Text:
    """The words of a revision."""
    return Text(
        language=language,
        title=revision.title,
        label=revision.label,
        short=revision.short,
        body=revision.body,
        reviewed=revision.reviewed,
        from_revision=revision.source_revision,
    )


def published(session: Session, slug: str | None = None) -> dict[str, dict[str, Revision]]:
    """What people see, by slug and language, Bahasa first; of one article where it is named."""
    shown = sa.select(Translation.article_slug, Translation.language, Revision).join(Revision, IS_SHOWN)
    if slug is not None:
        shown = shown.where(Translation.article_slug == slug)
    rows = session.execute(shown).all()
    found: dict[str, dict[str, Revision]] = {}
    for slug, language, revision in sorted(rows, key=lambda row: _language_order(row.language)):
        found.setdefault(slug, {})[language] = revision
    return found


def _language_order(language: str) -> tuple[bool, str]:
    return language != languages.SOURCE, language


def take_turn(session: Session) -> None:
    """Wait until nobody else is loading or publishing, and make the one row where it is missing."""
    row = sa.select(ContentVersion.number).where(ContentVersion.id == _ONLY).with_for_update()
    if session.scalar(row) is None:
        try:
            with session.begin_nested():
                session.execute(sa.insert(ContentVersion).values(id=_ONLY, number=0))
        except IntegrityError:  # another made it meanwhile
            session.scalar(row)


def raise_version(session: Session) -> None:
    """Have every process notice that what is published has changed."""
    take_turn(session)
    raised = sa.update(ContentVersion).where(ContentVersion.id == _ONLY).values(number=ContentVersion.number + 1)
    session.execute(raised)
