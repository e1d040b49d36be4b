"""Whom to call: the contacts that chat, danger card and articles may show, and which of them fit a danger.

Numbers stand once, in contacts.yaml, with where they come from and how sure they are (class A or B; what is
contradicted or stale is not in the file at all). Staff test calls are recorded in the database and handed in with
`tested`; this file knows no database and no language: the caller words the month.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

import yaml

FILE = Path(__file__).with_name("contacts.yaml")

DANGERS = frozenset(["violence", "sexual", "confinement", "scam", "child", "suicide", "disaster", "medical", "lost"])
KINDS = frozenset({"phone", "whatsapp", "web", "email"})
ROLES = frozenset(
    [
        "emergency",
        "local-labour",
        "mission",
        "mission-second",
        "kemlu",
        "kp2mi",
        "kp2mi-abroad",
        "kp2mi-whatsapp",
        "police",
        "women-children",
        "labour",
        "companion",
        "information",
    ]
)
FIELDS = frozenset(["name", "country", "role", "kind", "number", "hours", "class", "serves", "sources", "note"])
AT_MOST = 4


class ContactsInvalid(ValueError):
    """contacts.yaml cannot be used; the message names file, entry and remedy."""


class Month(NamedTuple):
    """When a source was published, as exactly as it is known; `month` is None where only the year is."""

    year: int
    month: int | None


@dataclass(frozen=True)
class Source:
    """One place a contact was read; `published` is None where the page bears no date."""

    title: str
    url: str
    published: Month | None


@dataclass(frozen=True)
class Contact:
    """One number or address. `countries` is empty for anywhere; `tested_on` is a staff member's test call, if any."""

    code: str
    name: str
    countries: tuple[str, ...]
    role: str
    kind: Literal["phone", "whatsapp", "web", "email"]
    number: str
    hours: str
    grade: Literal["A", "B"]
    serves: tuple[str, ...]
    sources: tuple[Source, ...]
    note: str = ""
    tested_on: date | None = None

    @property
    def source(self) -> Source:
        """The latest source: the one whose month is shown."""
        return max(self.sources, key=lambda source: sortable(source.published))

    @property
    def since(self) -> Month | None:
        """The month to show: of the test call, otherwise of the latest source."""
        return Month(self.tested_on.year, self.tested_on.month) if self.tested_on else self.source.published

    @property
    def is_confirmed(self) -> bool:
        """False for what must be shown with "belum dipastikan": class B that nobody has tried."""
        return self.grade == "A" or self.tested_on is not None

    def serves_danger(self, kind: str | None) -> bool:
        """Can it act on this kind of danger? An unknown kind is served by all that serve any danger at all."""
        return "any" in self.serves or (kind in self.serves if kind else bool(self.serves))


def line(contact: Contact, say_source: Callable[[Contact], str]) -> str:
    """One line of the card: "KJRI Hong Kong +852 5242 2240 (per November 2025)"; `say_source` words the bracket,
    from `tested_on`, `since` and `is_confirmed` (hotlines.md §8)."""
    return f"{contact.name} {contact.number} ({say_source(contact)})"


def tested(contacts: Mapping[str, Contact], calls: Mapping[str, date]) -> dict[str, Contact]:
    """The same contacts with the dates of staff test calls, by code; calls to numbers no longer listed are left out."""
    return {code: replace(contact, tested_on=calls.get(code)) for code, contact in contacts.items()}


def for_danger(contacts: Mapping[str, Contact], country: str | None, kind: str | None) -> list[Contact]:
    """At most four contacts for a danger, in the order of hotlines.md §8 and fact DRT-01.

    Abroad: the local emergency number, the Indonesian mission, Kemlu, KP2MI from abroad. In Indonesia or where the
    country is unknown: police, SAPA 129 for women and children, KP2MI, Kemlu.
    """
    fitting = [contact for contact in contacts.values() if contact.serves_danger(kind)]
    if country in (None, "", "id"):
        wanted = ("police", "women-children", "kp2mi", "kemlu", "kp2mi-whatsapp")
        found = [contact for role in wanted for contact in _surest(fitting, role, "id")[:1]]
        return found[:AT_MOST]
    always = [c for role in ("kemlu", "kp2mi-abroad") for c in _surest(fitting, role, country)[:1]]
    local = [c for role in ("emergency", "local-labour") for c in _surest(fitting, role, country)[:1]][:1]
    missions = _surest(fitting, "mission", country)[: AT_MOST - len(always) - len(local)]
    spare = AT_MOST - len(always) - len(local) - len(missions)
    return [*local, *missions, *always, *_surest(fitting, "kp2mi-whatsapp", country)[:spare]]


def _surest(contacts: Iterable[Contact], role: str, country: str | None) -> list[Contact]:
    """Contacts of a role in a country, in file order; unconfirmed ones only where there is no confirmed one."""
    here = [c for c in contacts if c.role == role and (not c.countries or country in c.countries)]
    return [c for c in here if c.is_confirmed] or here


