"""Every regular expression of the house under text made to choke it: twice the text may take twice as long, and no more.

They are collected from the source itself, those that stand in a call as well as those that a module keeps, so a new one is
tried without being named here. The hostile texts are made from each expression's own letters and classes (ASVS 5.0 1.2.9,
15.3: no expression that backtracks without end).
"""

from __future__ import annotations

import ast
import importlib
import random
import re
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from re import _parser as reading  # type: ignore[attr-defined]
from typing import Any

import pytest

from centre.messages import LONGEST_SAID
from tests.test_architecture import MODULES, ROOT, tree_of

CALLS = {"sub": "finditer", "subn": "finditer", "split": "finditer", "findall": "finditer", "search": "finditer"}
CALLS |= {name: name for name in ("finditer", "match", "fullmatch", "compile")}
"""How an expression is used → how it is tried: what looks for one place is tried until all of them are found."""
OWN_FILES = {
    "centre.passwords",
    "content.danger_rules",
    "content.contacts",
    "processes.desk_catalogues",
    "processes.privacy_page",
    "bot.checking",
}
"""What these read comes with the program, or has been cut to a sentence's length before."""
COMMON = (" ", "\n", "a", "0", ".", "-", "é", "ا")
TAILS = ("", "!")
MOST_ATOMS, MOST_HEADS = 8, 2
QUICK = 0.008
"""Seconds for the longest message there is: nobody has to look twice at what is done by then."""
SHORT = (16, 20, 24, 28, 32, 40)
"""Characters with which an expression that tries everything is at it for longer than that already."""


@dataclass(frozen=True)
class Tried:
    """An expression, and how it is used."""

    pattern: re.Pattern[str]
    ways: frozenset[str]


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in MODULES:
        name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        if ".migrations" not in name and name not in OWN_FILES:
            yield name, tree_of(path)


def kept_in(value: Any, depth: int = 3) -> Iterator[re.Pattern[str]]:
    """Expressions in a value: itself, or within what it holds."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth and isinstance(value, dict):
        for each in (*value.keys(), *value.values()):
            yield from kept_in(each, depth - 1)
    elif depth and isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from kept_in(each, depth - 1)


def calls_in(tree: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """(owner, way, call) for all calls that could use an expression."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
            owner = node.func.value
            yield getattr(owner, "attr", getattr(owner, "id", "")), node.func.attr, node


def written_in(tree: ast.AST) -> Iterator[tuple[re.Pattern[str], str]]:
    """Expressions that stand in a call, as they are written there."""
    for owner, way, node in calls_in(tree):
        first = node.args[0] if node.args else None
        if owner == "re" and way != "compile" and isinstance(first, ast.Constant) and isinstance(first.value, str):
            named = [each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)]
            flags = [getattr(re, name) for name in named if isinstance(getattr(re, name, None), re.RegexFlag)]
            yield re.compile(first.value, sum(flags)), CALLS[way]


def kept_by(module: str, tree: ast.AST) -> Iterator[tuple[re.Pattern[str], str]]:
    """Expressions that a module keeps, by name or within something."""
    used = [(owner, CALLS[way]) for owner, way, _ in calls_in(tree)]
    for name, value in vars(importlib.import_module(module)).items():
        ways = [way for owner, way in used if owner == name] or ["finditer"]
        for pattern in kept_in(value):
            yield from ((pattern, way) for way in ways)


def expressions() -> dict[str, Tried]:
    found: dict[re.Pattern[str], tuple[str, set[str]]] = {}
    for module, tree in modules():
        for pattern, way in (*written_in(tree), *kept_by(module, tree)):
            found.setdefault(pattern, (module, set()))[1].add(way)
    return {f"{module}: {p.pattern[:60]}": Tried(p, frozenset(ways)) for p, (module, ways) in found.items()}


def pieces_of(pattern: re.Pattern[str]) -> tuple[list[str], list[str]]:
    """Pieces of text that parts of the expression like, and beginnings of what all of it likes."""
    found: list[str] = []
    heads = [""]
    for part in reading.parse(pattern.pattern, pattern.flags):
        heads.append(heads[-1] + _gather([part], found))
    own = [atom for atom in dict.fromkeys(found) if atom]
    rng = random.Random(1)
    return [*rng.sample(own, min(len(own), MOST_ATOMS)), *COMMON], ["", *list(dict.fromkeys(heads[1:]))[-MOST_HEADS:]]


