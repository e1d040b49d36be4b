"""Log lines: one object each, ids and nothing of anybody, and every event in the catalogue."""

from __future__ import annotations

import ast
import io
import json
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask

from processes.log_lines import LibraryLine, follow_requests, log_to

ROOT = Path(__file__).parents[2]
OURS = ("centre", "content", "bot", "webhooks", "admin", "processes")
LEVELS = ("debug", "info", "warning", "error")
IDS = {
    "alert_id", "backup", "case_id", "channel", "channels", "draft", "entry_id", "event_id", "event_ids", "file_id",
    "fingerprint", "incident_id", "mail", "message_id", "notice_id", "request_id", "row", "run", "slot_id", "staff_id",
    "update",
}  # fmt: skip
COUNTS = {
    "asked", "bytes", "calls", "cleared", "events", "files", "lost", "missing", "outcomes", "people", "removed", "set_back",
}  # fmt: skip
KINDS = {"endpoint", "error", "file", "kind", "name", "outcome", "reason", "rule", "shape", "source", "stage", "why"}
"""Names of ours: of a rule, a kind of error, a process, a page, the version of the tables."""
CANARY = "kanaricerita 6281234567890 123456:kanaritoken"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a process writes that logs as ours do."""
    stream, before = io.StringIO(), structlog.get_config()
    structlog.contextvars.clear_contextvars()  # of the request that a test before this one made
    log_to(stream)
    yield stream
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every line that our code may write."""
    for package in OURS:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _logs(node.func):
                    yield str(path.relative_to(ROOT)), node


def _logs(called: ast.expr) -> bool:
    is_level = isinstance(called, ast.Attribute) and called.attr in LEVELS
    return is_level and isinstance(called.value, ast.Name) and called.value.id == "log"  # type: ignore[attr-defined]


def test_a_line_is_one_object_with_time_level_event_and_ids(written: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(job="event:17"):
        structlog.get_logger().warning("answer.failed", event_id=17, error="KeyError")
    (line,) = lines(written)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line.pop("timestamp"))
    assert line == {
        "event": "answer.failed", "level": "warning", "event_id": 17, "error": "KeyError", "job": "event:17",
    }  # fmt: skip


def test_at_a_terminal_the_line_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    before = structlog.get_config()
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    log_to(stream)
    structlog.get_logger().info("worker.ready", name="desa-1:7")
    structlog.configure(**before)
    assert "worker.ready" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_what_a_library_fills_in_is_nobodys_to_read() -> None:
    """Neither its arguments, nor a sentence that is whole already, nor the words of an error."""
    try:
        raise ValueError(CANARY)
    except ValueError:
        failed = sys.exc_info()
    records = [
        logging.LogRecord("httpx", logging.WARNING, "x.py", 3, "HTTP Request: %s", (CANARY,), None),
        logging.LogRecord("telegram", logging.WARNING, "x.py", 3, f"Unknown update {CANARY}", None, None),
        logging.LogRecord("flask", logging.ERROR, "x.py", 3, "Exception on %s", (CANARY,), failed),
    ]
    told = [LibraryLine().format(record) for record in records]
    assert not [line for line in told for secret in CANARY.split() if secret in line]
    assert [json.loads(line)["library"] for line in told] == ["httpx", "telegram", "flask"]
    last = json.loads(told[-1])
    assert (last["error"], last["said"]) == ("ValueError", "Exception on %s")
    assert last["place"].startswith("test_log_lines.py:")


def test_every_line_of_a_request_names_it(written: io.StringIO) -> None:
    app = Flask("page")
    follow_requests(app)

    @app.get("/")
    def page() -> str:
        structlog.get_logger().info("webhook.stored", channel="telegram", event_ids=[1])
        structlog.get_logger().info("webhook.stored", channel="telegram", event_ids=[2])
        return ""

    for _ in range(2):
        app.test_client().get("/")
    one, two, three, four = (line["request"] for line in lines(written))
    assert one == two != three == four


def test_the_catalogue_knows_every_event_and_no_other() -> None:
    catalogue = (ROOT / "docs" / "log-events.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `([a-z_.]+)` \| .+ \|$", catalogue, re.M)
    ours = {call.args[0].value for _, call in calls() if isinstance(call.args[0], ast.Constant)}
    assert len(ours) > 60
    assert set(explained) == ours | {"library"}
    assert explained == sorted(explained)
    unnamed = [path for path, call in calls() if not isinstance(call.args[0], ast.Constant)]
    assert unnamed == [], "the name of an event is written where it happens"


def test_lines_carry_ids_counts_and_names_of_ours() -> None:
    known = IDS | COUNTS | KINDS
    odd = {
        f"{path}: {field.arg}"
        for path, call in calls()
        for field in call.keywords
        if field.arg not in known and not (field.arg is None and "retention.night" in ast.unparse(call))
    }
    assert odd == set()
    raised = [
        path
        for path, call in calls()
        if any(field.arg == "error" and "str(" in ast.unparse(field) for field in call.keywords)
    ]
    assert raised == [], "an error is named by its kind: its words may be anybody's"
