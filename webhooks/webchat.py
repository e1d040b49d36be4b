"""The web chat: one page on our own address, for those without Telegram or WhatsApp.

A browser is known by a random cookie and by nothing else. What it sends is stored like any platform's
message, under the cookie and the page's own message id, so sending twice stores once; what we say is fetched
by the page, or drawn into it for browsers without scripts. Leaving erases the conversation and makes the server
forget the browser, so that the old cookie opens nothing (safeguarding: GOV.UK's "exit this page"; headers and
cookies: OWASP ASVS 5.0 V3). What was taken down (`centre.outbox.take_down`) is shown no more, also where the page is
open, and while a discreet case is open the page bears a name that tells nothing. Who sends too much waits a while, with
their words kept (ASVS 5.0 V2.4).
"""

from __future__ import annotations

import calendar
import hashlib
import hmac
import math
import re
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from babel.dates import format_date, get_day_names
from flask import Blueprint, Response, abort, g, jsonify, request
from flask_limiter import RequestLimit
from markupsafe import Markup, escape
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from centre import case_records, conversations, inbox, outbox, retention, sounds, spoken
from centre.areas import USUAL_ZONE
from centre.conversations import Conversation, Sender
from centre.db import Database, is_busy, wait_briefly
from centre.file_kinds import MOST_BYTES, NotKept
from centre.file_store import FileStore, Stored
from centre.inbox import InboxEvent, Received
from centre.kept_files import TooMany
from centre.messages import CODE_LIMIT, LONGEST_SAID, Incoming, Part
from centre.outbox import OutboxMessage
from centre.privacy import CannotOpen
from webhooks import browsers, privacy_page, public_figures, uploads
from webhooks.browsers import html, is_from_elsewhere, see
from webhooks.page import words
from webhooks.uploads import SentBefore, Upload

LARGEST = 256 * 1024
"""Bytes in one request: the longest message, each letter written as its form encoding."""
SAID_PER_BROWSER = "20 per minute"
"""More than anybody types or taps; less than a stuck key or a script sends."""
SAID_PER_PLACE = "200 per minute"
"""From one address, because cookies cost nothing. A village hall on one Wi-Fi, or a mobile carrier's customers, share
one: ten people at full speed, or everybody in the hall at an ordinary one."""
FILES_PER_BROWSER, FILES_PER_PLACE = "10 per minute", "60 per minute"
"""Pictures, voices and papers: each costs us up to a second."""
BEGUN_PER_PLACE = "60 per 10 minutes"
"""New conversations from one address: a full hall that scans the same poster. Ten minutes and not an hour, so that
whoever comes too late waits for a short while only."""
READ_PER_BROWSER = "300 per minute"
"""A page that awaits an answer asks 150 times a minute at most: two tabs of that."""
LINES_SHOWN = 80
LEAVE_TRIES = 8
"""How often the exit tries to erase a conversation in which somebody is answering just now: two seconds together."""
REFRESHED = timedelta(seconds=60)
"""How long a page without scripts looks for an answer by itself; later it would only disturb the typing."""
NEUTRAL = "/kalender"
SOUNDS = "/suara/"
LARGEST_NUMBER = 2**63 - 1

log = structlog.get_logger()

DangerCard = Callable[[str], str | None]
"""What to answer at once to words that sound like danger while nothing can be stored."""


class Refused(Exception):
    """A request that cannot be taken, with what to tell the person."""

    def __init__(self, status: int, words: str, *, renew: bool = False) -> None:
        super().__init__(words)
        self.status, self.words, self.renew = status, words, renew


@dataclass(frozen=True)
class Draft:
    """What was typed, given back to the person when it could not be taken."""

    text: str = ""
    id: str = ""
    village: str = ""
    notice: str = ""
    card: str = ""
    warned: bool = False


@dataclass(frozen=True)
class Button:
    """A choice as the page shows it, with its number in the text."""

    code: str
    label: str
    title: str
    number: str


@dataclass(frozen=True)
class Line:
    """One bubble."""

    turn: int
    """The number of the message that it is, or that it answers."""
    own: bool
    id: int
    text: str
    choices: tuple[Button, ...] = ()
    sound: str = ""
    """Where the recording lies that this bubble plays."""


