"""What changed between two texts, word by word, so that it can be read without colour and heard by a screen reader.

One changed sentence in a long text is seen at once: lines that stayed are left out, but for those beside a change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal

from markupsafe import Markup

from admin.language import gettext as _

BESIDE = 2
"""Lines shown before and after a change."""
_PIECES = re.compile(r"\s+|[\w{}:-]+|[^\w\s]")


def difference(before: str, after: str) -> Markup:
    """The later text with what was taken away and what was added marked as such; safe to stand in a page."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    parts: list[Markup] = []
    for kind, a, b, c, d in _steps(old, new):
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if kind == "equal":
            parts.append(_stayed(gone, is_first=a == c == 0, is_last=(b, d) == (len(old), len(new))))
            continue
        if gone:
            parts.append(_marked("del", _("dihapus:"), gone))
        if come:
            parts.append(_marked("ins", _("ditambah:"), come))
    return Markup("").join(parts)


def _steps(old: list[str], new: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """As `SequenceMatcher.get_opcodes`; only what lies between the same beginning and the same end is compared, for speed."""
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - head) if old[-1 - at] != new[-1 - at]), most - head)
    end, end_of_new = len(old) - tail, len(new) - tail
    if head:
        yield "equal", 0, head, 0, head
    middle = SequenceMatcher(None, old[head:end], new[head:end_of_new], autojunk=False)
    for kind, a, b, c, d in middle.get_opcodes():
        yield kind, a + head, b + head, c + head, d + head
    if tail:
        yield "equal", end, len(old), end_of_new, len(new)


def _stayed(words: str, *, is_first: bool, is_last: bool) -> Markup:
    """What is the same, without the lines that stand beside no change; all of it where that would be nothing."""
    lines = words.split("\n")
    before = [] if is_first else lines[:BESIDE]
    after = [] if is_last else lines[-BESIDE:]
    left_out = len(lines) - len(before) - len(after)
    if left_out < BESIDE or (is_first and is_last):
        return Markup.escape(words)
    gap = Markup('<span class="desk-gap">{}</span>').format(_("… %(many)s baris tetap …", many=left_out))
    return Markup("\n").join([*map(Markup.escape, before), gap, *map(Markup.escape, after)])


def is_same(before: str, after: str) -> bool:
    """Do both say the same, but for space?"""
    return before.split() == after.split()


def _marked(tag: Literal["del", "ins"], said: str, words: str) -> Markup:
    frame = {
        "del": Markup('<del><span class="visually-hidden"> {said} </span>{words}</del>'),
        "ins": Markup('<ins><span class="visually-hidden"> {said} </span>{words}</ins>'),
    }
    return frame[tag].format(said=said, words=words)
