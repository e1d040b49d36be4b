"""Telegram's and Meta's side of the wire, on loopback: a ledger of calls, faults on demand, strict reading.

Each call is checked against the Bot API specification, or against Meta's documented limits and its OpenAPI
description; what breaks them stands in `violations`. Also runs by itself for benchmarks:
`python -m tests.gateways 8090`, with its ledger at `GET /ledger`.
"""

from __future__ import annotations

import asyncio
import email
import functools
import json
import re
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import yaml

from tests import local_gateways

FIXTURES = Path(__file__).resolve().parents[2] / "shared" / "fixtures"
TELEGRAM_SPEC = FIXTURES / "specs" / "telegram-bot-api.json"
WHATSAPP_SPEC = FIXTURES / "specs" / "whatsapp-business-messaging-v23.yaml"
WHY_SKIPPED = f"the platforms' specifications are not here: {FIXTURES}"


@dataclass
class Call:
    """One call that reached us."""

    at: float
    method: str
    """sendMessage, getMe, …; for WhatsApp "messages", "message_templates" and "media"; "file" for a download."""
    to: str
    text: str
    data: dict[str, Any]
    arrived: bool = True
    """Would the person have got it?"""
    deleted: bool = False
    """Was it taken off their telephone again?"""


@dataclass
class Fault:
    """What to do instead of answering well, `times` times, to calls that match."""

    status: int = 0
    """0: no answer at all, the connection is closed."""
    body: dict[str, Any] | str | bytes = ""
    headers: dict[str, str] = field(default_factory=dict)
    breaks: bool = False
    """Half the answer, then the connection is closed."""
    resets: bool = False
    """No answer, and the connection is torn down (RST) instead of closed."""
    drips: float = 0.0
    """Seconds between one byte of the body and the next."""
    arrives: bool = False
    """Did the call do its work all the same (a lost answer)?"""
    after: float = 0.0
    """Seconds of silence first."""
    method: str = ""
    to: str = ""
    times: int = 1

    def fits(self, call: Call) -> bool:
        return self.times > 0 and self.method in ("", call.method) and self.to in ("", call.to)


def telegram_error(status: int, words: str, **parameters: int) -> Fault:
    """An error as the Bot API words it."""
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": words}
    return Fault(status, body | ({"parameters": parameters} if parameters else {}))


