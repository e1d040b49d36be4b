"""What anybody may read of Balai: totals that are large enough, never a village, never exactly how many."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from centre.areas import Village
from centre.db import open_database
from centre.privacy import Vault
from centre.totals import MonthlyTotal
from tests.centre.booked import korleko
from webhooks import public_figures

NOW = datetime(2026, 12, 10, tzinfo=UTC)


def visitor(database) -> FlaskClient:
    app = Flask("public", static_folder=None)
    app.register_blueprint(public_figures.blueprint(database, lambda: NOW))
    return app.test_client()


def keep(database, *rows: tuple[str, str, str, str, int]) -> None:
    names = ("place", "month", "measure", "detail", "total")
    with database.transaction() as session:
        session.execute(insert(MonthlyTotal), [dict(zip(names, row, strict=True)) for row in rows])


@pytest.fixture
def counted(database):
    with database.transaction() as session:
        korleko(session)
        session.add(
            Village(
                code="32.12.16.2004",
                name="Kenanga",
                other_names=[],
                regency="Indramayu",
                province="Jawa Barat",
                time_zone="Asia/Jakarta",
                link_code="KNG347",
            )
        )
    keep(
        database,
        ("", "2026-11", "asked", "", 1234),
        ("", "2025-12", "asked", "", 5),
        ("", "2025-11", "asked", "", 7000),
        ("", "2026-12", "asked", "", 7000),
        ("", "2026-11", "answered", "", 1001),
        ("", "2026-11", "booked", "came", 19),
        ("", "2026-11", "booked", "absent", 400),
        ("", "2026-11", "opened", "", 47),
        ("52.03", "2026-10", "category", "deception", 17),
        ("52.03", "2026-11", "category", "trafficking", 6),
        ("32.12", "2026-11", "category", "deception", 9),
        ("52.03", "2026-11", "category", "pay", 300),
    )
    return database


def test_totals_of_twelve_months_that_are_over_rounded_and_only_where_there_are_enough(counted):
    page = visitor(counted).get("/angka").text
    assert "Desember 2025 sampai November 2026" in page
    assert re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page) == [
        ("pertanyaan warga", "lebih dari 1.230"),
        ("langsung dijawab, tanpa menunggu petugas", "lebih dari 1.000"),
        ("masalah diadukan kepada petugas", "lebih dari 40"),
        ("desa dalam daftar kami", "2"),
    ]


def test_warnings_stand_by_regency_in_bands_and_few_are_not_named(counted):
    page = visitor(counted).get("/angka").text
    assert '<th scope="row">Lombok Timur</th><td>20 sampai 49</td>' in page
    assert "Indramayu" not in page
    assert "Korleko" not in page
    assert "tidak disebut bukan berarti aman" in page


@pytest.mark.parametrize(
    ("number", "said"), [(9, None), (10, "10 sampai 19"), (49, "20 sampai 49"), (50, "50 atau lebih")]
)
def test_each_band(sqlite_database, number, said):
    with sqlite_database.transaction() as session:
        korleko(session)
    keep(sqlite_database, ("52.03", "2026-11", "category", "deception", number))
    page = visitor(sqlite_database).get("/angka").text
    assert (f"<td>{said}</td>" in page) is (said is not None)


def test_it_is_light_and_may_be_kept_and_runs_nothing(counted):
    answer = visitor(counted).get("/angka")
    assert len(answer.data) < 10_000
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "script" not in answer.text
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    again = visitor(counted).get("/angka", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_in_english_too(counted):
    page = visitor(counted).get("/angka?lang=en").text
    assert '<html lang="en">' in page
    assert "more than 1.230" in page
    assert "Balai dalam angka" in visitor(counted).get("/angka?lang=%3Cscript%3E").text


def test_before_there_is_enough_it_says_so(sqlite_database):
    assert "belum cukup banyak" in visitor(sqlite_database).get("/angka").text


def test_with_the_database_down_it_says_so_and_is_not_kept(tmp_path):
    answer = visitor(open_database(f"sqlite:///{tmp_path}/none/x.db", Vault("test secret"))).get("/angka")
    assert answer.status_code == 503
    assert answer.headers["Cache-Control"] == "no-store"
