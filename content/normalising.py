"""From what people type to words a finder can compare: spelling, chat abbreviations, local words, synonyms.

The tables lie in content/words as tab-separated files that editors read and change; nothing of them is code. The
order matters and was measured: the words of a local language are read *before* chat slang, and only in messages
recognised as that language, because "ka", "ning" and "blk" mean one thing in a Sundanese or Javanese sentence and
another in a hurried Indonesian one.
"""

import csv
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from content import languages

WORDS: Final = Path(__file__).parent / "words"

MAX_CHARACTERS: Final = 2000
"""More than this of one message is not read: the question has been asked by then."""

_WORD: Final = re.compile(r"[^\W\d_]{1,8}\d[^\W\d_]{2,4}|[^\W\d_]+(?:['-][^\W\d_]+)*(?:2\b|')?|\d+")
_ELONGATED: Final = re.compile(r"([^\W\d_])\1{2,}")
_APOSTROPHES: Final = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'"})
_DOUBLED: Final = re.compile(r"^(.{2,}?)2(?:nya|an)?$")
_TOLD_NUMBERS: Final = frozenset({"110", "112", "129", "999", "911", "1955", "0800"})


class BadWordTable(ValueError):
    """A line of a table in content/words that cannot be read."""


@dataclass(frozen=True)
class Tables:
    """What content/words holds: `short` chat spellings, `same` synonyms, `local` words by language."""

    short: Mapping[str, tuple[str, ...]]
    same: Mapping[str, tuple[str, ...]]
    local: Mapping[str, Mapping[str, tuple[str, ...]]]
    digest: str


@cache
def load_tables(folder: Path = WORDS) -> Tables:
    """The tables of a folder; later files win: abbreviations over the general list of informal spellings."""
    maps = sorted(folder.glob("word_map.*.tsv"))
    paths = [
        *maps,
        *(folder / f"{name}.tsv" for name in ("abbreviations", "frequencies", "informal", "synonyms")),
    ]
    informal = read_pairs(folder / "informal.tsv")
    local = {path.suffixes[0][1:]: read_pairs(path) for path in maps}
    for code in local:
        languages.get(code)
    return Tables(
        short={**informal, **read_pairs(folder / "abbreviations.tsv")},
        same=read_pairs(folder / "synonyms.tsv"),
        local=local,
        digest=hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest(),
    )


def read_pairs(path: Path) -> dict[str, tuple[str, ...]]:
    """Two columns, word and reading; a third column "enabled" may switch a row off. Raises BadWordTable."""
    pairs: dict[str, tuple[str, ...]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows, None)
        for number, row in enumerate(rows, start=2):
            if len(row) not in (2, 3) or not row[0].strip() or not row[1].strip():
                raise BadWordTable(f"{path.name}:{number}: expected word, tab, reading")
            if len(row) == 2 or row[2].strip() == "yes":
                pairs[row[0].strip()] = tuple(row[1].split())
    return pairs


def split_words(text: str) -> list[str]:
    """The words as typed, lower-cased, without elongation ("toloooong"), doubling ("anak2") or invisible characters."""
    return list(_split_words(text))


@lru_cache(maxsize=16)
def _split_words(text: str) -> tuple[str, ...]:
    """The same message is split several times while it is answered."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])[:MAX_CHARACTERS].translate(_APOSTROPHES).lower()
    if not text.isascii():
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    words: list[str] = _WORD.findall(_ELONGATED.sub(r"\1", text))
    return tuple(_plain(word) for word in words)


def _plain(word: str) -> str:
    if word.isdigit():
        return word if word in _TOLD_NUMBERS else "0"
    doubled = _DOUBLED.match(word)
    return doubled.group(1) if doubled else word


def read_local(words: Sequence[str], language: str, tables: Tables) -> list[str]:
    """The words of a local language read word by word in Bahasa; what the map does not know stays."""
    return _replace(words, tables.local.get(language, {}))


def read_short(words: Sequence[str], tables: Tables) -> list[str]:
    """Chat spellings in full, then one word for each group of synonyms."""
    return _replace(_replace(words, tables.short), tables.same)


def read_same(words: Sequence[str], tables: Tables) -> list[str]:
    """Synonyms only: for local words as typed, which slang tables would misread."""
    return _replace(words, tables.same)


def _replace(words: Sequence[str], table: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [part for word in words for part in table.get(word, (word,))]
