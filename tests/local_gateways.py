"""The other side of Fonnte, WAHA and the SMS telephone, for `tests.gateways`: their calls read strictly, their answers as
documented or recorded. Addresses: `/fonnte/…`, `/waha/…`, `/phone/…` of the fake platforms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from centre import sms_parts

FONNTE_TOKEN, WAHA_KEY, SMS_SECRET = "canary-of-the-device", "canary-of-waha", "secret-of-the-telephone"
FONNTE_FIELDS = {"target", "message", "countryCode", "typing"}


@dataclass
class LocalCall:
    """A call as it was understood."""

    method: str
    to: str
    text: str
    data: dict[str, Any]
    violations: list[str]
    status: int
    answer: dict[str, Any]


def read(path: str, headers: Mapping[str, str], body: bytes, number: int) -> LocalCall | None:
    """The call to one of them; None where the address is none of theirs. `number`: of the call, for its answer."""
    if path.startswith("/fonnte/"):
        return _fonnte(path.removeprefix("/fonnte/"), headers, body, number)
    if path.startswith("/waha/"):
        return _waha(path.removeprefix("/waha/"), headers, body, number)
    return _phone(headers, body) if path.startswith("/phone") else None


def _fonnte(what: str, headers: Mapping[str, str], body: bytes, number: int) -> LocalCall:
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    if headers.get("authorization") != FONNTE_TOKEN:
        return LocalCall(what, "", "", form, [], 200, {"status": False, "reason": "token invalid"})
    if what == "device":
        profile = {"device": "6281200000001", "device_status": "connect", "quota": "78", "status": True}
        return LocalCall("device", "", "", form, [], 200, profile)
    target, text = form.get("target", ""), form.get("message", "")
    answer = {
        "detail": "success! message in queue",
        "id": [str(80367170 + number)],
        "process": "pending",
        "requestid": 2937124,
        "status": True,
        "target": [target],
    }
    wrong = [f"fonnte: {each}" for each in _wrong_fonnte(what, form)]
    return LocalCall("fonnte", target, text, form, wrong, 200, answer)


def _wrong_fonnte(what: str, form: Mapping[str, str]) -> Iterator[str]:
    if what != "send":
        yield f"no such call {what}"
    if unknown := form.keys() - FONNTE_FIELDS:
        yield f"unknown fields {sorted(unknown)}"
    if not re.fullmatch(r"62\d{7,13}", form.get("target", "")):
        yield "target is not one number"
    if not 1 <= len(form.get("message", "")) <= 4096:
        yield "message is not 1-4096 characters"


def _waha(what: str, headers: Mapping[str, str], body: bytes, number: int) -> LocalCall:
    data: dict[str, Any] = json.loads(body) if body else {}
    chat, text = data.get("chatId", ""), data.get("text", "")
    if headers.get("x-api-key") != WAHA_KEY:
        return LocalCall(what, chat, text, data, [], 401, {"message": "Unauthorized", "statusCode": 401})
    if what.startswith("api/sessions/"):
        session = {"name": "default", "status": "WORKING", "me": {"id": "6281200000002@c.us", "pushName": "Balai"}}
        return LocalCall("session", "", "", data, [], 200, session)
    wrong = [f"waha: {each}" for each in _wrong_waha(what, data)]
    method = "typing" if what == "api/startTyping" else "waha"
    return LocalCall(method, chat, text, data, wrong, 201, {"id": f"true_{chat}_AAA{number}", "ack": 1})


def _wrong_waha(what: str, data: Mapping[str, Any]) -> Iterator[str]:
    if what not in ("api/sendText", "api/startTyping"):
        yield f"no such call {what}"
    if data.get("session") != "default":
        yield "no session"
    if not re.fullmatch(r"\d{5,20}@(c\.us|lid)", data.get("chatId", "")):
        yield "chatId is not one person"
    if what == "api/sendText" and not 1 <= len(data.get("text", "")) <= 4096:
        yield "text is not 1-4096 characters"


def _phone(headers: Mapping[str, str], body: bytes) -> LocalCall:
    data: dict[str, Any] = json.loads(body)
    wrong = [f"sms: {each}" for each in _wrong_sms(data)]
    if headers.get("x-balai-secret") != SMS_SECRET:
        return LocalCall("sms", data.get("to", ""), data.get("text", ""), data, wrong, 401, {"error": "secret"})
    return LocalCall("sms", data.get("to", ""), data.get("text", ""), data, wrong, 202, {"state": "Pending"})


def _wrong_sms(data: Mapping[str, Any]) -> Iterator[str]:
    if not re.fullmatch(r"\+\d{9,15}", data.get("to", "")):
        yield "to is not a number"
    if not str(data.get("id", "")).isdecimal():
        yield "no number to report by"
    if not 1 <= sms_parts.count(data.get("text", "")) <= 3:
        yield f"{sms_parts.count(data.get('text', ''))} parts, not 1-3"
    if data.get("phoneNumbers") != [data.get("to")] or data.get("textMessage") != {"text": data.get("text")}:
        yield "the app of that name would send something else"
