"""How an article would look to families on each channel, before it is published: worded by the bot, cut as it is sent.

The desk may know neither the bot nor how words travel; it is handed `preview` (`admin.spoken`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, cast

from sqlalchemy.orm import Session

from bot.dialogues import guidance
from bot.phrases import Phrases
from bot.turns import Answer, Guide, offered
from centre.messages import LIMITS, Outgoing, Part, fit
from content import articles, contact_checks, law_changes, pivots
from content import contacts as contact_book
from content.contacts import Contact
from content.folders import ArticleFile, Guidance
from content.library import Library


def preview(
    session: Session, article: ArticleFile, language: str, today: date
) -> dict[str, tuple[list[Part], list[Part]]]:
    """For each channel, what goes out when somebody asks for this article in this language, and when they want the rest."""
    guide = Guide(_library(session, article), cast(Any, None))  # nothing is looked for, so no finder is needed
    say = Phrases(offered(language))
    shown, whole = guidance.article(say, guide, article.slug, today), guidance.whole(say, guide, article.slug, today)
    return {channel: (_sent(shown, channel), _sent(whole, channel)) for channel in LIMITS}


def _library(session: Session, article: ArticleFile) -> Library:
    """The article among those that its buttons lead to."""
    near = {slug: found for slug in article.related if (found := articles.one(session, slug))}
    shown = Guidance({**near, article.slug: replace(article, phrasings=())})
    return Library(
        shown,
        contact_book.tested(_contacts(), contact_checks.last_days(session)),
        law_changes={slug: day for slug, day in law_changes.changed_since(session).items() if slug != article.slug},
        overtaken=pivots.overtaken_in(session, shown),
    )


def _sent(answer: Answer, channel: str) -> list[Part]:
    return fit(Outgoing(answer.text, answer.choices), LIMITS[channel])


@cache
def _contacts() -> dict[str, Contact]:
    return contact_book.read()
