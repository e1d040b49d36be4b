"""WhatsApp Cloud API: signed webhooks in, one call to `/messages` per part out.

Webhooks are read straight from the documented JSON, and pywa sends, for the reasons in
`docs/decisions/0003-reading-whatsapp-webhooks.md`.
Rules: Meta's Cloud API documents, as gathered in the issue's platform rules.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import structlog
from pywa.errors import WhatsAppError
from pywa.types.callback import Button, Section, SectionList, SectionRow
from pywa.utils import Version
from pywa_async.api import GraphAPIAsync

from centre.contact_points import Pace
from centre.conversations import Sender
from centre.file_kinds import MOST_BYTES
from centre.inbox import Received, Status
from centre.incidents import Sign
from centre.kept_files import Fetched
from centre.messages import LIMITS, Incoming, Part, Spoken, Template
from centre.outbox import Delivery, Outcome
from centre.sounds import Sounds
from centre.spoken import ENDINGS, MIME
from webhooks.channel import Forged, SoundGone, Unreadable
from webhooks.downloads import ELSEWHERE, GONE, TOO_LARGE, UNREACHABLE, download
from webhooks.reading import as_object, object_in, objects_in, words_in
from webhooks.whatsapp_account import NUMBER_FIELDS, account_sign, number_sign, refused_sign

PLATFORM = Pace(per_second=32, burst=8, per_chat=45, chat_span=timedelta(seconds=270))
"""80 a second per number, what comes in counted too: never more than 40 of ours in any second, because each answers one that
came in. One person about one in 6 s, with a burst of 45."""
SIGNATURE_HEADER = "X-Hub-Signature-256"
CALLS_AT_ONCE = 24
CONNECT_SECONDS, ANSWER_SECONDS = 5, 10
MEDIA_HOST = "lookaside.fbsbx.com"
"""Where Meta lays files down."""
MEDIA_ID = re.compile(r"[0-9]{1,40}", re.ASCII)
LIST_BUTTON = "Pilih"
LIST_SECTION = "Pilihan"
BUTTON_TITLE, ROW_TITLE, ROW_DESCRIPTION = 20, 24, 72
TEMPLATE_FIELDS = ("name", "language", "status", "category", "components")

UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""Failures before the first byte of a call has left."""

log = structlog.get_logger()


class CallFailed(Exception):
    """Meta could not be asked; the message names the kind of failure only."""


def challenge(args: Mapping[str, str], verify_token: str) -> str | None:
    """What to answer when Meta asks whether this address is ours; None when it is not Meta who asks."""
    given = args.get("hub.verify_token", "").encode("utf-8", "replace")
    if not verify_token or not hmac.compare_digest(given, verify_token.encode()):
        return None
    return args.get("hub.challenge") if args.get("hub.mode") == "subscribe" else None


