"""Telegram: updates in, by webhook or by asking for them, and one `sendMessage` per part out.

python-telegram-bot reads updates and makes the calls; its server, handlers and update loop are not used: they
acknowledge before anything is stored. Rules: Bot API 10.1.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
import warnings
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog
from telegram import (
    Bot,
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    Update,
    WebhookInfo,
)
from telegram.constants import ChatType
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)
from telegram.helpers import effective_message_type
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from centre.contact_points import Pace
from centre.conversations import Sender
from centre.file_kinds import MOST_BYTES
from centre.inbox import Received
from centre.incidents import Kind, Sign
from centre.kept_files import Fetched
from centre.messages import Choice, Incoming, Part, Spoken
from centre.outbox import Delivery, Outcome
from centre.sounds import Sounds
from centre.spoken import ENDINGS
from webhooks.channel import Forged, SoundGone, Unreadable
from webhooks.downloads import ELSEWHERE, TOO_LARGE, UNREACHABLE, download
from webhooks.reading import as_object, object_in, objects_in, words, words_in

PLATFORM = Pace(per_second=24, burst=6, per_chat=1, chat_span=timedelta(seconds=1))
"""Bot FAQ: about 30 messages a second in all, one a second in one chat. What has gathered and what flows on are together
never more than 30 in any second."""
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
"""Always sent: what was allowed before stays when it is left out."""
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
CALLS_AT_ONCE = 24
CONNECT_SECONDS, ANSWER_SECONDS, LONG_POLL_SECONDS = 5, 10, 25
TOKEN_WAIT = timedelta(seconds=60)
"""A token that is refused is ours to repair; until then nobody's message is given up."""
UNSAID_WAIT = timedelta(seconds=5)
"""Too many requests, but no word on how long to wait."""
NETWORK_WAIT = timedelta(seconds=5)
ERRORS_LATELY = timedelta(minutes=10)
"""Telegram keeps its last error for good: only one this young says something of now."""
MANY_PENDING = 100
CONFLICT_WAIT = timedelta(seconds=30)
"""Somebody else is asking for the same updates."""
FILE_PATH = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
"""Where a file lies under our own token: nothing that could lead elsewhere."""
PAIR_WIDTH = 14
"""Two labels up to this long stand side by side on a narrow phone."""

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
    """Telegram could not be asked. `wait` before trying again; the message names the kind of failure only."""

    def __init__(self, reason: str, wait: timedelta) -> None:
        super().__init__(reason)
        self.wait = wait


