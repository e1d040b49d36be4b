"""Questions and their answers: an article's short form, the rest of it, the menu, and an honest "I do not know"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime

from bot import threads
from bot.agency_phrases import AgencyPhrases
from bot.check_phrases import CheckPhrases
from bot.phrases import Phrases
from bot.threads import Thread
from bot.turns import Answer, Guide, Turn, remember
from bot.understanding import Understood
from bot.words import LISTEN
from centre import answers, inbox, open_questions
from centre.messages import LABEL_LIMIT, Choice
from centre.open_questions import Why
from content import tables, topics
from content.contacts import Contact, line
from content.library import Answerable
from content.tables import Row

PAGE = 8
"""Articles on one page of a topic: with "more" and "menu" they fill a list of ten rows."""
SOURCES_SHOWN = 2
RELATED_SHOWN = 3
ROWS_SHOWN = 3
UNCLEAR = "@unclear"
LEADS_TO_PLACES = frozenset(
    {
        "apa-itu-desmigratif",
        "usaha-produktif-desmigratif",
        "pelatihan-dan-sertifikasi",
        "mobile-training-unit",
        "pendampingan-usaha",
        "rumah-belajar-anak",
        "anak-yang-ditinggal",
        "koperasi-pmi",
    }
)
"""Articles about what can be booked: who reads them is one tap from the dates."""
LEADS_TO_AGENCIES = "cek-p3mi-dan-lowongan"
LEADS_TO_INTERVIEW = "tanda-bahaya-perekrut"
LEADS_TO_OFFER_CHECK = frozenset({LEADS_TO_AGENCIES, LEADS_TO_INTERVIEW})
"""The article on recruiters' licences: who reads it is one tap from the list."""
CHITCHAT: dict[str, Callable[[Phrases], str]] = {
    "@greeting": Phrases.greeting,
    "@thanks": Phrases.thanks,
    "@goodbye": Phrases.goodbye,
    "@insult": Phrases.insulted,
}


def reply(say: Phrases, guide: Guide, understood: Understood, today: date) -> Answer:
    """The answer to an understood question that is neither danger nor a wish for a person."""
    if understood.kind == "answer" and understood.slug:
        rows = guide.library.rows(understood.slug, understood.countries, understood.jobs)
        return article(say, guide, understood.slug, today, is_typed=True, rows=rows)
    if understood.kind == "choices" and understood.asks_several:
        return which_first(say, guide, understood.choices)
    if understood.kind == "choices":
        return did_you_mean(say, guide, understood.choices)
    if understood.kind == "chitchat" and understood.slug in CHITCHAT:
        return Answer(CHITCHAT[understood.slug](say), (menu_choice(say), person_choice(say)))
    words = say.unclear() if understood.slug == UNCLEAR else say.not_known()
    return Answer(words, (menu_choice(say), person_choice(say)))


def article(
    say: Phrases, guide: Guide, slug: str, today: date, *, is_typed: bool = False, rows: tuple[Row, ...] = ()
) -> Answer:
    """The short form, its source and last check, and what to do next; before it the dated `rows` that fit best.

    What was typed may have been taken for another question: where much hangs on it, we say what we understood.
    """
    found = guide.library.article(slug, say.language)
    if found is None:
        return _gone(say, guide, slug)
    if found.has_ended(today):
        return _ended(say, guide, found)
    text = "\n\n".join(
        part
        for part in (
            say.understood_as(found.title) if is_typed and found.is_weighty else found.title,
            _noted(say, rows[:ROWS_SHOWN], today),
            found.short(lambda code: contact_named(say, guide, code)),
            "\n".join(_standing(say, found, today)),
        )
        if part
    )
    return Answer(text, (*_next_steps(say, guide, found), menu_choice(say)))


def did_you_mean(say: Phrases, guide: Guide, slugs: tuple[str, ...]) -> Answer:
    """Up to three articles to choose from."""
    return Answer(say.did_you_mean(), _to_choose_from(say, guide, slugs))


