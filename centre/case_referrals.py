"""A case referred to another body: asked for, agreed to by the family, sent, answered, or taken back.

The family's consent comes first (UU PDP 27/2022 art. 20), in the chat or told to staff; going without it is a permission of
its own, with a reason that stays. Each state has its proof: a note in the thread of who was spoken to, when and how. The
other body learns the case's code, its kind, its dates and what is asked of it, and beside that only what the family let us
share, as far as it had been said by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from centre import case_alerts, case_records, cases, conversations, staff
from centre.areas import Village
from centre.case_records import FAMILY, Case, CaseEntry, by_key, enter
from centre.case_rules import CannotDo, ConsentMissing, IsClosed, NobodyThere, NotYours, ReasonMissing, clean
from centre.case_scopes import SUPERVISORS, CaseScope, scope_of_member
from centre.conversations import Conversation
from centre.db import vault_of
from centre.desk import NotHere
from centre.privacy import CannotOpen
from centre.referral_records import BODIES as BODIES
from centre.referral_records import CONSENTS as CONSENTS
from centre.referral_records import NEXT as NEXT
from centre.referral_records import SHARES as SHARES
from centre.referral_records import WITH_THE_PARTNER, Body, CaseReferral, Share, State
from centre.staff import Role, SignedIn, StaffMember, StaffRole

MAY_OVERRIDE = (Role.SPECIALIST, *SUPERVISORS)
LEAST = 10
"""Letters of a proof or a reason: fewer say nothing of who, when and how."""
PARTNER_MAY = (State.ACCEPTED, State.REJECTED, State.DONE)


class NotNext(CannotDo):
    """The referral does not stand where this could follow; somebody was faster, or the family said no."""


class ProofMissing(CannotDo):
    """Each change is proven by a note: who was spoken to, when, how."""


class NoChat(CannotDo):
    """There is no conversation in which the family could be asked."""


class MayNotOverride(CannotDo):
    """Going without consent is for specialists and supervisors of the area."""


@dataclass(frozen=True)
class Seen:
    """A referral as the desk reads it."""

    referral: CaseReferral
    partner: str
    """The partner account's name; empty where there is none."""
    maker: str
    request: str | None
    """None: erased, or cannot be opened any more."""
    reason: str | None
    """Why it goes without consent."""


@dataclass(frozen=True)
class Letter:
    """What the other body learns, and nothing else."""

    case: Case
    referral: CaseReferral
    request: str | None
    name: str
    """Who wrote to us; empty where unknown or not shared, as all that follows."""
    worker: str
    phone: str
    words: Sequence[tuple[datetime, str]]
    """What the family had written when they agreed, oldest first."""
    village: Village | None
    """Whose desk it comes from; None where the village must not learn of it."""
    regency: str
    person: str
    """Who holds the case at the desk."""


def make(
    session: Session,
    case: Case,
    by: str,
    body: Body,
    name: str,
    request: str,
    shares: Iterable[Share],
    key: str,
    now: datetime,
    *,
    partner_id: str | None = None,
) -> CaseReferral:
    """Begin a referral, not sent yet; the same form (`key`) sent twice is one.

    Raises `IsClosed`, `NotYours`, `NothingSaid`, `TooLong`, or `NobodyThere` for an account that is no partner's.
    """
    if again := _made_by_form(session, case, key):
        return again
    _must_hold(case, by)
    if partner_id and partner_id not in {member.id for member in partners(session, case)}:
        raise NobodyThere(partner_id)
    told, asked = set(shares), clean(request)
    referral = CaseReferral(
        case_id=case.id,
        body=body,
        name=clean(name)[:120],
        partner_id=partner_id,
        state=State.DRAFT,
        shares=",".join(each for each in SHARES if each in told),
        sealed_request=vault_of(session).of("case", case.id).seal(asked, _place("request", case.id)),
        made_by=by,
        made_at=now,
        changed_at=now,
    )
    session.add(referral)
    session.flush()
    _enter(session, case, referral, State.DRAFT, by, now, key=f"referral:{key}")
    return referral


def ask(session: Session, case: Case, referral: CaseReferral, by: str, now: datetime) -> None:
    """Ask the family in the chat. Raises `IsClosed`, `NotYours`, `NotNext` or `NoChat`."""
    _must_hold(case, by)
    _must_lack_consent(referral)
    if referral.asked_at:
        raise NotNext(referral.id)
    if case.conversation_id is None:
        raise NoChat(case.id)
    referral.asked_at = now
    cases.told(session, case, f"consent:{referral.id}", now)
    _enter(session, case, referral, "asked", by, now)


def asked(session: Session, case: Case, referral_id: int) -> CaseReferral | None:
    """The referral of this case the family is asked about now; the number may come from an old or a forged button."""
    referral = _of_case(session, case, referral_id)
    return referral if referral and referral.asked_at else None