class WhatsApp:
    """The channel `webhooks.channel.Channel` on Meta's Cloud API."""

    name = "whatsapp"

    def __init__(
        self,
        phone_id: str,
        token: str,
        app_secret: str,
        api: str = "https://graph.facebook.com",
        pace: Pace = PLATFORM,
        sounds: Sounds = lambda number: None,
    ) -> None:
        """`phone_id` is Meta's number for our phone number; `app_secret` signs what Meta sends us; `sounds`: where
        recordings lie."""
        _keep_numbers_out_of_logs()
        self.pace = pace
        self._phone_id = phone_id
        self._token = token
        self._app_secret = app_secret
        self._api = httpx.URL(api)
        self._address = f"{api.rstrip('/')}/v{Version.GRAPH_API.value}"
        self._sounds = sounds
        self._media_ids: dict[int, str] = {}
        """What Meta calls a recording that it has already: for 30 days (Cloud API, media)."""
        self._session: httpx.AsyncClient | None = None
        self._graph: GraphAPIAsync | None = None

    def split(self, body: bytes, headers: Mapping[str, str]) -> list[Received]:
        signature = hmac.new(self._app_secret.encode(), body, hashlib.sha256).hexdigest()
        given = headers.get(SIGNATURE_HEADER, "").encode("utf-8", "replace")
        if not self._app_secret or not hmac.compare_digest(given, f"sha256={signature}".encode()):
            raise Forged(self.name)
        payload = as_object(body)
        if not isinstance(payload.get("entry"), list):
            raise Unreadable("no entry")
        entries = objects_in(payload, "entry")
        changes = [change for entry in entries for change in objects_in(entry, "changes")]
        return [event for change in changes for event in self._events(change)]

    async def open(self) -> str | None:
        try:
            asked = ("display_phone_number",)
            phone = await self._ready().get_business_phone_number(self._phone_id, fields=asked)
            digits = re.sub(r"\D", "", words_in(phone, "display_phone_number"))
        except Exception as error:  # noqa: BLE001 - the worker starts without WhatsApp too
            log.warning("whatsapp.no_answer", error=type(error).__name__)
            return None
        return f"https://wa.me/{digits}" if digits else None

    async def close(self) -> None:
        session, self._session, self._graph = self._session, None, None
        if session:
            await session.aclose()

    async def send(self, delivery: Delivery) -> Outcome:
        phone, user = delivery.sender.value("phone"), delivery.sender.value("user")
        if not phone and not user:
            return Outcome("permanent", error="no_address")
        if _is_too_long(delivery.part):
            return Outcome("permanent", error="too_long")
        spoken = delivery.part.spoken
        is_known = spoken is not None and spoken.number in self._media_ids
        try:
            kind, message = await self._heard(spoken) if spoken else _message(delivery.part)
            answer = await self._ready().send_message(
                sender=self._phone_id,
                to=phone,
                recipient=None if phone else user,
                recipient_type="individual",
                typ=kind,
                msg=message,
                biz_opaque_callback_data=str(delivery.id),
            )
        except SoundGone:
            return Outcome("permanent", error="sound_gone")
        except WhatsAppError as error:
            if spoken and is_known and error.code not in RULES:
                del self._media_ids[spoken.number]  # Meta may have dropped it: the next try brings it anew
                return Outcome("temporary", error=str(error.code))
            return _refused(error, delivery.part)
        except Exception as error:  # noqa: BLE001 - an outcome, whatever it is
            return _lost(error)
        sent = objects_in(answer, "messages")
        return Outcome("sent", provider_id=words_in(sent[0], "id") if sent else "")

    async def _heard(self, spoken: Spoken) -> tuple[str, dict[str, Any]]:
        """An audio message; its file is laid down at Meta first, once a process."""
        if spoken.number not in self._media_ids:
            data = await asyncio.to_thread(self._sounds, spoken.number)
            if data is None:
                raise SoundGone
            name = f"balai-{spoken.number}.{ENDINGS[spoken.kind]}"
            answer = await self._ready().upload_media(self._phone_id, data, MIME[spoken.kind], name)
            self._media_ids[spoken.number] = words_in(answer, "id")
        return "audio", {"id": self._media_ids[spoken.number]}

    async def unsend(self, provider_id: str) -> Outcome:
        """The Cloud API has no call that deletes what was sent."""
        return Outcome("permanent", error="no_such_call")

    async def fetch(self, media: str) -> Fetched:
        """Ask where the file lies, then download it with our token (Cloud API, media: the address holds for 5 minutes)."""
        if not MEDIA_ID.fullmatch(media):
            return GONE
        try:
            found = await self._ready().get_media_url(media)
        except WhatsAppError as error:
            return _not_found(error)
        except Exception:  # noqa: BLE001 - an outcome, whatever it is
            return UNREACHABLE
        size = found.get("file_size") if isinstance(found, dict) else None
        if isinstance(size, int) and size > MOST_BYTES:
            return TOO_LARGE
        address = words_in(found, "url") if isinstance(found, dict) else ""
        if not self._is_metas(address):
            return ELSEWHERE
        return await download(address, {"Authorization": f"Bearer {self._token}"})

    def _is_metas(self, address: str) -> bool:
        """Our token goes to Meta and to nobody else. Read as it will be called, so that both see the same host."""
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            return False
        if url.userinfo:
            return False
        own = (self._api.scheme, self._api.host, self._api.port)
        return (url.scheme, url.host, url.port) in (own, ("https", MEDIA_HOST, None))

    async def look(self, now: datetime) -> list[Sign]:
        """Does Meta hear us, and what does it think of our number (Graph API, phone number)?"""
        try:
            number = await self._ready().get_business_phone_number(self._phone_id, fields=NUMBER_FIELDS)
        except WhatsAppError as error:
            rule = RULES.get(error.code)
            return [refused_sign(rule.error)] if rule and rule.error in ("token", "account") else []
        except Exception:  # noqa: BLE001 - a network that is away says nothing of us
            return []
        return [refused_sign(""), number_sign(number)]

    async def templates(self, account_id: str) -> list[dict[str, Any]]:
        """Every template of a WhatsApp Business account with its status, as Meta describes it. Raises `CallFailed`."""
        found: list[dict[str, Any]] = []
        after: str | None = ""
        try:
            while after is not None:
                place = {"limit": "100"} | ({"after": after} if after else {})
                page = await self._ready().get_templates(account_id, fields=TEMPLATE_FIELDS, pagination=place)
                found += objects_in(page, "data")
                after = _following(page, after)
        except WhatsAppError as error:
            raise CallFailed(f"error {error.code}") from error
        except Exception as error:  # one failure to whoever asks, whatever it is
            raise CallFailed(type(error).__name__) from error
        return found

    def _events(self, change: dict[str, Any]) -> list[Received]:
        """The events of one change that are about our own number; what Meta tells of the account as a whole."""
        value = object_in(change, "value")
        if sign := account_sign(words_in(change, "field"), value):
            return [Received("whatsapp", "", sign=sign)]
        number = words_in(object_in(value, "metadata"), "phone_number_id")
        if change.get("field") != "messages" or number != self._phone_id:
            return []
        contacts = _contacts(value)
        messages = [_received(message, contacts) for message in objects_in(value, "messages")]
        statuses = [_status(status) for status in objects_in(value, "statuses")]
        return [event for event in messages + statuses if event]

    def _ready(self) -> GraphAPIAsync:
        """pywa's way to the Graph API, made at the first call: the web process never makes one."""
        if self._graph is None:
            self._session = httpx.AsyncClient(
                timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
                limits=httpx.Limits(max_connections=CALLS_AT_ONCE),
            )
            self._graph = GraphAPIAsync(self._token, self._session, float(Version.GRAPH_API.value))
            self._session.base_url = httpx.URL(self._address)  # pywa has no option for it
        return self._graph


