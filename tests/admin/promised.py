"""Somebody who has accepted the code of conduct, so that a story can begin at the desk."""

from __future__ import annotations

from sqlalchemy.orm import Session

from admin import code_of_conduct
from centre import conduct
from centre.staff import StaffMember


def promised(session: Session, member: StaffMember) -> StaffMember:
    """The same person, who has accepted the present code of conduct."""
    conduct.accept(session, member.id, code_of_conduct.PRESENT.version, member.created_at)
    return member
