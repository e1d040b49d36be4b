"""Which jobs a message names, by whatever name people call them (words/jobs.tsv).

Beside `places`: a country or a job named in a message picks the row of a dated table that fits it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path

from content.typed import read_lines, split

JOBS = Path(__file__).parent / "words" / "jobs.tsv"
NO_JOB = "-"
"""The row of words that look like a job and name none ("jual ladang"): they use up what they are made of."""


class JobsInvalid(ValueError):
    """The list of jobs cannot be used; the message names line and remedy."""


def jobs_in(text: str) -> tuple[str, ...]:
    """Take a message; return the codes of all jobs it names, in order of naming, each once; the longest name wins."""
    words = split(text)
    known = jobs()
    longest = _longest_name()
    named: list[str] = []
    at = 0
    while at < len(words):
        size, job = 1, NO_JOB
        for length in range(min(longest, len(words) - at), 0, -1):
            part = words[at : at + length]
            name = " ".join(word.plain for word in part)
            if name in known and part[-1].place - part[0].place < length:  # not across a full stop
                size, job = length, known[name]
                break
        if job != NO_JOB:
            named.append(job)
        at += size
    return tuple(dict.fromkeys(named))


@functools.lru_cache(maxsize=1)
def _longest_name() -> int:
    """Words of the longest name."""
    return max(name.count(" ") + 1 for name in jobs())


def codes() -> frozenset[str]:
    """The codes a row of a table may name."""
    return frozenset(jobs().values()) - {NO_JOB}


@functools.lru_cache(maxsize=1)
def jobs(file: Path = JOBS) -> Mapping[str, str]:
    """Job as typed (lower case, no accents) → code, from words/jobs.tsv. Raises `JobsInvalid`."""
    known: dict[str, str] = {}
    for number, line in read_lines(file):
        code, tab, names = line.partition("\t")
        if not tab or not re.fullmatch(r"-|[a-z]+(-[a-z]+)*", code):
            raise JobsInvalid(f"{file.name} line {number}: write a code, a tab, then names with commas")
        for name in (name.strip() for name in names.split(",")):
            if known.setdefault(name, code) != code:
                raise JobsInvalid(f"{file.name} line {number}: '{name}' is {known[name]} too; keep it in one line")
    return known
