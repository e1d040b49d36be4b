"""The platforms' side of the faults: people who ask one thing after the other, each brought until it is taken, then twice more.

What a person says and what must come back stand in `OPENING` and `ROUND`: a case, a place, a place given back, a name of
which there is one in the world. So every reply can be told from its neighbours, and from everybody else's.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.misbehaving import SPEAKS, Misbehaving, ours, provider_id
from tests.gateways import Call
from tests.processes.houses import House, signed, telegram_update, whatsapp_message, whatsapp_status

REPEATS = 2
"""How often everything is brought again after it was taken."""
CONNECTIONS = 24
ANSWER_SECONDS = 20.0
"""How long a platform waits for its 200."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0
"""Seconds until it comes again: longer each time, as with the real ones, which are far more patient still. Two hundred who
knock without a pause would take the processor from whatever starts again."""
MOST_UNANSWERED = 3
"""Messages somebody writes without having heard back."""
STATES = ("sent", "delivered", "read")


class Step(NamedTuple):
    """One thing that is said, and a piece of each reply to it."""

    says: str
    hears: tuple[str, ...]
    effect: str = ""
    """What must have come of it once: "case", "booking", "cancelled"."""


OPENING = (
    Step("halo", ("Selamat datang", "Mau pakai bahasa apa?")),
    Step("1", ("Anda dari desa mana?",)),  # Indonesian, whatever language the names below may look like
    Step("korleko", ("Baik, Desa Korleko",)),
    Step("lapor", ("Ada masalah apa?",)),
    Step("1", ("Masalah Anda kami catat dengan nomor",), "case"),
    Step("cukup dulu", ("Apakah aman kalau kami menulis",)),
    Step("menu", ("Sekarang yang menjawab bot",)),
    Step("mau ikut pelatihan perbengkelan", ("Untuk siapa?",)),
    Step("saya sendiri", ("Siapa nama Anda?",)),
    Step("Siti", ("Siti termasuk yang mana?",)),
    Step("sudah pulang", ("Berapa umur Siti?",)),
    Step("34", ("Pilih tanggalnya",)),
    Step("1", ("Pernah ikut",)),
    Step("lewati", ("Ada yang perlu kami siapkan",)),
    Step("lewati", ("Jadi daftar?",)),
    Step("ya", ("Sudah terdaftar",), "booking"),
)
ROUND = (
    Step("cek PT {name}", ("“{name}” tidak ada",)),
    Step("janji saya", (": terdaftar.",)),
    Step("batalkan", ("Batalkan Pelatihan perbengkelan (Siti)",)),
    Step("ya", ("Sudah dibatalkan",), "cancelled"),
    Step("gaji saya dipotong untuk biaya berangkat", ("Saya mengerti pertanyaannya",)),
    Step("cek PT {name}", ("“{name}” tidak ada",)),
    Step("mau ikut pelatihan perbengkelan", ("Untuk siapa?",)),
    Step("Siti", ("Pilih tanggalnya",)),
    Step("1", ("Pernah ikut",)),
    Step("lewati", ("Ada yang perlu kami siapkan",)),
    Step("lewati", ("Jadi daftar?",)),
    Step("ya", ("Sudah terdaftar",), "booking"),
)
SYLLABLES = ("ba", "ce", "di", "fu", "ga", "hi", "jo", "ku", "la", "me", "ni", "po", "su", "ti", "wu", "ya", "zo")
"""No two of them make a word of danger, as "raba" would."""


@dataclass
class Person:
    """Somebody who writes, and when each of their messages was taken."""

    channel: str
    number: int
    accepted_at: list[float] = field(default_factory=list)
    refused: int = 0
    """How often nobody opened, or said to come again."""

    @property
    def address(self) -> str:
        return str(self.number)

    def step(self, index: int) -> Step:
        """The next thing they say; after the opening the round comes again and again."""
        step = OPENING[index] if index < len(OPENING) else ROUND[(index - len(OPENING)) % len(ROUND)]
        name = name_of(self.number * 10_000 + index)
        return Step(step.says.format(name=name), tuple(each.format(name=name) for each in step.hears), step.effect)

    def body(self, index: int) -> bytes:
        """The same as its platform brings it."""
        words = self.step(index).says
        if self.channel == "telegram":
            return telegram_update(self.number * 10_000 + index, self.number, words)
        return whatsapp_message(f"wamid.{self.number}.{index}", self.address, words)

    def effects(self) -> Counter[str]:
        """What must have come of all that was taken."""
        return Counter(self.step(index).effect for index in range(len(self.accepted_at)))