@dataclass(frozen=True)
class Shown:
    """The conversation as the page is drawn with."""

    lines: tuple[Line, ...] = ()
    since: datetime | None = None
    """Since when an answer is awaited."""
    hidden: str = ""
    """A mark that changes whenever what was said is to be seen no more."""
    discreet: bool = False
    language: str | None = None
    """What they chose to speak here."""


@dataclass(frozen=True)
class Link:
    """Where the page leads to, and in which language it is read there."""

    address: str
    language: str
    name: str


def blueprint(
    database: Database,
    clock: Callable[[], datetime],
    *,
    key: str,
    secure: bool,
    leave_to: str = NEUTRAL,
    danger_card: DangerCard = lambda text: None,
    store: FileStore | None = None,
) -> Blueprint:
    """The page at `/` and what it calls.

    `key` makes the form tokens; `secure`: we are reached over https; `leave_to`: where the exit leads; `store`: where
    pictures and voices go, without which none can be sent.
    """
    routes = Blueprint("webchat", __name__, template_folder=str(browsers.PAGES))
    cookie = "__Host-balai" if secure else "balai"
    limiter = browsers.limiter_of(routes, on_breach=_refuse_for_now)

    @routes.get("/")
    def page() -> Response:
        return _page(_token(), Draft(village=_village(request.args.get("desa", ""))))

    @routes.post("/chat")
    def say() -> Response:
        token, form = _token(), {}
        try:
            form = _form()
            if not _is_ours(token, form):
                # A form that another site sends must not even start a new session here.
                raise (Refused(403, words.FOREIGN) if is_from_elsewhere() else Refused(403, words.STALE, renew=True))
            _keep(_events(token, form))
        except Refused as refusal:
            return _refuse(token, form, refusal)
        if _wants_json():
            return _json({"stored": True}, 202)
        return see("/#end")

    @routes.post("/chat/file")
    def send_file() -> Response:
        token, form = _token(), {}
        try:
            if store is None or not token:
                raise Refused(403, words.STALE, renew=True)
            upload = _read()
            form = upload.form
            if not _is_ours(token, form):
                raise (Refused(403, words.FOREIGN) if is_from_elsewhere() else Refused(403, words.STALE, renew=True))
            _keep_file(store, token, upload)
        except Refused as refusal:
            return _refuse(token, form, refusal)
        return _json({"stored": True}, 202) if _wants_json() else see("/#end")

    @routes.get("/chat/replies")
    def replies() -> Response:
        token = _token()
        if not token:
            return _json({"gone": True, "replies": [], "waiting": False, "first": None})
        try:
            return _json(_look(token, _number(request.args.get("after", ""))))
        except Refused as refusal:
            return _json({"error": refusal.words}, refusal.status)

    @routes.get(f"{SOUNDS}<int:number>")
    def sound(number: int) -> Response:
        """A recording of guidance, which is public. In pieces too, as telephones ask for it."""
        kind, data = _heard(number)
        response = Response(data, mimetype=spoken.MIME[kind])
        response.headers["Cache-Control"] = "private, max-age=86400"  # until the exit clears it away
        response.make_conditional(request, accept_ranges=True, complete_length=len(data))
        return response

    @routes.post("/chat/leave")
    def leave() -> Response:
        token = _token()
        # The way out must never fail because a form is old. That the cookie came along shows that no stranger
        # sent it (SameSite), and browsers that name the sending site settle it.
        if not _is_ours(token, request.form.to_dict()) and is_from_elsewhere():
            return _json({"error": words.FOREIGN}, 403)
        if token and not _forget(token):
            return _not_forgotten(token)
        response = _json({"leave_to": leave_to}) if _wants_json() else see(leave_to)
        response.delete_cookie(cookie, path="/", secure=secure, httponly=True, samesite="Lax")
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return response

    @routes.get(NEUTRAL)
    def neutral() -> Response:
        today = clock().astimezone(ZoneInfo(USUAL_ZONE)).date()
        names = get_day_names("abbreviated", locale="id")
        return html(
            "webchat-calendar.html",
            month=format_date(today, "MMMM y", locale="id"),
            weekdays=[names[day] for day in range(7)],
            weeks=calendar.monthcalendar(today.year, today.month),
            today=today.day,
        )

    @routes.after_request
    def guard(response: Response) -> Response:
        nonce = g.get("nonce")
        ours = f"script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; media-src 'self'; "
        own = ours if nonce else ""
        targets = "'self'" if leave_to.startswith("/") else f"'self' {leave_to}"
        browsers.protect(response, own, forms=targets)
        if response.status_code == 429 and limiter.current_limit:
            response.headers["Retry-After"] = str(browsers.seconds_left(limiter.current_limit))
        return response

    def _token() -> str:
        """The browser's own name, when it has one that can be ours."""
        value = request.cookies.get(cookie, "")
        return value if TOKEN.fullmatch(value) else ""

    def _is_ours(token: str, form: dict[str, str]) -> bool:
        given = form.get("csrf", "").encode()
        return bool(token) and hmac.compare_digest(_form_token(key, token).encode(), given)

    def _browser() -> str:
        return hashlib.sha256(_token().encode()).hexdigest()

    def _has_begun() -> bool:
        try:
            with database.reading() as session:
                return conversations.known(session, _sender(_token())) is not None
        except SQLAlchemyError:
            return True  # that nothing can be stored is told by who tries to

    # Asked from below: a browser that sends too much is stopped before it uses up what others at its place may send.
    @limiter.limit(BEGUN_PER_PLACE, exempt_when=_has_begun)
    @limiter.limit(SAID_PER_PLACE)
    @limiter.limit(SAID_PER_BROWSER, key_func=_browser)
    def _keep(events: list[Received]) -> None:
        try:
            with database.transaction() as session:
                inbox.receive(session, events, clock())
        except SQLAlchemyError as error:
            log.error("webchat.not_stored", error=type(error).__name__)
            raise Refused(503, words.NOT_STORED) from error

    # Counted before it is read: reading is what costs.
    @limiter.limit(BEGUN_PER_PLACE, exempt_when=_has_begun)
    @limiter.limit(FILES_PER_PLACE)
    @limiter.limit(FILES_PER_BROWSER, key_func=_browser)
    def _read() -> Upload:
        try:
            return uploads.read(request.environ)
        except RequestEntityTooLarge as error:
            raise Refused(413, words.FILE_TOO_LARGE) from error

    def _keep_file(store: FileStore, token: str, upload: Upload) -> None:
        """Enter it with its message; what was laid down in vain is removed again."""
        before, key = _file_events(token, upload)
        stored = _taken_in(store, upload.data)
        try:
            with database.transaction() as session:
                uploads.enter(session, _sender(token), key, stored, before, clock())
        except SentBefore:
            store.remove([stored.name])
        except TooMany as error:
            store.remove([stored.name])
            raise Refused(429, words.TOO_MANY_FILES) from error
        except SQLAlchemyError as error:  # it may have been committed all the same: left to the sweep
            log.error("webchat.not_stored", error=type(error).__name__)
            raise Refused(503, words.FILE_NOT_STORED) from error

    @limiter.limit(READ_PER_BROWSER, key_func=_browser)
    def _look(token: str, after: int) -> dict[str, Any]:
        try:
            with database.reading() as session:
                return _news(session, token, after)
        except SQLAlchemyError as error:
            log.error("webchat.not_read", error=type(error).__name__)
            raise Refused(503, words.NOT_READ) from error

    @limiter.limit(READ_PER_BROWSER, key_func=_browser)
    def _heard(number: int) -> tuple[str, bytes]:
        if number > LARGEST_NUMBER:
            abort(404)
        try:
            with database.reading() as session:
                found = sounds.public(session, number)
                return (found.kind, found.data) if found else abort(404)
        except SQLAlchemyError as error:
            log.error("webchat.not_read", error=type(error).__name__)
            abort(503)

    def _forget(token: str) -> bool:
        """Erase all that was said; False when it could not be done, and then all of it is still there."""
        for _ in range(LEAVE_TRIES):
            try:
                with database.transaction() as session:
                    wait_briefly(session)
                    retention.leave(session, _sender(token), clock())
                return True
            except SQLAlchemyError as error:
                log.error("webchat.not_forgotten", error=type(error).__name__)
                if not (isinstance(error, DBAPIError) and is_busy(error)):
                    break
        return False

    def _not_forgotten(token: str) -> Response:
        """The browser keeps its name, or nobody could ever erase what is still there; the words are not drawn again."""
        if _wants_json():
            return _json({"error": words.NOT_FORGOTTEN, "leave_to": leave_to}, 503)
        return _page(token, Draft(notice=words.NOT_FORGOTTEN), 503)

    def _refuse(token: str, form: dict[str, str], refusal: Refused) -> Response:
        card = (danger_card(form.get("text", "")) if refusal.status in (429, 503) else None) or ""
        if _wants_json():
            # The script keeps the first card on the screen; a page drawn anew has to show it again.
            told = {"error": refusal.words, "card": "" if form.get("warned") else card}
            if refusal.renew:
                token = token or secrets.token_urlsafe(32)
                told["csrf"] = _form_token(key, token)
            return _with_cookie(_json(told, refusal.status), token)
        if refusal.status == 403 and not refusal.renew:
            return Response(refusal.words, 403, mimetype="text/plain")
        return _page(token, _draft(form, refusal, card), refusal.status)

    def _page(token: str, draft: Draft, status: int = 200) -> Response:
        """The whole page. When the database is down the conversation is left out, the form never."""
        shown = Shown()
        try:
            if token and status != 503:
                with database.reading() as session:
                    shown = _so_far(session, token)
        except SQLAlchemyError as error:
            log.error("webchat.not_read", error=type(error).__name__)
            status, draft = 503, replace(draft, notice=draft.notice or words.NOT_READ)
        token = token or secrets.token_urlsafe(32)
        response = html(
            "webchat.html",
            words=words.PAGE | (words.DISCREET if shown.discreet else {}),
            script_words=words.SCRIPT,
            figures=public_figures.ADDRESS,
            privacy=_privacy(shown.language),
            accepted=uploads.ACCEPTED if store else "",
            most_bytes=MOST_BYTES,
            csrf=_form_token(key, token),
            new_id=lambda: str(uuid.uuid4()),
            lines=shown.lines,
            after=max((line.id for line in shown.lines if not line.own), default=0),
            hidden=shown.hidden,
            discreet=shown.discreet,
            waiting=shown.since is not None,
            refresh=shown.since is not None and clock() - shown.since < REFRESHED and not draft.notice,
            # An address that differs each time: going to the same one, with its #, would only scroll.
            again=f"/?{secrets.token_hex(3)}#end",
            draft=draft,
            linked=_linked,
            leave_to=leave_to,
        )
        response.status_code = status
        return _with_cookie(response, token)

    def _with_cookie(response: Response, token: str) -> Response:
        """Name the browser at its first visit; until it is closed, because a phone has many hands."""
        if token and request.cookies.get(cookie) != token:
            response.set_cookie(cookie, token, path="/", secure=secure, httponly=True, samesite="Lax")
        return response

    return routes


TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
MESSAGE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
VILLAGE = re.compile(r"[A-Za-z0-9_-]{1,32}")
LINK = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]|\B/janji/[0-9]{1,18}-[0-9a-f]{32}(?![\w/-])")
"""Addresses elsewhere, and a booking's page on our own address; the script knows them by the same pattern."""


# What comes in


def _form() -> dict[str, str]:
    """The fields of the form. Raises `Refused` when it is larger than any message."""
    request.max_content_length = LARGEST
    try:
        return {name: value for name, value in request.form.items() if isinstance(value, str)}
    except RequestEntityTooLarge as error:
        raise Refused(413, words.TOO_LARGE) from error


def _draft(form: dict[str, str], refusal: Refused, card: str) -> Draft:
    """What was typed, to be given back. Only what may have arrived keeps its id."""
    message_id = form.get("message", "") if refusal.status == 503 else ""
    warned = bool(card or form.get("warned"))
    return Draft(form.get("text", ""), message_id, _village(form.get("desa", "")), refusal.words, card, warned)


def _events(token: str, form: dict[str, str]) -> list[Received]:
    """What the form says: first, once, the village whose link was opened; then the message itself."""
    message_id, events = _message_id(form), _opened(token, form)
    if not (events and form.get("begin")):
        message = _message(form)
        # A page that a browser kept may send other words under the same id: those are another message.
        content = hashlib.sha256(f"{message.code}\x00{message.text}".encode()).hexdigest()[:16]
        events.append(Received("web", f"{token}:{message_id}:{content}", _sender(token), message))
    return events