# --- reading ----------------------------------------------------------------------------------------------------------


def read(path: Path = FILE) -> dict[str, Contact]:
    """Contacts by code, in the order of the file."""
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ContactsInvalid(f"{path.name}: cannot be read ({error}); mend the file") from None
    if not isinstance(entries, dict):
        raise ContactsInvalid(f"{path.name}: no contacts; write 'code:' and its fields below")
    contacts = {}
    for code, fields in entries.items():
        try:
            contacts[code] = _contact(code, fields)
        except ValueError as error:
            raise ContactsInvalid(f"{path.name}, entry {code}: {error}") from None
    return contacts


def _contact(code: object, fields: object) -> Contact:
    if not isinstance(code, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code):
        raise ValueError("a code has small letters, digits and single hyphens; rename it")
    if not isinstance(fields, dict):
        raise ValueError("has no fields; write name, number and the rest below it")
    unknown = set(fields) - FIELDS
    if unknown:
        raise ValueError(f"field {', '.join(sorted(map(str, unknown)))} is unknown; use {', '.join(sorted(FIELDS))}")
    return Contact(
        code=code,
        name=_text(fields, "name"),
        countries=_countries(fields),
        role=_one_of(fields, "role", ROLES),
        kind=cast(Literal["phone", "whatsapp", "web", "email"], _one_of(fields, "kind", KINDS)),
        number=_number(fields),
        hours=_text(fields, "hours", empty=True),
        grade=cast(Literal["A", "B"], _one_of(fields, "class", frozenset("AB"))),
        serves=_serves(fields),
        sources=_sources(fields),
        note=_text(fields, "note", empty=True),
    )


def _text(fields: Mapping[str, Any], field: str, empty: bool = False) -> str:
    value = fields.get(field, "")
    if not isinstance(value, str):
        raise ValueError(f"{field} is {value!r}; write it between quotation marks")
    if not value.strip() and not empty:
        raise ValueError(f"{field} is missing; add it")
    return value.strip()


def _one_of(fields: Mapping[str, Any], field: str, allowed: frozenset[str]) -> str:
    value = _text(fields, field)
    if value not in allowed:
        raise ValueError(f"{field} '{value}' is not possible; use one of {', '.join(sorted(allowed))}")
    return value


def _countries(fields: Mapping[str, Any]) -> tuple[str, ...]:
    codes = tuple(code.strip() for code in _text(fields, "country", empty=True).split(",") if code.strip())
    for code in codes:
        if not re.fullmatch(r"[a-z]{2}", code):
            raise ValueError(f"country '{code}' is no code; write two small letters, such as hk")
    return codes


def _number(fields: Mapping[str, Any]) -> str:
    number, kind = _text(fields, "number"), fields.get("kind")
    if kind in ("phone", "whatsapp") and not re.fullmatch(r"\+?[0-9][0-9 -]{1,18}[0-9]", number):
        raise ValueError(
            f"number '{number}' cannot be dialled; use digits, spaces and hyphens, with + before a country code"
        )
    if kind == "email" and "@" not in number:
        raise ValueError(f"number '{number}' is no email address; add the part with @")
    if kind == "web" and not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/\S*)?", number):
        raise ValueError(f"number '{number}' is no web address; write it without https://")
    return number


def _serves(fields: Mapping[str, Any]) -> tuple[str, ...]:
    serves = fields.get("serves", [])
    if not isinstance(serves, list) or not set(serves) <= DANGERS | {"any"}:
        raise ValueError(f"serves {serves!r} is not possible; use a list of any, {', '.join(sorted(DANGERS))}")
    return tuple(serves)


def _sources(fields: Mapping[str, Any]) -> tuple[Source, ...]:
    entries = fields.get("sources")
    if not isinstance(entries, list) or not entries:
        raise ValueError("no sources; add at least one with title, url and date")
    sources = tuple(_source(entry) for entry in entries)
    if not any(source.published for source in sources):
        raise ValueError("no source bears a date; add the date of at least one")
    return sources


def _source(entry: object) -> Source:
    if not isinstance(entry, dict) or set(entry) - {"title", "url", "date"}:
        raise ValueError(f"source {entry!r} is not possible; write title, url and date")
    url = _text(entry, "url", empty=True)
    if url and not url.startswith(("http://", "https://")):
        raise ValueError(f"source url '{url}' is no address; begin with https://")
    return Source(_text(entry, "title"), url, _month(_text(entry, "date", empty=True)))


def _month(written: str) -> Month | None:
    if not written:
        return None
    match = re.fullmatch(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(?:[0-2]\d|3[01]))?)?", written)
    if not match:
        raise ValueError(f"date '{written}' is not possible; write 2025, 2025-11 or 2025-11-27 between quotation marks")
    return Month(int(match.group(1)), int(match.group(2)) if match.group(2) else None)


def sortable(month: Month | None) -> tuple[int, int]:
    """Months in their order: one that is not known comes first, a year before its months."""
    return (month.year, month.month or 0) if month else (0, 0)