# What comes in

MEDIA = frozenset({"image", "audio", "voice", "video", "document", "sticker"})
PASSED_OVER = frozenset({"reaction", "system", "revoke", "request_welcome"})
"""Nothing that waits for an answer."""
Contacts = dict[tuple[str, str], dict[str, Any]]
ALONE = ("", "")
"""Where the only contact of a change stands, or an empty one."""
STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)
USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?\w+")
"""A business-scoped user id: country, dot, letters and digits."""


def _received(message: dict[str, Any], contacts: Contacts) -> Received | None:
    key, sender = words_in(message, "id"), _sender(message, contacts)
    if not key or sender is None or message.get("group_id"):
        return None
    said_at = _moment(message)
    if message.get("type") == "edit":  # what was edited is said anew
        message = object_in(object_in(message, "edit"), "message")
    read = _incoming(message)
    return Received("whatsapp", key, sender, read[0], media=read[1], said_at=said_at) if read else None


def _incoming(message: dict[str, Any]) -> tuple[Incoming, str] | None:
    """The message as we know it, and the name of its file; None when there is nothing to answer."""
    kind = words_in(message, "type")
    content = object_in(message, kind)
    if kind in PASSED_OVER or content.get("type") == "call_permission_reply":
        return None
    if kind == "text":
        return Incoming("text", words_in(content, "body")), ""
    if kind == "button":
        payload = words_in(content, "payload")
        return Incoming("tap" if payload else "text", words_in(content, "text"), payload), ""
    if kind == "interactive":
        return _choice(content), ""
    if kind in MEDIA:
        return Incoming("media", words_in(content, "caption")), words_in(content, "id")
    return Incoming("other"), ""


def _choice(interactive: dict[str, Any]) -> Incoming:
    reply = object_in(interactive, "button_reply") or object_in(interactive, "list_reply")
    if not words_in(reply, "id"):
        return Incoming("other")
    return Incoming("tap", words_in(reply, "title"), words_in(reply, "id"))


def _sender(message: dict[str, Any], contacts: Contacts) -> Sender | None:
    """Who wrote: by number, by user id, or both. `from` holds either; the contact may tell the other."""
    written_by = words_in(message, "from")
    phone = written_by if _is_phone(written_by) else ""
    user = words_in(message, "from_user_id") or (written_by if USER_ID.fullmatch(written_by) else "")
    contact = _contact_of(phone, user, contacts)
    phone = phone or (words_in(contact, "wa_id") if _is_phone(words_in(contact, "wa_id")) else "")
    user = user or words_in(contact, "user_id")
    identifiers = tuple((kind, value) for kind, value in (("phone", phone), ("user", user)) if value)
    return Sender("whatsapp", identifiers) if identifiers else None


