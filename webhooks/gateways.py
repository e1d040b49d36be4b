"""What the unofficial gateways and the SMS telephone share: reading both kinds of body, naming events that have no name of
their own, telling numbers of people from all else, and what a call that failed means.

They are refused for sensitive cases (`centre.messages.Limits.is_exposed`), and slow on purpose: a number that writes faster
than a person is banned the sooner.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from centre.contact_points import Pace
from centre.incidents import Kind, Sign
from centre.outbox import Outcome
from webhooks.channel import Forged, Unreadable
from webhooks.reading import as_object, words

CONNECT_SECONDS, ANSWER_SECONDS = 5, 10
SAME_WITHIN = timedelta(seconds=10)
"""The same words of the same person within it are one message brought twice; a minute later they are two."""
MOST_FIELDS = 50
MOST_FORM_BYTES = 256 * 1024
UNREACHABLE_WAIT = timedelta(minutes=1)
SHORTEST_NUMBER, LONGEST_NUMBER = 9, 15
"""Digits of a person's number (E.164); what is shorter is a service that no one should answer."""
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""Failures before the first byte of a call has left."""

Clock = Callable[[], datetime]


def unhurried(seconds: float) -> Pace:
    """One message in so many seconds, and to one person no more than somebody would type."""
    return Pace(per_second=1 / seconds, burst=1, per_chat=10, chat_span=timedelta(minutes=5))


def fields_in(body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a JSON object or of a form. Raises `Forged`: without them nothing shows who sends it."""
    kind, options = parse_options_header(headers.get("Content-Type", ""))
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        try:
            return as_object(body)
        except Unreadable as error:
            raise Forged("unreadable") from error
    parser = FormDataParser(max_form_memory_size=MOST_FORM_BYTES, max_form_parts=MOST_FIELDS)
    try:
        _, form, _ = parser.parse(io.BytesIO(body), kind, len(body), options)
    except (RequestEntityTooLarge, ValueError) as error:
        raise Forged("unreadable") from error
    return dict(form.items())


def is_secret(given: object, secret: str) -> bool:
    """Is this our secret? In constant time; no secret is nobody's."""
    said = given if isinstance(given, str) else ""
    return bool(secret) and hmac.compare_digest(said.encode("utf-8", "replace"), secret.encode())


def number_in(value: object) -> str:
    """A person's telephone number as digits with the country ("62812…"); none for names, services, groups and lists."""
    said = str(value) if isinstance(value, int) and not isinstance(value, bool) else words(value)
    digits = re.sub(r"[\s().-]", "", said).removeprefix("+")
    digits = f"62{digits[1:]}" if digits.startswith("0") else digits
    is_number = digits.isascii() and digits.isdecimal() and SHORTEST_NUMBER <= len(digits) <= LONGEST_NUMBER
    return digits if is_number else ""


def name_of(secret: str, *said: str) -> str:
    """A name for an event out of what it says: each part with its length, so that no two events share one."""
    whole = "".join(f"{len(part)}:{part}" for part in said)
    return hmac.new(secret.encode(), whole.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:40]


def names_by_clock(secret: str, now: datetime, *said: str) -> tuple[str, tuple[str, ...]]:
    """The same where nothing tells when it was said: by our own clock, and the name it would have had a moment before."""
    slot = int(now.astimezone(UTC).timestamp() // SAME_WITHIN.total_seconds())
    return name_of(secret, *said, str(slot)), (name_of(secret, *said, str(slot - 1)),)


def sign(channel: str, trouble: str) -> Sign:
    """How our own number stands: cut off, for this reason, or well (no reason)."""
    return Sign(Kind.GATEWAY_BANNED, channel, not trouble, trouble)


def client(headers: Mapping[str, str]) -> httpx.AsyncClient:
    """Calls one gateway; no redirect is followed, so our token goes where the settings say and nowhere else."""
    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)
    return httpx.AsyncClient(timeout=timeout, headers=dict(headers), follow_redirects=False)


def lost(error: Exception) -> Outcome:
    """No answer. Where the call never left, the gateway is off: nobody's try is spent until it is back."""
    if isinstance(error, UNSENT):
        return Outcome("throttled", wait=UNREACHABLE_WAIT, whole_channel=True, error="unreachable")
    return Outcome("ambiguous", error=type(error).__name__)


def refused(answer: httpx.Response) -> Outcome:
    """What a status that is no success means, whoever says it."""
    status = answer.status_code
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return Outcome("throttled", wait=timedelta(minutes=1), whole_channel=True, error="token")
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return Outcome("throttled", wait=_asked_wait(answer), whole_channel=True, error="too_many")
    if status >= 500:
        return Outcome("ambiguous", error=f"http_{status}")
    return Outcome("permanent", error=f"http_{status}")


def answer_in(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; an empty one where there is none."""
    try:
        return as_object(answer.content)
    except Unreadable:
        return {}


def _asked_wait(answer: httpx.Response) -> timedelta:
    asked = answer.headers.get("Retry-After", "")
    seconds = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    return max(timedelta(seconds=seconds), timedelta(seconds=30))
