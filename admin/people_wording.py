"""How the register reads on a page: names of its fields and values, whose turn it is, and how much time the law leaves."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel.dates import format_date

from admin.language import chosen
from admin.language import gettext as _
from admin.service_wording import kind
from admin.wording import day
from centre import agencies, census_desk
from centre.census_records import CensusRecord
from centre.census_requests import DataRequest
from centre.people import Person
from content import places


def field(name: str) -> str:
    """What a field of the register is called."""
    return {
        "name": _("Nama"),
        "kind": _("Status"),
        "since": _("Sejak"),
        "sex": _("Jenis kelamin"),
        "birth_year": _("Tahun lahir"),
        "birth_date": _("Tanggal lahir"),
        "place": _("Dusun atau alamat"),
        "phone": _("Telepon"),
        "phone_use": _("Siapa memegang HP"),
        "phone_abroad": _("Telepon di luar negeri"),
        "reach": _("Siapa lagi yang bisa dihubungi"),
        "destination": _("Negara tujuan"),
        "job": _("Pekerjaan"),
        "employer": _("Pemberi kerja"),
        "agency": _("P3MI"),
        "departs_on": _("Berangkat"),
        "returns_on": _("Pulang"),
        "contract_ends_on": _("Kontrak berakhir"),
        "passport_ends_on": _("Paspor berlaku sampai"),
        "visa_ends_on": _("Visa berlaku sampai"),
        "business": _("Usaha"),
        "business_name": _("Usahanya apa"),
        "trainings": _("Pelatihan yang pernah diikuti"),
    }.get(name, name)


def value(name: str, words: str) -> str:
    """A value as it stands in the history, for people."""
    if not words:
        return _("kosong")
    known = {
        "kind": kind,
        "sex": sex,
        "phone_use": phone_use,
        "business": business,
        "destination": country,
        **dict.fromkeys((*census_desk.DUES, "departs_on", "returns_on", "birth_date", "since"), _day),
    }
    return known.get(name, str)(words)


def _day(written: str) -> str:
    return day(date.fromisoformat(written))


def sex(code: str | None) -> str:
    """Woman or man."""
    return {"f": _("perempuan"), "m": _("laki-laki")}.get(code or "", _("tidak disebut"))


def phone_use(code: str | None) -> str:
    """Who else sees what is written there."""
    return {
        "own": _("dipegang sendiri"),
        "shared": _("dipakai bersama"),
        "unsafe": _("tidak aman: jangan menulis lebih dulu"),
    }.get(code or "", _("belum ditanyakan"))


def business(code: str | None) -> str:
    """Whether there is a business, and whose."""
    return {
        "none": _("belum punya usaha"),
        "purna": _("usaha purna"),
        "family": _("usaha keluarga"),
    }.get(code or "", _("belum ditanyakan"))


def country(code: str | None) -> str:
    """A country by its name."""
    try:
        return places.name_of(code or "").title()
    except KeyError:
        return code or _("tidak disebut")


def countries() -> list[tuple[str, str]]:
    """Every country there is to choose, by name."""
    codes = {code for code in places.places().values() if len(code) == 2 and code != places.HOME}
    return sorted(((code, country(code)) for code in codes), key=lambda pair: pair[1])


def due(name: str, on: date | None, today: date) -> str:
    """ "Paspor habis 3 Mei 2027", "Kontrak sudah berakhir 1 Mei 2026"."""
    if on is None:
        return _("Lebih dari setahun tidak diperiksa")
    when = format_date(on, "d MMM y", chosen())
    if on < today:
        return {
            "passport_ends_on": _("Paspor sudah habis %(when)s", when=when),
            "contract_ends_on": _("Kontrak sudah berakhir %(when)s", when=when),
        }.get(name, _("Visa sudah habis %(when)s", when=when))
    return {
        "passport_ends_on": _("Paspor habis %(when)s", when=when),
        "contract_ends_on": _("Kontrak berakhir %(when)s", when=when),
    }.get(name, _("Visa habis %(when)s", when=when))


def due_filter(name: str) -> str:
    """What is looked for by date."""
    return {
        "passport_ends_on": _("Paspor habis dalam 6 bulan"),
        "contract_ends_on": _("Kontrak berakhir dalam 6 bulan"),
        "visa_ends_on": _("Visa habis dalam 6 bulan"),
        "unchecked": _("Lebih dari setahun tidak diperiksa"),
    }[name]


def status(code: str | None) -> str:
    """A status, short, for lists."""
    return {
        "prospective": _("Calon"),
        "abroad": _("Di luar negeri"),
        "returned": _("Purna"),
        "family": _("Keluarga"),
        census_desk.UNREGISTERED: _("Belum didata"),
    }.get(code or "", _("Belum disebut"))


def known(found: census_desk.Found) -> str:
    """Somebody, told from others of the same name: "Sahrun, lahir 1990, Calon"."""
    year = _("lahir %(year)s", year=found.person.birth_year) if found.person.birth_year else ""
    return ", ".join(part for part in (found.person.name, year, status(found.person.kind)) if part)


def tie(code: str) -> str:
    """What somebody is to somebody."""
    return {
        "spouse": _("suami atau istri"),
        "child": _("anak"),
        "parent": _("orang tua"),
        "sibling": _("saudara"),
        "guardian": _("wali"),
        "ward": _("yang diwalikan"),
        "other": _("keluarga lain"),
    }.get(code, code)


def relation(code: str) -> str:
    """Whose telephone it is."""
    return {
        "self": _("milik sendiri"),
        "spouse": _("HP suami atau istri"),
        "child": _("HP orang tua"),
        "parent": _("HP anak"),
        "sibling": _("HP saudara"),
    }.get(code, _("HP orang lain"))


def how(code: str) -> str:
    """How somebody agreed."""
    return {"desk": _("di meja layanan"), "paper": _("di kertas"), "chat": _("di obrolan")}.get(code, code)


def wish(code: str) -> str:
    """What somebody asks of their data."""
    return {
        "see": _("Ingin tahu apa yang disimpan"),
        "correct": _("Minta dibetulkan"),
        "erase": _("Minta dihapus"),
        "stop": _("Menarik persetujuan"),
        "limit": _("Minta dibatasi pemakaiannya"),
        "object": _("Keberatan atas pemakaian datanya"),
    }.get(code, code)


def left(request: DataRequest, now: datetime) -> str:
    """How much of the legal 3 x 24 hours is left."""
    time = request.left(now)
    if time <= timedelta(0):
        return _("Lewat %(hours)s jam dari batas 3×24 jam", hours=int(-time / timedelta(hours=1)) or "<1")
    return _("Sisa %(hours)s jam dari 3×24 jam", hours=int(time / timedelta(hours=1)) or "<1")


def is_pressing(request: DataRequest, now: datetime) -> bool:
    """Is less than a day left?"""
    return request.left(now) < timedelta(hours=24)


def agency(record: CensusRecord, found: agencies.Agency | None, dated: date | None) -> str:
    """What the licence list says of the recruiter that was typed."""
    if not record.facts.get("agency"):
        return ""
    if found is None or dated is None:
        return _("Tidak ada dalam daftar P3MI yang dimuat.")
    return _("Ada dalam daftar P3MI per %(dated)s: %(name)s.", dated=day(dated), name=found.name)


def who(by: str, names: dict[str, str]) -> str:
    """Who made a change."""
    return {"family": _("keluarga, lewat obrolan"), "time": _("masa simpan habis")}.get(by) or names.get(
        by, _("petugas")
    )


def born(person: Person, record: CensusRecord | None) -> str:
    """The day or the year of birth."""
    if record and (told := record.facts.get("birth_date")):
        return _day(told)
    return str(person.birth_year) if person.birth_year else _("tidak disebut")
