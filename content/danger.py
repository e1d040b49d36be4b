"""Is somebody in danger? The first question asked of every message, before any other.

Words live in `danger/words.<lang>.txt`, how they combine in `danger/rules.txt`; both are plain text that village staff
can read and change. This file only knows how to read them and how to compare them with what people really type:
abbreviations, stretched words, spaced letters, affixes of seven languages. It needs the standard library alone, because
it also answers in the web process when the database is down.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

FOLDER = Path(__file__).parent / "danger"
PLACES = Path(__file__).parent / "words" / "places.tsv"

Level = Literal["act", "ask"]
KINDS = ("violence", "sexual", "confinement", "scam", "child", "suicide", "disaster", "medical", "lost")


class DangerRulesInvalid(ValueError):
    """A danger file cannot be used; the message names file, line and remedy."""


@dataclass(frozen=True)
class Danger:
    """What was recognised: how sure (`act` at once, or `ask` first), what kind, why, and where if it was said."""

    level: Level
    kind: str
    because: tuple[str, ...]
    country: str | None


def look(text: str) -> Danger | None:
    """Take a message as it was typed; return the danger in it, or None where it is calm."""
    words = split(text)
    match = rulebook().judge(words)
    if match is None:
        return None
    level, rule, spans = match
    shown = [" ".join(word.typed for word in words[span.first : span.last + 1]) for span in sorted(spans)]
    return Danger(level, rule.kind, (*dict.fromkeys(shown), rule.text), _place_among(words))


def country_in(text: str) -> str | None:
    """Take a message; return the lower-case country code of the place it names (a foreign one before an Indonesian)."""
    return _place_among(split(text))


# --- what people type -------------------------------------------------------------------------------------------------


class Word(NamedTuple):
    """One word as typed, as compared, and its place (a full stop makes a gap, so that phrases do not cross it)."""

    typed: str
    plain: str
    place: int


class Span(NamedTuple):
    """A run of words, both ends included."""

    first: int
    last: int


LOOKALIKES = str.maketrans("аеорсухіӏ", "aeopcyxil")
DIGITS_FOR_LETTERS = str.maketrans("0134579@$", "oieastgas")
SENTENCE_GAP = 8
LONGEST = 10_000
"""Longer than any channel brings in one message: a long tale often tells the danger at its end."""
SPACED_RUNS = 4
"""So many runs of s p a c e d letters are joined: putting them together is slow."""
LONGEST_FORM = 24
"""Letters of the longest word we know, with its affixes."""

_TOKEN = re.compile(r"[^\W_]+(?:[*@'’`´-][^\W_]+)*['’`´]?|🆘|[.!?\n]+|,")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*]{1,2}[^\W\d_](?![^\W_])){3,80}(?![^\W_])")
_CLOCK = re.compile(r"\b(?:pukul|pkl|jam)[ .]+(?=\d|brp|berapa)")
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe0f\ufeff]"
)


def split(text: str) -> list[Word]:
    """Cut a message into words, undoing what hides them: invisible marks, accents, capitals, s p a c e d letters."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:LONGEST]))
    text = unicodedata.normalize("NFD", text.lower())
    text = "".join(c for c in text if not unicodedata.combining(c)).translate(LOOKALIKES)
    text = _CLOCK.sub("jam ", _SPACED.sub(_join_letters, text, count=SPACED_RUNS))
    words: list[Word] = []
    place = 0
    for match in _TOKEN.finditer(text):
        typed = match.group()
        if typed[0] in ".,!?\n":
            # "…" and "..." are a breath in the same sentence, as people type them
            place += 0 if typed.startswith("..") else 2 if typed == "," else SENTENCE_GAP
            continue
        words.append(Word(typed, _plain(typed), place))
        place += 1
    return words


def _join_letters(match: re.Match[str]) -> str:
    letters = re.sub(r"[ .\-_*]", "", match.group())
    return " ".join(rulebook().cut(letters))


@functools.lru_cache(maxsize=20_000)
def _plain(typed: str) -> str:
    """One word as it is compared: no elongation, `anak2` as `anak-anak`, digits within as letters."""
    word = re.sub(r"['’`´]", "", typed)
    word = re.sub(r"(.)\1{2,}", r"\1", word)
    if word.isdigit():
        return word
    word = re.sub(r"^([a-z]{2,})[2²]+((?:nya|an|in|kan|i)?)$", r"\1-\1\2", word)
    if any(c.isdigit() or c in "@" for c in word) and re.match(r"[a-z]+[\d@][a-z\d@]*[a-z]$", word):
        word = word.translate(DIGITS_FOR_LETTERS)
    return word


