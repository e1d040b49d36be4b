"""A booking as a file for the telephone's own calendar (RFC 5545).

Families share telephones and calendars, so it names the activity, the time and the place: no person, no code, no link.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from centre.bookings import State

STATUS = {State.WAITING: "TENTATIVE", State.OFFERED: "TENTATIVE", State.BOOKED: "CONFIRMED", State.CAME: "CONFIRMED"}
"""Everything else is cancelled, as far as a calendar is concerned."""


@dataclass(frozen=True)
class Entry:
    """What a calendar is told. `secret` makes the lasting name of the entry; `changes` count up with each change."""

    secret: str
    changes: int
    what: str
    where: Sequence[str]
    begins: datetime
    ends: datetime
    state: str
    changed_at: datetime


def calendar_file(entry: Entry, now: datetime) -> bytes:
    """The file, with one event and an alarm a day before it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Balai//Janji//ID")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_event(entry, now))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: Entry, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{_lasting_name(entry.secret)}@balai")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("sequence", entry.changes)
    event.add("dtstart", entry.begins.astimezone(UTC))
    event.add("dtend", entry.ends.astimezone(UTC))
    event.add("summary", entry.what)
    event.add("location", ", ".join(entry.where))
    status = STATUS.get(State(entry.state), "CANCELLED")
    event.add("status", status)
    event.add("class", "PRIVATE")
    if status == "CONFIRMED":
        event.add_component(_alarm(entry.what))
    return event


def _alarm(what: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(days=-1))
    alarm.add("description", what)
    return alarm


def _lasting_name(secret: str) -> str:
    """The same for each file of one booking; the link cannot be found from it."""
    return hashlib.sha256(f"calendar {secret}".encode()).hexdigest()[:32]
