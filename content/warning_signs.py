"""Warning signs in an offer of work abroad: the questions of the danger interview, what their answers come to, and which
signs a text shows.

The signs are rows of `tables/signs.yaml`, each with the rule behind it; their words are compared in every language that the
word tables know, so that the same offer shows the same signs whoever pastes it. Nothing here says that an offer is safe: a
sign is found, or it is not enough to tell. Pure: no clock, no database, no language of the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from content import normalising, table_files
from content.affixes import CLITICS
from content.places import abroad_in
from content.tables import Row
from content.typed import one_slip

Reply = Literal["yes", "no", "unknown"]
Outcome = Literal["signs", "unclear"]
"""Warning signs found, or not enough to tell: there is no third."""
Urgent = Literal["under-age", "held", "on-the-way"]

UNDER_AGE: Final = "di-bawah-umur"
HELD: Final = "tidak-boleh-pulang"
NO_COUNTRY: Final = "negara-tidak-jelas"
CHAT_ONLY: Final = "hanya-lewat-chat"
"""Counts only where no company is named: those that are licensed use WhatsApp too."""

SLIP_FORGIVEN: Final = 6
"""Letters of a sign's word from which one of them may be wrong."""
DENIED_WITHIN: Final = 2
"""A denial stands at most so many words before the sign that it takes back."""

WORDS_FILE: Final = Path(__file__).with_name("offer_words.yaml")


@dataclass(frozen=True)
class Question:
    """One question of the interview: the answer that is a sign, and the row of the table that explains it."""

    code: str
    sign: str = ""
    danger: Reply = "yes"


QUESTIONS: Final = (
    Question("under-age", UNDER_AGE),
    Question("held", HELD),
    Question("on-the-way"),
    Question("visa", "bukan-visa-kerja"),
    Question("contract", "tanpa-perjanjian-kerja", danger="no"),
    Question("money", "bayar-tanpa-kuitansi"),
    Question("documents", "surat-asli-ditahan"),
    Question("route", "pelabuhan-tikus"),
    Question("lie", "disuruh-berbohong"),
    Question("shelter", "langsung-penampungan"),
    Question("destination", NO_COUNTRY),
    Question("licence", "tanpa-kantor-dan-izin", danger="no"),
)
"""The most dangerous first. Being on the way is no sign, but with one it leaves no time for more questions."""
CODES: Final = frozenset(question.code for question in QUESTIONS)


@dataclass(frozen=True)
class Findings:
    """What the answers of an interview come to, the same in every language."""

    outcome: Outcome
    signs: tuple[str, ...]
    """Codes of rows of the signs, the most dangerous first."""
    urgent: tuple[Urgent, ...]
    """Why something must be done before anything is read, what presses most first."""
    unknown: tuple[str, ...]
    """Codes of the questions to which nobody knows the answer."""


@dataclass(frozen=True)
class Seen:
    """A sign that a text shows, and the wording of the table by which it was known."""

    code: str
    wording: str


def next_question(answers: Mapping[str, Reply]) -> Question | None:
    """What is asked next; None when all is asked, or when what is known leaves no time for more."""
    if answers.get("held") == "yes" or (answers.get("on-the-way") == "yes" and _signs(answers)):
        return None
    return next((question for question in QUESTIONS if question.code not in answers), None)


def judge(answers: Mapping[str, Reply]) -> Findings:
    """Take the answers given so far by the codes of `QUESTIONS`; return what they come to."""
    signs = _signs(answers)
    unknown = tuple(question.code for question in QUESTIONS if answers.get(question.code) == "unknown")
    return Findings("signs" if signs else "unclear", signs, tuple(_urgent(answers, signs)), unknown)


def _signs(answers: Mapping[str, Reply]) -> tuple[str, ...]:
    return tuple(each.sign for each in QUESTIONS if each.sign and answers.get(each.code) == each.danger)


def _urgent(answers: Mapping[str, Reply], signs: Sequence[str]) -> Iterator[Urgent]:
    if HELD in signs:
        yield "held"
    if answers.get("on-the-way") == "yes" and signs:
        yield "on-the-way"
    if UNDER_AGE in signs:
        yield "under-age"


def row_of(code: str) -> Row:
    """The row of the signs with this code. Raises `KeyError`."""
    return _rows()[code]


