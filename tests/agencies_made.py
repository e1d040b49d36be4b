"""A list of recruiters for tests. Every company on it is invented."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from centre import agencies
from centre.agencies import AgencyList, NewAgency, Status

SOURCE = "Daftar rekaan"
ROWS = (
    NewAgency("PT Maju Jaya Sejahtera", Status.ACTIVE, "SIP-1/2024", date(2027, 12, 31), "Cirebon", "Jawa Barat"),
    NewAgency("PT. SINAR ABADI PERMAI", Status.SUSPENDED, "SIP-2/2023", date(2027, 6, 30), "Mataram"),
    NewAgency("PT Karya Bina Insani (Persero) Tbk", Status.REVOKED, "SIP-3/2022"),
    NewAgency("PT Bintang Timur Raya", Status.ACTIVE, "SIP-4/2021", date(2026, 1, 31), "Jakarta"),
    NewAgency("PT Melati Harum Utama", Status.ACTIVE, "SIP-5/2024"),
    NewAgency("PT Melati Harum Utara", Status.ACTIVE, "SIP-6/2024", city="Lamongan"),
)


def load(session: Session, now: datetime, dated: date = date(2026, 11, 1), source: str = SOURCE) -> AgencyList:
    """Bring the list in."""
    return agencies.import_list(session, ROWS, source=source, dated=dated, now=now)
