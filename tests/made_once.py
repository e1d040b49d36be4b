"""What comes out the same in every test is made once per run: compiled templates, and how addresses are built.

Most tests of pages build an application of their own, which is what keeps them apart. Half of the time went into compiling
the same templates and the same hundred and more addresses anew for each. Compiled code holds nothing of an application.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Templates(BytecodeCache):
    """Compiled templates by their file and their text."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key, bucket.checksum] = bucket.code


def remember() -> None:
    """From now on, for every application of this process."""
    Flask.jinja_options = {"bytecode_cache": Templates()}
    Rule._compile_builder = _once(Rule._compile_builder)  # type: ignore[method-assign]


def _once(compiled: Callable[[Rule, bool], Any]) -> Callable[..., Any]:
    """The function that builds an address is told its rule when it is called, and depends on nothing but the rule's text."""
    known: dict[tuple[object, ...], Any] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Any:
        text = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if text not in known:
            known[text] = compiled(rule, append_unknown)
        return known[text]

    return builder