# --- from a word to what it means -------------------------------------------------------------------------------------

PASSIVE = ("di", "d", "ter", "te", "ta", "e", "i", "ka", "ke", "dak", "tak", "tok", "ku", "mar", "ba", "ber", "be")
ACTIVE = ("me", "ma", "nge", "nga", "a", "pe", "")
SUFFIXES = (
    "i",
    "in",
    "kan",
    "kn",
    "an",
    "ken",
    "ake",
    "ke",
    "no",
    "keun",
    "akan",
    "hon",
    "aghi",
    "a",
    "on",
    "ki",
    "aken",
    "inn",
)
CLITICS = ("nya", "ny", "ku", "mu", "lah", "kah", "pun", "ne", "na", "nyo", "hu", "nga", "e")
# "pukul" becomes "mukul", "tampar" "nampar", "kurung" "ngurung", "sekap" "nyekap"
NASALS = {"p": "m", "t": "n", "k": "ng", "s": "ny", "c": "ny", "b": "mb", "d": "nd", "j": "nj", "g": "ngg"}


def _nasal(root: str) -> set[str]:
    first, rest = root[0], root[1:]
    forms = {"ng" + root} if first in "aiueolrwh" else set()
    if first in NASALS:
        forms.add(NASALS[first] + rest)
        if first in "cjdbg":
            forms |= {"n" + root, "m" + root, "ng" + root}
        if first == "b":
            forms.add("m" + rest)
        if first == "c" or first == "j":
            forms.add("ny" + rest)
    return forms


@dataclass(frozen=True)
class Rule:
    """One line of rules.txt: what it says, all of whose parts must be there and none of whose exceptions."""

    text: str
    level: Level
    kind: str
    parts: tuple[Part, ...]
    unless: tuple[Part, ...]
    at_least: int  # how many of the parts: all of them, or the number before "dari"
    firm: bool  # holds even in a question, in news and in the past


class Step(NamedTuple):
    """One stop of a part: any of these notions, at most `gap` words after the stop before."""

    notions: tuple[str, ...]
    gap: int


Part = tuple[Step, ...]
Spans = dict[str, list[Span]]


