"""The settings of the unofficial gateways and the SMS telephone, judged: half of one is none, and nothing secret goes over
the open network in the clear.

Each needs a secret in its address and another in what it sends: addresses stand in the logs of every proxy on the way.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings

SHORTEST_SECRET = 16
LOCAL_ENDINGS = (".local", ".lan", ".home.arpa", ".internal")


class GatewayFields(BaseSettings):
    """What can be set of these channels; a part of `processes.settings.Settings`."""

    fonnte_token: str = Field(default="", repr=False)
    fonnte_secret: str = Field(default="", repr=False)
    fonnte_path: str = Field(default="", repr=False, pattern=r"^[A-Za-z0-9_-]*$")
    """What stands behind /webhooks/fonnte/, so that the address itself is a secret."""
    fonnte_api: str = "https://api.fonnte.com"
    waha_url: str = ""
    waha_key: str = Field(default="", repr=False)
    waha_hmac: str = Field(default="", repr=False)
    waha_path: str = Field(default="", repr=False, pattern=r"^[A-Za-z0-9_-]*$")
    waha_session: str = Field(default="default", pattern=r"^[A-Za-z0-9_-]+$")
    sms_number: str = Field(default="", pattern=r"^(\+?[0-9]{9,15})?$")
    """Of the SIM in the office's telephone."""
    sms_secret: str = Field(default="", repr=False)
    sms_path: str = Field(default="", repr=False, pattern=r"^[A-Za-z0-9_-]*$")
    sms_url: str = Field(default="", repr=False)
    """Where the telephone takes what it is to send; without it the telephone fetches."""
    sms_price: Decimal | None = Field(default=None, ge=0)
    """Rupiah for one part of a short message, to be shown to staff."""
    gateway_seconds: float = Field(default=3.0, ge=1, le=60)
    """Between two messages on a number that an unofficial gateway has paired: slower is safer."""

    @property
    def has_fonnte(self) -> bool:
        return bool(self.fonnte_token)

    @property
    def has_waha(self) -> bool:
        return bool(self.waha_url)

    @property
    def has_sms(self) -> bool:
        return bool(self.sms_number)


class HalfConfigured(Exception):
    """One of these channels lacks something; the message is one line that names it."""


def check(settings: GatewayFields) -> None:
    """Raises `HalfConfigured`."""
    _check_whole("Fonnte", _needed(settings, "fonnte", "token", "secret", "path"))
    _check_whole("WAHA", _needed(settings, "waha", "url", "key", "hmac", "path"))
    _check_whole("SMS", _needed(settings, "sms", "number", "secret", "path"), settings.sms_url)
    for name in ("fonnte_secret", "fonnte_path", "waha_hmac", "waha_path", "sms_secret", "sms_path"):
        value = getattr(settings, name)
        if value and len(value) < SHORTEST_SECRET:
            raise HalfConfigured(f"BALAI_{name.upper()} is too short: at least {SHORTEST_SECRET} characters")
    for name, path in (("fonnte_secret", "fonnte_path"), ("waha_hmac", "waha_path"), ("sms_secret", "sms_path")):
        if getattr(settings, path) and getattr(settings, path) == getattr(settings, name):
            raise HalfConfigured(
                f"BALAI_{path.upper()} is the same as BALAI_{name.upper()}: whoever reads one has both"
            )
    for name in ("fonnte_api", "waha_url", "sms_url"):
        _check_address(f"BALAI_{name.upper()}", getattr(settings, name))


def secret_paths(settings: GatewayFields) -> dict[str, str]:
    """What must stand behind the channel's name in its webhook address."""
    paths = {"fonnte": settings.fonnte_path, "waha": settings.waha_path, "sms": settings.sms_path}
    return {name: path for name, path in paths.items() if path}


def _needed(settings: GatewayFields, name: str, *fields: str) -> dict[str, str]:
    return {f"BALAI_{name}_{field}".upper(): getattr(settings, f"{name}_{field}") for field in fields}


def _check_whole(title: str, needed: Mapping[str, str], beside: str = "") -> None:
    """`beside`: what may be left away, but makes no sense alone."""
    missing = [name for name, value in needed.items() if not value]
    if missing and (len(missing) < len(needed) or beside):
        raise HalfConfigured(f"{missing[0]} is missing: {title} is only half configured")


def _check_address(name: str, address: str) -> None:
    """https, or http within the house: what people write must not cross the open network readable."""
    if not address:
        return
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError as error:
        raise HalfConfigured(f"{name} cannot be read as an address") from error
    if parts.scheme not in ("http", "https") or not host:
        raise HalfConfigured(f"{name} must begin with http:// or https://")
    if parts.scheme == "http" and not _is_local(host):
        raise HalfConfigured(f"{name} must be https:// outside the local network")


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(LOCAL_ENDINGS)