def which_first(say: Phrases, guide: Guide, slugs: tuple[str, ...]) -> Answer:
    """Several things were asked at once: each has its article."""
    return Answer(say.which_first(), _to_choose_from(say, guide, slugs))


def show(turn: Turn, slug: str) -> Answer:
    """A chosen article."""
    spoken = threads.of(turn) or Thread(None)
    if shown := turn.guide.library.article(slug, turn.say.language):
        threads.keep(turn, replace(spoken, slug=slug))
        answers.record(
            turn.session,
            turn.conversation,
            kind="answer",
            slug=slug,
            language=turn.say.language,
            confidence=1.0,
            now=turn.now,
            revision=shown.revision,
        )
    rows = turn.guide.library.rows(slug, spoken.countries, spoken.jobs)
    return article(turn.say, turn.guide, slug, _day(turn.now), rows=rows)


def more(turn: Turn, slug: str) -> Answer:
    """The whole article."""
    return whole(turn.say, turn.guide, slug, _day(turn.now))


def whole(say: Phrases, guide: Guide, slug: str, today: date) -> Answer:
    """The whole article, with its legal basis, every source, who keeps it true, and until when it holds."""
    found = guide.library.article(slug, say.language)
    if found is None:
        return _gone(say, guide, slug)
    warning = [say.ended(found.valid_until)] if found.valid_until and found.has_ended(today) else []
    basis = [say.legal_basis("; ".join(found.legal_basis))] if found.legal_basis else []
    held = [say.kept_by(found.owner), *([say.valid_until(found.valid_until)] if found.valid_until else [])]
    standing = [*basis, *_standing(say, found, today, most=len(found.sources)), *held]
    body = found.body(lambda code: contact_named(say, guide, code))
    text = "\n\n".join(part for part in (*warning, found.title, body, "\n".join(standing)) if part)
    return Answer(text, (*_rating(say, slug), *_related(say, guide, found), menu_choice(say)))


def listen(turn: Turn, slug: str) -> Answer:
    """The article as somebody speaks it; without `slug` the one that was shown last."""
    say, spoken_of = turn.say, slug or (threads.of(turn) or Thread(None)).slug
    if not spoken_of:
        return Answer(say.nothing_to_hear(), (menu_choice(say), person_choice(say)))
    found = turn.guide.library.article(spoken_of, say.language)
    if found is None:
        return Answer(say.old_article(), (menu_choice(say), person_choice(say)))
    read = Choice(f"art:{spoken_of}", say.label_read())
    if found.recorded is None:
        return Answer(say.not_spoken(), (read, person_choice(say), menu_choice(say)))
    choices = (read, *_rating(say, spoken_of), person_choice(say), menu_choice(say))
    return Answer(say.after_listening(), choices, spoken=found.recorded, spoken_title=say.spoken(found.title))


def in_indonesian(turn: Turn, slug: str) -> Answer:
    """The Indonesian text behind a translation, one tap away."""
    return article(Phrases("id"), turn.guide, slug, _day(turn.now))


def helped(turn: Turn, slug: str) -> Answer:
    """The person says that the answer helped."""
    answers.rate(turn.session, turn.conversation, slug, True)
    remember(turn.conversation, no_help=None)
    return Answer(turn.say.glad_it_helped(), (menu_choice(turn.say),))


def did_not_help(turn: Turn, slug: str) -> Answer:
    """The person says that it did not: other words, or a person."""
    given = answers.rate(turn.session, turn.conversation, slug, False)
    if given:
        _leave_open(turn, given.language, "not_helped", slug, given.revision)
    remember(turn.conversation, no_help=int(turn.conversation.memory.get("no_help", 0)) + 1)
    return Answer(turn.say.sorry_no_help(), (person_choice(turn.say), menu_choice(turn.say)))


def none_of_these(turn: Turn, _rest: str) -> Answer:
    """None of the offered choices fits."""
    _leave_open(turn, turn.say.language, "unanswered")
    return Answer(turn.say.not_known(), (menu_choice(turn.say), person_choice(turn.say)))


