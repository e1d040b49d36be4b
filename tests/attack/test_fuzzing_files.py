"""Files that people bring, and the one that families take along: whatever stands in them, a refusal by name is the worst that
comes of it (OWASP ASVS 5.0 1.3, 2.2, 5.2). Lists of villages and of recruiters, voices; and a calendar's entry, which
says what was put into it and nothing else.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from centre import spoken
from centre.file_kinds import NotKept
from centre.messages import readable
from centre.village_rows import COLUMNS, VillagesInvalid, checked, read_csv
from processes import agency_files
from processes.agency_files import AgenciesInvalid
from tests import sounds
from tests.attack.test_fuzzing import ALL, QUIET, damaged_like
from webhooks.calendar_files import Entry, calendar_file
from webhooks.reading import words

MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
CELLS = st.one_of(
    st.sampled_from(
        [
            *("Korleko", "52.03.17.2006", "52.03", "WITA", "Asia/Makassar", "99", "-", "#", "|", '"', "a,b", ""),
            *(
                "Aktif",
                "dicabut",
                "31-12-2027",
                "1-1-99999999999999999999",
                "1-1-" + "9" * 5000,
                "٣-٣-٢٠٢٧",
                "0000-00-00",
            ),
            *("=1+1", "\x00", "\x85", "\u2028", "PT " + "x" * 300),
        ]
    ),
    st.text(ALL, max_size=12),
)


def table(header: list[str], rows: list[list[str]], sign: str) -> bytes:
    lines = [sign.join(cells) for cells in [header, *rows]]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@QUIET
@given(
    header=st.permutations(["nama", "status", "berlaku sampai", "kode wilayah", "kota"]),
    rows=st.lists(st.lists(CELLS, max_size=6), max_size=6),
    sign=st.sampled_from(",;\t"),
)
def test_a_list_of_recruiters_is_read_or_refused_by_its_rows(
    tmp_path: Path, header: list[str], rows: list[list[str]], sign: str
) -> None:
    file = tmp_path / "p3mi.csv"
    file.write_bytes(table(header, rows, sign))
    with suppress(AgenciesInvalid):
        assert agency_files.read(file).agencies


@QUIET
@given(
    header=st.permutations(COLUMNS), rows=st.lists(st.lists(CELLS, max_size=12), max_size=6), sign=st.sampled_from(",;")
)
def test_a_list_of_villages_is_read_or_refused_by_its_rows(
    tmp_path: Path, header: list[str], rows: list[list[str]], sign: str
) -> None:
    file = tmp_path / "desa.csv"
    file.write_bytes(table(header, rows, sign))
    with suppress(VillagesInvalid):
        checked(read_csv(file))


@QUIET
@given(data=damaged_like(st.sampled_from([sounds.ogg_opus(), sounds.webm(), sounds.mp3(), sounds.m4a()])))
def test_a_damaged_voice_is_refused_by_name(data: bytes) -> None:
    with suppress(NotKept):
        kind, kept = spoken.taken(data)
        assert kind in spoken.MIME
        assert kept


def test_a_voice_whose_head_is_longer_than_any_is_refused() -> None:
    """No page of Ogg could hold it."""
    long = sounds.webm(head=sounds.HEAD + bytes(66_000))
    with pytest.raises(NotKept, match="damaged"):
        spoken.taken(long)


@QUIET
@given(what=st.text(ALL, max_size=60), where=st.lists(st.text(ALL, max_size=30), max_size=3))
def test_an_entry_in_a_calendar_is_one_event_whatever_it_is_called(what: str, where: list[str]) -> None:
    entry = Entry(
        "secret",
        0,
        readable(words(what)),
        [readable(words(each)) for each in where],
        MORNING,
        MORNING + timedelta(hours=3),
        "booked",
        MORNING,
    )
    file = calendar_file(entry, MORNING)
    (event,) = Calendar.from_ical(file).walk("VEVENT")
    assert str(event["summary"]) == entry.what
    assert str(event["location"]) == ", ".join(entry.where)
    assert file.count(b"\r\nBEGIN:") + 1 == 3
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