class Rulebook:
    """Words and rules, read once; `judge` compares a message with them."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.words: dict[str, set[str]] = {}
        self.roots: dict[str, set[str]] = {}
        self.never: dict[str, set[str]] = {}
        self.phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self.ordinary: set[str] = set()
        # known without a list: a country is named (words/places.tsv); the message has at most four words
        self.notions: set[str] = {"negara", "pendek"}
        self.composed: list[tuple[str, tuple[Part, ...], tuple[Part, ...]]] = []
        self.rules: list[Rule] = []
        self.often_mistyped: frozenset[str] = frozenset()
        self.calming: list[tuple[tuple[Part, ...], tuple[Part, ...]]] = []
        self.damping: list[tuple[tuple[Part, ...], tuple[Part, ...]]] = []
        for file in sorted(folder.glob("words.*.txt")):
            self._read_words(file)
        self._read_ordinary(folder / "ordinary.txt")
        self._read_rules(folder / "rules.txt")
        self.meanings = functools.lru_cache(maxsize=20_000)(self._meanings)
        self.meanings("siapkan dulu")  # builds the tables of typos now, not at the first message

    # reading

    def _read_words(self, file: Path) -> None:
        notion = ""
        for number, line in _lines(file):
            heading = re.match(r"\[(\w+)\]", line)
            if heading:
                notion = heading.group(1)
                self.notions.add(notion)
                continue
            if not notion:
                raise DangerRulesInvalid(f"{file.name} line {number}: words stand before any [notion]; add one above")
            for entry in line.split():
                self._add(entry, notion)

    def _add(self, entry: str, notion: str) -> None:
        if entry.startswith("-"):
            self.never.setdefault(_plain(entry[1:]), set()).add(notion)
        elif "_" in entry:
            words = tuple(_plain(word) for word in entry.split("_"))
            self.phrases.setdefault(words[0], []).append((words[1:], notion))
        elif entry.startswith("~"):
            root = _plain(entry[1:])
            self.roots.setdefault(root, set()).add(notion)
            for form in _nasal(root):
                self.roots.setdefault(form, set()).add(notion)
        else:
            self.words.setdefault(_plain(entry), set()).add(notion)

    def _read_ordinary(self, file: Path) -> None:
        if file.exists():
            self.ordinary = {word for _, line in _lines(file) for word in line.split()}

    def _read_rules(self, file: Path) -> None:
        for number, line in _lines(file):
            try:
                self._read_rule(line)
            except ValueError as error:
                raise DangerRulesInvalid(f"{file.name} line {number}: {error}") from None

    def _read_rule(self, line: str) -> None:
        head, colon, body = line.partition(":")
        if not colon:
            raise ValueError("no colon; write 'langsung violence: pukul + pelaku'")
        verb, _, rest = head.strip().partition(" ")
        if verb == "salah":
            self.often_mistyped = frozenset(self._known("/".join(body.split())))
            return
        at_least = 0
        counted = re.match(r"\s*(\d) dari (\S+)(.*)", body)
        if counted:
            at_least, body = int(counted.group(1)), counted.group(2).replace("/", " + ") + counted.group(3)
        parts, unless = self._parts(body)
        if verb in ("tenang", "redam"):
            (self.calming if verb == "tenang" else self.damping).append((parts, unless))
            return
        if verb == "gabungan":
            self.notions.add(rest.strip())
            self.composed.append((rest.strip(), parts, unless))
            return
        level = LEVELS.get(verb.rstrip("!"))
        if level is None:
            raise ValueError(f"'{verb}' is unknown; begin with langsung, tanya, gabungan, salah ketik, tenang or redam")
        if rest.strip() not in KINDS:
            raise ValueError(f"kind '{rest.strip()}' is unknown; use one of {', '.join(KINDS)}")
        self.rules.append(Rule(line, level, rest.strip(), parts, unless, at_least or len(parts), verb.endswith("!")))

    def _parts(self, body: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        parts: list[Part] = []
        unless: list[Part] = []
        for piece in body.split("+"):
            piece = piece.strip()
            (unless if piece.startswith("bukan ") else parts).append(self._part(piece.removeprefix("bukan ")))
        if not parts:
            raise ValueError("nothing but exceptions; name at least one notion that must be there")
        return tuple(parts), tuple(unless)

    def _part(self, piece: str) -> Part:
        steps: list[Step] = []
        gap = 0
        for token in piece.split():
            far = re.fullmatch(r"\.\.(\d*)", token)
            if far:
                gap = int(far.group(1) or 3)
            else:
                steps.append(Step(self._known(token), gap))
                gap = 0
        if not steps:
            raise ValueError("an empty part; write a notion between the plus signs")
        return tuple(steps)

    def _known(self, token: str) -> tuple[str, ...]:
        names = tuple(token.split("/"))
        for name in names:
            if name not in self.notions:
                raise ValueError(f"notion '{name}' is in no words file; add [{name}] to words.id.txt or mend the name")
        return names

    # one word

    def _meanings(self, word: str) -> frozenset[str]:
        found = self._exact(word)
        if "-" in word:
            # "dipegang2" stands for "dipegang-pegang"
            found = found.union(*(self._exact(half) for half in word.split("-")), self._exact(word.replace("-di", "-")))
        if not found and re.search(r"(.)\1", word):
            found = self._exact(re.sub(r"(.)\1", r"\1", word))
        if not found and len(word) >= 4 and word not in self.ordinary:
            found = self._mistyped(word)
        return frozenset(found - self.never.get(word, set()))

    def _exact(self, word: str) -> set[str]:
        found = set(self.words.get(word, ())) | self.roots.get(word, set())
        for clitic in CLITICS:
            if not word.endswith(clitic):
                continue
            bare = word[: -len(clitic)]
            if len(bare) >= (2 if len(clitic) > 1 else 4):
                found |= self.words.get(bare, set())
                if len(bare) >= 4:
                    found |= self._with_affixes(bare)
        return found | self._with_affixes(word)

    def _with_affixes(self, word: str) -> set[str]:
        found: set[str] = set()
        for stem in _stems(word):
            found |= self.roots.get(stem, set())
        return found

    def _mistyped(self, word: str) -> set[str]:
        """One slip in a long danger word (`diprkosa`, `dipuukl`, `d*sekap`), or only its vowels left out (`dskp`)."""
        near = (
            {form for short in _one_left_out(word) for form in self.typos.get(short, ())} if len(word) >= 6 else set()
        )
        slips = [self.long_words[form] for form in near if form[0] == word[0] and _one_slip(word, form)]
        shapes = [self.long_words[form] for form in self.skeletons.get(_consonants(word), ()) if _inside(word, form)]
        return {notion for notions in slips or shapes for notion in notions}

    @functools.cached_property
    def long_words(self) -> dict[str, set[str]]:
        """The words in which slips are forgiven: long forms of the notions named under `salah ketik`."""
        forms = {word: notions & self.often_mistyped for word, notions in self.words.items()}
        for root, notions in self.roots.items():
            for form in (
                root,
                *(start + root + end for start in ("di", "me", "ter") for end in ("", "i", "in", "kan")),
            ):
                forms.setdefault(form, set()).update(notions & self.often_mistyped)
        return {form: notions for form, notions in forms.items() if notions and len(form) >= 7}

    @functools.cached_property
    def typos(self) -> dict[str, tuple[str, ...]]:
        """Every long word with one letter left out: two words that meet there are one slip apart."""
        return _grouped((short, form) for form in self.long_words for short in _one_left_out(form))

    @functools.cached_property
    def skeletons(self) -> dict[str, tuple[str, ...]]:
        """The long words by their consonants alone, four at least."""
        return _grouped((_consonants(form), form) for form in self.long_words if len(_consonants(form)) >= 4)

    def cut(self, letters: str) -> Iterator[str]:
        """Cut letters that were typed one by one into the words we know; what is left stays together."""
        rest = ""
        while letters:
            size = next((n for n in range(min(len(letters), LONGEST_FORM), 3, -1) if self._exact(letters[:n])), 0)
            if not size:
                rest, letters = rest + letters[0], letters[1:]
                continue
            if rest:
                yield rest
            yield letters[:size]
            rest, letters = "", letters[size:]
        if rest:
            yield rest

    # one message

    def judge(self, words: Sequence[Word]) -> tuple[Level, Rule, list[Span]] | None:
        """The strongest rule that holds for these words: `act` before `ask`, and earlier lines before later ones."""
        spans = self.read(words)
        if not spans:
            return None
        calm = any(_holds(*condition, spans, words) is not None for condition in self.calming)
        told = any(_holds(*condition, spans, words) is not None for condition in self.damping)
        asked: tuple[Level, Rule, list[Span]] | None = None
        for rule in self.rules:
            level = _softened(rule, calm, told, "kami" in spans)
            if level is None or (asked and level == "ask"):
                continue
            found = _holds(rule.parts, rule.unless, spans, words, rule.at_least)
            if found is not None:
                if level == "act":
                    return level, rule, found
                asked = level, rule, found
        return asked

    def read(self, words: Sequence[Word]) -> Spans:
        """Every notion in these words and where it stands."""
        spans: Spans = {}
        for index, word in enumerate(words):
            for notion in self.meanings(word.plain):
                spans.setdefault(notion, []).append(Span(index, index))
            if word.plain in ("d", "di") and index + 1 < len(words):
                # "di pukul", "d ambil": the prefix written as a word of its own
                for notion in self._with_affixes("di" + words[index + 1].plain):
                    spans.setdefault(notion, []).append(Span(index, index + 1))
            for rest, notion in self.phrases.get(word.plain, ()):
                if tuple(w.plain for w in words[index + 1 : index + 1 + len(rest)]) == rest:
                    spans.setdefault(notion, []).append(Span(index, index + len(rest)))
        _hide_figures_of_speech(spans)
        if words and len(words) <= 4:
            spans["pendek"] = [Span(0, len(words) - 1)]
        for index in range(len(words)):
            if _country_at(words, index) not in (None, "id"):
                spans.setdefault("negara", []).append(Span(index, index))
        for name, parts, unless in self.composed:
            found = _holds(parts, unless, spans, words)
            if found:
                spans.setdefault(name, []).append(Span(min(found).first, max(s.last for s in found)))
        return spans


LEVELS: Mapping[str, Level] = {"langsung": "act", "tanya": "ask"}


@functools.lru_cache(maxsize=1)
def rulebook() -> Rulebook:
    """The rules that ship with the project, read at first use."""
    return Rulebook()


def _softened(rule: Rule, calm: bool, told: bool, ours: bool) -> Level | None:
    """What is left of a rule in a calm message (nothing), or in a question, in news, in the past (one level less)."""
    if rule.firm:
        return rule.level
    if calm:
        return None
    if told:
        return "ask" if rule.level == "act" and ours else None
    return rule.level


def _hide_figures_of_speech(spans: Spans) -> None:
    """ "Kebakaran jenggot" is no fire: the words of a [kiasan] mean nothing else."""
    for figure in spans.get("kiasan", ()):
        for notion, places_ in spans.items():
            if notion != "kiasan":
                spans[notion] = [span for span in places_ if span.last < figure.first or span.first > figure.last]


def _holds(
    parts: Sequence[Part], unless: Sequence[Part], spans: Spans, words: Sequence[Word], at_least: int | None = None
) -> list[Span] | None:
    """The words that fulfil enough of the parts (all, unless said otherwise); None for too few or an exception."""
    missing = 0
    found: list[Span] = []
    for part in parts:
        span = _find(part, spans, words)
        if span is not None:
            found.append(span)
            continue
        missing += 1
        if len(parts) - missing < (len(parts) if at_least is None else at_least):
            return None
    if any(_find(part, spans, words) for part in unless):
        return None
    return found


def _find(part: Part, spans: Spans, words: Sequence[Word]) -> Span | None:
    reached = [span for name in part[0].notions for span in spans.get(name, ())]
    for step in part[1:]:
        nexts = [span for name in step.notions for span in spans.get(name, ())]
        reached = [
            Span(before.first, after.last)
            for before in reached
            for after in nexts
            if 1 <= words[after.first].place - words[before.last].place <= step.gap + 1
        ]
        if not reached:
            return None
    return reached[0] if reached else None


@functools.lru_cache(maxsize=20_000)
def _stems(word: str) -> tuple[str, ...]:
    stems = set()
    for prefix in (*PASSIVE, *ACTIVE):
        if not word.startswith(prefix):
            continue
        rest = word[len(prefix) :]
        for suffix in ("", *SUFFIXES):
            if rest.endswith(suffix):
                stem = rest[: len(rest) - len(suffix)]
                if len(stem) >= 4 or (len(stem) == 3 and prefix):
                    stems.add(stem)
    return tuple(stems)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for key, member in pairs:
        groups[key] = (*groups.get(key, ()), member)
    return groups


def _one_left_out(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(1, len(word))} | {word}


def _one_slip(a: str, b: str) -> bool:
    """One letter more, less, other, or two neighbours swapped."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    left, right = a[start : len(a) - end], b[start : len(b) - end]
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])


