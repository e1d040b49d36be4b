"""Who did what at the desk, and when: one row a deed, only ever added.

A row names ids, never words or numbers of a person. Looking at somebody's words is a deed too.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Index, String, Text, event, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime

Deed = Literal[
    "signed_in",
    "signed_out",
    "password_changed",
    "second_step_refused",
    "second_factor_set",
    "second_factor_removed",
    "recovery_codes_made",
    "recovery_code_used",
    "sessions_ended",
    "staff_added",
    "staff_changed",
    "staff_role_given",
    "staff_role_taken",
    "staff_blocked",
    "staff_unblocked",
    "staff_password_reset",
    "village_changed",
    "audit_read",
    "incident_noted",
    "conduct_accepted",
    "link_code_made",
    "channel_linked",
    "channel_unlinked",
    "message_read",
    "message_answered_again",
    "message_handled",
    "reply_read",
    "reply_handled",
    "article_checked",
    "article_published",
    "article_withdrawn",
    "article_brought_back",
    "article_entrusted",
    "draft_saved",
    "draft_sent",
    "draft_accepted",
    "draft_tested",
    "draft_returned",
    "draft_scheduled",
    "draft_dropped",
    "law_change_marked",
    "law_change_settled",
    "contact_tested",
    "type_changed",
    "type_words_signed",
    "hours_changed",
    "absence_changed",
    "people_merged",
    "people_kept_apart",
    "people_unmerged",
    "people_imported",
    "people_exported",
    "person_read",
    "person_entered",
    "person_changed",
    "person_checked",
    "person_consent",
    "person_consent_withdrawn",
    "person_tied",
    "person_untied",
    "person_erased",
    "person_told",
    "data_request_made",
    "data_request_answered",
    "backup_restored",
    "call_read",
    "call_made",
    "slots_made",
    "slot_changed",
    "slot_called_off",
    "roster_read",
    "roster_exported",
    "booking_read",
    "booking_made",
    "booking_marked",
    "booking_called_off",
    "case_read",
    "case_file_read",
    "case_identity_opened",
    "case_taken",
    "case_passed_on",
    "case_released",
    "case_replied",
    "referral_read",
    "referral_made",
    "referral_asked",
    "referral_consented",
    "referral_overridden",
    "referral_changed",
    "referral_letter",
    "case_figures_exported",
    "figures_exported",
    "announcement_written",
    "announcement_sent",
    "announcement_agreed",
    "announcement_returned",
    "announcement_stopped",
    "announcement_read",
    "case_noted",
    "case_changed",
    "case_linked",
    "case_conflict",
    "case_closed",
    "case_approved",
    "case_not_approved",
    "case_reopened",
    "case_keeping_agreed",
    "case_erased",
    "case_referred",
    "case_exported",
    "saved_reply_changed",
    "gate_overridden",
    "phrasing_proposed",
    "phrasing_accepted",
    "phrasing_dropped",
    "test_question_changed",
    "question_group_read",
    "question_group_changed",
    "recording_made",
    "recording_published",
    "recording_removed",
    "exchange_exported",
    "exchange_taken",
    "pivot_set",
    "catalogue_signed",
    "breach_entered",
    "breach_corrected",
    "breach_listed",
    "breach_exported",
    "breach_told",
]


COMMAND_LINE = "command-line"
"""Stands in the place of a staff id for what was done on the server itself."""


class AuditEntry(Base):
    """One deed of one staff member."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_deed", "deed", "id"), Index("ix_audit_entries_at", "at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[str] = mapped_column(String(36), index=True)
    """No foreign key: the record outlives the account."""
    deed: Mapped[str] = mapped_column(String(30))
    about: Mapped[str] = mapped_column(String(80))
    """What it was done to, as kind and id ("event:17"); empty where it is the staff member's own account."""
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def record(session: Session, staff_id: str, deed: Deed, now: datetime, about: str = "", note: str = "") -> None:
    """Add what was done; `note` is what the staff member gave as their ground, never words of a family."""
    session.add(AuditEntry(staff_id=staff_id, deed=deed, about=about, note=note, at=now))
    session.flush()


def keep_as_written(connection: Connection) -> None:
    """Have the database itself refuse to change or remove an entry, whoever asks. Safe to do again."""
    for statement in _KEEPERS[connection.dialect.name]:
        connection.execute(text(statement))


def who_did(session: Session, about: str, deeds: Collection[str]) -> set[str]:
    """Who did one of these with this very thing."""
    found = select(AuditEntry.staff_id).where(AuditEntry.about == about, AuditEntry.deed.in_(deeds))
    return set(session.scalars(found.distinct()))


_KEEPERS = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS audit_entries_no_{deed} BEFORE {deed} ON audit_entries "
        "BEGIN SELECT RAISE(ABORT, 'audit entries are only added'); END"
        for deed in ("update", "delete")
    ]
    + [  # "INSERT OR REPLACE" removes without asking the trigger above
        "CREATE TRIGGER IF NOT EXISTS audit_entries_no_replace BEFORE INSERT ON audit_entries "
        "WHEN EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, 'audit entries are only added'); END"
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION audit_entries_are_only_added() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit entries are only added'; END $$",
        "DROP TRIGGER IF EXISTS audit_entries_only_added ON audit_entries",
        "CREATE TRIGGER audit_entries_only_added BEFORE UPDATE OR DELETE ON audit_entries "
        "FOR EACH ROW EXECUTE FUNCTION audit_entries_are_only_added()",
        "DROP TRIGGER IF EXISTS audit_entries_never_emptied ON audit_entries",
        "CREATE TRIGGER audit_entries_never_emptied BEFORE TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_are_only_added()",
    ],
}
event.listen(AuditEntry.__table__, "after_create", lambda _table, connection, **_: keep_as_written(connection))