CLASSES = {"DIGIT": "1", "NOT_DIGIT": "x", "SPACE": " ", "NOT_SPACE": "x", "WORD": "a", "NOT_WORD": "-"}


def _gather(parsed: Any, found: list[str]) -> str:
    """One text that this part of an expression matches, more or less; every part's own goes to `found`."""
    said = ""
    for code, argument in parsed:
        said += _one(str(code), argument, found)
    found.append(said)
    return said


def _one(code: str, argument: Any, found: list[str]) -> str:
    if code == "LITERAL":
        found.append(chr(argument))
        return chr(argument)
    if code == "ANY":
        return "x"
    if code == "IN":
        return _of_class(argument, found)
    if code in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _gather(argument[2], found) * max(1, min(argument[0], 50))
    if code == "SUBPATTERN":
        return _gather(argument[3], found)
    if code == "BRANCH":
        return [_gather(each, found) for each in argument[1]][0]
    return ""


def _of_class(members: list[tuple[Any, Any]], found: list[str]) -> str:
    if str(members[0][0]) == "NEGATE":
        return "x"
    for code, argument in members:
        name = str(code)
        found.append(
            chr(argument)
            if name == "LITERAL"
            else chr(argument[0])
            if name == "RANGE"
            else CLASSES.get(str(argument).removeprefix("CATEGORY_"), "")
        )
    return found[-1]


def hostile(pattern: re.Pattern[str]) -> Iterator[tuple[str, str, str]]:
    """(beginning, what is repeated, end that does not fit): each piece pumped, alone and with another."""
    atoms, heads = pieces_of(pattern)
    pumped = [*atoms, *(one + other for one, other in product(atoms[:4], repeat=2) if one != other)]
    yield from product(heads, pumped, TAILS)


def seconds(pattern: re.Pattern[str], way: str, hostile: tuple[str, str, str], length: int) -> float:
    head, pump, tail = hostile
    text = head + (pump * (length // len(pump) + 1))[:length] + tail
    began = time.thread_time()
    found = getattr(pattern, way)(text)
    if way == "finditer":
        deque(found, maxlen=0)
    return time.thread_time() - began


def slow_ones(tried: Tried) -> list[str]:
    """Two of the texts, if any, for which the expression takes much more than twice as long as for half of them."""
    texts = ((way, text) for way in tried.ways for text in hostile(tried.pattern))
    found = (f"{way} on {text}" for way, text in texts if _chokes(tried.pattern, way, text))
    return list(islice(found, 2))


def _chokes(pattern: re.Pattern[str], way: str, text: tuple[str, str, str]) -> bool:
    for length in SHORT:
        if seconds(pattern, way, text, length) > QUICK:
            return seconds(pattern, way, text, length) > QUICK
    if seconds(pattern, way, text, LONGEST_SAID // 4) < QUICK / 16:
        return False
    half, whole = (
        min(seconds(pattern, way, text, length) for _ in range(3)) for length in (LONGEST_SAID // 2, LONGEST_SAID)
    )
    return whole > QUICK and whole > 3 * half


EXPRESSIONS = expressions()


def test_the_expressions_of_the_house_are_found() -> None:
    assert len(EXPRESSIONS) > 100
    assert any("janji" in name for name in EXPRESSIONS)
    assert {way for tried in EXPRESSIONS.values() for way in tried.ways} == {"finditer", "match", "fullmatch"}


def test_twice_the_text_takes_twice_as_long() -> None:
    found = {name: slow_ones(tried) for name, tried in EXPRESSIONS.items()}
    assert {name: slow for name, slow in found.items() if slow} == {}


@pytest.mark.parametrize("bomb", [r"(a+)+$", r"(a|aa)*b", r"\S+@\S+"])
def test_this_test_finds_an_expression_that_chokes(bomb: str) -> None:
    assert slow_ones(Tried(re.compile(bomb), frozenset({"finditer"})))