def _leave_open(turn: Turn, language: str, why: Why, slug: str | None = None, revision: str | None = None) -> None:
    """Those who write the guidance see what was asked, and that this was no answer to it."""
    asked = answers.asked_last(turn.session, turn.conversation)
    words = inbox.words_of(turn.session, asked.event_id or 0) if asked else ""
    if words or slug:
        spoken = asked.language if asked else language
        open_questions.keep(
            turn.session, turn.conversation, words, spoken, turn.now, why=why, slug=slug, revision=revision
        )


def menu(say: Phrases, guide: Guide, page: int = 1) -> Answer:
    """The topics that have guidance, two pages where they do not fit in one list."""
    shelves = [topic for topic in topics.TOPICS if guide.library.by_topic(topic.code)]
    rows = tuple(Choice(f"topic:{shelf.code}", say.topic(shelf.label), say.topic(shelf.title)) for shelf in shelves)
    shown, has_more = _page(rows, page, PAGE - 2)
    onward = (Choice(f"menu:{page + 1}", say.label_other_topics()),) if has_more else ()
    beside = (book_choice(say), person_choice(say), Choice("languages", say.label_languages()))
    return Answer(say.menu(), (*shown, *onward, *beside))


def topic(turn: Turn, rest: str) -> Answer:
    """The articles of one topic (`rest`: its code, then its page)."""
    say = turn.say
    code, _, number = rest.partition(":")
    if code not in topics.CODES:
        return menu(say, turn.guide)
    page = int(number) if number.isdecimal() else 1
    rows = _article_choices(say, turn.guide, turn.guide.library.by_topic(code))
    if not rows:
        return Answer(say.topic_empty(), (menu_choice(say), person_choice(say)))
    shown, has_more = _page(rows, page, PAGE)
    onward = (Choice(f"topic:{code}:{page + 1}", say.label_more()),) if has_more else ()
    return Answer(say.topic_opened(say.topic(topics.get(code).label)), (*shown, *onward, menu_choice(say)))


def contact_line(say: Phrases, contact: Contact) -> str:
    """A contact with the month of its source, or the day staff tried it."""
    return line(contact, lambda each: _how_sure(say, each))


def contact_named(say: Phrases, guide: Guide, code: str) -> str:
    """The line of the contact that a text names by its code; the code itself when it is no longer listed."""
    contact = guide.library.contacts.get(code)
    return contact_line(say, contact) if contact else code


def menu_choice(say: Phrases) -> Choice:
    return Choice("menu", say.label_menu())


def person_choice(say: Phrases) -> Choice:
    return Choice("person", say.label_person())


def book_choice(say: Phrases) -> Choice:
    """To what can be booked."""
    return Choice("book", say.label_book(), say.title_book())


def agency_choice(say: Phrases) -> Choice:
    """To the check of a recruiter's name."""
    words = AgencyPhrases(say.language)
    return Choice("cek", words.label_check(), words.title_check())


def interview_choice(say: Phrases) -> Choice:
    """To the questions about the dangers of an offer."""
    words = CheckPhrases(say.language)
    return Choice("interview", words.label_interview(), words.title_interview())


def offer_choice(say: Phrases) -> Choice:
    """To the check of an offer that somebody got."""
    words = CheckPhrases(say.language)
    return Choice("offer", words.label_offer(), words.title_offer())


def _gone(say: Phrases, guide: Guide, slug: str) -> Answer:
    """An article that is answered no more, or never was: what takes its place, else the menu."""
    after = guide.library.successor(slug)
    found = guide.library.article(after, say.language) if after else None
    if found is None:
        return Answer(say.old_article(), (menu_choice(say), person_choice(say)))
    return Answer(
        say.replaced_by(found.title),
        (*_article_choices(say, guide, (found.slug,)), menu_choice(say), person_choice(say)),
    )


def _ended(say: Phrases, guide: Guide, found: Answerable) -> Answer:
    """What held only for a time is not answered as if it still did; the old words are one tap away."""
    assert found.valid_until is not None
    choices = (person_choice(say), Choice(f"more:{found.slug}", say.label_more()), *_related(say, guide, found))
    return Answer(f"{found.title}\n\n{say.ended(found.valid_until)}", (*choices, menu_choice(say)))


