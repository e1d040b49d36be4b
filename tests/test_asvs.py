"""The table of OWASP ASVS 5.0 is whole: every requirement of levels 1 and 2 once, and every test that it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "asvs.md"
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "11.1": 2, "11.2": 3, "11.3": 3,
    "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3,
    "16.5": 3,
}  # fmt: skip
"""How many requirements of levels 1 and 2 each section has; they are its first ones. Chapters 10 and 17 do not apply."""
TAKEN_ALL_THE_SAME = {"1.2.10"}
TEST = re.compile(r"`([\w/]+\.py)(?:::(test_\w+))?`")
ELSE = re.compile(r"n/a: \w|open: \w|page: \[|ruff rules? [A-Z]\d|bandit, in|mypy, in")


def rows() -> list[tuple[str, str]]:
    """Number and last column of each row."""
    found = re.findall(r"^\| (\d+\.\d+\.\d+) \| [^|]+ \| ([^|]+) \|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    return [(number, by) for number, by in found]


def test_every_requirement_of_level_two_stands_in_the_table_once() -> None:
    wanted = {f"{section}.{number + 1}" for section, count in SECTIONS.items() for number in range(count)}
    numbers = [number for number, _ in rows()]
    assert sorted(numbers) == sorted(wanted | TAKEN_ALL_THE_SAME)


def test_every_row_says_what_holds_it_and_every_test_named_is_there() -> None:
    for number, by in rows():
        named = TEST.findall(by)
        assert named or ELSE.search(by), number
        for file, test in named:
            path = ROOT / "tests" / file
            assert path.exists(), (number, file)
            defined = {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}
            assert not test or test in defined, (number, file, test)