def whatsapp_error(status: int, code: int, **headers: str) -> Fault:
    """An error as the Cloud API words it."""
    error = {"message": f"(#{code}) something", "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return Fault(status, {"error": error}, headers)


LOST = Fault(arrives=True)
"""The message goes out, the answer never comes back."""


class Gateways:
    """Both platforms on one address. Use as a context manager; safe to read from the test's thread."""

    def __init__(self, port: int = 0, telegram_token: str = "", whatsapp_token: str = "") -> None:
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.updates: list[dict[str, Any]] = []
        """What getUpdates gives until it is confirmed."""
        self.webhook: dict[str, Any] = {}
        self.templates: list[dict[str, Any]] = []
        """What Meta knows of our message templates, shown ten at a time."""
        self.webhook_troubles: dict[str, Any] = {}
        """What getWebhookInfo tells beside the address."""
        self.number: dict[str, str] = {"quality_rating": "GREEN", "status": "CONNECTED"}
        """What Meta thinks of our number."""
        self.runs_ahead = timedelta(0)
        """The platforms' clock, against ours."""
        self.files: dict[str, bytes] = {}
        """What people sent, by the name that the platform gave it (WhatsApp: digits)."""
        self._tokens = (telegram_token, whatsapp_token)
        self._faults: list[Fault] = []
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        _telegram_spec(), _whatsapp_checks()  # half a second, not to be counted as a platform's silence
        self._thread.start()
        assert self._started.wait(20), "the platforms did not open"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        assert not self._thread.is_alive(), "the platforms did not close"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def fail(self, fault: Fault, *, method: str = "", to: str = "", times: int = 1) -> None:
        """Script `fault` for the next `times` calls (to `method`, for the recipient `to`)."""
        self._faults.append(Fault(**{**asdict(fault), "method": method, "to": to, "times": times}))

    def fault_for(self, call: Call) -> Fault | None:
        """What goes wrong with this call, if anything."""
        return next((fault for fault in self._faults if fault.fits(call)), None)

    def arrived(self, to: str = "") -> list[str]:
        """The texts that people got, in order; of one person when `to` is given."""
        says = ("sendMessage", "sendVoice", "sendAudio", "messages", "fonnte", "waha", "sms")
        sent = [call for call in self.calls if call.method in says and call.arrived]
        return [call.text for call in sent if to in ("", call.to)]

    def on_screen(self, to: str) -> list[str]:
        """What this person can still read of it."""
        return [call.text for call in self.calls if call.text and call.to == to and call.arrived and not call.deleted]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        listening = asyncio.start_server(self._serve, "127.0.0.1", self._port, backlog=512)
        server = self._loop.run_until_complete(listening)
        self._port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass  # the caller hung up, or the test is over
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        lines = (line.partition(":") for line in head[1:])
        headers = {name.strip().lower(): value.strip() for name, _, value in lines}
        body = await reader.readexactly(int(headers.get("content-length") or 0))
        path = head[0].split(" ")[1]
        if head[0].startswith("HEAD "):
            told = format_datetime(datetime.now(UTC) + self.runs_ahead, usegmt=True)
            writer.write(f"HTTP/1.1 200 OK\r\nDate: {told}\r\nContent-Length: 0\r\n\r\n".encode())
            return True
        if path == "/ledger":
            calls = [asdict(call) for call in self.calls]
            return _write(writer, 200, {"calls": calls, "violations": self.violations})
        call, good = self._take(path, headers, body)
        fault = self.fault_for(call)
        self.calls.append(call)
        if fault is None:
            status, answer = await good()
            call.arrived = 200 <= status < 300
            return _write(writer, status, answer)
        fault.times -= 1
        call.arrived = fault.arrives
        await asyncio.sleep(fault.after)
        if fault.resets:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if fault.breaks or fault.drips:
            return await _write_badly(writer, fault)
        return _write(writer, fault.status, fault.body, fault.headers) if fault.status else False

    def _take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[Call, Callable[[], Any]]:
        """The call, checked and ready for the ledger, and how to answer it."""
        parts = urlsplit(path)
        if bot := re.fullmatch(r"/bot([^/]+)/(\w+)", parts.path):
            form = _form(headers.get("content-type", ""), body)
            spoken = form.get("text") or form.get("caption", "")
            call = Call(time.time(), bot[2], form.get("chat_id", ""), spoken, form)
            self.violations += [f"{call.method}: {wrong}" for wrong in telegram_violations(call.method, form)]
            return call, functools.partial(self._telegram, bot[1], call)
        if file := re.fullmatch(r"/file/(?:bot([^/]+)/photos|graph)/(\w+)\.bin", parts.path):
            call = Call(
                time.time(), "file", "", "", {"name": file[2], "authorization": headers.get("authorization", "")}
            )
            return call, functools.partial(self._download, file[1], call)
        if local := local_gateways.read(parts.path, headers, body, len(self.calls)):
            self.violations += local.violations
            call = Call(time.time(), local.method, local.to, local.text, local.data)
            return call, functools.partial(_answered, local.status, local.answer)
        last = parts.path.rpartition("/")[2]
        if last == "media":
            call = Call(time.time(), "upload", "", "", _form(headers.get("content-type", ""), body))
            self.violations += [f"upload: {wrong}" for wrong in _wrong_upload(call.data)]
            return call, functools.partial(self._whatsapp, headers.get("authorization", ""), call)
        data: dict[str, Any] = json.loads(body) if body else dict(parse_qsl(parts.query))
        method = last if last in ("messages", "message_templates") else "phone" if "fields" in data else "media"
        data |= {"name": last} if method == "media" else {}
        spoken = data.get("text", {}).get("body") or data.get("interactive", {}).get("body", {}).get("text", "")
        spoken = spoken or _spoken_by_template(data.get("template", {}))
        call = Call(time.time(), method, data.get("to") or data.get("recipient") or "", spoken, data)
        if method == "messages":
            self.violations += [f"messages: {wrong}" for wrong in whatsapp_violations(data)]
        return call, functools.partial(self._whatsapp, headers.get("authorization", ""), call)

    async def _telegram(self, token: str, call: Call) -> tuple[int, dict[str, Any]]:
        if self._tokens[0] and token != self._tokens[0]:
            return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}
        if call.method == "getUpdates":
            return 200, {"ok": True, "result": await self._updates(call.data)}
        results: dict[str, Any] = {
            "getWebhookInfo": {
                "url": self.webhook.get("url", ""),
                "has_custom_certificate": False,
                "pending_update_count": 0,
                **self.webhook_troubles,
            },
            "getMe": {"id": 99, "is_bot": True, "first_name": "Balai", "username": "BalaiUjiBot"},
            "sendMessage": {
                "message_id": len(self.calls),
                "date": int(call.at),
                "chat": {"id": int(call.to) if call.to.lstrip("-").isdecimal() else 0, "type": "private"},
                "text": call.text,
            },
        }
        if call.method in ("sendVoice", "sendAudio"):
            kind = call.method.removeprefix("send").lower()
            heard = {"file_id": f"file-{len(self.calls)}", "file_unique_id": "u", "duration": 2}
            sent = {name: value for name, value in results["sendMessage"].items() if name != "text"}
            return 200, {"ok": True, "result": sent | {kind: heard}}
        if call.method == "deleteMessage":
            return self._deleted(call)
        if call.method == "getFile":
            return self._telegram_file(call.data.get("file_id", ""))
        if call.method in ("setWebhook", "deleteWebhook"):
            self.webhook = call.data if call.method == "setWebhook" else {}
        return 200, {"ok": True, "result": results.get(call.method, True)}

    def _deleted(self, call: Call) -> tuple[int, dict[str, Any]]:
        """A message is known by its place in the ledger."""
        message = self.calls[int(call.data["message_id"]) - 1]
        if not message.method.startswith("send") or (message.to, message.deleted) != (call.to, False):
            words = "Bad Request: message to delete not found"
            return 400, {"ok": False, "error_code": 400, "description": words}
        message.deleted = True
        return 200, {"ok": True, "result": True}

    def _telegram_file(self, name: str) -> tuple[int, dict[str, Any]]:
        if name not in self.files:
            words = "Bad Request: wrong file_id or the file is temporarily unavailable"
            return 400, {"ok": False, "error_code": 400, "description": words}
        described = {"file_id": name, "file_unique_id": f"u{name}", "file_size": len(self.files[name])}
        return 200, {"ok": True, "result": described | {"file_path": f"photos/{name}.bin"}}

    async def _download(self, telegram_token: str | None, call: Call) -> tuple[int, dict[str, Any] | bytes]:
        expected = self._tokens[0] if telegram_token else f"Bearer {self._tokens[1]}"
        if (telegram_token or call.data["authorization"]) != expected:
            return 401, {"error": "not with this token"}
        data = self.files.get(call.data["name"])
        return (404, {"error": "no such file"}) if data is None else (200, data)

    async def _updates(self, data: dict[str, str]) -> list[dict[str, Any]]:
        offset = int(data.get("offset", 0))
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        until = time.monotonic() + min(float(data.get("timeout", 0)), 0.2)
        while not self.updates and time.monotonic() < until:
            await asyncio.sleep(0.01)
        return self.updates[: int(data.get("limit", 100))]

    async def _whatsapp(self, authorization: str, call: Call) -> tuple[int, dict[str, Any]]:
        if self._tokens[1] and authorization != f"Bearer {self._tokens[1]}":
            return 401, {"error": {"message": "Invalid access token", "type": "OAuthException", "code": 190}}
        if call.method == "phone":
            return 200, {"display_phone_number": "+62 812-3456-7890", "id": "1", **self.number}
        if call.method == "upload":
            return 200, {"id": f"7{len(self.calls)}"}
        if call.method == "media":
            return self._whatsapp_file(call.data["name"])
        if call.method == "message_templates":
            return 200, self._page_of_templates(int(call.data.get("after", 0)))
        known_as = "wa_id" if "to" in call.data else "user_id"
        return 200, {
            "messaging_product": "whatsapp",
            "contacts": [{"input": call.to, known_as: call.to}],
            "messages": [{"id": f"wamid.out{len(self.calls)}"}],
        }

    def _whatsapp_file(self, name: str) -> tuple[int, dict[str, Any]]:
        if name not in self.files:
            return 400, {"error": {"message": "Object does not exist", "type": "GraphMethodException", "code": 100}}
        address = f"{self.address}/file/graph/{name}.bin"
        described = {"messaging_product": "whatsapp", "id": name, "url": address, "mime_type": "image/jpeg"}
        return 200, described | {"sha256": "0" * 64, "file_size": len(self.files[name])}

    def _page_of_templates(self, start: int) -> dict[str, Any]:
        end = start + 10
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(self.templates):
            paging["next"] = f"{self.address}/next"
        return {"data": self.templates[start:end], "paging": paging}


