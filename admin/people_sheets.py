"""The register as a spreadsheet: the template, a file that comes in, a file that goes out sealed with a password.

One table of columns serves all three, so that what went out can come in again. What comes in is read as words and dates only: a
cell with a formula is refused, and so is whatever is no workbook, is too large (also unpacked), or has other columns.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from admin import people_wording as wording
from admin import sheets
from admin.language import gettext as _
from centre.census_imports import Row
from centre.census_records import BUSINESSES, DATES, FACTS, PHONE_USES, SEXES, CensusRecord
from centre.messages import readable
from centre.people import KINDS, Person
from content import places, workbooks
from content.workbooks import NotAWorkbook

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 12 * 1024 * 1024
"""A thousand people are two or three; a hundred would keep the desk busy for a minute and fill its memory."""
MOST_ROWS = 1000
MOST_COLUMNS = 60
HEADING_WITHIN = 15
"""Rows in which the names of the columns are looked for; lines that say what the file is may stand above."""
FIELDS = (
    ("name", "kind", "since", "sex", "birth_year", "birth_date", "place", "phone", "phone_use", "phone_abroad", "reach")
    + ("destination", "job", "employer", "agency", *DATES, "business", "business_name", "trainings")
    + ("agreed_on", "how", "by_guardian", "may_remind")
)
DAYS = frozenset({"since", "birth_date", "agreed_on", *DATES})


class NotReadable(Exception):
    """The file as a whole is not what was asked for; its argument says why."""


@dataclass(frozen=True)
class Wrong:
    """What is wrong with one cell ("C5")."""

    cell: str
    why: str


@dataclass(frozen=True)
class Read:
    """A file that could be read: its rows, in which column each field stands, and cells that could not be read."""

    rows: list[Row]
    columns: Mapping[str, str]
    """Field → letter of its column."""
    wrong: list[Wrong]


def heading(name: str) -> str:
    """The name of a column, as the file has it."""
    return {
        "agreed_on": _("Tanggal setuju"),
        "how": _("Cara setuju"),
        "by_guardian": _("Wali setuju"),
        "may_remind": _("Boleh diingatkan"),
    }.get(name) or wording.field(name)


def template() -> bytes:
    """An empty file with the names of the columns, what may stand in them, and nobody's data."""
    lines = [
        _(
            "Pendataan Balai: satu baris satu orang. Wajib: Nama dan Tanggal setuju (tanggal orangnya setuju di kertas)."
        ),
        _("Jangan menulis nomor KTP, KK, atau paspor. Tanggal ditulis 2027-01-31 atau 31-01-2027."),
        *(f"{heading(name)}: {', '.join(words)}" for name, words in _choices().items() if name != "destination"),
    ]
    return sheets.written(lines, [heading(name) for name in FIELDS], [])


def written(lines: Iterable[str], found: Iterable[tuple[Person, CensusRecord]]) -> bytes:
    """People as a file that `read` takes in again (but for the consent, which is not theirs who export)."""
    shown = [name for name in FIELDS if name not in ("since", "agreed_on", "how", "by_guardian", "may_remind")]
    rows = (_told(person, record, shown) for person, record in found)
    return sheets.written(lines, [heading(name) for name in shown], rows)


def sealed(workbook: bytes, password: str) -> bytes:
    """The workbook locked with a password, as spreadsheet programs open it (ECMA-376 agile encryption, AES-256)."""
    from msoffcrypto.format.ooxml import OOXMLFile

    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(workbook)).encrypt(password, locked)
    return locked.getvalue()


def read(data: bytes) -> Read:
    """Take a workbook apart. Raises `NotReadable`."""
    found = _cells(data)
    at, columns = _heading(found)
    wrong: list[Wrong] = []
    rows: list[Row] = []
    words = {name: {_plain(word): code for word, code in _words(name).items()} for name in _CODES}
    for number, cells in found[at + 1 :]:
        told = {
            name: _typed(name, cells.get(letter), f"{letter}{number}", words.get(name), wrong)
            for name, letter in columns.items()
        }
        if any(told.values()):
            rows.append(Row(number, told))
    if not rows and not wrong:
        raise NotReadable(_("Tidak ada satu orang pun di bawah nama kolom."))
    if len(rows) > MOST_ROWS:
        raise NotReadable(_("Lebih dari %(most)s orang. Bagi menjadi beberapa berkas.", most=MOST_ROWS))
    return Read(rows, columns, wrong)


def _cells(data: bytes) -> list[tuple[int, dict[str, Any]]]:
    """(number, cells by their column) of each row of the first sheet."""
    _check_size(data)
    try:
        return [
            (number, {cell.column_letter: cell for cell in row if cell.value is not None})
            for number, row in workbooks.rows(data, HEADING_WITHIN + MOST_ROWS + 2, MOST_COLUMNS)
        ]
    except NotAWorkbook as error:
        raise NotReadable(_("Berkas ini tidak bisa dibaca sebagai lembar kerja XLSX.")) from error