def consented(session: Session, referral: CaseReferral, yes: bool, now: datetime) -> bool:
    """The family's answer in the chat; does it count? A yes only while it is asked for.

    A no ends the referral in whatever state it is (consent can be taken back: UU PDP 27/2022 art. 9), unless it goes without
    consent anyway.
    """
    case = case_records.hold(session, referral.case_id)
    session.refresh(referral)
    counts = _agree(referral, now) if yes else _refuse(referral)
    if counts:
        _enter(session, case, referral, "consented" if yes else "refused", FAMILY, now)
        if case.holder_id:
            case_alerts.tell(session, case, [case.holder_id], "words", now)
    return counts


def heard(session: Session, case: Case, referral: CaseReferral, by: str, proof: str, now: datetime) -> None:
    """The family agreed in words: face to face, or on the telephone. `proof`: who, when, how.

    Raises `IsClosed`, `NotYours`, `NotNext` or `ProofMissing`.
    """
    _must_hold(case, by)
    _must_lack_consent(referral)
    note = _proven(proof)
    referral.consent, referral.consent_at, referral.asked_at = "spoken", now, None
    _enter(session, case, referral, "heard", by, now, note)


def override(session: Session, case: Case, referral: CaseReferral, by: SignedIn, reason: str, now: datetime) -> None:
    """It goes without the family's consent, because of this danger to life (UU PDP 27/2022 art. 20 (2) d).

    Raises `MayNotOverride`, `IsClosed`, `NotNext` or `ReasonMissing`.
    """
    if not _may_override(by, case):
        raise MayNotOverride(by.staff_id)
    if not case.is_open:
        raise IsClosed(case.id)
    _must_lack_consent(referral)
    if len(reason.strip()) < LEAST:
        raise ReasonMissing
    why = clean(reason)
    referral.sealed_reason = vault_of(session).of("case", case.id).seal(why, _place("reason", case.id))
    referral.consent, referral.consent_at, referral.asked_at = "override", now, None
    _enter(session, case, referral, "override", by.staff_id, now, why)


def change(session: Session, case: Case, referral: CaseReferral, by: str, to: State, proof: str, now: datetime) -> None:
    """The next state, with its proof. Taking back ends a partner's sight at once, and is possible when the case is closed.

    Raises `NotNext`, `ProofMissing`, and for sending `IsClosed`, `NotYours` or `ConsentMissing`.
    """
    if to not in NEXT[State(referral.state)]:
        raise NotNext(referral.id)
    if to == State.SENT:
        _must_hold(case, by)
        if referral.consent is None:
            raise ConsentMissing(referral.id)
        referral.sent_at = now
    note = _proven(proof)
    referral.state, referral.asked_at = to, None
    _enter(session, case, referral, to, by, now, note)


def answer(
    session: Session, case: Case, referral: CaseReferral, partner_id: str, to: State, proof: str, now: datetime
) -> None:
    """The partner takes it on, turns it down, or has done it. Raises `NotNext` or `ProofMissing`."""
    if to not in PARTNER_MAY or referral.partner_id != partner_id:
        raise NotNext(referral.id)
    change(session, case, referral, partner_id, to, proof, now)


# What is seen


def of_case(session: Session, case: Case) -> list[Seen]:
    """Every referral of a case, for who may see the case; oldest first."""
    found = session.scalars(select(CaseReferral).where(CaseReferral.case_id == case.id).order_by(CaseReferral.id)).all()
    names = staff.names(session, {each.made_by for each in found} | {each.partner_id or "" for each in found})
    return [
        Seen(
            each,
            names.get(each.partner_id or "", ""),
            names.get(each.made_by, ""),
            _opened(session, each.sealed_request, _place("request", case.id)),
            _opened(session, each.sealed_reason, _place("reason", case.id)),
        )
        for each in found
    ]


def one(session: Session, case: Case, referral_id: int) -> CaseReferral:
    """One referral of a case that may be seen. Raises `NotHere`."""
    referral = _of_case(session, case, referral_id)
    if referral is None:
        raise NotHere(f"referral {referral_id}")
    return referral


def partners(session: Session, case: Case) -> list[StaffMember]:
    """The accounts of other organisations that a case may be shared with, by name."""
    conflicts = case_records.in_conflict(session, [case.id])
    is_partner = StaffMember.roles.any(StaffRole.role == Role.PARTNER)
    members = session.scalars(
        select(StaffMember).where(StaffMember.disabled_at.is_(None), is_partner).order_by(StaffMember.name)
    )
    return [
        member
        for member in members
        if (scope := scope_of_member(member)).is_partner and not scope.keeps_this_out(case, conflicts)
    ]


def referred_to(session: Session, scope: CaseScope) -> list[tuple[CaseReferral, Case]]:
    """What is with this partner now, newest first."""
    rows = session.execute(_referred(scope).order_by(CaseReferral.id.desc()))
    return [(referral, case) for referral, case in rows]


def for_partner(session: Session, scope: CaseScope, referral_id: int) -> tuple[CaseReferral, Case]:
    """One referral that is with this partner now, its case held. Raises `NotHere`."""
    row = session.execute(_referred(scope).where(CaseReferral.id == referral_id)).first()
    if row is None:
        raise NotHere(f"referral {referral_id}")
    case_records.hold(session, row[1].id)
    session.refresh(row[0])
    if row[0].state not in WITH_THE_PARTNER or row[0].partner_id != scope.staff_id:
        raise NotHere(f"referral {referral_id}")
    return row[0], row[1]