def _contact_of(phone: str, user: str, contacts: Contacts) -> dict[str, Any]:
    """The contact that is surely this person's: two people must never be taken for one."""
    for found in (contacts.get(("wa_id", phone)), contacts.get(("user_id", user))):
        if found:
            return found
    alone = contacts[ALONE]
    differs = (phone and words_in(alone, "wa_id")) or (user and words_in(alone, "user_id"))
    return {} if differs else alone


def _contacts(value: dict[str, Any]) -> Contacts:
    """The contacts of a change by what they are known by: a request may hold as many as there are messages."""
    contacts = objects_in(value, "contacts")
    found = {(kind, words_in(each, kind)): each for each in reversed(contacts) for kind in ("wa_id", "user_id")}
    known = {key: contact for key, contact in found.items() if key[1]}
    return known | {ALONE: contacts[0] if len(contacts) == 1 else {}}


def _is_phone(value: str) -> bool:
    return value.isascii() and value.isdecimal()


def _status(status: dict[str, Any]) -> Received | None:
    ours, state = words_in(status, "id"), STATES.get(words_in(status, "status"))
    if not ours or state is None:
        return None
    errors = objects_in(status, "errors")
    code = _code(errors[0]) if errors else 0
    return Received(
        "whatsapp",
        f"{ours}:{status['status']}:{words_in(status, 'timestamp')}",
        status=Status(
            state,
            provider_id=ours,
            ours=words_in(status, "biz_opaque_callback_data"),
            error=_name_of(code) if code else "",
            again=code in AGAIN,
        ),
        said_at=_moment(status),
    )


def _moment(told: dict[str, Any]) -> datetime | None:
    """When it happened (seconds since 1970, as text); None where that cannot be read."""
    seconds = words_in(told, "timestamp")
    return datetime.fromtimestamp(int(seconds), UTC) if SECONDS.fullmatch(seconds) else None


def _code(error: dict[str, Any]) -> int:
    code = error.get("code")
    return code if isinstance(code, int) else 0


# What goes out


def _is_too_long(part: Part) -> bool:
    """Text is cut where it is queued; this keeps a slip there from costing a call that Meta refuses."""
    if part.style == "template":
        return False  # its own words are not what goes out
    limits = LIMITS["whatsapp"]
    choices = [] if part.style == "plain" else part.choices
    title, most = (ROW_TITLE, limits.rows) if part.style == "list" else (BUTTON_TITLE, limits.buttons)
    return (
        limits.measure(part.text) > (limits.interactive if choices else limits.text)
        or len(choices) > most
        or any(len(choice.label) > title or len(choice.title) > ROW_DESCRIPTION for choice in choices)
    )


def _message(part: Part) -> tuple[str, dict[str, Any]]:
    """The kind of message and its content, as the `/messages` endpoint takes it."""
    if part.style == "template" and part.template:
        return "template", _filled(part.template)
    if part.style == "buttons" and part.choices:
        buttons = [Button(choice.label, choice.code).to_dict() for choice in part.choices]
        return "interactive", _interactive("button", part.text, {"buttons": buttons})
    if part.style == "list" and part.choices:
        rows = [SectionRow(choice.label, choice.code, choice.title or None) for choice in part.choices]
        choices = SectionList(LIST_BUTTON, [Section(LIST_SECTION, rows)])
        return "interactive", _interactive("list", part.text, choices.to_dict())
    return "text", {"body": part.text, "preview_url": False}


def _interactive(kind: str, text: str, action: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "body": {"text": text}, "action": action}


def _filled(template: Template) -> dict[str, Any]:
    """An approved template with its blanks filled, and what each quick reply means."""
    values = [{"type": "text", "text": value} for value in template.values]
    body = [{"type": "body", "parameters": values}] if values else []
    buttons = [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(index),
            "parameters": [{"type": "payload", "payload": code}],
        }
        for index, code in enumerate(template.codes)
    ]
    language = {"policy": "deterministic", "code": template.language}
    return {"name": template.name, "language": language, "components": body + buttons}


