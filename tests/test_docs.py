"""Promises are tests: what the pages for people name is there, and what is there is named."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from centre import retention_rules
from centre.retention_rules import RULES, SETTABLE
from processes import keep_table, migrating
from processes.backup_commands import ToByItself
from processes.commands import main
from processes.settings import Settings

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    document
    for document in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part in ("var", "build") for part in document.relative_to(ROOT).parts)
)
README, OPERATING = ROOT / "README.md", ROOT / "docs" / "operating.md"
PLAIN = [ROOT / name for name in ("Makefile", "Procfile", "pyproject.toml", "requirements.txt", "LICENSE", ".ci/run")]
BETWEEN_OURSELVES = {"BALAI_PARENT"}
"""What `balai serve` tells its children; nobody else sets it."""

every_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=[str(document.relative_to(ROOT)) for document in DOCUMENTS]
)


def words_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def code_of(document: Path) -> Iterator[str]:
    """Each line of code in a document: between back-ticks, or in a fence."""
    fences = re.compile(r"^ *```.*?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
    for fence in fences.findall(words_of(document)):
        yield from fence.splitlines()
    yield from re.findall(r"`([^`\n]+)`", fences.sub("", words_of(document)))


def commands_in(document: Path) -> Iterator[list[str]]:
    """What follows `balai` in each command, word by word."""
    for line in code_of(document):
        found = re.search(r"(?:^|[\s/:])balai ((?:[a-z\"-]).*)", line.split("  #")[0])
        if found and not re.match(r"^(from|import|cd)\b", line):
            yield shlex.split(found[1])


def settings_in_code() -> set[str]:
    """Every name that the code reads: the fields of `Settings`, and what commands ask the environment for."""
    fields = {str(field.validation_alias or f"BALAI_{name.upper()}") for name, field in Settings.model_fields.items()}
    asked = {
        name
        for module in (ROOT / "processes").glob("*.py")
        for name in re.findall(r"environ(?:\.get\(|\[)\"(BALAI_[A-Z_]+)\"", words_of(module))
    }
    return fields | asked - BETWEEN_OURSELVES | {rule.setting for rule in SETTABLE}


def all_commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from all_commands(command, (*before, name))
        else:
            yield (*before, name)


def command_named(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that these words begin with, and what is left of them."""
    command: click.Command = main
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands and isinstance(command, ToByItself):
            rest.insert(0, command.otherwise)
        assert rest[0] in command.commands, f"there is no `balai {' '.join(words)}`"
        command = command.commands[rest.pop(0)]
    return command, rest


@every_document
def test_a_setting_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(r"\bBALAI_[A-Z_]+\b", words_of(document))) - {"BALAI_KEEP_"}
    assert named <= settings_in_code()


def test_every_setting_is_explained_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", words_of(OPERATING), re.MULTILINE))
    assert set(rows) == settings_in_code()
    for rule in SETTABLE:
        assert rule.kept is not None
        assert f"`{rule.kept.days}`" in rows[rule.setting], rule.setting
    for name, field in Settings.model_fields.items():
        if field.default not in ("", None, Settings.model_fields["data"].default):
            told = rows[str(field.validation_alias or f"BALAI_{name.upper()}")]
            assert f"{field.default:g}" in told if isinstance(field.default, float) else str(field.default) in told


def test_every_table_says_how_long_its_rows_are_kept() -> None:
    """A new table: name it under a rule of `centre/retention_rules.py`; if it holds nothing of a person, in `OF_NOBODY`."""
    tables = set(migrating.METADATA.tables)
    assert retention_rules.without_rule(tables) == set()
    named = {table for rule in RULES for table in rule.tables} | retention_rules.OF_NOBODY
    assert named <= tables, "these tables are gone"
    assert not retention_rules.OF_NOBODY & {table for rule in RULES for table in rule.tables}