def letter(session: Session, case: Case, referral: CaseReferral) -> Letter:
    """What the other body learns. Raises `ConsentMissing` before there is consent, and once it is taken back."""
    if referral.consent is None or referral.state not in (State.DRAFT, *WITH_THE_PARTNER):
        raise ConsentMissing(referral.id)
    shared = referral.shared
    facts = case_records.facts_of(session, case) if "name" in shared else {}
    village, regency = _desk(session, case)
    return Letter(
        case,
        referral,
        _opened(session, referral.sealed_request, _place("request", case.id)),
        facts.get("name", ""),
        facts.get("worker", ""),
        _phone(session, case) if "phone" in shared else "",
        _words(session, case, referral) if "words" in shared else [],
        village,
        regency,
        staff.names(session, {case.holder_id or ""}).get(case.holder_id or "", ""),
    )


def _referred(scope: CaseScope) -> Select[CaseReferral, Case]:
    return select(CaseReferral, Case).join(Case, Case.id == CaseReferral.case_id).where(scope.referred())


def _of_case(session: Session, case: Case, referral_id: int) -> CaseReferral | None:
    referral = session.get(CaseReferral, referral_id) if 0 < referral_id < 2**63 else None
    return referral if referral and referral.case_id == case.id else None


def _made_by_form(session: Session, case: Case, key: str) -> CaseReferral | None:
    entry = by_key(session, f"referral:{key}")
    return _of_case(session, case, int(entry.detail.rpartition(":")[2])) if entry else None


def _agree(referral: CaseReferral, now: datetime) -> bool:
    if referral.asked_at is None or referral.state != State.DRAFT or referral.consent:
        return False
    referral.consent, referral.consent_at, referral.asked_at = "chat", now, None
    return True


def _refuse(referral: CaseReferral) -> bool:
    if referral.consent == "override" or State.REVOKED not in NEXT[State(referral.state)]:
        return False
    referral.state, referral.asked_at = State.REVOKED, None
    return True


def _may_override(by: SignedIn, case: Case) -> bool:
    scope = by.scope(*MAY_OVERRIDE)
    return scope.unplaced if case.area is None else scope.includes(case.area)


def _must_hold(case: Case, staff_id: str) -> None:
    if not case.is_open:
        raise IsClosed(case.id)
    if case.holder_id != staff_id:
        raise NotYours(case.id)


def _must_lack_consent(referral: CaseReferral) -> None:
    if referral.state != State.DRAFT or referral.consent:
        raise NotNext(referral.id)


def _proven(proof: str) -> str:
    if len(proof.strip()) < LEAST:
        raise ProofMissing
    return clean(proof)


def _enter(
    session: Session,
    case: Case,
    referral: CaseReferral,
    what: str,
    by: str,
    now: datetime,
    note: str = "",
    key: str | None = None,
) -> CaseEntry:
    """Into the thread: who changed what, with the proof as its words."""
    referral.changed_at = case.changed_at = now
    return enter(session, case, "change", by, now, note, detail=f"referral:{what}:{referral.id}", key=key)


def _words(session: Session, case: Case, referral: CaseReferral) -> list[tuple[datetime, str]]:
    """Later words were not agreed to."""
    said = [
        (entry.at, _opened_entry(session, entry))
        for entry in case_records.thread(session, case.id)
        if entry.by == FAMILY
        and entry.kind in ("words", "answer")
        and entry.at <= (referral.consent_at or case.opened_at)
    ]
    return [(at, words) for at, words in said if words]


def _phone(session: Session, case: Case) -> str:
    """The number they write from; nothing of who asked to be forgotten."""
    conversation = session.get(Conversation, case.conversation_id) if case.conversation_id else None
    if conversation is None or conversation.closing_at:
        return ""
    try:
        return (conversations.sender_of(session, conversation).value("phone") or "").lstrip("+")
    except CannotOpen:
        return ""


def _desk(session: Session, case: Case) -> tuple[Village | None, str]:
    """The village whose desk may be named, and the regency's name."""
    code = case.home_code or case.area or ""
    inside = Village.code.startswith(code[:5], autoescape=True)
    near = (
        session.scalars(select(Village).where(inside).order_by(Village.code != code, Village.id)).first()
        if code
        else None
    )
    is_home = near is not None and near.code == case.home_code and not case.bypasses_village
    return near if is_home else None, near.regency if near else ""


def _opened(session: Session, sealed: bytes | None, place: str) -> str | None:
    try:
        return vault_of(session).open(sealed, place) if sealed else None
    except CannotOpen:
        return None


def _opened_entry(session: Session, entry: CaseEntry) -> str:
    try:
        return case_records.words_of(session, entry)
    except CannotOpen:
        return ""


def _place(what: str, case_id: int) -> str:
    """Where a referral's words are sealed for."""
    return f"case_referrals|{what}|{case_id}"