def _noted(say: Phrases, rows: tuple[Row, ...], today: date) -> str:
    """What we have noted for the country or job that was named, each with its month."""
    lines = (f"- {tables.line(row, lambda each: _since(say, each, today))}" for row in rows)
    return "\n".join((say.noted(), *lines)) if rows else ""


def _since(say: Phrases, row: Row, today: date) -> str:
    read = say.source_of(row.since.year, row.since.month)
    return f"{read}, {say.not_certain()}" if row.is_overdue(today) else read


def _standing(say: Phrases, found: Answerable, today: date, most: int = SOURCES_SHOWN) -> list[str]:
    """What the reader must know about how far to trust the text."""
    named = "; ".join(f"{source.title}, {say.when(source.date)}" for source in found.sources[:most])
    lines = [say.sources(named)]
    lines.append(say.checked_on(found.checked_at.date()) if found.checked_at else say.written_on(found.valid_from))
    if found.law_changed_on:
        lines.append(say.law_changed(found.law_changed_on))
    elif found.is_stale(today):
        lines.append(say.stale(found.review_due))
    elif found.waits_for_check:
        lines.append(say.check_first())
    if found.language != say.language:
        lines.append(say.in_indonesian())
    elif found.is_behind:
        lines.append(say.translation_behind())
    elif not found.reviewed:
        lines.append(say.unreviewed_article())
    return lines


def _how_sure(say: Phrases, contact: Contact) -> str:
    if contact.tested_on:
        return say.call_tested(contact.tested_on)
    read = say.source_of(contact.since.year, contact.since.month) if contact.since else ""
    return read if contact.is_confirmed else ", ".join(part for part in (read, say.not_certain()) if part)


def _next_steps(say: Phrases, guide: Guide, found: Answerable) -> tuple[Choice, ...]:
    original: tuple[Choice, ...] = ()
    if found.language != "id":
        original = (Choice(f"orig:{found.slug}", say.label_indonesian()),)
    return (
        *((Choice(f"{LISTEN}:{found.slug}", say.label_listen()),) if found.recorded else ()),
        Choice(f"more:{found.slug}", say.label_more()),
        *original,
        *((book_choice(say),) if found.slug in LEADS_TO_PLACES else ()),
        *((agency_choice(say),) if found.slug == LEADS_TO_AGENCIES else ()),
        *((interview_choice(say),) if found.slug == LEADS_TO_INTERVIEW else ()),
        *((offer_choice(say),) if found.slug in LEADS_TO_OFFER_CHECK else ()),
        *_rating(say, found.slug),
        *_related(say, guide, found),
    )


def _rating(say: Phrases, slug: str) -> tuple[Choice, ...]:
    return (
        Choice(f"yes:{slug}", say.label_helped(), say.title_helped()),
        Choice(f"no:{slug}", say.label_no_help(), say.title_no_help()),
    )


def _related(say: Phrases, guide: Guide, found: Answerable) -> tuple[Choice, ...]:
    return _article_choices(say, guide, found.related[:RELATED_SHOWN])


def _to_choose_from(say: Phrases, guide: Guide, slugs: Iterable[str]) -> tuple[Choice, ...]:
    return (*_article_choices(say, guide, slugs), Choice("none", say.label_none_of_these()))


def _article_choices(say: Phrases, guide: Guide, slugs: Iterable[str]) -> tuple[Choice, ...]:
    """A choice for each article that is still there."""
    known = ((slug, guide.library.article(slug, say.language)) for slug in slugs)
    return tuple(Choice(f"art:{slug}", found.label[:LABEL_LIMIT], found.title) for slug, found in known if found)


def _page(rows: tuple[Choice, ...], page: int, size: int) -> tuple[tuple[Choice, ...], bool]:
    """The rows of one page, and whether more follow. A page that is not there shows the first."""
    start = (page - 1) * size if 0 < (page - 1) * size < len(rows) else 0
    return rows[start : start + size], start + size < len(rows)


def _day(now: datetime) -> date:
    return now.date()