@pytest.mark.parametrize(
    ("page", "tables"),
    [
        ("operating.md", [keep_table.for_operators()]),
        ("privacy.md", [keep_table.for_families("id"), keep_table.for_families("en")]),
    ],
)
def test_pages_promise_the_times_that_are_kept(page: str, tables: list[str]) -> None:
    """UPDATE_DOCS=1 writes them anew."""
    document = ROOT / "docs" / page
    parts = re.split(f"({keep_table.BEGIN}\n.*?{keep_table.END})", words_of(document), flags=re.DOTALL)
    wanted = [f"{keep_table.BEGIN}\n{table}\n{keep_table.END}" for table in tables]
    if os.environ.get("UPDATE_DOCS"):
        parts[1::2] = wanted
        document.write_text("".join(parts), encoding="utf-8")
    assert parts[1::2] == wanted


@every_document
def test_a_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", words_of(ROOT / "Makefile"), re.MULTILINE))
    code = (line.split("#")[0] for line in code_of(document))
    named = {name for line in code for name in re.findall(r"\bmake ([a-z-]+)", line)}
    assert named <= targets


@every_document
def test_a_command_that_is_named_exists_with_its_options(document: Path) -> None:
    for words in commands_in(document):
        command, rest = command_named(words)
        options = {name for parameter in command.params for name in parameter.opts} | {"--help", "-h"}
        assert {word for word in rest if word.startswith("-")} <= options, words


def test_the_readme_names_every_command() -> None:
    named = list(commands_in(README))
    for command in all_commands(main):
        assert any(tuple(words[: len(command)]) == command for words in named), f"balai {' '.join(command)}"


def test_the_readme_names_every_make_target() -> None:
    helped = re.findall(r"^([a-z-]+):.*## ", words_of(ROOT / "Makefile"), re.MULTILINE)
    assert [name for name in helped if f"make {name}" not in words_of(README)] == []


@every_document
def test_links_lead_somewhere(document: Path) -> None:
    text = words_of(document)
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"<img src=\"([^\"]+)\"", text)
    ours = [link for link in links if not re.match(r"[a-z]+:", link)]
    for link in ours:
        path, _, section = link.partition("#")
        target = document.parent / unquote(path) if path else document
        assert target.exists(), link
        if section:
            headings = re.findall(r"^#+ (.+)$", words_of(target), re.MULTILINE)
            assert section in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}, link


@every_document
def test_a_file_that_is_named_exists(document: Path) -> None:
    """`bot/phrases.py` and the like: what moves takes its name in the pages along."""
    packages = "admin|bot|centre|content|webhooks|processes|locales|tests|bench|docs"
    for name in re.findall(rf"`((?:{packages})/[\w./-]+)`", words_of(document)):
        # With a function (`centre/inbox.claim`) the file before the dot is meant.
        is_there = (ROOT / name).exists() or (ROOT / re.sub(r"\.\w+$", ".py", name)).exists()
        assert is_there or "CODE" in name or "/bot.po" in name, name


@pytest.mark.parametrize("document", [*DOCUMENTS, *PLAIN], ids=lambda document: str(document.relative_to(ROOT)))
def test_nothing_ties_us_to_one_machine_or_registry(document: Path) -> None:
    text = words_of(document)
    assert not re.search(r"(?<![\w.:/<{-])/(home|root|work|tmp|usr|opt|Users)/", text.replace("#!/usr/bin/env", ""))
    assert not re.search(r"\b(pypi|pythonhosted|npmjs|crates)\.(org|com|io)\b|--(extra-)?index-url|--find-links", text)


def test_decisions_are_numbered_and_short() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [record.name[:4] for record in records]
    assert len(set(numbers)) == len(numbers)
    for record in records:
        assert words_of(record).startswith(f"# {record.name[:4]} "), record.name
        assert len(words_of(record).splitlines()) <= 20, record.name


def test_the_picture_of_the_chat_is_light() -> None:
    picture = (ROOT / "docs" / "chat.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 120_000