def signs_in(text: str) -> tuple[Seen, ...]:
    """Take a text as it was pasted; return the signs it shows, each once, in the order of the table."""
    countries = frozenset(abroad_in(text))
    heard = [reading for clause in clauses(text) for reading in _readings(clause)]
    worded = {code: _wording(code, heard) for code in _rows()}
    worded[UNDER_AGE] = worded[UNDER_AGE] or _age_below(text)
    return tuple(Seen(code, wording) for code, wording in worded.items() if wording and _counts(code, countries, text))


def clauses(text: str) -> list[str]:
    """The parts of a text within which words belong together; "4,5 juta" and "Rp 9.000.000" stay whole."""
    return [part.strip() for part in re.split(r"[\n;!?•*|✅✔➡]+|[.,](?!\d)| [-–—] ", text) if part.strip()]


def names_company(text: str) -> bool:
    """Is a company named, "PT" and a name?"""
    return bool(
        re.search(r"(?<!\w)(?:pt|p3mi)\.?[ \t]+(?!yg|yang|resmi|nya|itu|kami|ini|mana|saja|aja)\w{3}", text.lower())
    )


def words() -> Mapping[str, Any]:
    """The word lists of `offer_words.yaml`."""
    return _words()


def _counts(code: str, countries: frozenset[str], text: str) -> bool:
    """A sign of some countries needs one of them named, or none at all."""
    own = _rows()[code].countries
    if own and countries and countries.isdisjoint(own):
        return False
    return code != CHAT_ONLY or not names_company(text)


_AGE: Final = re.compile(
    r"\b(?:umur|umure|umurna|usia|umr|age)\b(?:\s|[:=~-]|minimal|min\.?|mulai|dari|antara|bisa|boleh|dr)*(1[0-7])(?![\d.,]?\d)"
    r"|(?<![\d.,])(1[0-7])\s*(?:th|thn|tahun|taun)\s*(?:ke ?atas|boleh|bisa|langsung)"
)


def _age_below(text: str) -> str:
    """ "usia 17-35" in its own short words; nothing where the age is that of a grown-up."""
    found = _AGE.search(text.lower())
    return f"umur {found[1] or found[2]}" if found else ""


def _wording(code: str, heard: Sequence[Sequence[str]]) -> str:
    return next((wording for wording, wanted in _phrases()[code] if any(_says(words, wanted) for words in heard)), "")


def _says(said: Sequence[str], wanted: tuple[str, ...]) -> bool:
    """Do these words stand there in this order, one after the other, and not taken back?"""
    size = len(wanted)
    for at in range(len(said) - size + 1):
        if all(is_word(said[at + place], wanted[place]) for place in range(size)):
            before = said[max(0, at - DENIED_WITHIN) : at]
            if wanted[0] in _denials() or _denials().isdisjoint(before):
                return True
    return False


@lru_cache(maxsize=50_000)
def is_word(said: str, wanted: str) -> bool:
    """The same word, perhaps with "-nya" behind it or with one letter of a long one wrong."""
    if said == wanted:
        return True
    if said.startswith(wanted) and len(wanted) > 3 and said[len(wanted) :] in CLITICS:
        return True
    if len(wanted) < SLIP_FORGIVEN or said[0] != wanted[0] or said in _not_slips():
        return False
    return one_slip(said, wanted)


def _readings(clause: str) -> list[list[str]]:
    """A clause as typed, and as each local language would mean it, in Bahasa."""
    tables = normalising.load_tables()
    typed = normalising.split_words(clause)
    read = [typed, *(normalising.read_local(typed, code, tables) for code in tables.local)]
    unlike = {tuple(_without_fillers(normalising.read_short(each, tables))) for each in read}
    return [list(each) for each in sorted(unlike)]


def _without_fillers(said: Sequence[str]) -> list[str]:
    return [word for word in said if word not in _fillers()]


@cache
def _phrases() -> Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Each sign's wordings, as written and as compared."""
    return {code: tuple((wording, _as_compared(wording)) for wording in row.seen_as) for code, row in _rows().items()}


def _as_compared(wording: str) -> tuple[str, ...]:
    return tuple(_without_fillers(normalising.read_short(normalising.split_words(wording), normalising.load_tables())))


@cache
def _rows() -> Mapping[str, Row]:
    return {row.code: row for row in table_files.ours()["signs"].rows}


@cache
def _words() -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return read


@cache
def _denials() -> frozenset[str]:
    return frozenset((*_words()["denials"], *_as_compared(" ".join(_words()["denials"]))))


@cache
def _fillers() -> frozenset[str]:
    return frozenset(_words()["fillers"])


@cache
def _not_slips() -> frozenset[str]:
    return frozenset(_words()["not_slips"])
