"""Golden conversations, in plain text that village staff can read: tests/transcripts/*.txt.

Each file is played to the real engine and must read the same afterwards. `UPDATE_TRANSCRIPTS=1` writes them anew
(`tests/transcripts/README.md`); then read the difference, because it is what people will see.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.turns import Guide
from centre.db import Database
from centre.messages import Choice, Incoming, Part
from processes.guide import from_files
from processes.settings import ROOT
from tests.bot import at_the_desk
from tests.bot.chatting import Chat

FOLDER = Path(__file__).parent.parent / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))
WIB = ZoneInfo("Asia/Jakarta")
SHORTHAND = re.compile(r"‹([^›]*)›")


@pytest.fixture(scope="session")
def real_guide() -> Guide:
    """The published guidance with the finder that `make setup` has built (built now if it is not there)."""
    return from_files(ROOT / "var")


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_transcript(path: Path, village_database: Database, request: pytest.FixtureRequest) -> None:
    """What Balai says is what the transcript shows."""
    written = path.read_text(encoding="utf-8")
    played = Stage(written, village_database, request.getfixturevalue).play()
    if os.environ.get("UPDATE_TRANSCRIPTS"):
        path.write_text(played, encoding="utf-8")
    assert played == written, f"{path.name} reads differently; look, then UPDATE_TRANSCRIPTS=1"


class Stage:
    """One transcript being played: its lines of people are said again, the lines of Balai written down anew."""

    def __init__(self, written: str, database: Database, fixture: Callable[[str], Guide]) -> None:
        head, self.body = written.split("\n\n", 1)
        self.head = head
        self.header = dict(line.split(": ", 1) for line in head.splitlines() if not line.startswith("#"))
        self.name = self.header["siapa"].partition(",")[0].split()[-1]
        self.brief = self.header.get("panduan") == "asli"
        guide = fixture("real_guide" if self.brief else "guide")
        self.database = database
        self.chats = {
            name: Chat(database, guide, self.header["saluran"], name=f"62812345000{number}")
            for number, name in enumerate([self.name, *self.header.get("dan", "").split(", ")], 1)
            if name
        }
        self.chat = self.chats[self.name]
        self.last: tuple[int, str, str | None] | None = None

    def play(self) -> str:
        return "\n".join([self.head, "", *self._lines()]).rstrip() + "\n"

    def _lines(self) -> Iterator[str]:
        for line in self.body.splitlines():
            name = re.split(r"[ :]", line, maxsplit=1)[0]
            if line.startswith("("):
                self._move_clock(line)
                yield line
                yield from self._told(line)
                yield ""
            elif name in self.chats:
                self._turn_to(name)
                yield line
                yield from self._answered(self._incoming(line))
                yield ""

    def _turn_to(self, name: str) -> None:
        """Another of the people speaks; there is one clock for all."""
        now = self.chat.now
        self.chat = self.chats[name]
        self.chat.now = now

    def _told(self, line: str) -> Iterator[str]:
        """What staff do, and what we then write first to each of the people."""
        if deed := re.fullmatch(r"\(petugas: (.*)\)", line):
            at_the_desk.do(self.database, deed[1], self.chat.now)
            self.chat.now += timedelta(minutes=5)
        if "petugas:" not in line and "jam:" not in line:
            return
        at_the_desk.write_first(self.database, self.chat.now)
        for name, chat in self.chats.items():
            chat.now = self.chat.now
            for part in chat.arrived():
                first, *rest = written_down(part)
                yield first.replace("Balai:", f"Balai kepada {name}:", 1)
                yield from rest

    def _move_clock(self, line: str) -> None:
        moved = re.match(r"\(jam: ([\d-]+ \d\d\.\d\d)\)", line)
        if moved:
            self.chat.now = datetime.strptime(moved[1], "%Y-%m-%d %H.%M").replace(tzinfo=WIB)

    def _incoming(self, line: str) -> Incoming:
        who, _, said = line.partition(":")
        said = SHORTHAND.sub(spelled_out, said.strip().replace("⏎", "\n"))
        told = re.fullmatch(r"\[(tekan|tekan lama|kode|kirim): (.*)\]", said)
        if told is None:
            return Incoming("text", said, in_group="grup" in who)
        what, which = told.groups()
        if what == "kirim":
            return Incoming("other" if which in ("lokasi", "kontak", "stiker") else "media")
        if what == "kode":
            return Incoming("tap", code=which)
        among = self.chat.offered if what == "tekan" else self.chat.ever_offered
        return Incoming("tap", code=self._button(which, among))

    def _button(self, label: str, among: list[Choice]) -> str:
        found = [choice.code for choice in among if choice.label == label]
        assert found, f"there is no button {label!r}, only {[choice.label for choice in among]}"
        return found[-1]

    def _answered(self, message: Incoming) -> Iterator[str]:
        parts = self.chat.send(message)
        if self.brief:
            yield f"Balai: ({self._in_brief(parts)})"
        elif not parts:
            yield "Balai: (diam)"
        else:
            for part in parts:
                yield from written_down(part)

    def _in_brief(self, parts: list[Part]) -> str:
        """With the real guidance only what was understood and opened, not the words: those have their own tests."""
        given, before = self.chat.last_answer(), self.last
        self.last = given
        step = self.chat.conversation().step
        codes = [choice.code for choice in self.chat.offered]
        kinds = " ".join(dict.fromkeys(code.partition(":")[0] for code in codes))
        told = " ".join(word for word in given[1:] if word) if given and given != before else "bukan pertanyaan"
        return f"{told}; langkah: {step or '-'}; pilihan: {kinds}"


def written_down(part: Part) -> Iterator[str]:
    """One message of Balai with its buttons as people see them."""
    first, *rest = part.text.splitlines()
    yield f"Balai: {first}"
    yield from (f"       {line}".rstrip() for line in rest)
    if part.choices:
        shown = " ".join(f"[{choice.label}]" for choice in part.choices)
        yield f"       {'(daftar) ' if part.style == 'list' else ''}{shown}"


def spelled_out(short: re.Match[str]) -> str:
    """‹U+200B› stands for that character, ‹aduh × 2000› for a repetition, ‹kosong› for nothing."""
    if short[1] == "kosong":
        return ""
    if short[1].startswith("U+"):
        return "".join(chr(int(code[2:], 16)) for code in short[1].split())
    word, times = short[1].split(" × ")
    return f"{word} " * int(times)
