"""Every setting, read once from the environment or `.env`, in one frozen object.

A channel that is only half configured is refused with one line that names what is missing: half a channel would lose
messages quietly.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import SettingsConfigDict

from centre import mail_addresses
from processes import gateway_settings

if TYPE_CHECKING:
    from processes.archives import Key

ROOT = Path(__file__).parent.parent
KEY_FILE = "secret.key"
FIELD_KEY_FILE = "field.keys"
BACKUP_KEY_FILE = "backup.key"
KEY_MISSING = "BALAI_SECRET_KEY is missing: with PostgreSQL it must be given, the same on every machine"
FIELD_KEY_MISSING = "BALAI_FIELD_KEYS is missing: with PostgreSQL it must be given, the same on every machine"
BACKUP_KEY_MISSING = "BALAI_BACKUP_KEY is missing: `balai backup key` makes one; keep it away from the backups"
SHORTEST_FIELD_KEY = 32
"""Characters: as many as a random key of 192 bits has when written as `secrets.token_urlsafe` writes it."""


class SettingsInvalid(Exception):
    """A setting is missing or cannot be used; the message is one line that names it."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    sender: str
    is_secure: bool
    """TLS from the first byte."""
    starts_tls: bool


class Settings(gateway_settings.GatewayFields):
    """What can be set from outside. Names are part of the product: see README."""

    model_config = SettingsConfigDict(
        env_file=(ROOT / ".env", ".env"), env_prefix="BALAI_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    port: int = Field(default=8000, validation_alias="PORT", ge=1, le=65535)
    public_url: str = ""
    """Where people reach us, e.g. https://balai.example.id; without it Telegram is polled."""
    data: Path = ROOT / "var"
    files: str = ""
    """Where pictures, voices and papers lie; one folder for all machines."""
    database_url: str = Field(default="", repr=False)
    secret_key: str = Field(default="", repr=False)
    field_keys: str = Field(default="", repr=False)
    """What words and identities are sealed with: comma separated, the newest first."""
    telegram_token: str = Field(default="", repr=False)
    telegram_secret: str = Field(default="", repr=False, pattern=r"^[A-Za-z0-9_-]{0,256}$")
    telegram_api: str = "https://api.telegram.org"
    whatsapp_phone_id: str = ""
    whatsapp_token: str = Field(default="", repr=False)
    whatsapp_app_secret: str = Field(default="", repr=False)
    whatsapp_verify_token: str = Field(default="", repr=False)
    whatsapp_api: str = "https://graph.facebook.com"
    whatsapp_account_id: str = Field(default="", pattern=r"^[0-9]*$")
    """Meta's number for the WhatsApp Business account, whose message templates can be asked for."""
    whatsapp_daily: int = Field(default=250, ge=2)
    """How many people a day Meta lets us write to first; it grows with trust in the number."""
    whatsapp_news_price: Decimal | None = Field(default=None, ge=0)
    """Rupiah for one announcement in the template; with the day and the list it was read from, or not at all."""
    whatsapp_news_price_date: date | None = None
    whatsapp_news_price_source: str = ""
    privacy_contact: str = Field(default="", max_length=300)
    """Who answers for data protection here, as the privacy page and a notice of a breach name them."""
    backups: str = ""
    """The folder into which the worker backs up every hour; without it nobody does by itself."""
    backups_keep: int = Field(default=48, ge=1)
    backup_key: str = Field(default="", repr=False)
    """What backups are sealed for: a secret age key, or where nothing is to be read here, its public half."""
    metrics_token: str = Field(default="", repr=False)
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    """How many proxies of ours stand before the web process, whose X-Forwarded-For may be believed."""
    smtp_url: str = Field(default="", repr=False)
    """The mail server that takes mail to staff: smtp://user:password@host:587?from=balai@desa.example, or smtps://."""
    pace: float = Field(default=1.0, gt=0)
    """Multiplies the platforms' limits on sending; 1 keeps them."""

    @field_validator("public_url", "telegram_api", "whatsapp_api", "fonnte_api")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("data")
    @classmethod
    def _is_absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @property
    def is_sqlite(self) -> bool:
        return self.address_of_database.startswith("sqlite")

    @property
    def address_of_database(self) -> str:
        return self.database_url or f"sqlite:///{self.data / 'balai.db'}"

    @property
    def folder_of_files(self) -> Path:
        return Path(self.files).expanduser().absolute() if self.files else self.data / "files"

    @property
    def folder_of_backups(self) -> Path | None:
        return Path(self.backups).expanduser().absolute() if self.backups else None

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def has_telegram(self) -> bool:
        return bool(self.telegram_token)

    @property
    def has_whatsapp(self) -> bool:
        return bool(self.whatsapp_token)


def read_settings() -> Settings:
    """Read and judge the settings. Raises `SettingsInvalid`."""
    settings = settings_as_given()
    _check_database(settings)
    _check_telegram(settings)
    _check_whatsapp(settings)
    _check_price(settings)
    _check_gateways(settings)
    mail_server(settings)
    if settings.backups:
        backup_key(settings)
    return settings


def settings_as_given() -> Settings:
    """Each setting judged by itself, for a command that needs no channel whole. Raises `SettingsInvalid`."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsInvalid(_first_problem(error)) from error


def secret_key(settings: Settings) -> str:
    """The key behind cookies, links and fingerprints: as given, else made once and kept under the data folder (SQLite)."""
    if settings.secret_key:
        return settings.secret_key
    if not settings.is_sqlite:
        raise SettingsInvalid(KEY_MISSING)
    return _kept(settings, KEY_FILE).strip()


def field_keys(settings: Settings) -> list[str]:
    """What words and identities are sealed with, the newest first: as given, else kept under the data folder (SQLite).

    Raises `SettingsInvalid`.
    """
    if settings.field_keys:
        return _field_keys_in(settings.field_keys, "BALAI_FIELD_KEYS")
    if not settings.is_sqlite:
        raise SettingsInvalid(FIELD_KEY_MISSING)
    return _field_keys_in(_kept(settings, FIELD_KEY_FILE), f"{FIELD_KEY_FILE} in BALAI_DATA")


def backup_key(settings: Settings, *, may_be_made: bool = True) -> Key:
    """What backups are sealed for: as given, else made once and kept under the data folder (SQLite).

    Raises `SettingsInvalid`.
    """
    from processes import archives  # only where it is needed: `balai serve` stays small

    if not settings.backup_key and not (settings.is_sqlite and (may_be_made or _is_kept(settings, BACKUP_KEY_FILE))):
        raise SettingsInvalid(BACKUP_KEY_MISSING)
    written = settings.backup_key or _kept(settings, BACKUP_KEY_FILE, archives.new_key)
    try:
        return archives.key_of(written)
    except archives.KeyInvalid as error:
        raise SettingsInvalid("BALAI_BACKUP_KEY is no key of backups: `balai backup key` makes one") from error


def has_own_keys(settings: Settings) -> bool:
    """Are the secret key and the field keys there, given or kept, so that none would be made?"""
    has_secret = bool(settings.secret_key) or _is_kept(settings, KEY_FILE)
    return has_secret and (bool(settings.field_keys) or _is_kept(settings, FIELD_KEY_FILE))


def mail_server(settings: Settings) -> MailServer | None:
    """The mail server of these settings; None where none is given. Raises `SettingsInvalid`."""
    if not settings.smtp_url:
        return None
    try:
        parts = urlsplit(settings.smtp_url)
        asked = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsInvalid("BALAI_SMTP_URL cannot be read as an address") from error
    if parts.scheme not in ("smtp", "smtps") or not host or parts.path not in ("", "/"):
        raise SettingsInvalid("BALAI_SMTP_URL must be like smtp://user:password@host:587?from=balai@desa.example")
    if set(asked) - {"from", "starttls"} or any(len(values) > 1 for values in asked.values()):
        raise SettingsInvalid("BALAI_SMTP_URL: after the question mark only from= and starttls= may stand, once each")
    is_secure = parts.scheme == "smtps"
    server = MailServer(
        host=host,
        port=port or (465 if is_secure else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=asked.get("from", [""])[0],
        is_secure=is_secure,
        starts_tls=not is_secure and asked.get("starttls", ["1"])[0] == "1",
    )
    _check_mail_server(server, asked.get("starttls", ["1"])[0])
    return server


def _check_mail_server(server: MailServer, starttls: str) -> None:
    if not mail_addresses.is_usable(server.sender):
        raise SettingsInvalid("BALAI_SMTP_URL: from= must say the address we write from, e.g. from=balai@desa.example")
    if starttls not in ("0", "1"):
        raise SettingsInvalid("BALAI_SMTP_URL: starttls= is 1 or 0")
    if bool(server.user) != bool(server.password):
        raise SettingsInvalid("BALAI_SMTP_URL: user and password belong together")
    if server.user and not (server.is_secure or server.starts_tls):
        raise SettingsInvalid(
            "BALAI_SMTP_URL: a password is never sent in the clear: leave starttls=0 away, or use smtps://"
        )


def _field_keys_in(written: str, where: str) -> list[str]:
    """Between commas or on lines of their own. A key that was cut, or stands there twice, is a slip to be told of."""
    keys = [key.strip() for key in re.split(r"[,\n]", written.strip())]
    if any(len(key) < SHORTEST_FIELD_KEY for key in keys):
        raise SettingsInvalid(f"{where}: each key needs at least {SHORTEST_FIELD_KEY} characters")
    if len(set(keys)) < len(keys):
        raise SettingsInvalid(f"{where}: a key stands there twice")
    return keys


def _is_kept(settings: Settings, name: str) -> bool:
    return settings.is_sqlite and (settings.data / name).is_file()


def _random_key() -> str:
    return secrets.token_urlsafe(48)


def _kept(settings: Settings, name: str, make: Callable[[], str] = _random_key) -> str:
    """What a file of keys under the data folder holds; made when missing. Raises `SettingsInvalid`."""
    path = settings.data / name
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_key(path, make)
        return path.read_text()
    except OSError as error:
        raise SettingsInvalid(f"BALAI_DATA: {settings.data} cannot be used ({error.strerror})") from error


def _make_key(path: Path, make: Callable[[], str]) -> None:
    """Write a new key whole under another name first: two processes starting at once must read the same one."""
    if path.exists():
        return
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(make())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other one was first: theirs counts
    finally:
        draft.unlink()


def _check_database(settings: Settings) -> None:
    url = settings.address_of_database
    if not url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:", "postgres:")):
        raise SettingsInvalid("BALAI_DATABASE_URL must begin with sqlite: or postgresql:")
    if settings.database_url:
        _read_address(url)
    if not settings.is_sqlite and not settings.secret_key:
        raise SettingsInvalid(KEY_MISSING)
    if not settings.is_sqlite or settings.field_keys:
        field_keys(settings)
    if settings.secret_key and len(settings.secret_key) < 16:
        raise SettingsInvalid("BALAI_SECRET_KEY is too short: at least 16 characters")


def _read_address(url: str) -> None:
    from sqlalchemy.engine import make_url  # only where it is needed: `balai serve` stays small
    from sqlalchemy.exc import ArgumentError

    try:
        make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingsInvalid("BALAI_DATABASE_URL cannot be read as an address") from error


def _check_telegram(settings: Settings) -> None:
    if settings.telegram_secret and not settings.telegram_token:
        raise SettingsInvalid("BALAI_TELEGRAM_TOKEN is missing: BALAI_TELEGRAM_SECRET is set")
    if settings.telegram_token and settings.public_url and not settings.telegram_secret:
        raise SettingsInvalid("BALAI_TELEGRAM_SECRET is missing: with BALAI_PUBLIC_URL Telegram uses a webhook")


def _check_whatsapp(settings: Settings) -> None:
    needed = {
        "BALAI_WHATSAPP_PHONE_ID": settings.whatsapp_phone_id,
        "BALAI_WHATSAPP_TOKEN": settings.whatsapp_token,
        "BALAI_WHATSAPP_APP_SECRET": settings.whatsapp_app_secret,
        "BALAI_WHATSAPP_VERIFY_TOKEN": settings.whatsapp_verify_token,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing and len(missing) < len(needed):
        raise SettingsInvalid(f"{missing[0]} is missing: WhatsApp is only half configured")


def _check_gateways(settings: Settings) -> None:
    try:
        gateway_settings.check(settings)
    except gateway_settings.HalfConfigured as error:
        raise SettingsInvalid(str(error)) from error


def _check_price(settings: Settings) -> None:
    """A price that nobody can look up is none."""
    needed = {
        "BALAI_WHATSAPP_NEWS_PRICE": settings.whatsapp_news_price,
        "BALAI_WHATSAPP_NEWS_PRICE_DATE": settings.whatsapp_news_price_date,
        "BALAI_WHATSAPP_NEWS_PRICE_SOURCE": settings.whatsapp_news_price_source or None,
    }
    missing = [name for name, value in needed.items() if value is None]
    if missing and len(missing) < len(needed):
        raise SettingsInvalid(f"{missing[0]} is missing: a price needs its day and its source")


def _first_problem(error: ValidationError) -> str:
    """One line: the setting's own name and the reason, never its value."""
    problem = error.errors(include_input=False, include_url=False)[0]
    field = str(problem["loc"][0]) if problem["loc"] else "settings"
    name = field.upper() if field.upper() == "PORT" else f"BALAI_{field.removeprefix('BALAI_').upper()}"
    return f"{name}: {problem['msg']}"