def _following(page: dict[str, Any], after: str) -> str | None:
    """Where the next page begins; None after the last one, which names no `next`."""
    paging = object_in(page, "paging")
    following = words_in(object_in(paging, "cursors"), "after")
    return following if paging.get("next") and following not in ("", after) else None


HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RULES: dict[int, Outcome] = {
    **dict.fromkeys((4, 80007), Outcome("throttled", wait=MINUTE, whole_channel=True)),
    **dict.fromkeys((130429, 429), Outcome("throttled", wait=timedelta(seconds=5), whole_channel=True)),
    131056: Outcome("throttled", wait=timedelta(seconds=6)),
    # A brake against spam: going on would make it worse, so the whole channel rests.
    131048: Outcome("throttled", wait=HOUR, whole_channel=True),
    # Our token, rights or account: ours to repair, and nobody's message is given up for it.
    **dict.fromkeys((0, 3, 10, 190, 401, 131005), Outcome("throttled", wait=MINUTE, whole_channel=True, error="token")),
    **dict.fromkeys(
        (368, 131031, 131042, 133010), Outcome("throttled", wait=HOUR, whole_channel=True, error="account")
    ),
    **dict.fromkeys((1, 2, 131000, 131016, 131053, 131057, 133016), Outcome("temporary")),
    131047: Outcome("permanent", error="window_closed"),
    132001: Outcome("permanent", error="template_missing"),
    132015: Outcome("permanent", error="template_paused"),
    132016: Outcome("permanent", error="template_disabled"),
    **dict.fromkeys((132000, 132008, 132012), Outcome("permanent", error="template_mismatch")),
    132005: Outcome("permanent", error="too_long"),
    132007: Outcome("permanent", error="template_refused"),
    131050: Outcome("permanent", error="blocked", blocked=True),
}
"""Meta's error code → what to do. Any other code is about this one message, and final."""
UNPAID = frozenset({131042, 131044})
"""Codes for a missing means of payment. Templates cost money and answers do not: the channel goes on without them."""
AGAIN = frozenset({4, 80007, 130429, 131056, 133016, 131053, 131000, 131016, 131057})
"""Codes after which the same message may still arrive, when a status brings them later."""


def _refused(error: WhatsAppError, part: Part) -> Outcome:
    """Meta answered with an error: its code decides (Cloud API error codes), never its words."""
    status = error.status_code or 0
    if status >= 500 and error.code == status:
        # A proxy on the way, not Meta: the call may have arrived.
        return Outcome("ambiguous", error=f"http_{status}")
    if error.code in UNPAID and part.style == "template":
        return Outcome("permanent", error="template_unpaid")
    if error.code in RULES:
        return _worded(RULES[error.code], error)
    return Outcome("temporary" if status >= 500 or error.is_transient else "permanent", error=str(error.code))


def _name_of(code: int) -> str:
    """What a failure told later is called: the same as when it is told at once."""
    return (RULES[code].error if code in RULES else "") or str(code)


def _worded(outcome: Outcome, error: WhatsAppError) -> Outcome:
    """The rule's outcome, with Meta's own waiting time where it gives one."""
    asked = error.raw_response.headers.get("Retry-After", "") if error.raw_response is not None else ""
    own = timedelta(seconds=int(asked)) if asked.isdecimal() and len(asked) < 5 else timedelta(0)
    wait = max(outcome.wait, own) if outcome.kind == "throttled" else outcome.wait
    return replace(outcome, error=outcome.error or str(error.code), wait=wait)


NO_SUCH_OBJECT = 100
"""Meta's code for an id that it does not know (any more)."""


def _not_found(error: WhatsAppError) -> Fetched:
    """What a failed look for a file means."""
    if error.code == NO_SUCH_OBJECT or error.status_code == httpx.codes.NOT_FOUND:
        return GONE
    rule = _worded(RULES.get(error.code, Outcome("temporary")), error)
    return Fetched("again", why=rule.error or "unreachable", wait=rule.wait)


def _lost(error: Exception) -> Outcome:
    """No answer that can be read: whether it arrived is known only where the call never left."""
    return Outcome("temporary" if isinstance(error, UNSENT) else "ambiguous", error=type(error).__name__)


def _keep_numbers_out_of_logs() -> None:
    """pywa logs what it sends, and to whom; and gives advice at every timeout."""
    for name, level in (("httpx", logging.WARNING), ("httpcore", logging.WARNING), ("pywa", logging.ERROR)):
        logging.getLogger(name).setLevel(level)
