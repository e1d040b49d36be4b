"""Charts as inline SVG, drawn by pygal, looks in `static/desk.css`.

What pygal adds for itself (a script, a style block, tips that need the script) is taken out: the desk's policy refuses
all of it, and the same numbers stand in a table below each chart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import pygal  # type: ignore[import-untyped]
from markupsafe import Markup

WIDTH, HEIGHT = 360, 220
"""Of the drawing; the page scales it. Drawn for a phone, so that words stay legible there."""
NEEDLESS = ("defs", "title", "desc")


def share_chart(labels: Sequence[str], shares: Sequence[float | None], name: str) -> Markup:
    """A line of shares (0 to 1) over `labels`, broken where nothing is known; `name` is read to who cannot see it."""
    chart = pygal.Line(
        js=[],
        css=[],
        width=WIDTH,
        height=HEIGHT,
        margin=8,
        show_legend=False,
        allow_interruptions=True,
        range=(0, _top(shares)),
        dots_size=4,
        x_labels_major_every=max(1, -(-len(labels) // 4)),
        show_minor_x_labels=False,
        truncate_label=-1,
        value_formatter=lambda value: f"{value:.0f}%",
        max_scale=6,
    )
    chart.x_labels = list(labels)
    chart.add(name, [None if share is None else share * 100 for share in shares])
    return _bare(chart.render_tree(), name)


def bar_chart(labels: Sequence[str], bars: Mapping[str, Sequence[int]], name: str) -> Markup:
    """Bars side by side over `labels`, one row of them for each name in `bars`; the first is filled, the second hollow, so that
    they are told apart without colour."""
    chart = pygal.Bar(
        js=[],
        css=[],
        width=WIDTH,
        height=HEIGHT,
        margin=8,
        show_legend=False,
        x_labels_major_every=max(1, -(-len(labels) // 4)),
        show_minor_x_labels=False,
        truncate_label=-1,
        value_formatter=lambda value: f"{value:.0f}",
        max_scale=5,
        range=(0, max((value for row in bars.values() for value in row), default=0) or 5),
    )
    chart.x_labels = list(labels)
    for each, values in bars.items():
        chart.add(each, list(values))
    return _bare(chart.render_tree(), name)


def _top(shares: Sequence[float | None]) -> int:
    """The next full ten per cent above every share."""
    highest = max((share or 0 for share in shares), default=0)
    return min(100, int(highest * 10) * 10 + 10)


def _bare(drawing: Any, name: str) -> Markup:
    """The drawing alone, with a name."""
    for parent in list(drawing.iter()):
        for child in list(parent):
            if _is_needless(child):
                parent.remove(child)
    drawing.attrib.pop("id", None)
    drawing.set("role", "img")
    drawing.set("aria-label", name)
    return Markup(ET.tostring(drawing, encoding="unicode"))  # nosec B704  # noqa: S704  built here from numbers and our own words


def _is_needless(node: Any) -> bool:
    is_remark = not isinstance(node.tag, str)
    return is_remark or node.tag.rpartition("}")[2] in NEEDLESS or "tooltip-overlay" in node.get("class", "")