def _consonants(word: str) -> str:
    return re.sub(r"[aiueo*]", "", word)


def _inside(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        line = line.partition("#")[0].strip()
        if line:
            yield number, line


# --- where ------------------------------------------------------------------------------------------------------------

AT = frozenset(
    [
        "di",
        "d",
        "leq",
        "lek",
        "ning",
        "neng",
        "nang",
        "ing",
        "e",
        "dek",
        "in",
        "at",
        "sian",
        "ti",
        "dhateng",
        "ndek",
        "ring",
    ]
)


# "kl" is also "kalau", "jb" and "sg" are many things: places only in "di kl", "ke jb"
AT_OR_TO = AT | {"ke", "ka", "jok", "dari", "toilet", "bandara"}
ONLY_AFTER_AT = frozenset({"kl", "jb", "sg", "in", "uk"})


def _place_among(words: Sequence[Word]) -> str | None:
    abroad: list[tuple[bool, int, str]] = []
    home = None
    for index in range(len(words)):
        code = _country_at(words, index)
        if code == "id":
            home = "id"
        elif code:
            stands_there = index > 0 and words[index - 1].plain in AT
            abroad.append((not stands_there, index, code))
    return min(abroad)[2] if abroad else home


def _country_at(words: Sequence[Word], index: int) -> str | None:
    known = places()
    for size in (3, 2, 1):
        name = " ".join(word.plain for word in words[index : index + size])
        if name in known and (name not in ONLY_AFTER_AT or (index > 0 and words[index - 1].plain in AT_OR_TO)):
            return known[name]
    return _misspelt_place(words[index].plain)


@functools.lru_cache(maxsize=5_000)
def _misspelt_place(word: str) -> str | None:
    if len(word) < 7:
        return None
    near = {name for short in _one_left_out(word) for name in _long_places().get(short, ())}
    return next((places()[name] for name in sorted(near) if name[0] == word[0] and _one_slip(word, name)), None)


@functools.lru_cache(maxsize=1)
def _long_places() -> Mapping[str, tuple[str, ...]]:
    return _grouped((short, name) for name in places() if len(name) >= 7 for short in _one_left_out(name))


@functools.lru_cache(maxsize=1)
def places(file: Path = PLACES) -> Mapping[str, str]:
    """Place name as typed (lower case, no accents) → country code, from words/places.tsv."""
    known: dict[str, str] = {}
    for number, line in _lines(file):
        code, tab, names = line.partition("\t")
        if not tab or not re.fullmatch(r"[a-z]{2}", code):
            raise DangerRulesInvalid(
                f"{file.name} line {number}: write a two-letter code, a tab, then names with commas"
            )
        for name in names.split(","):
            known[name.strip()] = code
    return known
