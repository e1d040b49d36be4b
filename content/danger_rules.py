"""The rules by which danger is seen: words and how they combine, in plain text that village staff can read and change.

Words live in `danger/words.<lang>.txt`, how they combine in `danger/rules.txt`. This file only knows how to read them
and how to compare them with a message that `content/typed.py` cut into words.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from content.affixes import CLITICS, nasal_forms, stems
from content.places import country_at
from content.typed import Word, consonants, grouped, is_inside, one_left_out, one_slip, plain, read_lines, read_words

FOLDER = Path(__file__).parent / "danger"

Level = Literal["act", "ask"]
KINDS = ("violence", "sexual", "confinement", "scam", "child", "suicide", "disaster", "medical", "lost")
LONGEST_FORM = 24
"""Letters of the longest word we know, with its affixes."""


class DangerRulesInvalid(ValueError):
    """A danger file cannot be used; the message names file, line and remedy."""


class Span(NamedTuple):
    """A run of words, both ends included."""

    first: int
    last: int


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

    @functools.cached_property
    def needs(self) -> frozenset[str]:
        """Without one of these notions it cannot hold: those of its rarest part, or of any where some parts suffice."""
        if self.at_least == len(self.parts):
            return _rarest(self.parts)
        return frozenset().union(*(part[0].notions for part in self.parts))


@dataclass(frozen=True)
class Condition:
    """What must all be there, without exceptions: it calms, it damps, or it composes a notion of others."""

    parts: tuple[Part, ...]
    unless: tuple[Part, ...]

    @functools.cached_property
    def needs(self) -> frozenset[str]:
        """Without one of these notions it cannot hold."""
        return _rarest(self.parts)


class Step(NamedTuple):
    """One stop of a part: any of these notions, at most `gap` words after the stop before."""

    notions: tuple[str, ...]
    gap: int


Part = tuple[Step, ...]
Spans = dict[str, list[Span]]


class Judged(NamedTuple):
    """What the rules say of some words: the level and rule with the words that fulfil it, or no rule at all."""

    level: Level | None
    rule: Rule | None
    found: list[Span]
    spans: Spans
    is_calm: bool  # the words say that there is no danger
    is_told: bool  # a question, news, the past

    @property
    def notions(self) -> list[str]:
        """What was understood, in the order of the words."""
        return [name for _, name in sorted((span.first, name) for name, found in self.spans.items() for span in found)]


class Rulebook:
    """Words and rules, read once; `judge` compares a message with them."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.words: dict[str, set[str]] = {}
        self.roots: dict[str, set[str]] = {}
        self.never: dict[str, set[str]] = {}
        self.phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self.ordinary: frozenset[str] = frozenset()
        # known without a list: a country is named (words/places.tsv); the message has at most four words, or two
        self.notions: set[str] = {"negara", "pendek", "sepatah"}
        self.composed: list[tuple[str, Condition]] = []
        self.rules: list[Rule] = []
        self.often_mistyped: frozenset[str] = frozenset()
        self.calming: list[Condition] = []
        self.damping: list[Condition] = []
        for file in sorted(folder.glob("words.*.txt")):
            self._read_words(file)
        self._read_ordinary(folder / "ordinary.txt")
        self._read_rules(folder / "rules.txt")
        self.meanings = functools.lru_cache(maxsize=20_000)(self._meanings)
        self.meanings("siapkan dulu")  # builds the tables of typos now, not at the first message

    # reading

    def _read_words(self, file: Path) -> None:
        notion = ""
        for number, line in read_lines(file):
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
            self.never.setdefault(plain(entry[1:]), set()).add(notion)
        elif "_" in entry:
            words = tuple(plain(word) for word in entry.split("_"))
            self.phrases.setdefault(words[0], []).append((words[1:], notion))
        elif entry.startswith("~"):
            root = plain(entry[1:])
            self.roots.setdefault(root, set()).add(notion)
            for form in nasal_forms(root):
                self.roots.setdefault(form, set()).add(notion)
        else:
            self.words.setdefault(plain(entry), set()).add(notion)

    def _read_ordinary(self, file: Path) -> None:
        if file.exists():
            self.ordinary = read_words(file)

    def _read_rules(self, file: Path) -> None:
        for number, line in read_lines(file):
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
            (self.calming if verb == "tenang" else self.damping).append(Condition(parts, unless))
            return
        if verb == "gabungan":
            self.notions.add(rest.strip())
            self.composed.append((rest.strip(), Condition(parts, unless)))
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
        for stem in stems(word):
            found |= self.roots.get(stem, set())
        return found

    def _mistyped(self, word: str) -> set[str]:
        """One slip in a long danger word (`diprkosa`, `dipuukl`, `d*sekap`), or only its vowels left out (`dskp`)."""
        near = {form for short in one_left_out(word) for form in self.typos.get(short, ())} if len(word) >= 6 else set()
        slips = [self.long_words[form] for form in near if form[0] == word[0] and one_slip(word, form)]
        shapes = [self.long_words[form] for form in self.skeletons.get(consonants(word), ()) if is_inside(word, form)]
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
        return grouped((short, form) for form in self.long_words for short in one_left_out(form))

    @functools.cached_property
    def skeletons(self) -> dict[str, tuple[str, ...]]:
        """The long words by their consonants alone, four at least."""
        return grouped((consonants(form), form) for form in self.long_words if len(consonants(form)) >= 4)

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

    def judge(self, words: Sequence[Word]) -> Judged:
        """The strongest rule that holds for these words: `act` before `ask`, and earlier lines before later ones."""
        spans = self.read(words)
        calm = any(_is_met(condition, spans, words) is not None for condition in self.calming)
        told = any(_is_met(condition, spans, words) is not None for condition in self.damping)
        judged = Judged(None, None, [], spans, calm, told)
        for rule in self.rules if spans else ():
            if rule.needs.isdisjoint(spans):
                continue
            level = _softened(rule, calm, told, "kami" in spans)
            if level is None or (judged.level and level == "ask"):
                continue
            found = _holds(rule.parts, rule.unless, spans, words, rule.at_least)
            if found is not None:
                judged = judged._replace(level=level, rule=rule, found=found)
                if level == "act":
                    break
        return judged

    def read(self, words: Sequence[Word]) -> Spans:
        """Every notion in these words and where it stands."""
        spans: Spans = {}
        plain_words = tuple(word.plain for word in words)
        for index, word in enumerate(words):
            for notion in self.meanings(word.plain):
                spans.setdefault(notion, []).append(Span(index, index))
            if word.plain in ("d", "di") and index + 1 < len(words):
                # "di pukul", "d ambil": the prefix written as a word of its own
                for notion in self._with_affixes("di" + words[index + 1].plain):
                    spans.setdefault(notion, []).append(Span(index, index + 1))
            for rest, notion in self.phrases.get(word.plain, ()):
                if plain_words[index + 1 : index + 1 + len(rest)] == rest:
                    spans.setdefault(notion, []).append(Span(index, index + len(rest)))
        _hide_figures_of_speech(spans)
        for notion, most in (("pendek", 4), ("sepatah", 2)):
            if 0 < len(words) <= most:
                spans[notion] = [Span(0, len(words) - 1)]
        for index in range(len(words)):
            if country_at(words, index) not in (None, "id"):
                spans.setdefault("negara", []).append(Span(index, index))
        for name, condition in self.composed:
            found = _is_met(condition, spans, words)
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


def _rarest(parts: Sequence[Part]) -> frozenset[str]:
    """The notions with which the part begins that is least often there."""
    return min((frozenset(part[0].notions) for part in parts), key=len)


def _is_met(condition: Condition, spans: Spans, words: Sequence[Word]) -> list[Span] | None:
    """The words that fulfil a condition, as `_holds` tells them; nearly always its rarest part is not there."""
    return None if condition.needs.isdisjoint(spans) else _holds(condition.parts, condition.unless, spans, words)


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
    for step in part:
        if not any(name in spans for name in step.notions):
            return None  # the quick way out of nearly all
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
