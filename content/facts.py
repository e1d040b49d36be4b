"""The fact pack, where it is at hand: what each code says and how sure it is. It is read for checking and never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FACT: Final = re.compile(r"^- \*\*([A-Z]{3}-\d{2})\*\*(.*)$", re.MULTILINE)
_CONFIDENCE: Final = re.compile(r"\b(tinggi|sedang|rendah)\]\s*$")


@dataclass(frozen=True)
class Fact:
    """One fact as its line tells it; `confidence` is tinggi, sedang, rendah, or empty where the line names none."""

    text: str
    confidence: str


def read(folder: Path) -> dict[str, Fact]:
    """The facts told in `folder` by code; their lines begin `- **CEK-01** …` and end `…, tinggi]`."""
    pages = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md")))
    return {code: _fact(text) for page in pages for code, text in _FACT.findall(page)}


def _fact(text: str) -> Fact:
    confidence = _CONFIDENCE.search(text)
    return Fact(text.strip(), confidence[1] if confidence else "")
