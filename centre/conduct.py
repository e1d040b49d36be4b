"""The code of conduct: which wording of it each staff member has accepted, and when.

The text and its version stand with the desk's pages; until the present version is accepted, no other page opens.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from centre.staff import SignedIn, StaffMember


def has_accepted(member: SignedIn, version: str) -> bool:
    """Has this person accepted this wording? An earlier one does not count."""
    return member.conduct_version == version


def accept(session: Session, staff_id: str, version: str, now: datetime) -> None:
    """This person has read this wording and will keep to it."""
    member = session.get_one(StaffMember, staff_id)
    member.conduct_version, member.conduct_at = version, now
    session.flush()
