"""Promises that a reader could break without noticing, read from the source: how secrets are compared, where calls lead,
what a page may hold unescaped, and that no form fills in more than it names (OWASP ASVS 5.0 1.2.10, 1.3.6, 11.2.4, 15.3.3)."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from content import workbooks
from tests.test_architecture import MODULES, ROOT, tree_of

SECRET = re.compile(r"(^|_)(secret|token|password|passwd|signature|hmac|csrf|pin|proof|api_key|otp|given_code)$")
OWN_COOKIE = "request.cookies.get(cookie) != token"
"""The browser's name with itself: has it to be told anew?"""
UNESCAPED = {
    ("admin/qr_codes.py", "drawn"),
    ("admin/forms.py", "JoinedStr"),
    ("admin/charts.py", "ET.tostring(drawing, encoding='unicode')"),
    ("webhooks/public_figures.py", "style"),
    ("webhooks/privacy_page.py", "style"),
    ("webhooks/privacy_page.py", "text"),
}
"""Drawn here from numbers, addresses and our own words, each seen to when it was written: (file, what is let through)."""
SAFE_IN_TEMPLATES = {("webhooks/page/appointment.html", "qr|safe")}
SHEETS = {"content/workbooks.py", "content/exchange_sheets.py", "admin/sheets.py"}
"""Where spreadsheets are written, each cell by `content.workbooks.cell`."""
CALLERS = {
    "webhooks/downloads.py",
    "webhooks/whatsapp.py",
    "webhooks/telegram.py",
    "webhooks/elsewhere.py",
    "webhooks/gateways.py",
}
"""Where httpx is used to call out."""


