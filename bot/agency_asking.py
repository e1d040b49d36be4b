"""Does a message ask about a recruiter: "cek PT Maju Jaya", "PT Maju Jaya resmi gak?", "apakah PT Maju Jaya terdaftar"?

Pure, and shy: without a name ("PT itu resmi gak?") it is a question like any other, which guidance answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

_WORDS = yaml.safe_load(Path(__file__).with_name("agency_words.yaml").read_text(encoding="utf-8"))
CHECKING, AGENCY, BETWEEN, BEFORE = (frozenset(_WORDS[name]) for name in ("checking", "agency", "between", "before"))
STANDING, OTHER_THINGS = frozenset(_WORDS["standing"]), frozenset(_WORDS["other_things"])
TAGS, ASKING = frozenset(_WORDS["tags"]), frozenset(_WORDS["asking"])
COMPANY = frozenset({"pt", "cv", "p3mi", "pjtki", "pptkis"})
"""What stands before a name even where nothing else shows that it is one."""
LONGEST = 25
"""Words; a longer message tells more than a question about a company."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Asked:
    """A message that asks about a recruiter."""

    about: str
    """Where the company is named, with "PT" before the name; empty where only "cek" was said."""
    is_told: bool
    """Told to check ("cek PT …"), not merely asked about."""


def asked_in(text: str) -> Asked | None:
    """What a message asks about a recruiter; None for everything else."""
    found = list(_WORD.finditer(text))
    said = [match[0].casefold() for match in found]
    if not said or len(said) > LONGEST:
        return None
    return _told(text, found, said) or _asked(text, said)


def _told(text: str, found: list[re.Match[str]], said: list[str]) -> Asked | None:
    """ "cek …", perhaps with a kind word before."""
    verb = next((number for number, word in enumerate(said) if word not in BEFORE), len(said))
    if verb == len(said) or said[verb] not in CHECKING:
        return None
    begins = verb + 1
    while begins < len(said) and said[begins] in BETWEEN | AGENCY:
        begins += 1
    named_as = AGENCY.intersection(said[verb + 1 : begins])
    if begins == len(said) or (named_as and BEFORE.issuperset(said[begins:])):
        return Asked("", is_told=True) if named_as or begins == verb + 1 else None
    return Asked(f"{_form(named_as)} {text[found[begins].start() :]}", is_told=True) if named_as else None


def _form(named_as: frozenset[str]) -> str:
    return "CV" if "cv" in named_as else "PT"


def _asked(text: str, said: list[str]) -> Asked | None:
    """ "PT … resmi gak?" """
    if COMPANY.isdisjoint(said):
        return None
    numbers = [number for number, word in enumerate(said) if word in STANDING or word.removesuffix("kah") in STANDING]
    return Asked(text, is_told=False) if any(_is_question(text, said, number) for number in numbers) else None


def _is_question(text: str, said: list[str], number: int) -> bool:
    """Is this word about its standing a question about the company?"""
    if number and said[number - 1] in OTHER_THINGS:
        return False
    if said[number] not in STANDING:  # "resmikah"
        return True
    if not TAGS.isdisjoint(said[number + 1 : number + 2]) or not ASKING.isdisjoint(said[:number]):
        return True
    return text.rstrip().endswith("?") and number >= len(said) - 3
