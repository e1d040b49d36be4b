"""Sending requests from a process of its own: as fast as they are taken, or at a steady rate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from multiprocessing import get_context

Request = tuple[bytes, dict[str, str]]
"""Body and headers."""


def as_fast_as_possible(port: int, path: str, requests: list[Request], connections: int = 8) -> float:
    """Send everything over `connections` kept-open connections; requests taken per second. Every answer must be 200."""
    return _in_its_own_process(_flood, port, path, requests, connections)


def at_a_rate(port: int, path: str, requests: list[Request], per_second: float, people: int) -> list[float]:
    """Send at a steady rate, for `people` in turn; when each was sent (seconds since the epoch).

    Open-ended: a slow answer does not slow the sender. But a platform brings one person's messages one by one, so what
    would overtake another of the same person waits until that is taken.
    """
    return _in_its_own_process(_steady, port, path, requests, per_second, people)


def _in_its_own_process(job: Callable, *arguments: object):  # type: ignore[no-untyped-def, type-arg]
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(job, arguments)


def _flood(port: int, path: str, requests: list[Request], connections: int) -> float:
    started = time.perf_counter()
    asyncio.run(_flood_all(port, path, requests, connections))
    return len(requests) / (time.perf_counter() - started)


async def _flood_all(port: int, path: str, requests: list[Request], connections: int) -> None:
    waiting = iter(requests)
    await asyncio.gather(*(_send_each(port, path, waiting) for _ in range(connections)))


async def _send_each(port: int, path: str, waiting: Iterable[Request]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for body, headers in waiting:
        await _exchange(reader, writer, path, body, headers)
    writer.close()


def _steady(port: int, path: str, requests: list[Request], per_second: float, people: int) -> list[float]:
    return asyncio.run(_steady_all(port, path, requests, per_second, people))


async def _steady_all(port: int, path: str, requests: list[Request], per_second: float, people: int) -> list[float]:
    in_turn = [asyncio.Lock() for _ in range(people)]  # whoever waits for one gets it in the order of asking
    free: asyncio.Queue = asyncio.Queue()  # type: ignore[type-arg]
    for _ in range(64):
        free.put_nowait(None)
    sent_at, started, tasks = [0.0] * len(requests), time.perf_counter(), []

    async def send(index: int, body: bytes, headers: dict[str, str]) -> None:
        async with in_turn[index % people]:
            connection = await free.get() or await asyncio.open_connection("127.0.0.1", port)
            sent_at[index] = time.time()
            await _exchange(*connection, path, body, headers)
            free.put_nowait(connection)

    for index, (body, headers) in enumerate(requests):
        await asyncio.sleep(max(0.0, started + index / per_second - time.perf_counter()))
        tasks.append(asyncio.create_task(send(index, body, headers)))
    await asyncio.gather(*tasks)
    return sent_at


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, body: bytes, headers: dict[str, str]
) -> None:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = next(line for line in head.lower().split("\r\n") if line.startswith("content-length"))
    await reader.readexactly(int(length.partition(":")[2]))
    if " 200 " not in head.split("\r\n")[0]:
        raise RuntimeError(f"answered {head.splitlines()[0]}")