def name_of(number: int) -> str:
    """A company's name that stands on no list and is like no other: three words of three syllables, as no word of a
    sentence is that could be cut off."""
    syllables = [SYLLABLES[number // len(SYLLABLES) ** place % len(SYLLABLES)] for place in range(9)]
    return " ".join("".join(syllables[start : start + 3]).capitalize() for start in (0, 3, 6))


@dataclass
class Platforms:
    """Both platforms at their work: bringing, repeating, telling statuses."""

    house: House
    gateways: Misbehaving
    people: list[Person]
    chance: random.Random
    seconds_between: float = 0.1
    """At most so long somebody thinks before the next message."""
    over: threading.Event = field(default_factory=threading.Event)
    """No new messages any more."""
    done: threading.Event = field(default_factory=threading.Event)
    """Nothing at all any more."""
    told_at: dict[tuple[str, str], float] = field(default_factory=dict)
    """When each status was taken: (the platform's id, state)."""
    first_told_at: dict[str, float] = field(default_factory=dict)
    """When the first status about a message was taken, by our own mark on it."""
    requests: Counter[str] = field(default_factory=Counter)
    """Every knock at the door, by what came of it."""
    unexpected: list[int] = field(default_factory=list)
    _heard: Counter[str] = field(default_factory=Counter)
    _seen: int = 0
    _telling: int = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Bring until `over`, repeat and tell until `done`; both are set at the end whatever happens."""
        thread = threading.Thread(target=lambda: asyncio.run(self._work()), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.over.set()
            self.done.set()
            thread.join(120)
            assert not thread.is_alive(), "a platform could not get rid of what it brings"

    @property
    def accepted(self) -> int:
        """Messages that were taken."""
        return sum(len(person.accepted_at) for person in self.people)

    @property
    def events(self) -> int:
        """Messages and statuses that were taken."""
        return self.accepted + len(self.told_at)

    def all_told(self) -> bool:
        """Has every status about what arrived so far been taken?"""
        return self._telling == 0 and self._seen == len(self.gateways.calls)

    async def _work(self) -> None:
        self._free: asyncio.Queue[Connection] = asyncio.Queue()
        for _ in range(CONNECTIONS):
            self._free.put_nowait(Connection(self.house.port))
        async with asyncio.TaskGroup() as self._tasks:
            self._tasks.create_task(self._listen())
            for person in self.people:
                self._tasks.create_task(self._bring(person))

    async def _bring(self, person: Person) -> None:
        """One message after the other, as each platform does per chat; each again and again until taken, then twice."""
        expected = 0
        while not self.over.is_set():
            if expected - self._heard[person.address] > MOST_UNANSWERED:
                await asyncio.sleep(0.2)
                continue
            index = len(person.accepted_at)
            body = person.body(index)
            await self._knock_until_taken(body, person.channel, person)
            person.accepted_at.append(time.time())
            expected += len(person.step(index).hears)
            for _ in range(REPEATS):
                self._tasks.create_task(self._repeat(body, person.channel))
            await asyncio.sleep(self.chance.uniform(0, self.seconds_between))

    async def _repeat(self, body: bytes, channel: str) -> None:
        """Later, somewhere between the others."""
        await asyncio.sleep(self.chance.choice((0, 0.1, 1, 5)) * self.chance.random())
        await self._knock(body, channel)

    async def _listen(self) -> None:
        """Count what arrives, and have its statuses told."""
        while not self.done.is_set() or self._seen < len(self.gateways.calls):
            calls = self.gateways.calls
            for call in calls[self._seen :]:
                if call.method in SPEAKS and call.arrived:
                    self._heard[call.to] += 1
                    if call.method == "messages":
                        self._telling += 1
                        self._tasks.create_task(self._tell(call))
            self._seen = len(calls)
            await asyncio.sleep(0.05)

    async def _tell(self, call: Call) -> None:
        """sent, delivered, read: in any order, three times each."""
        states = [*STATES] * (1 + REPEATS)
        self.chance.shuffle(states)
        bodies = {state: whatsapp_status(provider_id(call), state, ours=ours(call)) for state in STATES}
        for state in states:
            await self._knock_until_taken(bodies[state], "whatsapp")
            self.told_at.setdefault((provider_id(call), state), time.time())
            self.first_told_at.setdefault(ours(call), time.time())
        self._telling -= 1

    async def _knock_until_taken(self, body: bytes, channel: str, person: Person | None = None) -> None:
        pause = FIRST_PAUSE
        while not await self._knock(body, channel):
            if person:
                person.refused += 1
            await asyncio.sleep(self.chance.uniform(0.5, 1) * pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _knock(self, body: bytes, channel: str) -> bool:
        connection = await self._free.get()
        try:
            status = await asyncio.wait_for(connection.post(channel, body), ANSWER_SECONDS)
        except (OSError, EOFError, TimeoutError):
            connection.close()
            status = 0
        finally:
            self._free.put_nowait(connection)
        self.requests[{200: "taken", 503: "told to come again"}.get(status, "not answered")] += 1
        if status not in (0, 200, 503):
            self.unexpected.append(status)
        return status == 200


class Connection:
    """One kept-open connection to the house, opened anew when it broke."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, channel: str, body: bytes) -> int:
        """The status of a signed knock. Raises `OSError` or `EOFError` when nobody answers."""
        self._streams = self._streams or await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        headers = signed(body, channel) | {"Host": "127.0.0.1", "Content-Length": str(len(body))}
        lines = [f"POST /webhooks/{channel} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next((line for line in head.split("\r\n") if line.startswith("content-length")), ":0")
        await reader.readexactly(int(length.partition(":")[2]))
        return int(head.split(" ")[1])

    def close(self) -> None:
        if self._streams:
            with suppress(OSError):
                self._streams[1].close()
        self._streams = None
