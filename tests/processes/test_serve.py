"""`balai serve`: everything in one go, on the first day, on the second, and after the power went."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

import processes.serve
from tests.processes.houses import House, wait_for


@pytest.fixture
def house(sqlite_house: House) -> Iterator[House]:
    """Without platforms: what `make run` starts on a machine of one's own."""
    sqlite_house.settings = {
        f"BALAI_{name}": ""
        for name in (
            "PUBLIC_URL",
            "TELEGRAM_TOKEN",
            "TELEGRAM_SECRET",
            "WHATSAPP_PHONE_ID",
            "WHATSAPP_TOKEN",
            "WHATSAPP_APP_SECRET",
            "WHATSAPP_VERIFY_TOKEN",
        )
    }
    yield sqlite_house
    for child in family_of(sqlite_house):
        child.kill()


def family_of(house: House) -> list[psutil.Process]:
    """All processes that belong to this house."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("BALAI_DATA") == str(house.folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def named(house: House, part: str) -> psutil.Process | None:
    """The process of a part itself, not what it started."""
    return next((each for each in family_of(house) if is_part(each, part, house.running["serve"].pid)), None)


def is_part(process: psutil.Process, part: str, parent: int) -> bool:
    """Whether it runs this part; one that ends while we look has no command line any more, or is gone."""
    try:
        return process.ppid() == parent and process.cmdline()[-1:] == [part]
    except psutil.NoSuchProcess:
        return False


def groups_of(house: House) -> set[int]:
    """The process groups of all that belong to this house."""
    groups = set()
    for each in family_of(house):
        with suppress(ProcessLookupError):  # it ended while we looked
            groups.add(os.getpgid(each.pid))
    return groups


def is_whole(house: House) -> bool:
    """The one that was started, web and worker."""
    return len(family_of(house)) >= 3


def spent(house: House) -> float:
    """Seconds that the whole family has been on a processor."""
    seconds = 0.0
    for each in family_of(house):
        with suppress(psutil.NoSuchProcess):
            seconds += sum(each.cpu_times()[:4])
    return seconds


def serve(house: House) -> float:
    """Start; gives the seconds until it answers."""
    started = time.monotonic()
    house.start("serve")
    wait_for(house.answers, "nobody answers", every=0.02)
    return time.monotonic() - started


def test_the_first_start_makes_everything_and_the_second_finds_it(house: House, furnished: Path) -> None:
    finder = house.folder.parent / "finder"
    shutil.move(house.folder / "finder", finder)
    shutil.rmtree(house.folder)
    house.folder.mkdir()
    # The finder of the whole guidance takes half a minute to build: `make setup` has done it before.
    house.start("serve")
    wait_for(lambda: "First administrator" in house.log("serve") or house.running["serve"].poll(), "nothing", 120)
    wait_for(house.answers, "nobody answers", 60)
    house.wait_until_ready()
    log = house.log("serve")
    password = re.search(r"First administrator: admin {2}one-time password: (\S+)", log)
    assert password
    wait_for(lambda: f"Balai: http://localhost:{house.port}/" in house.log("serve"), "no greeting")
    assert "Balai" in httpx.get(house.address + "/").text
    assert house.stop("serve") == 0
    before = len(house.log("serve"))
    serve(house)
    assert "First administrator" not in house.log("serve")[before:]
    assert house.stop("serve") == 0
    wait_for(lambda: not family_of(house), "something still runs")


def test_the_second_start_is_quick(house: House) -> None:
    """Promised in under three seconds. On a busy machine: so much work as two processors do in that time."""
    serve(house)
    house.stop("serve")
    seconds = serve(house)
    busy = spent(house)
    assert seconds < 3 or busy < 6, f"{seconds:.1f} s, {busy:.1f} s of them on the processor"


def test_all_children_are_in_its_process_group(house: House) -> None:
    serve(house)
    house.wait_until_ready()
    group = house.running["serve"].pid
    assert is_whole(house)
    assert groups_of(house) == {group}


def test_when_it_is_killed_its_children_end_and_the_next_start_is_clean(house: House) -> None:
    serve(house)
    house.wait_until_ready()
    os.kill(house.running["serve"].pid, signal.SIGKILL)
    house.running["serve"].wait(5)
    wait_for(lambda: not family_of(house), "a child lives on")
    before = len(house.log("serve"))
    serve(house)
    house.wait_until_ready()
    assert "ended" not in house.log("serve")[before:]


def test_it_starts_again_at_once_while_the_old_children_are_still_going(house: House) -> None:
    serve(house)
    house.wait_until_ready()
    os.kill(house.running["serve"].pid, signal.SIGKILL)
    house.running["serve"].wait(5)
    house.start("serve")
    wait_for(lambda: groups_of(house) == {house.running["serve"].pid}, "old children live on")
    wait_for(lambda: is_whole(house), "not all came back")
    house.wait_until_ready()
    assert groups_of(house) == {house.running["serve"].pid}


@pytest.mark.parametrize("part", ["web", "worker"])
def test_a_killed_child_is_started_again(house: House, part: str) -> None:
    serve(house)
    house.wait_until_ready()
    child = wait_for(lambda: named(house, part), f"no {part}")
    child.kill()
    wait_for(lambda: (other := named(house, part)) and other.pid != child.pid, f"{part} was not started again")
    wait_for(house.answers, "nobody answers")
    assert f"{part} ended (-9), starting it again" in house.log("serve")


def test_told_to_stop_while_it_prepares_it_ends_at_once_and_leaves_nothing_running(house: House) -> None:
    shutil.rmtree(house.folder)
    house.folder.mkdir()
    house.start("serve")
    wait_for(lambda: named(house, "prepare"), "nothing is prepared", every=0.02)
    assert house.stop("serve") == 0
    wait_for(lambda: not family_of(house), "something still prepares")


def test_told_to_stop_all_end(house: House) -> None:
    serve(house)
    house.wait_until_ready()
    assert house.stop("serve") == 0
    assert family_of(house) == []


def test_a_taken_port_is_one_clear_line(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", house.port))
        taken.listen()
        for words in (["serve"], ["web"]):
            ended = house.balai(*words)
            assert ended.code == 2
            assert ended.err == f"balai: port {house.port} is taken: stop what uses it, or set PORT\n"
    assert family_of(house) == []


def test_the_address_is_said_when_somebody_answers_there(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(processes.serve, "RESTART_SECONDS", 0.2)
    family = processes.serve.Family((), greeting="Balai: here", port=house.port)
    family._pause()
    assert capsys.readouterr().out == "", "whoever opened it now would find nothing"
    with socket.socket() as door:
        door.bind(("127.0.0.1", house.port))
        door.listen()
        family._pause()
        family._pause()
    assert capsys.readouterr().out == "Balai: here\n"


def test_two_on_one_folder_are_refused(house: House) -> None:
    serve(house)
    ended = house.balai("serve")
    assert (ended.code, ended.err) == (2, f"balai: balai serve already runs on {house.folder}\n")