async def _answered(status: int, answer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return status, answer


def _spoken_by_template(template: dict[str, Any]) -> str:
    """ "balai_reminder: Pelatihan perbengkelan | Sari": what stands in the blanks, after the name."""
    bodies = [component for component in template.get("components", []) if component.get("type") == "body"]
    values = [parameter.get("text", "") for body in bodies for parameter in body.get("parameters", [])]
    return f"{template['name']}: {' | '.join(values)}" if template else ""


def telegram_violations(method: str, data: dict[str, str]) -> Iterator[str]:
    """What in a call breaks the Bot API specification; nothing where the specification is absent."""
    spec = _telegram_spec()
    if not spec:
        return
    if method not in spec["methods"]:
        yield "no such method"
        return
    fields = spec["methods"][method].get("fields", [])
    yield from _wrong_fields(spec, fields, _decoded(data, fields), method)


def whatsapp_violations(data: dict[str, Any]) -> Iterator[str]:
    """What in a message breaks Meta's limits."""
    if ("to" in data) == ("recipient" in data):
        yield "exactly one of to and recipient"
    if "to" in data and not re.fullmatch(r"\d{5,15}", str(data["to"])):
        yield "to is not a number"
    if "recipient" in data and not re.fullmatch(r"[A-Z]{2}\.(ENT\.)?\w{1,128}", str(data["recipient"])):
        yield "recipient is not a user id"
    if len(data.get("biz_opaque_callback_data", "")) > 512:
        yield "biz_opaque_callback_data is longer than 512"
    kind = data.get("type", "")
    if kind not in ("text", "interactive", "template", "audio"):
        yield f"unexpected type {kind}"
        return
    for name, value in (("base", {"to": "0", **data}), (kind, data.get(kind))):
        for error in _whatsapp_checks().get(name, _NO_CHECK).iter_errors(value):
            yield f"{name}: {error.message[:200]}"
    wrong = {
        "text": _wrong_text,
        "interactive": _wrong_interactive,
        "template": _wrong_template,
        "audio": _wrong_audio,
    }
    yield from wrong[kind](data[kind])


def _wrong_text(text: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(text.get("body", "")) <= 4096:
        yield "text body is not 1-4096 characters"


def _wrong_audio(audio: dict[str, Any]) -> Iterator[str]:
    if not re.fullmatch(r"\d+", audio.get("id", "")):
        yield "audio names no file that was uploaded"


def _wrong_upload(form: dict[str, Any]) -> Iterator[str]:
    """Cloud API, media: what must be in it, and the sounds that are taken, at most 16 MB."""
    if form.get("messaging_product") != "whatsapp" or not form.get("file"):
        yield "no messaging_product or no file"
    if form.get("type") not in ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"):
        yield f"type {form.get('type')!r} is not taken"


def _form(content_type: str, body: bytes) -> dict[str, Any]:
    """The fields of a form; a file as its bytes read one to one, under its field's name."""
    if not content_type.startswith("multipart/"):
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    told = email.message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    found: dict[str, Any] = {}
    for part in told.get_payload():
        name, payload = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        found[name] = payload.decode("latin-1") if part.get_filename() else payload.decode()
    return found


def _wrong_interactive(interactive: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(interactive.get("body", {}).get("text", "")) <= 1024:
        yield "interactive body is not 1-1024 characters"
    action = interactive.get("action", {})
    replies = [button.get("reply", {}) for button in action.get("buttons", [])]
    rows = [row for section in action.get("sections", []) for row in section.get("rows", [])]
    if len(replies) > 3 or len(rows) > 10 or not replies + rows:
        yield "not 1-3 buttons or 1-10 rows"
    for choice in replies + rows:
        if choice["id"] != choice["id"].strip() or not choice["id"] or not choice["title"].strip():
            yield "a choice without id or title, or with space around its id"
    for name in ("id", "title"):
        most = max(Counter(choice[name] for choice in replies + rows).values(), default=0)
        if most > 1 and (name == "id" or replies):
            yield f"two choices share a {name}"


def _wrong_template(template: dict[str, Any]) -> Iterator[str]:
    """What error 132012 and its neighbours are about, and a description of each kind of component."""
    for component in template.get("components", []):
        schema = {"body": "template body", "button": "template button"}.get(component.get("type"), "")
        for error in _whatsapp_checks().get(schema, _NO_CHECK).iter_errors(component):
            yield f"{schema}: {error.message[:200]}"
        for parameter in component.get("parameters", []):
            value = parameter.get("text") or parameter.get("payload") or ""
            if not value.strip() or re.search(r"[\n\t]| {4}", value):
                yield "a parameter is empty, or has a line break, a tab or four spaces"
            if len(parameter.get("payload", "")) > 128:
                yield "a payload is longer than 128"


def _decoded(form: dict[str, str], fields: list[dict[str, Any]]) -> dict[str, Any]:
    """Form values as the Bot API reads them: text where it wants text, else JSON."""
    texts = {field["name"] for field in fields if field["types"] == ["String"]}
    return {name: value if name in texts else _json_or_text(value) for name, value in form.items()}


def _json_or_text(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _wrong_fields(spec: Any, fields: list[dict[str, Any]], data: dict[str, Any], where: str) -> Iterator[str]:
    known = {field["name"]: field for field in fields}
    for name in data.keys() - known.keys():
        yield f"{where} has no field {name}"
    for name, described in known.items():
        if name not in data:
            if described["required"]:
                yield f"{where} lacks {name}"
            continue
        value = data[name]
        tries = [list(_wrong_value(spec, kind, value, f"{where}.{name}")) for kind in described["types"]]
        yield from min(tries, key=len)
        yield from _wrong_length(described["description"], value, f"{where}.{name}")


def _wrong_value(spec: Any, kind: str, value: Any, where: str) -> Iterator[str]:
    plain: dict[str, tuple[type, ...]] = {
        "Integer": (int,),
        "String": (str,),
        "Boolean": (bool,),
        "Float": (int, float),
    }
    if kind in plain:
        if not isinstance(value, plain[kind]) or (kind == "Integer" and isinstance(value, bool)):
            yield f"{where} is not {kind}"
    elif kind.startswith("Array of "):
        if not isinstance(value, list):
            yield f"{where} is not a list"
            return
        for item in value:
            yield from _wrong_value(spec, kind.removeprefix("Array of "), item, where)
    elif not isinstance(value, dict):
        yield f"{where} is not {kind}"
    elif subtypes := spec["types"].get(kind, {}).get("subtypes"):
        yield from min(([*_wrong_value(spec, subtype, value, where)] for subtype in subtypes), key=len)
    else:
        yield from _wrong_fields(spec, spec["types"][kind].get("fields", []), value, where)


def _wrong_length(description: str, value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, str) or not (limit := re.search(r"(\d+)-(\d+) (characters|bytes)", description)):
        return
    length = len(value.encode()) if limit[3] == "bytes" else len(value.encode("utf-16-le")) // 2
    if not int(limit[1]) <= length <= int(limit[2]):
        yield f"{where} is {length} {limit[3]} long, not {limit[1]}-{limit[2]}"


@functools.cache
def _telegram_spec() -> dict[str, Any] | None:
    return json.loads(TELEGRAM_SPEC.read_text()) if TELEGRAM_SPEC.exists() else None


_NO_CHECK = jsonschema.Draft202012Validator({})


@functools.cache
def _whatsapp_checks() -> dict[str, jsonschema.Draft202012Validator]:
    """Validators for parts of a message; the schemas of whole messages forbid each other's fields."""
    if not WHATSAPP_SPEC.exists():
        return {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the fast one: the file has 30,000 lines
    schemas = yaml.load(WHATSAPP_SPEC.read_text(), Loader=loader)["components"]["schemas"]
    parts = {
        "base": schemas["BaseMessageProperties"],
        "text": schemas["TextMessage"]["allOf"][1]["properties"]["text"],
        "interactive": schemas["InteractiveObject"],
        "audio": schemas["MediaObject"],
        "template": schemas["TemplateObject"],
        "template body": schemas["BodyComponent"],
        "template button": schemas["ButtonComponent"],
    }
    for component in (schemas["TemplateComponent"], schemas["ButtonComponent"]["allOf"][1]):
        component["properties"]["index"]["pattern"] = "^[0-9]$"  # "0-9" says its description, and not what stands there
    whole = {"components": {"schemas": schemas}}
    return {name: jsonschema.Draft202012Validator(part | whole) for name, part in parts.items()}


def _write(
    writer: asyncio.StreamWriter,
    status: int,
    body: dict[str, Any] | str | bytes,
    headers: dict[str, str] | None = None,
) -> bool:
    head, payload = _framed(status, body, headers)
    writer.write(head + payload)
    return True


async def _write_badly(writer: asyncio.StreamWriter, fault: Fault) -> bool:
    """Half an answer, or one that comes byte by byte."""
    head, payload = _framed(fault.status, fault.body, fault.headers)
    writer.write(head)
    for byte in payload[: len(payload) // 2] if fault.breaks else payload:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(fault.drips)
    return not fault.breaks


def _framed(
    status: int, body: dict[str, Any] | str | bytes, headers: dict[str, str] | None = None
) -> tuple[bytes, bytes]:
    payload = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(payload)}", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n", payload


if __name__ == "__main__":
    with Gateways(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as gateways:
        sys.stdout.write(f"{gateways.address}\n")
        sys.stdout.flush()
        threading.Event().wait()
