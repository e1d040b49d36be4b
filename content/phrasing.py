"""One way to ask: what people type, and what they mean by it. The fuel of `content.finding`, light enough for everybody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Phrasing:
    """One way to ask: `label` is an article's slug or one of the labels that begin with "@"."""

    label: str
    language: str
    text: str
