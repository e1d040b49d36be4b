"""Wayan looks which of the numbers that the chat gives nobody has checked for too long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from admin.tables import overdue_first
from centre.staff import Role
from content.table_files import ours


def page_of(desk, role: Role = Role.PETUGAS) -> str:
    answer = desk.at_work("wayan", role).get("/admin/panduan/tabel")
    assert answer.status_code == 200
    return unescape(answer.text)


def test_every_row_shows_its_words_its_source_and_its_dates(desk):
    page = page_of(desk)
    for table in ours().values():
        section = page.partition(f' id="{table.name}"')[2].partition("</details")[0]
        assert table.title in section
        for row in table.rows:
            item = section.partition(f"{row.text} (per ")[2].partition("</li>")[0]
            assert "keyakinan " + row.confidence in item, row.code
            assert "diperiksa " in item, row.code
            assert "tinjau ulang sebelum " in item, row.code
            for source in row.sources:
                assert source.title in item, row.code
                assert not source.url or f'href="{source.url}"' in item, row.code


def test_a_row_past_its_review_comes_first_and_is_marked(desk):
    first = min(row.review_due for table in ours().values() for row in table.rows)
    desk.now = datetime(first.year, first.month, first.day, 1, tzinfo=UTC)
    assert "Lewat tanggal tinjau" not in page_of(desk), "on the day itself it still holds"
    desk.wait(days=1)
    today = first + timedelta(days=1)
    page = unescape(desk.at_work("sari", Role.EDITOR).get("/admin/panduan/tabel").text)
    for table in ours().values():
        late = [row for row in table.rows if row.is_overdue(today)]
        section = page.partition(f' id="{table.name}"')[2].partition("</details")[0]
        assert section.count("Lewat tanggal tinjau") == len(late)
        head = section.split("</li>")[: len(late)]
        assert all("Lewat tanggal tinjau" in item for item in head)
        assert not late or f"{len(late)} lewat tanggal tinjau" in page


@pytest.mark.parametrize("name", ["costs", "destinations"])
def test_no_row_is_lost_and_what_waited_longest_comes_first(name):
    table = ours()[name]
    later = max(row.review_due for row in table.rows)
    rows = overdue_first(table, later)
    assert sorted(row.code for row in rows) == sorted(row.code for row in table.rows)
    late = [row.review_due for row in rows if row.is_overdue(later)]
    assert late == sorted(late)
    assert not any(row.is_overdue(later) for row in rows[len(late) :])
