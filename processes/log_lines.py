"""Log lines: one JSON object a line on standard error, plain words where somebody looks on at a terminal.

A line has a time in UTC, a level, the name of an event (`docs/log-events.md` lists them) and ids: never words, names,
numbers or tokens. What a library wants to say is cut to what cannot hold any: its name, the sentence before anything was
filled in, the kind of error and the place. `request` says which request a line belongs to, `job` which message;
`webhook.stored` joins them.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import structlog

if TYPE_CHECKING:
    from flask import Flask  # only the web process has it

LIBRARIES = ("httpx", "httpcore", "telegram", "pywa", "apscheduler", "sqlalchemy")
"""Some write addresses with tokens, or whole messages, where one lets them."""
LONGEST = 200


def log_to_stderr() -> None:
    """Have this process log to standard error."""
    log_to(sys.stderr)


def log_to(stream: TextIO) -> None:
    """Have this process log to `stream`."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LibraryLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    plain = structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            plain if stream.isatty() else structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: Lines(stream),
    )


class Lines(structlog.PrintLogger):
    """Lines on a stream. Where there is no room for one it is not written: a full disk under the log must not keep anybody
    from an answer."""

    def msg(self, message: str) -> None:
        with suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def follow_requests(app: Flask) -> None:
    """Every line that a request sets off says which one it was."""

    @app.before_request
    def name_it() -> None:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=secrets.token_hex(6))


class LibraryLine(logging.Formatter):
    """What a library says, without what it filled in: that may be anybody's."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "event": "library",
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
            "library": record.name,
        }
        if record.args and isinstance(record.msg, str):
            line["said"] = record.msg[:LONGEST]
        line["place"] = f"{Path(record.pathname).name}:{record.lineno}"
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["place"] = _deepest(record.exc_info[2]) or line["place"]
        return json.dumps(line)


def _deepest(traceback: object) -> str:
    """Where an error arose."""
    place = ""
    while traceback is not None:
        code = traceback.tb_frame.f_code  # type: ignore[attr-defined]
        place = f"{Path(code.co_filename).name}:{traceback.tb_lineno}"  # type: ignore[attr-defined]
        traceback = traceback.tb_next  # type: ignore[attr-defined]
    return place
