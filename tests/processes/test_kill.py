"""kill -9 of web, workers and PostgreSQL at random moments, platforms that misbehave, and everything brought three times.

The harness and its ledger are `bench.faults`'; here with a few people, and with the minutes of waiting for word from a
platform passing quickly. `BALAI_TEST_KILLS` and `BALAI_TEST_PEOPLE` make the run longer.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench import faults
from bench.bringing import OPENING, ROUND, Person, Platforms
from bench.falling import DATABASE, Fall, own_server
from bench.faults import PARTS, Size, Verdict, furnish
from bench.misbehaving import Misbehaving
from bench.weighing import Count, Heard, _add, listen, recoveries
from content import danger
from tests.gateways import Call
from tests.processes.houses import House

KILLS = int(os.environ.get("BALAI_TEST_KILLS", "0"))
PEOPLE = int(os.environ.get("BALAI_TEST_PEOPLE", "8"))
LEAST = {"sqlite": 4, DATABASE: 4}
"""Each part that there is, once; on SQLite twice."""


@pytest.fixture
def gateways() -> Iterator[Misbehaving]:
    with Misbehaving(2026, share=0.1, hang=3.0) as running:
        yield running


def test_nothing_is_lost_doubled_or_turned_on_sqlite(
    sqlite_house: House, gateways: Misbehaving, record_property: Callable[[str, object], None]
) -> None:
    verdict = faults.ordeal(sqlite_house, gateways, faults.crowd(PEOPLE), PARTS["sqlite"], _size("sqlite"))
    _judge(verdict, record_property)


def test_nothing_is_lost_doubled_or_turned_on_postgresql(
    furnished: Path, gateways: Misbehaving, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The server falls too, so it is one of this test's own."""
    shutil.copytree(furnished / "finder", tmp_path / "data" / "finder")
    with (
        tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder,
        own_server(Path(folder)) as server,
    ):
        house = House(tmp_path / "data", server.get_uri(), gateways.address)
        furnish(house.database)
        verdict = faults.ordeal(house, gateways, faults.crowd(PEOPLE), PARTS[DATABASE], _size(DATABASE), server)
    _judge(verdict, record_property)


def _size(name: str) -> Size:
    return Size(events=PEOPLE * 30, kills=KILLS or LEAST[name], seconds_between=0.3, hurried=True)


def _judge(verdict: Verdict, record_property: Callable[[str, object], None]) -> None:
    count, platforms = verdict.count, verdict.platforms
    record_property("ledger", f"{platforms.events} events, {len(verdict.falling.falls)} kills: {count}"[:300])
    came_of_it = sum((person.effects() for person in platforms.people), Counter())
    assert min(came_of_it[effect] for effect in ("case", "booking")) > 0, "hardly anything was asked"
    assert count.is_clean, "\n".join([str(count), *count.wrong_effects, *count.words])
    assert platforms.unexpected == []
    assert platforms.gateways.violations == []
    assert any(person.refused for person in platforms.people), "no kill was noticed"
    assert platforms.gateways.done, "no platform misbehaved"


# The ledger itself: what it must not overlook.


def heard(*texts: str, accepted: int = 4) -> Heard:
    return listen(
        Person("telegram", 7001, accepted_at=[0.0] * accepted),
        [Call(float(number), "sendMessage", "7001", text, {}) for number, text in enumerate(texts)],
    )


ALL = ("Selamat datang", "Mau pakai bahasa apa?", "Anda dari desa mana?", "Baik, Desa Korleko", "Ada masalah apa?")


def test_the_ledger_sees_what_is_lost_doubled_turned_or_strange() -> None:
    as_it_should_be = heard(*ALL)
    assert as_it_should_be.missing + as_it_should_be.turned + as_it_should_be.strange == []
    assert [len(copies) for copies in as_it_should_be.copies] == [1] * len(ALL)
    assert [mark for _, mark in heard(*ALL[:2], *ALL[3:]).missing] == ["Anda dari desa mana?"]
    assert [mark for _, mark in heard(*ALL[:-1]).missing] == ["Ada masalah apa?"]
    assert [len(copies) for copies in heard(*ALL[:3], ALL[2], *ALL[3:]).copies] == [1, 1, 2, 1, 1]
    assert [call.text for call in heard(*ALL[:2], ALL[3], ALL[2], ALL[4]).turned] == ["Anda dari desa mana?"]
    assert [call.text for call in heard(*ALL, "Sampai jumpa").strange] == ["Sampai jumpa"]


def test_replies_can_be_told_from_their_neighbours() -> None:
    """Or the ledger could take one for the other."""
    marks = [mark for step in (*OPENING, *ROUND, *ROUND) for mark in step.hears]
    for place, mark in enumerate(marks):
        assert mark not in marks[place + 1 : place + 4]
    people = faults.crowd(300)
    names = [person.step(at).says for person in people for at in (16, 21, 28, 33, 40, 45, 52, 57)]
    assert len(set(names)) == len(names) == 2400
    assert [name for name in names if danger.look(name)] == [], "it would be answered as danger"


def test_a_second_copy_is_excused_only_where_nobody_could_know(gateways: Misbehaving) -> None:
    def count(falls: list[Fall], second_at: float = 70.0) -> tuple[int, int]:
        lay = heard(*ALL[:2], accepted=1)
        again = Call(second_at, "sendMessage", "7001", ALL[1], {})
        lay.copies[1].append(again)
        told = Count()
        _add(told, lay, platforms, falls)
        return told.doubled, told.repeated

    platforms = Platforms(House(Path("/nowhere")), gateways, [], random.Random(1))
    assert count([]) == (1, 0)
    assert count([Fall("web", 1.5)]) == (1, 0)
    assert count([Fall("worker-2", 1.5)]) == (0, 1)
    assert count([Fall("worker", 60.0)]) == (1, 0), "long after it was written down"


def test_recovery_is_told_from_the_last_of_kills_that_follow_each_other() -> None:
    everybody = [heard(*ALL)]
    everybody[0].person.accepted_at[:] = [0.0, 5.5, 6.5, 9.0]
    falls = [Fall("worker", 0.5), Fall("worker-2", 0.7), Fall("web", 4.5), Fall(DATABASE, 8.0, started_at=9.0)]
    found = recoveries(everybody, falls)
    assert {part: [round(each, 3) for each in times] for part, times in found.items()} == {
        "worker": [0.3],
        "web": [1.0],
    }