def where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def calls() -> list[tuple[str, ast.Call]]:
    """Every call of the house, with its file."""
    found = []
    for path in MODULES:
        found += [(where(path), node) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    return found


def called(node: ast.Call) -> str:
    return ast.unparse(node.func)


# Secrets


def last_name(node: ast.AST) -> str:
    """What a value is called: the last part of `session[TOKEN]`, `form.pin.data`, `secret_of(x)`."""
    if isinstance(node, ast.Call):
        return last_name(node.func)
    if isinstance(node, ast.Attribute):
        return last_name(node.value) if node.attr == "data" else node.attr
    if isinstance(node, ast.Subscript):
        return last_name(node.slice)
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return getattr(node, "id", "")


def is_known(node: ast.AST) -> bool:
    """Written out, a constant of ours, or a column, which the database compares: `StaffSession.token`."""
    if isinstance(node, (ast.Name, ast.Attribute)) and last_name(node).isupper():
        return True
    is_column = isinstance(node, ast.Attribute) and ast.unparse(node.value)[:1].isupper()
    return is_column or isinstance(node, ast.Constant)


def compared_openly(tree: ast.AST) -> list[str]:
    """Comparisons by `==`, `!=` or `in` of what is called a secret with another value than a written-out one."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            sides = [node.left, *node.comparators]
            named = any(SECRET.search(last_name(side).lower()) for side in sides if not isinstance(side, ast.Constant))
            if named and not any(is_known(side) for side in sides) and ast.unparse(node) != OWN_COOKIE:
                found.append(ast.unparse(node))
    return found


def test_no_secret_is_compared_sign_by_sign() -> None:
    assert {where(path): wrong for path in MODULES if (wrong := compared_openly(tree_of(path)))} == {}


@pytest.mark.parametrize(
    ("source", "is_open"),
    [
        ("given == secret", True),
        ("session['token'] != token", True),
        ("form.pin.data == case.pin", True),
        ("self._app_secret != given", True),
        ("hmac.compare_digest(given, secret)", False),
        ("secret == ''", False),
        ("StaffSession.token == token", False),
        ("code == words.STOP", False),
    ],
)
def test_this_test_sees_an_open_comparison(source: str, is_open: bool) -> None:
    assert bool(compared_openly(ast.parse(source))) is is_open


# Calls to the outside


def test_whoever_calls_out_follows_no_redirect() -> None:
    clients = [(file, node) for file, node in calls() if called(node).endswith(("httpx.AsyncClient", "httpx.Client"))]
    assert {file for file, _ in clients} <= CALLERS
    for file, node in clients:
        told = {word.arg: ast.unparse(word.value) for word in node.keywords}
        assert told.get("follow_redirects", "False") == "False", file
        assert told.get("verify", "True") == "True", file


def test_nothing_else_calls_out() -> None:
    """No address is fetched by another way than the ones that were looked at above."""
    ways = re.compile(
        r"(^|\.)(urlopen|urlretrieve|create_connection|http\.client\.\w+|HTTPConnection)$|^requests\.(get|post|put|request)$"
    )
    found = {(file, called(node)) for file, node in calls() if ways.search(called(node))}
    assert {file for file, _ in found} <= {"processes/serve.py"}, "which looks whether its own port listens"
    shells = {(file, ast.unparse(node)[:80]) for file, node in calls() for word in node.keywords if word.arg == "shell"}
    assert shells == set()


# Pages


def test_nothing_goes_unescaped_into_a_page_but_what_is_known() -> None:
    found = set()
    for file, node in calls():
        if called(node) in ("Markup", "markupsafe.Markup") and node.args and not isinstance(node.args[0], ast.Constant):
            held = node.args[0]
            found.add((file, "JoinedStr" if isinstance(held, ast.JoinedStr) else ast.unparse(held)))
    assert found == UNESCAPED


def test_no_template_turns_escaping_off() -> None:
    told = set()
    for folder in ("admin", "webhooks", "bot", "content"):
        for path in (ROOT / folder).rglob("*.html"):
            text = path.read_text(encoding="utf-8")
            told |= {(where(path), each.replace(" ", "")) for each in re.findall(r"\w+\s*\|\s*safe\b", text)}
            told |= {
                (where(path), each) for each in re.findall(r"autoescape\s+false|<[^>%]*\s(?:on[a-z]{4,}|style)=", text)
            }
            for value in re.findall(r"<[^>]*\s[\w-]+=\{\{[^}]*\}\}", text):
                told.add((where(path), f"no quotes around {value}"))
    assert told == SAFE_IN_TEMPLATES


def test_no_script_of_ours_writes_what_it_was_told_as_html() -> None:
    """`admin/static/writing.js` shows a preview that the server has escaped; nothing else knows more than text."""
    html = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setTimeout\(\s*[\"']"
    )
    found = {
        where(path)
        for folder in ("admin", "webhooks")
        for path in (ROOT / folder).rglob("*.js")
        if html.search(path.read_text())
    }
    assert found == {"admin/static/writing.js"}


# Forms and files


def test_no_form_fills_in_more_than_it_names() -> None:
    """Values of a request reach a row one by one, by name (ASVS 5.0 15.3.3, mass assignment)."""
    found = []
    for file, node in calls():
        spread = [ast.unparse(word.value) for word in node.keywords if word.arg is None]
        if called(node).endswith("populate_obj") or any(
            re.search(r"request\.(form|args|json|values)", each) for each in spread
        ):
            found.append((file, ast.unparse(node)))
        is_class = bool(node.args) and ast.unparse(node.args[0])[:1].isupper()
        if called(node) == "setattr" and not is_class and file.startswith(("admin/", "webhooks/")):
            found.append((file, ast.unparse(node)))
    assert found == []


def test_spreadsheets_are_written_in_one_way_only() -> None:
    """By `content.workbooks`, which lets no cell be a formula, whether in a workbook or between commas."""
    writers = {file for file, node in calls() if called(node) in ("csv.writer", "csv.DictWriter")}
    books = {file for file, node in calls() if called(node).rpartition(".")[2] == "Workbook"}
    assert writers == {"content/workbooks.py"}
    for sign in workbooks.FORMULA:
        assert workbooks.with_commas([[f"{sign}1"]]).strip('"\r\n') == f"'{sign}1"
    assert books <= SHEETS
    for file in books:
        source = (ROOT / file).read_text(encoding="utf-8")
        appended = re.findall(r"sheet\.append\((\w+)\)", source)
        assert appended == ["cells"], file
        assert "cells = [workbooks.cell(sheet, value) for value in row]" in source
        assert not re.search(r"\.cell\(row=|\.value\s*=", source)
