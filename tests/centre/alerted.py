"""Villages in three time zones with those who stand above them, a case, and a clock that jumps from alert to alert."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import case_alerts, case_records, cases, conversations
from centre.areas import Village
from centre.case_alerts import CaseAlert, Reach, everybody
from centre.case_records import Case, Category
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.staff import Role, StaffMember, StaffRole

KORLEKO, KURIPAN, SKOUW = "52.03.07.2003", "33.07.10.2004", "91.03.01.2001"
ZONES = {KORLEKO: "Asia/Makassar", KURIPAN: "Asia/Jakarta", SKOUW: "Asia/Jayapura"}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = (
    ("Wayan", Role.PETUGAS, KORLEKO),
    ("Slamet", Role.PETUGAS, KURIPAN),
    ("Yosef", Role.PETUGAS, SKOUW),
    ("Ani", Role.SPECIALIST, "52"),
    *((f"Koordinator {area}", Role.COORDINATOR, area) for area in ("52.03", "33.07", "91.03")),
    *((f"Provinsi {area}", Role.COORDINATOR, area) for area in ("52", "33", "91")),
    ("Dewi", Role.COORDINATOR, ""),
)


def there(village: str, day: date | str, clock: str) -> datetime:
    """What the village's clock shows, as a moment."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(ZONES[village]))


def villages(session: Session) -> dict[str, Village]:
    made = {}
    for number, (code, zone) in enumerate(ZONES.items()):
        made[code] = Village(
            code=code,
            name=f"Desa {number}",
            other_names=[],
            district="Kecamatan",
            regency="Kabupaten",
            province="Provinsi",
            time_zone=zone,
            link_code=f"HJK{number + 34}7",
        )
    session.add_all(made.values())
    session.flush()
    return made


def staff_member(session: Session, name: str, *roles: tuple[Role, str]) -> StaffMember:
    """Somebody at a desk; the name stands for the id."""
    member = StaffMember(
        id=name,
        login=name.casefold(),
        name=name,
        password_hash="-",
        must_change_password=False,
        created_at=LONG_AGO,
        roles=[StaffRole(role=role, area=area) for role, area in roles],
    )
    session.add(member)
    session.flush()
    return member


def everyone(session: Session) -> None:
    """The villages and all who watch over them."""
    villages(session)
    for name, role, area in PEOPLE:
        staff_member(session, name, (role, area))


def chat(
    session: Session, number: str, now: datetime, village: str | None = None, channel: str = "telegram"
) -> Conversation:
    sender = Sender(channel, (("phone", number),))
    conversation = session.get_one(Conversation, conversations.of_sender(session, sender, now))
    if village:
        conversation.village_id = session.scalars(select(Village.id).where(Village.code == village)).one()
    conversation.last_incoming_at = now
    return conversation


def sari(
    session: Session, category: Category, now: datetime, village: str | None = KORLEKO, number: str = "628123450001"
) -> Case:
    """Sari opens a case."""
    return cases.open_case(session, chat(session, number, now, village), category, now, language="id")


@dataclass(frozen=True)
class Told:
    """One alert as it went out."""

    minute: int
    """Since the case was opened."""
    kind: str
    level: int
    names: tuple[str, ...]


def follow(database: Database, case_id: int, until: datetime, reach: Reach = everybody) -> list[Told]:
    """Let time pass: every alert is taken at its moment, and the family told, as the schedule would."""
    told = []
    while (alert := _next(database, case_id, until)) is not None:
        with database.transaction() as session:
            case = case_records.hold(session, case_id)
            alarm = case_alerts.take(session, alert.id, case_id, alert.due_at, reach)
            if alarm is None:
                continue
            if alarm.is_late:
                cases.told(session, case, case_alerts.LATE, alert.due_at)
            minute = int((alert.due_at - case.opened_at) / timedelta(minutes=1))
            told.append(Told(minute, alert.kind, alarm.level, tuple(member.name for member in alarm.members)))
    return told


def _next(database: Database, case_id: int, until: datetime) -> CaseAlert | None:
    with database.reading() as session:
        waiting = select(CaseAlert).where(
            CaseAlert.case_id == case_id, CaseAlert.state == "due", CaseAlert.due_at <= until
        )
        return session.scalars(waiting.order_by(CaseAlert.due_at, CaseAlert.id).limit(1)).first()


def late_words(session: Session, case: Case) -> list[datetime]:
    """When the family was told that nobody has answered yet."""
    return [
        entry.at for entry in case_records.thread(session, case.id) if (entry.kind, entry.detail) == ("told", "late")
    ]


def details(session: Session, case: Case) -> list[str]:
    """What stands in the thread as done by time."""
    return [entry.detail for entry in case_records.thread(session, case.id) if entry.by == case_records.TIME]


def waiting(session: Session, case: Case) -> int:
    return (
        session.scalar(
            select(func.count()).select_from(CaseAlert).where(CaseAlert.case_id == case.id, CaseAlert.state == "due")
        )
        or 0
    )


def names(told: Iterable[Told]) -> list[tuple[str, ...]]:
    return [each.names for each in told]
