"""How the unofficial gateways and the SMS telephone stand: is our number still ours, or banned, or unplugged?

A gateway may say so itself (`centre.inbox.Received.sign`); where it does not, several refusals in a row say it. Either opens
an incident, so that somebody looks before families notice. A call that goes through again ends it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from centre import contact_points, incidents
from centre.incidents import Kind

REFUSALS = 3
"""So many in a row are no chance: the number seems to be banned, or the telephone is off."""
CUT_OFF = frozenset({"disconnected", "token"})
"""Refusals that say it the first time."""


def note_outcome(
    session: Session, channel: str, kind: str, error: str, now: datetime, *, blocked: bool = False
) -> None:
    """Enter what became of one call (`centre.outbox.Outcome`): a refusal that only one person's wish explains counts not."""
    if kind == "sent":
        _is_up(session, channel, now)
        return
    if blocked or error == "no_address":
        return
    point = contact_points.hold(session, channel)
    point.refused_in_row = (point.refused_in_row or 0) + 1
    if error in CUT_OFF or point.refused_in_row >= REFUSALS:
        incidents.report(session, Kind.GATEWAY_BANNED, channel, now, detail=error)


def _is_up(session: Session, channel: str, now: datetime) -> None:
    point = contact_points.hold(session, channel)
    if point.refused_in_row:
        point.refused_in_row = 0
    incidents.mend(session, Kind.GATEWAY_BANNED, channel, now)