class Telegram:
    """The channel `webhooks.channel.Channel` on Telegram's Bot API."""

    name = "telegram"

    def __init__(
        self,
        token: str,
        secret: str | None,
        api: str = "https://api.telegram.org",
        pace: Pace = PLATFORM,
        sounds: Sounds = lambda number: None,
    ) -> None:
        """`secret` is what `register` has Telegram send along; without it each webhook call is a forgery.

        `sounds`: where recordings lie.
        """
        _keep_addresses_out_of_logs()
        self.pace = pace
        self._token = token
        self._secret = secret
        self._address = f"{api.rstrip('/')}/bot"
        self._files = f"{api.rstrip('/')}/file/bot"
        self._sounds = sounds
        self._file_ids: dict[int, str] = {}
        """What Telegram calls a recording that it has already (Bot API, "Sending files")."""
        self._requests: tuple[_Request, _Request] | None = None
        self._bot: Bot | None = None

    def split(self, body: bytes, headers: Mapping[str, str]) -> list[Received]:
        given = headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
        if not self._secret or not hmac.compare_digest(given, self._secret.encode()):
            raise Forged(self.name)
        return self.parse(as_object(body))

    def parse(self, update: dict[str, Any]) -> list[Received]:
        """The events in one update, from a webhook or `poll`. Raises `Unreadable` when it has no number."""
        number = update.get("update_id")
        if not isinstance(number, int) or isinstance(number, bool):
            raise Unreadable("no update_id")
        try:
            return _events(Update.de_json(update, None), str(number))
        except Exception as error:  # noqa: BLE001 - whatever the library raises
            # A field newer than the library, or damage. Refusing it would silence the whole chat: Telegram
            # brings one update at a time and repeats it for a day.
            log.warning("telegram.odd_update", update=number, error=type(error).__name__)
            return _as_far_as_readable(update, str(number))

    async def open(self) -> str | None:
        try:
            me = await self._ready().get_me()
        except Exception as error:  # noqa: BLE001 - the worker starts without Telegram too
            log.warning("telegram.no_answer", error=type(error).__name__)
            return None
        return f"https://t.me/{me.username}"

    async def close(self) -> None:
        requests, self._requests, self._bot = self._requests, None, None
        for request in requests or ():
            await request.shutdown()

    async def send(self, delivery: Delivery) -> Outcome:
        chat = delivery.sender.value("chat") or ""
        if not re.fullmatch(r"-?\d+", chat, re.ASCII):
            return Outcome("permanent", error="no_address")
        try:
            message = await self._say(int(chat), delivery.part)
        except SoundGone:
            return Outcome("permanent", error="sound_gone")
        except Exception as error:  # noqa: BLE001 - an outcome, whatever it is
            return _outcome(error)
        return Outcome("sent", provider_id=f"{chat}:{message.message_id}")

    async def _say(self, chat: int, part: Part) -> Message:
        if part.style == "spoken" and part.spoken:
            return await self._speak(chat, part, part.spoken)
        return await self._ready().send_message(
            chat_id=chat,
            text=part.text,
            reply_markup=_keyboard(part),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )

    async def _speak(self, chat: int, part: Part, spoken: Spoken) -> Message:
        """A voice message for Ogg Opus, else a sound file (Bot API, sendVoice, sendAudio); uploaded once a process."""
        known = self._file_ids.get(spoken.number)
        data = None if known else await asyncio.to_thread(self._sounds, spoken.number)
        if not known and data is None:
            raise SoundGone
        file: Any = known or data
        name = None if known else f"balai-{spoken.number}.{ENDINGS[spoken.kind]}"
        if spoken.kind == "ogg":
            message = await self._ready().send_voice(chat, file, caption=part.text, filename=name)
        else:
            message = await self._ready().send_audio(chat, file, caption=part.text, title=part.text, filename=name)
        sent = message.voice or message.audio
        if sent:
            self._file_ids[spoken.number] = sent.file_id
        return message

    async def unsend(self, provider_id: str) -> Outcome:
        """Bot API, deleteMessage: what we said within 48 hours. Deleting it twice does no harm."""
        chat, _, number = provider_id.rpartition(":")
        try:
            await self._ready().delete_message(chat_id=int(chat), message_id=int(number))
        except Exception as error:  # noqa: BLE001 - an outcome, whatever it is
            return _outcome(error)
        return Outcome("sent")

    async def fetch(self, media: str) -> Fetched:
        """Ask for the file's path, then download it from the Bot API itself (Bot API, getFile: at most 20 MB)."""
        try:
            file = await self._ready().get_file(media)
        except Exception as error:  # noqa: BLE001 - an outcome, whatever it is
            return _not_found(error)
        if (file.file_size or 0) > MOST_BYTES:
            return TOO_LARGE
        address = file.file_path or ""
        path = address.removeprefix(f"{self._files}{self._token}/")
        if path == address or not FILE_PATH.fullmatch(path) or ".." in path:
            return ELSEWHERE
        return await download(address)

    async def register(self, url: str) -> None:
        """Have Telegram bring updates to `url`, with our secret. Raises `CallFailed`."""
        await self._ask(self._ready().set_webhook(url, secret_token=self._secret, allowed_updates=ALLOWED_UPDATES))

    async def unregister(self) -> None:
        """End the webhook, so that `poll` may ask; updates that wait are kept. Raises `CallFailed`."""
        await self._ask(self._ready().delete_webhook(drop_pending_updates=False))

    async def look(self, now: datetime) -> list[Sign]:
        """Does it hear us, and do its webhooks reach us (Bot API, getWebhookInfo)? One call that asks both."""
        try:
            told = await self._ready().get_webhook_info()
        except InvalidToken:
            return [Sign(Kind.CHANNEL_REFUSED, self.name, False, "token")]
        except Exception:  # noqa: BLE001 - a network that is away says nothing of us
            return []
        return [Sign(Kind.CHANNEL_REFUSED, self.name, True), _webhook_sign(told, now)]

    async def poll(self, offset: int = 0) -> tuple[list[Received], int]:
        """Wait up to 25 seconds for updates; gives their events in order, and the offset for the next call.

        Asking with that offset is what confirms these updates: commit their events before. Raises
        `CallFailed`.
        """
        asked = self._ready().do_api_request(
            "getUpdates",
            {"offset": offset, "timeout": LONG_POLL_SECONDS, "allowed_updates": ALLOWED_UPDATES},
        )
        answer = objects_in({"updates": await self._ask(asked)}, "updates")
        updates = [update for update in answer if isinstance(update.get("update_id"), int)]
        if not updates:
            # All are confirmed. After a quiet week the next number may be lower: never carry the old one on.
            return [], 0
        events = [event for update in updates for event in self.parse(update)]
        return events, max(update["update_id"] for update in updates) + 1

    async def acknowledge(self, receipt: Mapping[str, str]) -> None:
        """Tell Telegram that a tap was seen, where no webhook's answer can; best effort."""
        try:
            await self._ready().answer_callback_query(receipt["callback_query_id"])
        except Exception as error:  # noqa: BLE001 - best effort
            log.info("telegram.tap_not_acknowledged", error=type(error).__name__)

    def _ready(self) -> Bot:
        """The bot, made at the first call: the web process never makes one."""
        if self._bot is None:
            # `Bot.getUpdates` logs whole updates that it cannot read: the plain call asks for them instead.
            warnings.filterwarnings("ignore", "Please use 'Bot.getUpdates'", PTBUserWarning)
            polling = _Request(
                connection_pool_size=1,
                connect_timeout=CONNECT_SECONDS,
                read_timeout=LONG_POLL_SECONDS + ANSWER_SECONDS,
            )
            calls = _Request(
                connection_pool_size=CALLS_AT_ONCE,
                connect_timeout=CONNECT_SECONDS,
                read_timeout=ANSWER_SECONDS,
                write_timeout=ANSWER_SECONDS,
                pool_timeout=CONNECT_SECONDS,
            )
            self._requests = (polling, calls)
            self._bot = Bot(
                self._token,
                base_url=self._address,
                base_file_url=self._files,
                get_updates_request=polling,
                request=calls,
            )
        return self._bot

    async def _ask(self, call: Any) -> Any:
        try:
            return await call
        except Exception as error:  # noqa: BLE001 - named anew, without the address that holds the token
            raise _failure(error) from None


