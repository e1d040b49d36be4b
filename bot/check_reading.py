"""What a message means to the two checks: a wish for the interview, an offer to look at, or a reply to a question.

Words of all languages at once, from `check_words.yaml`. A wish is heard only where the whole message is one, so that a question
which says more gets its article.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from content.places import countries_in
from content.warning_signs import Reply

_WORDS = yaml.safe_load(Path(__file__).with_name("check_words.yaml").read_text(encoding="utf-8"))
INTERVIEW, OFFER = tuple(_WORDS["interview"]), tuple(_WORDS["offer"])
OFFERED, SAFE, BESIDE = (frozenset(_WORDS[name]) for name in ("offered", "safe", "beside"))
AGREES, HAS, REFUSES = (frozenset(_WORDS[name]) for name in ("agrees", "has", "refuses"))
DOUBTS, KNOWS, LITTLE, POLITE = (frozenset(_WORDS[name]) for name in ("doubts", "knows", "little", "polite"))
LONGEST_WISH = 12
LONGEST_REPLY = 6


def wants_interview(text: str) -> bool:
    """Is the whole message a wish to be asked about the dangers of an offer?"""
    said = _words(text)
    if " ".join(said) in INTERVIEW:
        return True
    if not 0 < len(said) <= LONGEST_WISH or OFFERED.isdisjoint(said) or SAFE.isdisjoint(said):
        return False
    return all(word in OFFERED | SAFE | BESIDE or bool(countries_in(word)) for word in said)


def offer_meant(text: str) -> str | None:
    """The offer that follows "cek lowongan"; empty where those words stand alone, None where the message begins otherwise."""
    beginnings = "|".join(re.escape(words).replace(r"\ ", r"\s+") for words in sorted(OFFER, key=len, reverse=True))
    found = re.match(rf"\W*(?:{beginnings})(?:\s+(?:ini|iki|ieu|niki|this))?\b\W*", text, re.IGNORECASE)
    return text[found.end() :].strip() if found else None


def reply_in(text: str) -> Reply | None:
    """Yes, no or "I do not know" in any language; None where a message says something else, or both.

    A no must say nothing more: "tidak boleh keluar" may mean yes.
    """
    said = [word for word in _words(text) if word not in POLITE]
    if not 0 < len(said) <= LONGEST_REPLY or "?" in text:
        return None
    agrees, refuses = not AGREES.isdisjoint(said), not REFUSES.isdisjoint(said)
    if _is_doubt(said):
        return "unknown"
    if said[0] in AGREES | HAS and not refuses:
        return "yes"
    return "no" if said[0] in REFUSES and not agrees and set(said) <= REFUSES | HAS else None


def _is_doubt(said: list[str]) -> bool:
    knows = not KNOWS.isdisjoint(said)
    return not DOUBTS.isdisjoint(said) or (knows and not (REFUSES | LITTLE).isdisjoint(said))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
