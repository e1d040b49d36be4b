"""The page that tells families what is kept of them, made ready to be served: `docs/privacy.md` with the times of this house.

The file holds it twice, in Indonesian and in English; each becomes a page of its own (/privasi, /privacy).
"""

from __future__ import annotations

import re
from html import escape

from markdown_it import MarkdownIt

from centre.retention_rules import Keep
from processes import keep_table
from processes.settings import ROOT

FILE = ROOT / "docs" / "privacy.md"
LANGUAGES = ("id", "en")
_TABLE = re.compile(f"{keep_table.BEGIN}\n.*?{keep_table.END}", re.DOTALL)
_RIGHTS = {"id": "Dasar hukum:", "en": "Legal basis:"}


def pages(keep: Keep, contact: str = "") -> dict[str, str]:
    """Language → the page's text as HTML. `contact`: who answers for data protection here, as the settings say."""
    parts = re.split(r"^(?=# )", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {language: _drawn(part, language, keep, contact) for language, part in zip(LANGUAGES, parts, strict=True)}


def _drawn(text: str, language: str, keep: Keep, contact: str) -> str:
    text = _TABLE.sub(lambda _found: keep_table.for_families(language, keep), text)
    text = re.sub(r"^\*\[.*?\]\(#.*?\)\. (.*?)\*$", r"*\1*", text, flags=re.MULTILINE)
    drawn = str(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))
    if contact:
        before, sign, after = drawn.partition(f"<p>{_RIGHTS[language]}")
        drawn = f"{before}<p><strong>{escape(contact)}</strong></p>\n{sign}{after}"
    return drawn.replace("<th>", '<th scope="col">')