def _check_size(data: bytes) -> None:
    """A small file may unpack into a huge one."""
    if len(data) > MOST_BYTES:
        raise NotReadable(_("Berkas ini lebih besar dari 10 MB."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise NotReadable(_("Ini bukan berkas XLSX. Simpan dulu sebagai XLSX, tanpa kata sandi.")) from error
    if unpacked > MOST_UNPACKED:
        raise NotReadable(_("Isi berkas ini terlalu besar."))


def _heading(found: Sequence[tuple[int, dict[str, Any]]]) -> tuple[int, dict[str, str]]:
    """Where the names of the columns stand, and which column has which field."""
    known = {_plain(heading(name)): name for name in FIELDS}
    for at, (_number, cells) in enumerate(found[:HEADING_WITHIN]):
        names = {letter: _plain(str(cell.value)) for letter, cell in cells.items()}
        if _plain(heading("name")) not in names.values():
            continue
        strange = [str(cells[letter].value)[:40] for letter, name in names.items() if name not in known]
        if strange:
            raise NotReadable(_("Kolom ini tidak dikenal: %(names)s. Pakai templatnya.", names=", ".join(strange)))
        if len(set(names.values())) < len(names):
            raise NotReadable(_("Ada nama kolom yang ditulis dua kali."))
        columns = {known[name]: letter for letter, name in names.items()}
        if "agreed_on" not in columns:
            raise NotReadable(_("Kolom “%(name)s” tidak ada. Pakai templatnya.", name=heading("agreed_on")))
        return at, columns
    raise NotReadable(_("Kolom “%(name)s” tidak ada. Pakai templatnya.", name=heading("name")))


def _typed(name: str, cell: Any, at: str, known: Mapping[str, str] | None, wrong: list[Wrong]) -> str:
    """What a cell says, as the form would have it."""
    if cell is None:
        return ""
    if cell.data_type in ("f", "e"):
        wrong.append(Wrong(at, _("Berisi rumus. Tulis isinya sebagai kata atau angka.")))
        return ""
    if isinstance(cell.value, datetime | date):
        if name not in DAYS:
            wrong.append(Wrong(at, _("Berisi tanggal, padahal bukan kolom tanggal.")))
        return cell.value.strftime("%Y-%m-%d")
    words = readable(_number(cell.value)).strip()
    if name in DAYS:
        return _day(words)
    if known is not None and words:
        if _plain(words) not in known:
            wrong.append(Wrong(at, _("“%(words)s” tidak dikenal di kolom ini.", words=words[:40])))
        return known.get(_plain(words), "")
    return words


def _choices() -> dict[str, list[str]]:
    return {name: list(_words(name)) for name in _CODES}


def _words(name: str) -> dict[str, str]:
    say: Any = {
        "kind": wording.status,
        "sex": wording.sex,
        "phone_use": wording.phone_use,
        "business": wording.business,
        "how": wording.how,
        "destination": wording.country,
        "by_guardian": lambda _code: _("ya"),
        "may_remind": lambda _code: _("ya"),
    }[name]
    return {say(code): code for code in _CODES[name]}


_CODES: dict[str, Sequence[str]] = {
    "kind": KINDS,
    "sex": SEXES,
    "phone_use": PHONE_USES,
    "destination": sorted({code for code in places.places().values() if len(code) == 2 and code != places.HOME}),
    "business": BUSINESSES,
    "how": ("paper", "desk"),
    "by_guardian": ("y",),
    "may_remind": ("y",),
}


def _number(value: object) -> str:
    """A number as it was typed: telephone numbers and years come as numbers out of a spreadsheet."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _day(words: str) -> str:
    """31-01-2027 and 31/1/2027 as 2027-01-31; what is no date stays as it is, for the form to say so."""
    found = re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", words, re.ASCII)
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else words


def _told(person: Person, record: CensusRecord, names: Iterable[str]) -> list[str | int]:
    facts = record.facts
    told: dict[str, str | int] = {
        "name": person.name,
        "kind": wording.status(person.kind) if person.kind else "",
        "sex": wording.sex(record.sex) if record.sex else "",
        "birth_year": person.birth_year or "",
        "phone": person.phone or "",
        "phone_use": wording.phone_use(record.phone_use) if record.phone_use else "",
        "destination": wording.country(record.destination) if record.destination else "",
        "business": wording.business(record.business) if record.business else "",
    }
    told |= {name: on.isoformat() if (on := getattr(record, name)) else "" for name in DATES}
    told |= {name: facts.get(name, "") for name in FACTS}
    return [told[name] for name in names]


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())
