"""Villages: Sari types where she is from, Inaq Rohani reads a code off a poster, Wayan imports his regency's list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from centre import areas
from centre.areas import Imported, RowProblem, Village, VillagesInvalid
from centre.db import Database

HEADER = "code,name,other_names,district,regency,province,time_zone,address,hours,contacts"


def codes(seed: int = 1) -> Callable[[], str]:
    chance = Random(seed)
    return lambda: areas.new_link_code(chance)


def row(code: str, name: str, regency: str, **more: str) -> dict[str, str]:
    return {
        "code": code,
        "name": name,
        "regency": regency,
        "province": "Nusa Tenggara Barat",
        "time_zone": "WITA",
    } | more


@pytest.fixture
def demo(database: Database) -> Database:
    with database.transaction() as session:
        areas.import_rows(session, areas.read_csv(areas.DEMO_VILLAGES), codes())
    return database


@pytest.fixture
def repeated(demo: Database) -> Database:
    """Names that several villages have, beside the demo villages."""
    with demo.transaction() as session:
        rows = [
            row("52.01.15.2001", "Kuripan", "Lombok Barat", district="Kuripan"),
            row("52.01.15.2005", "Kuripan Timur", "Lombok Barat", district="Kuripan"),
            row("52.03.17.2011", "Korleko Selatan", "Lombok Timur", district="Labuhan Haji"),
            row("52.05.01.2001", "Kampung Baru", "Dompu"),
            row("52.06.01.2001", "Gaji", "Bima"),
        ]
        areas.import_rows(session, rows, codes(2))
    return demo


def found(database: Database, typed: str) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(village.name, village.regency) for village in areas.search(session, typed)]


def surely(database: Database, typed: str) -> str | None:
    with database.reading() as session:
        villages = areas.search(session, typed)
        return f"{villages[0].name}, {villages[0].regency}" if areas.is_sure(typed, villages) else None


# Sari types the name of her village


def test_a_village_named_exactly_is_surely_meant(repeated: Database) -> None:
    ways = (
        "korleko",
        "KORLEKO!",
        "Desa Korleko",
        "ds.korleko",
        "kampung korleko",
        "saya dari desa Korleko",
        "Kor Leko",
        "koreleko",
        "korleko lombok timur",
        "Korleko, Kec. Labuhan Haji, Kab. Lombok Timur",
        "korleko lotim ntb",
    )
    assert {typed: surely(repeated, typed) for typed in ways} == dict.fromkeys(ways, "Korleko, Lombok Timur")


def test_a_slip_or_a_part_of_the_name_is_found_first_but_asked_about(repeated: Database) -> None:
    meant = {
        "korlekko": "Korleko",
        "korelko": "Korleko",
        "ds. korlko": "Korleko",
        "korl": "Korleko",
        "knanga": "Kenanga",
        "kenangga indramayu": "Kenanga",
        "lenek": "Lenek Lauq",
        "lauk": "Lenek Lauq",
        "lenek lau": "Lenek Lauq",
        "lenekk lauq": "Lenek Lauq",
    }
    assert {typed: next(iter(found(repeated, typed)), ("nothing",))[0] for typed in meant} == meant
    assert [typed for typed in meant if surely(repeated, typed)] == []


def test_both_spellings_of_lenek_lauq_name_it(demo: Database) -> None:
    ways = ("Lenek Lauq", "lenek lauk", "leneklauq", "lauk lenek", "Lenek Lauk Aikmel")
    assert {typed: surely(demo, typed) for typed in ways} == dict.fromkeys(ways, "Lenek Lauq, Lombok Timur")


def test_what_is_no_village_finds_none(repeated: Database) -> None:
    others = (
        "gaji saya belum dibayar",
        "gaji berapa",
        "saya mau ke korea",
        "suami saya di kampung sakit",
        "kenapa korleko jauh",
        "timur",
        "baru",
        "paspor",
        "tidak",
        "1",
        "",
        "🙂",
        "%s {0} '; --",
        "korleko " * 2000,
        "a b c d e f g h i j k l m n o p q r s t",
    )
    assert {typed: villages for typed in others if (villages := found(repeated, typed))} == {}


def test_kampung_baru_is_a_name_though_kampung_is_not(repeated: Database) -> None:
    assert surely(repeated, "Kampung Baru") == "Kampung Baru, Dompu"


def test_where_two_villages_have_one_name_the_regency_decides(repeated: Database) -> None:
    with repeated.reading() as session:
        villages = areas.search(session, "kuripan")
        assert [village.name for village in villages] == ["Kuripan", "Kuripan", "Kuripan Timur"]
        assert areas.names_clash(villages)
        assert not areas.is_sure("kuripan", villages)
        assert areas.regencies(villages) == [("52.01", "Lombok Barat"), ("33.07", "Wonosobo")]
        [wonosobo] = areas.in_regency(villages, "33.07")
        assert wonosobo.province == "Jawa Tengah"
        assert not areas.names_clash(areas.in_regency(villages, "52.01"))
    assert surely(repeated, "kuripan wonosobo") == "Kuripan, Wonosobo"
    assert surely(repeated, "kuripan jateng") == "Kuripan, Wonosobo"
    assert found(repeated, "kuripan sikka") == []


def test_a_regency_or_district_offers_its_villages_and_settles_none(repeated: Database) -> None:
    for typed in ("Lombok Timur", "kab. lombok timur", "lotim", "Labuhan Haji"):
        villages = found(repeated, typed)
        assert ("Korleko", "Lombok Timur") in villages, typed
        assert {regency for _, regency in villages} == {"Lombok Timur"}, typed
        assert surely(repeated, typed) is None, typed


def test_a_list_is_cut_unless_all_are_asked_for(database: Database) -> None:
    with database.transaction() as session:
        rows = [row(f"52.{number:02}.01.2001", "Sidomulyo", f"Regency {number}") for number in range(1, 13)]
        areas.import_rows(session, rows, codes())
    with database.reading() as session:
        assert len(areas.search(session, "sidomulyo")) == 9
        assert len(areas.regencies(areas.search(session, "sidomulyo", limit=None))) == 12


# Inaq Rohani has the code from the poster


def test_a_link_code_leads_to_its_village_however_it_is_written(demo: Database) -> None:
    with demo.reading() as session:
        for village in session.scalars(select(Village)).all():
            code = village.link_code
            for written in (code, code.lower(), f" {code[:3]}-{code[3:]} ", " ".join(code)):
                assert areas.by_link_code(session, written) is village, written


def test_a_wrong_link_code_leads_nowhere(demo: Database) -> None:
    with demo.reading() as session:
        for code in ("", "-", "AAA111", "ÅÅÅ", "x" * 5000, "' OR 1=1"):
            assert areas.by_link_code(session, code) is None, code


def test_link_codes_have_no_look_alikes_and_stay_unique_over_ten_thousand_villages(
    sqlite_database: Database,
) -> None:
    drawn: list[str] = []
    draw = codes()

    def new_code() -> str:
        drawn.append(draw())
        return drawn[-1]

    rows = [row("52.03", f"Desa ke-{number}", "Lombok Timur") for number in range(10_000)]
    with sqlite_database.transaction() as session:
        areas.import_rows(session, rows, new_code)
        stored = list(session.scalars(select(Village.link_code)))
    assert len(set(stored)) == 10_000
    assert len(drawn) > 10_000, "no code came twice, so this shows nothing"
    assert all(len(code) == 6 for code in stored)
    assert not set("".join(stored)) & set("0O1IL5S2Z8BQ")


def test_an_import_that_gets_no_free_link_code_gives_up(demo: Database) -> None:
    with demo.reading() as session:
        taken = session.scalars(select(Village.link_code)).first()
        assert taken
        with pytest.raises(LookupError, match="link code"):
            areas.import_rows(session, [row("52.01.15.2001", "Kuripan", "Lombok Barat")], lambda: taken)


def test_a_number_that_is_no_villages_gives_none(demo: Database) -> None:
    with demo.reading() as session:
        assert {areas.get(session, number) for number in (0, -1, 999, 2**63, 10**40)} == {None}


# The demo villages


def test_the_demo_villages_keep_their_own_time_and_no_invented_contacts(demo: Database) -> None:
    with demo.reading() as session:
        villages = {village.name: village for village in session.scalars(select(Village))}
        zones = {name: areas.time_zone_name(village.time_zone) for name, village in villages.items()}
        assert zones == {
            "Korleko": "WITA",
            "Lenek Lauq": "WITA",
            "Kenanga": "WIB",
            "Kuripan": "WIB",
            "Done": "WITA",
        }
        assert {(v.address, v.hours, v.contacts) for v in villages.values()} == {(None, None, None)}
        assert villages["Korleko"].regency_code == "52.03"
        assert areas.get(session, villages["Done"].id) is villages["Done"]


# Wayan imports the list of his regency


def test_importing_again_keeps_link_codes_and_changes_only_what_differs(demo: Database) -> None:
    def link_codes() -> dict[str, str]:
        with demo.reading() as session:
            return {v.code: v.link_code for v in session.scalars(select(Village))}

    before = link_codes()
    with demo.transaction() as session:
        assert areas.import_rows(session, areas.read_csv(areas.DEMO_VILLAGES), codes(3)) == Imported(0, 0, 5)
        rows = [
            row("52.03.17.2006", "Korleko", "Lombok Timur", contacts="Kantor desa, meja 2", hours="08.00–14.00"),
            row("52.03.21.2002", "Lenek Lauk", "Lombok Timur", other_names="Lenek Lauq"),
            row("52.03.17.2011", "Korleko Selatan", "Lombok Timur"),
        ]
        assert areas.import_rows(session, rows, codes(4)) == Imported(new=1, changed=2, unchanged=0)
    after = link_codes()
    assert {code: after[code] for code in before} == before
    assert len(after) == 6
    assert surely(demo, "lenek lauk") == "Lenek Lauk, Lombok Timur"


def test_an_empty_cell_keeps_what_is_known_and_a_dash_erases_it(demo: Database) -> None:
    korleko = row("52.03.17.2006", "Korleko", "Lombok Timur")
    with demo.transaction() as session:
        areas.import_rows(session, [korleko | {"hours": "08.00", "contacts": "Wayan, meja 2"}], codes())
        areas.import_rows(session, [korleko | {"hours": "-", "contacts": "", "other_names": "-"}], codes())
        village = areas.search(session, "korleko")[0]
        session.refresh(village)
        assert (village.hours, village.contacts, village.other_names) == (None, "Wayan, meja 2", [])
        assert village.district == "Labuhan Haji"


def test_every_mistake_is_named_by_its_row_and_nothing_is_stored(demo: Database, tmp_path: Path) -> None:
    path = tmp_path / "villages.csv"
    lines = [
        HEADER,
        "52.03.17.2011,Korleko Selatan,,Labuhan Haji,Lombok Timur,Nusa Tenggara Barat,WITA,,,",
        "# a remark",
        "5203172012,Peneda,,,Lombok Timur,Nusa Tenggara Barat,WITA,,,",
        "",
        "52.03.17.2009,,,,Lombok Timur,Nusa Tenggara Barat,Lombok,,,",
        "52.03.17.2008,Kertasari,,,Lombok Timur,Nusa Tenggara Barat,WIB,,,",
        "52.03.17.2011,Korleko Kidul,,,Lombok Timur,Nusa Tenggara Barat,WITA,,,",
        "99.03.17.2008,Teros,123,,Lombok Timur,Nusa Tenggara Barat,WITA,,,",
        "52.03.17.2003,Teros,,,Lombok Timur,Nusa Tenggara Barat,WITA,Jl. Raya 1, Teros,,,",
        f"52.03.17.2010,{'a' * 101},,,Lombok Timur,Nusa Tenggara Barat,WITA,{'b' * 501},,",
        "٥٢.٠٣,Banjar\u202esari,,,Lombok Timur,-,WITA,,,",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(VillagesInvalid) as raised, demo.transaction() as session:
        areas.import_rows(session, areas.read_csv(path), codes())
    assert [(problem.row, problem.field) for problem in raised.value.problems] == [
        (4, "code"),
        (6, "name"),
        (6, "time_zone"),
        (7, "time_zone"),
        (8, "code"),
        (9, "code"),
        (9, "other_names"),
        (10, ""),
        (11, "address"),
        (11, "name"),
        (12, "code"),
        (12, "name"),
        (12, "province"),
    ]
    assert "row 7, time_zone: province 52 keeps WITA, not WIB" in str(raised.value)
    assert "row 8, code: this village stands in row 2 already" in str(raised.value)
    with demo.reading() as session:
        assert session.scalar(select(func.count()).select_from(Village)) == 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize(("between", "end"), [(",", "\n"), (";", "\r\n")])
def test_a_spreadsheets_way_of_writing_csv_is_read(tmp_path: Path, encoding: str, between: str, end: str) -> None:
    path = tmp_path / "villages.csv"
    village = ["52.03", "Teros", "", "", "Lombok Timur", "NTB", "wita", f'"Jl. Raya{between} no. 1"', "", ""]
    lines = [HEADER.replace(",", between).title(), between.join(village), between * 9]
    path.write_bytes(end.join(lines).encode(encoding))
    [teros, empty] = areas.read_csv(path)
    assert teros["address"] == f"Jl. Raya{between} no. 1"
    assert (teros["code"], teros["time_zone"]) == ("52.03", "wita")
    assert empty == {}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", (1, "code")),
        (b"code;name;regency;province\n", (1, "time_zone")),
        (HEADER.replace("address", "adress").encode(), (1, "adress")),
        (HEADER.encode() + b"\n52.03,Lenek\xe9", (2, "")),
        (HEADER.encode() + b'\n52.03,"Lenek,,\n52.03,Done', (3, "")),
        (HEADER.encode("utf-16"), (1, "")),
        (b"PK\x03\x04\x00\x00\x00", (1, "")),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_place(
    tmp_path: Path, content: bytes, problem: tuple[int, str]
) -> None:
    path = tmp_path / "villages.csv"
    path.write_bytes(content)
    with pytest.raises(VillagesInvalid) as raised:
        areas.read_csv(path)
    assert problem in [(found.row, found.field) for found in raised.value.problems]


def test_a_problem_reads_as_one_sentence() -> None:
    assert str(RowProblem(7, "code", "this must be filled in")) == "row 7, code: this must be filled in"
    assert str(RowProblem(7, "", "more cells than columns")) == "row 7: more cells than columns"