def _file_events(token: str, upload: Upload) -> tuple[list[Received], str]:
    """What comes before the file's own message, and what that message is known by."""
    if not upload.data:
        raise Refused(400, words.NO_FILE)
    return _opened(token, upload.form), f"{token}:{_message_id(upload.form)}:{uploads.key_of(upload.data)}"


def _opened(token: str, form: dict[str, str]) -> list[Received]:
    """That the link of a village was opened; each village once."""
    village = _village(form.get("desa", ""))
    opened = Incoming("text", f"/start {village}")
    return [Received("web", f"{token}:desa:{village}", _sender(token), opened)] if village else []


def _message_id(form: dict[str, str]) -> str:
    message_id = form.get("message", "")
    if not MESSAGE_ID.fullmatch(message_id):
        raise Refused(400, words.UNREADABLE)
    return message_id


def _taken_in(store: FileStore, data: bytes) -> Stored:
    try:
        return uploads.take_in(store, data)
    except NotKept as error:
        raise Refused(413 if error.why == "too_large" else 415, words.NOT_KEPT[error.why]) from error
    except OSError as error:
        log.error("webchat.file_not_written", error=error.strerror)
        raise Refused(503, words.FILE_NOT_STORED) from error


def _sender(token: str) -> Sender:
    return Sender("web", (("browser", token),))