class _Throttled(TelegramError):
    """Telegram asks us to wait."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("throttled")
        self.wait = wait


class _Request(HTTPXRequest):
    """The library's own, except that it reads every 429 as one, and logs no answer it cannot read."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, payload = await super().do_request(*args, **kwargs)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise _Throttled(_asked_wait(payload))
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            return as_object(payload)
        except Unreadable as error:
            raise TelegramError("unreadable answer") from error


def _asked_wait(payload: bytes) -> timedelta:
    try:
        seconds = object_in(as_object(payload), "parameters").get("retry_after")
    except Unreadable:
        return UNSAID_WAIT
    return timedelta(seconds=seconds) if isinstance(seconds, int) and 0 < seconds < 10**6 else UNSAID_WAIT


def _events(update: Update, key: str) -> list[Received]:
    if update.callback_query:
        return _tap(update.callback_query, key)
    if update.my_chat_member:
        return _blocking(update.my_chat_member, key)
    message = update.message or update.edited_message
    if message is None or _is_of_no_interest(message, edited=update.edited_message is not None):
        return []
    incoming, media = _incoming(message)
    return [Received("telegram", key, _sender(message.chat.id), incoming, media=media)]


def _is_of_no_interest(message: Message, edited: bool) -> bool:
    if message.chat.type == ChatType.CHANNEL:
        return True
    if message.from_user and message.from_user.is_bot and not message.sender_chat:
        return True  # two programs that answer each other never stop
    if edited and message.location:
        return True  # a live location reports every few steps
    # What is left are service messages: somebody joined, a title changed.
    return effective_message_type(message) not in (None, "text") and not message.effective_attachment


def _incoming(message: Message) -> tuple[Incoming, str]:
    """The message as we know it, and the name of the file it carries."""
    in_group = _is_group(message.chat)
    if words(message.text):
        return Incoming("text", words(message.text), in_group=in_group), ""
    attached = message.effective_attachment
    if isinstance(attached, (list, tuple)):
        attached = attached[-1]  # a picture comes in several sizes, the largest last
    media = words(getattr(attached, "file_id", None))
    return Incoming("media" if media else "other", words(message.caption), in_group=in_group), media


def _tap(query: CallbackQuery, key: str) -> list[Received]:
    receipt = {"method": "answerCallbackQuery", "callback_query_id": words(query.id)}
    chat = query.message.chat if query.message else None
    if not words(query.data) or (chat and chat.type == ChatType.CHANNEL):
        return []
    incoming = Incoming("tap", code=words(query.data), in_group=chat is not None and _is_group(chat))
    sender = _sender(chat.id if chat else query.from_user.id)
    return [Received("telegram", key, sender, incoming, receipt=receipt)]


def _blocking(change: ChatMemberUpdated, key: str) -> list[Received]:
    """The person blocked us or let us back in (Bot API, Update.my_chat_member: private chats)."""
    if change.chat.type != ChatType.PRIVATE:
        return []
    blocked = change.new_chat_member.status in ("kicked", "left")
    return [Received("telegram", key, _sender(change.chat.id), blocked=blocked)]


