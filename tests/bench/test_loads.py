"""The load sender must not be what turns messages round: one person's next waits until the one before is taken."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from bench import loads


async def _door(took: list[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A web process that has its mind elsewhere during the first message."""
    with suppress(asyncio.CancelledError):  # the test is over
        while head := await reader.readuntil(b"\r\n\r\n"):
            body = await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
            if body == b"sari 0":
                await asyncio.sleep(0.2)
            took.append(body)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def test_one_persons_messages_never_overtake_each_other_and_hold_up_nobody_else() -> None:
    took: list[bytes] = []
    requests = [(f"{who} {number}".encode(), {}) for number in range(3) for who in ("sari", "wayan")]

    async def both() -> None:
        async with await asyncio.start_server(lambda *streams: _door(took, *streams), "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            await loads._steady_all(port, "/", requests, per_second=200, people=2)

    asyncio.run(both())
    assert [body for body in took if body.startswith(b"sari")] == [b"sari 0", b"sari 1", b"sari 2"]
    assert took[:3] == [b"wayan 0", b"wayan 1", b"wayan 2"]