def _message(form: dict[str, str]) -> Incoming:
    code, text = form.get("code", ""), form.get("text", "").replace("\r\n", "\n")
    if len(text) > LONGEST_SAID:
        raise Refused(413, words.TOO_LONG)
    if len(code.encode()) > CODE_LIMIT:
        raise Refused(400, words.UNREADABLE)
    if code:
        return Incoming("tap", code=code)
    if form.get("begin"):
        text = words.BEGIN_TEXT
    if not text.strip():
        raise Refused(400, words.EMPTY)
    return Incoming("text", text, warned=bool(form.get("warned")))


def _village(value: str) -> str:
    return value if VILLAGE.fullmatch(value) else ""


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else 0


# How much may come in


def _refuse_for_now(limit: RequestLimit) -> None:
    raise Refused(429, words.too_often(math.ceil(browsers.seconds_left(limit) / 60)))


# What is shown


def _so_far(session: Session, token: str) -> Shown:
    conversation = _known(session, token)
    if conversation is None:
        return Shown()
    lines, since = _lines(session, conversation), inbox.waiting_since(session, conversation.id)
    discreet = _is_discreet(session, conversation)
    return Shown(tuple(lines), since, _hidden(conversation), discreet, conversation.language)


def _news(session: Session, token: str, after: int) -> dict[str, Any]:
    """The replies since `after`, whether another is on its way, and the oldest reply that still exists.

    `hidden` has changed: what the page shows goes, before these replies come. `discreet`: so does what it is called.
    """
    conversation = _known(session, token)
    if conversation is None:
        return {"replies": [], "waiting": False, "first": None, "hidden": "", "discreet": False}
    after = max(after, conversation.shown_after or 0)
    return {
        "replies": [
            _reply_json(row, part)
            for row in outbox.said(session, conversation.id, after, LINES_SHOWN)
            if (part := _part(session, row)) is not None
        ],
        "waiting": inbox.waiting_since(session, conversation.id) is not None,
        "first": outbox.first_said(session, conversation.id),
        "hidden": _hidden(conversation),
        "discreet": _is_discreet(session, conversation),
    }


def _known(session: Session, token: str) -> Conversation | None:
    conversation_id = conversations.known(session, _sender(token))
    return session.get(Conversation, conversation_id) if conversation_id else None


def _hidden(conversation: Conversation) -> str:
    if conversation.shown_after is None:
        return ""
    return f"{conversation.shown_after}.{conversation.heard_after or 0}"


def _is_discreet(session: Session, conversation: Conversation) -> bool:
    """Is there an open case of which nobody else who holds this telephone should learn?"""
    case = case_records.open_in(session, conversation.id)
    return case is not None and (case.is_discreet or case.hidden_at is not None)


