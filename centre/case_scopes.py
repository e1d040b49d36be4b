"""Who may know of a case. Every question about cases asks for a `CaseScope`; a row outside it does not exist.

A case belongs to an area: to its village, or to the regency when the family said "jangan ke desa saya". Village accounts see
the ordinary cases of their area; what is restricted (violence, trafficking, a child) is for specialists and coordinators;
what goes around the village is for those above it, and never for an account of that very village, whatever else it may
be. Who declared a conflict of interest sees the case no more. A partner sees no case: of those referred to them by name they
see what is shared, on pages of their own (`centre.case_referrals`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, exists, false, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from centre import areas, staff
from centre.case_records import Case, CaseConflict, CaseConversation, in_conflict
from centre.db import is_any
from centre.referral_records import WITH_THE_PARTNER, CaseReferral
from centre.staff import Role, Scope, SignedIn, StaffMember, StaffRole

VILLAGE_ROLES = (Role.PETUGAS, Role.HELPER)
VILLAGE_LENGTH = len("52.03.07.2003")
ORDINARY = (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR)
RESTRICTED = (Role.SPECIALIST, Role.COORDINATOR, Role.ADMINISTRATOR)
AROUND = (Role.COORDINATOR, Role.ADMINISTRATOR)
"""Who sees what goes around the village, unless it is restricted as well."""
SUPERVISORS = (Role.COORDINATOR, Role.ADMINISTRATOR)
MAY_SEE_CASES = (Role.PETUGAS, Role.SPECIALIST, Role.COORDINATOR, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class CaseScope:
    """The cases one staff member may know of."""

    staff_id: str
    ordinary: Scope
    restricted: Scope
    around: Scope
    villages: Scope
    """Where they are an account of the village itself."""
    is_partner: bool = False

    def covers(self) -> ColumnElement[bool]:
        """The condition on `Case`, for every query."""
        seen = or_(
            and_(not_(Case.is_restricted), not_(Case.bypasses_village), self.ordinary.covers(Case.area)),
            and_(not_(Case.is_restricted), Case.bypasses_village, self.around.covers(Case.area)),
            and_(Case.is_restricted, self.restricted.covers(Case.area)),
        )
        return and_(self.anywhere.covers(Case.area), seen, not_(self.keeps_out()))

    @property
    def anywhere(self) -> Scope:
        """Everywhere that they know of any cases: what an index answers before a single case is read."""
        scopes = (self.ordinary, self.restricted, self.around)
        return Scope(frozenset().union(*(scope.areas for scope in scopes)), any(scope.unplaced for scope in scopes))

    def referred(self) -> ColumnElement[bool]:
        """The condition on `CaseReferral` and its `Case`: it is with this partner now."""
        if not self.is_partner:
            return false()
        is_theirs = and_(CaseReferral.partner_id == self.staff_id, CaseReferral.state.in_(WITH_THE_PARTNER))
        return and_(is_theirs, not_(self.keeps_out()))

    def keeps_out(self) -> ColumnElement[bool]:
        """Never for them, not even as one more in a count: it goes around their village, or they must not know of it."""
        return or_(self._around_mine(), self._conflict())

    def includes(self, seen: Case, conflicts: Iterable[tuple[int, str]] = ()) -> bool:
        """The same for one case that is at hand."""
        if self.keeps_this_out(seen, conflicts):
            return False
        if seen.is_restricted:
            return _holds(self.restricted, seen.area)
        return _holds(self.around if seen.bypasses_village else self.ordinary, seen.area)

    def keeps_this_out(self, seen: Case, conflicts: Iterable[tuple[int, str]] = ()) -> bool:
        """`keeps_out` for one case that is at hand."""
        theirs = [code for code in (seen.home_code, seen.earlier_code) if code and _holds(self.villages, code)]
        return (seen.id, self.staff_id) in set(conflicts) or (seen.bypasses_village and bool(theirs))

    def _around_mine(self) -> ColumnElement[bool]:
        """It goes around a village of which this is an account."""
        is_theirs = (
            and_(code.is_not(None), self.villages.covers(code)) for code in (Case.home_code, Case.earlier_code)
        )
        return and_(Case.bypasses_village, or_(*is_theirs))

    def _conflict(self) -> ColumnElement[bool]:
        return exists().where(CaseConflict.case_id == Case.id, CaseConflict.staff_id == self.staff_id)


def scope_of(member: SignedIn) -> CaseScope:
    """What somebody at the desk may know of."""
    return CaseScope(
        member.staff_id,
        member.scope(*ORDINARY),
        member.scope(*RESTRICTED),
        member.scope(*AROUND),
        _villages(member),
        member.has_role(Role.PARTNER),
    )


def scope_of_member(member: StaffMember) -> CaseScope:
    """The same for somebody who is not signed in: may they be alerted, may a case be passed on to them?"""
    return scope_of(staff.known_by(member))


def others_who_may(session: Session, concerned: Case, but: str) -> list[StaffMember]:
    """To whom a case may be passed on, by name."""
    conflicts = in_conflict(session, [concerned.id])
    in_its_area = StaffMember.id.in_(select(StaffRole.staff_id).where(StaffRole.area.in_(areas.around(concerned.area))))
    members = session.scalars(
        select(StaffMember)
        .where(StaffMember.disabled_at.is_(None), StaffMember.id != but, in_its_area)
        .order_by(StaffMember.name)
    )
    return [member for member in members if scope_of_member(member).includes(concerned, conflicts)]


def hides(
    conversation_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], scope: CaseScope
) -> ColumnElement[bool]:
    """Does this conversation have, or did it ever have, a case that lies outside the scope? Then nothing of it may be seen,
    not even that a message of it waits: a case that moved to another telephone left its words behind."""
    is_seen = case((scope.covers(), 1), else_=0)  # NULL, of a case without an area, is no yes
    was_there = is_any(
        CaseConversation.case_id == Case.id, CaseConversation.conversation_id == conversation_id, is_seen == 0
    )
    return or_(is_any(Case.conversation_id == conversation_id, is_seen == 0), was_there)


def _villages(member: SignedIn) -> Scope:
    """Where somebody is an account of the village: petugas and helpers of an area, and whoever has a role in that very one."""
    of_a_village = frozenset(
        area for role, area in member.roles if role in VILLAGE_ROLES or len(area) == VILLAGE_LENGTH
    )
    return Scope(of_a_village, unplaced=False)


def _holds(scope: Scope, code: str | None) -> bool:
    return scope.unplaced if code is None else scope.includes(code)
