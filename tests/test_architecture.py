"""Promises about the house, read from the source itself: who may know whom, who may read the clock, who may commit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("admin", "bot", "centre", "content", "processes", "webhooks")
MAY_IMPORT = {
    "centre": set(),
    "content": {"centre"},
    "bot": {"content", "centre"},
    "webhooks": {"centre"},
    "admin": {"content", "centre"},
    "processes": set(PACKAGES),
}
CONTENT_MAY_KNOW = {"centre.db", "centre.messages", "centre.sounds"}
"""Of centre, guidance knows the door to the database, how wide a button is, and where what is spoken lies."""
NETWORK = {
    "aiohttp",
    "flask",
    "granian",
    "http",
    "httpx",
    "pywa",
    "requests",
    "smtplib",
    "socket",
    "telegram",
    "urllib",
}
CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}
CLOCK_OWNERS = {"datetime", "date", "time"}
COMMIT_ALLOWED = {"centre/db.py"}

MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def modules_of(*packages: str) -> pytest.MarkDecorator:
    paths = [path for path in MODULES if package_of(path) in packages]
    return pytest.mark.parametrize("path", paths, ids=[str(path.relative_to(ROOT)) for path in paths])


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported anywhere, "centre.db" for `from centre import db` too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(owner, method) of every call `owner.method(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            yield getattr(owner, "attr", getattr(owner, "id", "")), node.func.attr


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def test_all_packages_are_looked_at() -> None:
    assert {package_of(path) for path in MODULES} == set(PACKAGES)


@modules_of(*PACKAGES)
def test_imports_run_in_one_direction(path: Path) -> None:
    """As `design.md` draws the house. bot, webhooks and admin meet in the database; nobody imports processes."""
    own = package_of(path)
    ours = {name for name in imported(tree_of(path)) if name.split(".")[0] in PACKAGES}
    strangers = {name for name in ours if name.split(".")[0] not in MAY_IMPORT[own] | {own}}
    assert not strangers, f"{own} may import {sorted(MAY_IMPORT[own]) or 'nothing of ours'}"


@modules_of("content")
def test_content_knows_little_of_the_centre(path: Path) -> None:
    known = {name for name in imported(tree_of(path)) if name.startswith("centre.")}
    too_much = {name for name in known if ".".join(name.split(".")[:2]) not in CONTENT_MAY_KNOW}
    assert not too_much


@modules_of("bot", "centre", "content")
def test_only_the_edges_read_the_clock(path: Path) -> None:
    asked = {
        f"{owner}.{method}" for owner, method in calls(tree_of(path)) if owner in CLOCK_OWNERS and method in CLOCKS
    }
    assert not asked, "`now` is handed in"


@modules_of("bot", "centre", "content")
def test_no_network_within(path: Path) -> None:
    reached = {name.split(".")[0] for name in imported(tree_of(path))} & NETWORK
    assert not reached


@modules_of("admin", "bot", "centre", "content", "webhooks")
def test_one_place_commits(path: Path) -> None:
    """Domain functions flush. A transaction is opened at the edges by `Database.transaction`, which commits once."""
    if str(path.relative_to(ROOT)) not in COMMIT_ALLOWED:
        assert "commit" not in {method for _, method in calls(tree_of(path))}


@modules_of(*PACKAGES)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    said = ast.get_docstring(tree_of(path))
    assert said, "a module begins with its place in the story"
    assert said[0].isupper() or said[0] in '`"', "a sentence"