def _reply_json(row: OutboxMessage, part: Part) -> dict[str, Any]:
    lead, buttons = _apart(part)
    choices = [button.__dict__ for button in buttons]
    shown = {"id": row.id, "text": part.text, "lead": lead, "choices": choices, "style": part.style}
    return shown | ({"sound": _sound_of(part)} if part.spoken else {})


def _sound_of(part: Part) -> str:
    return f"{SOUNDS}{part.spoken.number}" if part.spoken else ""


def _lines(session: Session, conversation: Conversation) -> list[Line]:
    """The end of the conversation, the person's words as long as they are kept, each answer under its question."""
    events = inbox.heard(session, conversation.id, LINES_SHOWN, conversation.heard_after or 0)
    replies, turn = [], 0
    for row in outbox.said(session, conversation.id, conversation.shown_after or 0, LINES_SHOWN):
        part, turn = _part(session, row), _turn(row, events, turn)
        if part is not None:
            replies.append(Line(turn, False, row.id, *_apart(part), _sound_of(part)))
    names = {button.code: button.title or button.label for line in replies for button in line.choices}
    own = [line for event in events if (line := _own(session, event, names))]
    return sorted(own + replies, key=lambda line: (line.turn, not line.own, line.id))[-LINES_SHOWN:]


def _turn(row: OutboxMessage, events: list[InboxEvent], before: int) -> int:
    """The message that a reply answers; what we said unasked follows the last message before it."""
    kind, _, number = row.cause.partition(":")
    if kind == "event":
        return _number(number.partition(":")[0])
    return max([before, *(event.id for event in events if event.received_at <= row.created_at)])


def _own(session: Session, event: InboxEvent, names: dict[str, str]) -> Line | None:
    """The person's own bubble; a tap shows the name of its button."""
    try:
        message = inbox.message_of(inbox.opened(session, event))
    except CannotOpen:
        return None
    text = names.get(message.code, "") if message.kind == "tap" else message.text
    if message.kind == "media":
        text = words.FILE_SHOWN
    if text.startswith("/start "):
        text = words.PAGE["begin"]
    return Line(event.id, True, event.id, text) if text else None


def _part(session: Session, row: OutboxMessage) -> Part | None:
    try:
        return outbox.part_of(session, row)
    except CannotOpen:
        return None


def _apart(part: Part) -> tuple[str, tuple[Button, ...]]:
    """The text and the buttons. A numbered list in the text that the buttons repeat moves onto them."""
    rows = [re.escape(choice.title or choice.label) for choice in part.choices]
    pattern = "\n".join(rf"(\d+)\. {row}" for row in rows)
    found = re.search(rf"(?:\A|\n\n){pattern}\Z", part.text) if rows else None
    numbers = found.groups() if found else ("",) * len(rows)
    buttons = tuple(
        Button(choice.code, choice.label, choice.title, number)
        for choice, number in zip(part.choices, numbers, strict=True)
    )
    return (part.text[: found.start()] if found else part.text), buttons


def _linked(text: str) -> Markup:
    """The text, escaped, with its web addresses as links."""
    pieces, start = [], 0
    for found in LINK.finditer(text):
        pieces.append(escape(text[start : found.start()]))
        pieces.append(LINK_MARKUP.format(found.group()))
        start = found.end()
    return Markup("").join([*pieces, escape(text[start:])])


LINK_MARKUP = Markup('<a href="{0}" rel="noopener noreferrer" target="_blank">{0}</a>')


# How it is said


def _privacy(language: str | None) -> Link:
    """What is kept of them, to be read at any time (UU PDP 27/2022 art. 21); in Indonesian unless it is there in theirs."""
    written = language if language in privacy_page.ADDRESSES else "id"
    return Link(privacy_page.ADDRESSES[written], written, words.PRIVACY[written])


def _form_token(key: str, token: str) -> str:
    """Proof that a form came from our page in this very browser."""
    return hmac.new(key.encode(), f"webchat form {token}".encode(), hashlib.sha256).hexdigest()


def _wants_json() -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _json(values: dict[str, Any], status: int = 200) -> Response:
    response = jsonify(values)
    response.status_code = status
    return response
