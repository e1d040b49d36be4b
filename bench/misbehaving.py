"""Telegram and WhatsApp as they are on bad days: now and then, by chance from a seed, a call is treated badly.

What was done to which call is remembered, so that afterwards a message that came twice can be laid beside the reason.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import Any

from tests.gateways import Call, Fault, Gateways, telegram_error, whatsapp_error
from tests.processes.houses import GRAPH_TOKEN, TELEGRAM_TOKEN

SPEAKS = ("sendMessage", "messages")
TAKEN = {"ok": True, "result": {"message_id": 7, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}}
"""Telegram's good answer, as far as anybody reads it."""
PROXY = "<html><h1>502 Bad Gateway</h1></html>"
SLOWEST_TAKE = 0.08
"""Seconds a healthy platform takes for a message, so that a kill often finds one on its way."""


class Misbehaving(Gateways):
    """Both platforms. A message that was treated badly is treated well the next time: what is asked is whether it comes,
    and no platform is bad for ever."""

    def __init__(self, seed: int, share: float, hang: float) -> None:
        super().__init__(telegram_token=TELEGRAM_TOKEN, whatsapp_token=GRAPH_TOKEN)
        self.done: dict[int, str] = {}
        """What was done to a call, by the call's own `id`."""
        self._chance = random.Random(seed)
        self._share = share
        self._hang = hang
        self._suffered: set[tuple[str, str]] = set()

    def behave(self) -> None:
        """From now on all is well."""
        self._share = 0

    def is_unclear(self, call: Call) -> bool:
        """Could the caller not know that it had arrived?"""
        return call.arrived and self.done.get(id(call), "slow") != "slow"

    def fault_for(self, call: Call) -> Fault | None:
        """As Gateways': what goes wrong with this call."""
        message = (call.to, call.text)
        if call.method not in SPEAKS or message in self._suffered or self._chance.random() >= self._share:
            self._suffered.discard(message)
            return super().fault_for(call)
        self._suffered.add(message)
        kind, fault = self._chance.choice(self._troubles(call))
        self.done[id(call)] = kind
        return fault

    def _troubles(self, call: Call) -> list[tuple[str, Fault]]:
        """Each with or without the message having arrived, as it can be."""
        busy, good = telegram_error(429, "Too Many Requests: retry after 1", retry_after=1), TAKEN
        if call.method == "messages":
            busy, good = whatsapp_error(400, 131056), {"messages": [{"id": provider_id(call)}]}
        whole = Fault(200, good, arrives=True)
        arrives = self._chance.random() < 0.5
        return [
            ("429", busy),
            ("429", busy),
            ("502", Fault(502, PROXY, arrives=arrives)),
            ("hang", Fault(after=self._hang, arrives=arrives)),
            ("reset", Fault(resets=True, arrives=arrives)),
            ("half", replace(whole, breaks=True)),
            ("slow", replace(whole, drips=0.01)),
            ("answer lost", Fault(arrives=True)),
            ("answer lost", Fault(arrives=True)),
        ]

    async def _telegram(self, token: str, call: Call) -> tuple[int, dict[str, Any]]:
        await self._take_a_moment(call)
        return await super()._telegram(token, call)

    async def _whatsapp(self, authorization: str, call: Call) -> tuple[int, dict[str, Any]]:
        await self._take_a_moment(call)
        status, answer = await super()._whatsapp(authorization, call)
        if status == 200 and call.method == "messages":
            answer["messages"] = [{"id": provider_id(call)}]
        return status, answer

    async def _take_a_moment(self, call: Call) -> None:
        if call.method in SPEAKS:
            await asyncio.sleep(self._chance.uniform(0, SLOWEST_TAKE))


def provider_id(call: Call) -> str:
    """What WhatsApp calls this copy of a message of ours; another copy is called otherwise."""
    return f"wamid.{ours(call)}.{call.at:.6f}"


def ours(call: Call) -> str:
    """Our own mark on a WhatsApp message."""
    return str(call.data.get("biz_opaque_callback_data", ""))
