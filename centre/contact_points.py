"""Our own side of each channel: the link that opens it, and the pace at which it may speak.

The pace is kept in the database because the platforms count per bot, not per process: with several workers, each claim
takes its share from the same row (generic cell rate algorithm: one moment per channel says when the next call is free).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, bindparam, exists, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, UtcDateTime
from centre.set_clocks import DISAGREE

LONGEST_REST = timedelta(hours=2)
"""No platform asks for more."""


@dataclass(frozen=True)
class Pace:
    """How fast a channel may speak: overall, and to one person within a span of time."""

    per_second: float
    burst: int
    per_chat: int
    chat_span: timedelta


class ContactPoint(Base):
    """A channel we are reached on."""

    __tablename__ = "contact_points"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    link: Mapped[str | None] = mapped_column(String(200))
    """Opens a conversation with us, e.g. https://t.me/BalaiBot."""
    free_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the next call would be on time if each kept its distance; ahead of now by at most the burst."""
    rest_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The platform asked the whole channel to be quiet until then."""
    rest_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_in_row: Mapped[int | None]
    """Calls that a gateway refused since it last took one."""


def hold(session: Session, channel: str) -> ContactPoint:
    """The channel's row, locked until the transaction ends; made when missing."""
    point = session.get(ContactPoint, channel, with_for_update=True)
    if point is None:
        point = ContactPoint(channel=channel)
        session.add(point)
        session.flush()
    return point


def allowance(point: ContactPoint, pace: Pace, now: datetime) -> int:
    """How many calls may go out now."""
    if _rests(point, now):
        return 0
    _follow_clock(point, pace, now)
    return max(0, int(pace.burst - _ahead(point, pace, now) * pace.per_second))


def spend(point: ContactPoint, pace: Pace, calls: int, now: datetime) -> None:
    """Count `calls` against the pace."""
    point.free_at = now + timedelta(seconds=_ahead(point, pace, now) + calls / pace.per_second)


def rest(session: Session, channel: str, now: datetime, wait: timedelta) -> None:
    """The platform asked the whole channel to be quiet: nothing goes out for so long, nor for less than it asked before."""
    point = hold(session, channel)
    if not _rests(point, now) or point.rest_until is None or point.rest_until < now + wait:
        point.rest_since, point.rest_until = now, now + wait


def is_resting() -> ColumnElement[bool]:
    """The same of a `channel`, asked together with what else is asked of it at the times of `resting_at`: a look without a
    lock, many times a second while a channel rests."""
    began = or_(ContactPoint.rest_since.is_(None), ContactPoint.rest_since <= bindparam("begun"))
    is_its, goes_on = ContactPoint.channel == bindparam("channel"), ContactPoint.rest_until > bindparam("now")
    return exists().where(is_its, goes_on, began, ContactPoint.rest_until <= bindparam("longest"))


def resting_at(now: datetime) -> dict[str, datetime]:
    """What `is_resting` is asked with."""
    return {"now": now, "begun": now + DISAGREE, "longest": now + LONGEST_REST}


def _rests(point: ContactPoint, now: datetime) -> bool:
    """Not when the rest began at a time that has not come yet: then the clock was set back since."""
    is_ahead = point.rest_since is not None and point.rest_since > now + DISAGREE
    return point.rest_until is not None and not is_ahead and now < point.rest_until <= now + LONGEST_REST


def _follow_clock(point: ContactPoint, pace: Pace, now: datetime) -> None:
    """Nobody can be ahead by more than a burst: the clock was set back, and what flows begins anew after a full burst."""
    burst = timedelta(seconds=pace.burst / pace.per_second)
    if point.free_at and point.free_at > now + burst + DISAGREE:
        point.free_at = now + burst


def _ahead(point: ContactPoint, pace: Pace, now: datetime) -> float:
    """Seconds by which we are ahead of an even pace: never more than a burst, also where another machine's clock is."""
    ahead = (point.free_at - now).total_seconds() if point.free_at else 0.0
    return min(max(ahead, 0.0), pace.burst / pace.per_second)


def links(session: Session) -> dict[str, str]:
    """Channel → link, for those that are known."""
    rows = session.execute(select(ContactPoint.channel, ContactPoint.link).where(ContactPoint.link.is_not(None)))
    return {channel: link for channel, link in rows if link}


def village_links(session: Session, link_code: str, home: str) -> dict[str, str]:
    """Channel → address that opens a chat with the village of this link code already set; the web at `home`, our public
    address, and each channel that is connected. (t.me "start", wa.me "text": documents of Telegram and WhatsApp.)"""
    known = links(session)
    found = {"web": f"{home}/?desa={link_code}"}
    if "telegram" in known:
        found["telegram"] = f"{known['telegram']}?start={link_code}"
    if "whatsapp" in known:
        found["whatsapp"] = f"{known['whatsapp']}?text=Desa%20{link_code}"
    return found


def links_saying(session: Session, words: str, home: str) -> dict[str, str]:
    """Channel → address that opens a chat in which these words are written already (on the web they must be typed).

    `words`: letters, digits and hyphens, at most 64 (Telegram's "start").
    """
    known = links(session)
    found = {"web": f"{home}/"}
    if "telegram" in known:
        found["telegram"] = f"{known['telegram']}?start={words}"
    if "whatsapp" in known:
        found["whatsapp"] = f"{known['whatsapp']}?text={words}"
    return found


def learn_link(session: Session, channel: str, link: str) -> None:
    """Remember how the channel is opened, as the platform told us."""
    hold(session, channel).link = link
    session.flush()