def _webhook_sign(told: WebhookInfo, now: datetime) -> Sign:
    """How its webhooks fare; by a code, for its words may name our address."""
    is_recent = told.last_error_date is not None and told.last_error_date > now - ERRORS_LATELY
    status = re.search(r"\b[45][0-9]{2}\b", told.last_error_message or "")
    if told.url and is_recent:
        return Sign(Kind.WEBHOOK_ERRORS, "telegram", False, status[0] if status else "error")
    if told.url and told.pending_update_count > MANY_PENDING:
        return Sign(Kind.WEBHOOK_ERRORS, "telegram", False, "pending")
    return Sign(Kind.WEBHOOK_ERRORS, "telegram", True)


def _is_group(chat: Chat) -> bool:
    return chat.type in (ChatType.GROUP, ChatType.SUPERGROUP)


def _sender(chat: object) -> Sender:
    if not isinstance(chat, int) or isinstance(chat, bool):
        raise Unreadable("chat.id")
    return Sender("telegram", (("chat", str(chat)),))


def _as_far_as_readable(update: dict[str, Any], key: str) -> list[Received]:
    """The words and the chat alone, so that the person still gets an answer."""
    message = object_in(update, "message") or object_in(update, "edited_message")
    chat = object_in(message, "chat")
    text = words_in(message, "text")
    try:
        sender = _sender(chat.get("id"))
    except Unreadable:
        return []
    in_group = chat.get("type") in ("group", "supergroup")
    return [Received("telegram", key, sender, Incoming("text" if text else "other", text, in_group=in_group))]


def _keyboard(part: Part) -> InlineKeyboardMarkup | None:
    if part.style != "buttons" or not part.choices:
        return None
    wide = len(part.choices) > 3 or any(len(choice.label) > PAIR_WIDTH for choice in part.choices)
    step = 1 if wide else 2
    buttons = [_button(choice) for choice in part.choices]
    return InlineKeyboardMarkup([buttons[start : start + step] for start in range(0, len(buttons), step)])


def _button(choice: Choice) -> InlineKeyboardButton:
    return InlineKeyboardButton(choice.label, callback_data=choice.code)


def _outcome(error: Exception) -> Outcome:
    """What a failed `sendMessage` means (Bot API: "Making requests", ResponseParameters)."""
    match error:
        case _Throttled():
            return Outcome("throttled", wait=error.wait, error="retry_after")
        case ChatMigrated():
            return Outcome("temporary", moved_to=("chat", str(error.new_chat_id)), error="moved")
        case InvalidToken():
            return Outcome("throttled", wait=TOKEN_WAIT, whole_channel=True, error="token")
        case Forbidden():
            return Outcome("permanent", blocked=True, error="blocked")
        case BadRequest():
            return Outcome("permanent", error="bad_request")
        case NetworkError() if _never_left(error):
            return Outcome("temporary", error=_cause(error))
        case NetworkError():
            return Outcome("ambiguous", error=_cause(error))  # a 502 and a lost answer look alike here
        case _:
            return Outcome("ambiguous", error=type(error).__name__)


def _not_found(error: Exception) -> Fetched:
    """What a failed `getFile` means. "File is too big" is for good, any other refusal may be a passing one."""
    match error:
        case _Throttled():
            return Fetched("again", why="throttled", wait=error.wait)
        case InvalidToken() | Forbidden():
            return Fetched("again", why="token")
        case BadRequest() if "too big" in error.message.lower():
            return TOO_LARGE
        case BadRequest():
            return Fetched("again", why="gone")  # "wrong file_id or the file is temporarily unavailable"
        case _:
            return UNREACHABLE


def _never_left(error: NetworkError) -> bool:
    """Did the call certainly not reach Telegram?"""
    return isinstance(error.__cause__, UNSENT)


def _cause(error: NetworkError) -> str:
    cause = error.__cause__
    return type(cause if isinstance(cause, httpx.HTTPError) else error).__name__


def _failure(error: Exception) -> CallFailed:
    """The same for calls that carry nobody's words."""
    match error:
        case _Throttled():
            return CallFailed("retry_after", error.wait)
        case InvalidToken():
            return CallFailed("token", TOKEN_WAIT)
        case Conflict():
            return CallFailed("conflict", CONFLICT_WAIT)
        case BadRequest():
            return CallFailed(error.message, CONFLICT_WAIT)  # about the address we gave, about no person
        case NetworkError():
            return CallFailed(_cause(error), NETWORK_WAIT)
        case _:
            return CallFailed(type(error).__name__, NETWORK_WAIT)


def _keep_addresses_out_of_logs() -> None:
    """The bot's token is part of every address, and the library logs what it sends."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
