"""Recruiters on a dated list: Sari types a name as she heard it, and nobody is called licensed who is merely alike."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from centre import agencies, agency_names
from centre.agencies import Agency, AgencyList, ListDateInFuture, ListIsOlder, NewAgency, NoSuchList, Status
from centre.agency_names import PLAUSIBLE, likeness, spelt
from centre.db import Database
from tests import agencies_made

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ACTIVE = Status.ACTIVE


@pytest.fixture
def listed(database: Database) -> Database:
    with database.transaction() as session:
        agencies_made.load(session, NOW)
    return database


def found(database: Database, typed: str) -> tuple[list[str], list[str]]:
    """(exact, near) by name."""
    with database.reading() as session:
        lookup = agencies.look_up(session, typed)
        return [agency.name for agency in lookup.exact], [agency.name for agency in lookup.near]


# Sari types a name


@pytest.mark.parametrize(
    "typed",
    [
        "PT Maju Jaya Sejahtera",
        "maju jaya sejahtera",
        "P.T. MAJU  JAYA, SEJAHTERA",
        "Maju Jaya Sejahtera, PT",
        "Perseroan Maju Jaya Sejahtera",
        "Majju Jaya Sejahterra",
    ],
)
def test_capitals_marks_the_form_and_doubled_letters_do_not_matter(listed: Database, typed: str) -> None:
    assert found(listed, typed) == (["PT Maju Jaya Sejahtera"], [])


@pytest.mark.parametrize(
    "typed",
    [
        "pt maju jaya sejahtra",
        "maju jaya",
        "jaya maju sejahtera",
        "majujaya sejahtera",
        "mju jaya sjhtr",
        "maju jaya sej",
        "mjs",
        "PT Maju Jaya Sejahtera Abadi",
        "CV Maju Jaya Sejahtera",
    ],
)
def test_what_is_alike_is_offered_and_never_taken_for_it(listed: Database, typed: str) -> None:
    exact, near = found(listed, typed)
    assert exact == []
    assert near[0] == "PT Maju Jaya Sejahtera"


@pytest.mark.parametrize("typed", ["", "PT", "gaji", "raya", "Sumber Rejeki Makmur", "😀", "%s '; --", "a" * 10_000])
def test_what_is_not_alike_finds_nothing(listed: Database, typed: str) -> None:
    assert found(listed, typed) == ([], [])


def test_two_companies_a_letter_apart_stay_two(listed: Database) -> None:
    assert found(listed, "Melati Harum Utama") == (["PT Melati Harum Utama"], ["PT Melati Harum Utara"])
    assert found(listed, "Melati Harum Utata")[0] == []
    assert sorted(found(listed, "Melati Harum Utata")[1]) == ["PT Melati Harum Utama", "PT Melati Harum Utara"]


def test_a_doubled_letter_that_tells_two_companies_apart_is_asked_about(database: Database) -> None:
    rows = [NewAgency("PT Bina Sari", ACTIVE), NewAgency("PT Binna Sari", Status.REVOKED)]
    with database.transaction() as session:
        agencies.import_list(session, rows, source="Rekaan", dated=date(2026, 11, 1), now=NOW)
    assert found(database, "bina sari") == (["PT Bina Sari"], ["PT Binna Sari"])
    assert found(database, "binna sari") == (["PT Binna Sari"], ["PT Bina Sari"])
    assert found(database, "binaa sari") == ([], ["PT Bina Sari", "PT Binna Sari"])


def test_one_company_with_two_licences_is_found_twice_and_offered_once(database: Database) -> None:
    rows = [NewAgency("PT Bina Sari", ACTIVE, "1"), NewAgency("PT. BINA SARI", Status.EXPIRED, "2")]
    with database.transaction() as session:
        agencies.import_list(session, rows, source="Rekaan", dated=date(2026, 11, 1), now=NOW)
        assert [agency.licence for agency in agencies.look_up(session, "bina sari").exact] == ["1", "2"]
        assert [agency.licence for agency in agencies.look_up(session, "bina sarri jaya").near] == ["1"]


WORDS = st.sampled_from(
    [
        "maju",
        "jaya",
        "jayya",
        "sinar",
        "sinnar",
        "abadi",
        "permai",
        "karya",
        "bina",
        "binna",
        "insani",
        "melati",
        "harum",
        "utama",
    ]
)
NAMES = st.lists(WORDS, min_size=2, max_size=4).map(" ".join)


@given(NAMES, st.data())
def test_a_name_with_one_slip_in_it_is_still_alike(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("aeiknrstu"))
    kinds = (name[:at] + letter + name[at + 1 :], name[:at] + name[at + 1 :], name[:at] + letter + name[at:])
    swapped = name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]
    typed = data.draw(st.sampled_from([*kinds, swapped]))
    assume(len(name.replace(" ", "")) >= 8)
    assert likeness(spelt(typed), spelt(name)) >= PLAUSIBLE


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(NAMES, min_size=2, max_size=6, unique_by=lambda name: spelt(name).words))
def test_different_names_are_never_one(sqlite_database: Database, names: list[str]) -> None:
    with sqlite_database.transaction() as session:
        rows = [NewAgency(f"PT {name}", ACTIVE) for name in names]
        made = agencies.import_list(session, rows, source="Rekaan", dated=date(2026, 11, 1), now=NOW)
        for name in names:
            lookup = agencies.look_up(session, name)
            assert [agency.name for agency in lookup.exact] == [f"PT {name}"]
            assert f"PT {name}" not in [agency.name for agency in lookup.near]
        agencies.drop(session, made.id)


# Wayan pastes an offer


def named(database: Database, text: str) -> list[tuple[str, list[str], list[str]]]:
    with database.reading() as session:
        return [
            (each.written, [a.name for a in each.lookup.exact], [a.name for a in each.lookup.near])
            for each in agencies.named_in(session, text)
        ]


def test_companies_in_an_offer_are_found_each_once(listed: Database) -> None:
    offer = """LOKER TAIWAN!!! Gaji 28 juta. Lewat PT Maju Jaya Sejahtera proses cepat, atau
    PT. Sinar Abadi Permai (Mataram). Hubungi PT MAJU JAYA SEJAHTERA, PT Bunga Rampai Sentosa tanpa potongan"""
    assert named(listed, offer) == [
        ("Maju Jaya Sejahtera", ["PT Maju Jaya Sejahtera"], []),
        ("Sinar Abadi Permai", ["PT. SINAR ABADI PERMAI"], []),
        ("Bunga Rampai Sentosa", [], []),
    ]


def test_a_longer_name_is_not_the_shorter_one_of_the_list(listed: Database) -> None:
    [(written, exact, near)] = named(listed, "ditawari PT Maju Jaya Sejahtera Internasional gaji besar")
    assert (written, exact, near) == ("Maju Jaya Sejahtera Internasional", [], ["PT Maju Jaya Sejahtera"])


def test_a_slip_in_an_offer_is_only_alike(listed: Database) -> None:
    assert named(listed, "lewat PT Maju Jaya Sejahtra kirim tki") == [
        ("Maju Jaya Sejahtra", [], ["PT Maju Jaya Sejahtera"])
    ]


@pytest.mark.parametrize(
    "text",
    [
        "PT itu resmi gak",
        "PT minta uang 5 juta",
        "berangkatnya tidak lewat PT. Keluarga bingung",
        "kata pt nya belum",
        "PT",
        "ditawari kerja langsung di hotel",
        "",
    ],
)
def test_pt_alone_names_nobody(listed: Database, text: str) -> None:
    assert named(listed, text) == []


def test_without_a_list_companies_are_named_and_nothing_is_said_of_them(database: Database) -> None:
    with database.reading() as session:
        [one] = agencies.named_in(session, "cek PT Maju Jaya Sejahtera")
        assert (one.written, one.lookup.has_list, one.lookup.dated) == ("Maju Jaya Sejahtera", False, None)
        assert not agencies.look_up(session, "Maju Jaya Sejahtera").has_list


# The list itself


def test_a_licence_whose_time_is_over_has_expired_whatever_the_list_calls_it(listed: Database) -> None:
    with listed.reading() as session:
        [bintang] = agencies.look_up(session, "Bintang Timur Raya").exact
        assert bintang.standing(date(2026, 1, 31)) is Status.ACTIVE
        assert bintang.standing(date(2026, 2, 1)) is Status.EXPIRED
        [sinar] = agencies.look_up(session, "Sinar Abadi Permai").exact
        assert sinar.standing(date(2030, 1, 1)) is Status.SUSPENDED


def test_a_list_is_old_after_ninety_days(listed: Database) -> None:
    with listed.reading() as session:
        lookup = agencies.look_up(session, "x")
        assert not lookup.is_old(date(2027, 1, 30))
        assert lookup.is_old(date(2027, 1, 31))


def test_the_newest_list_counts_and_one_before_it_stays(listed: Database) -> None:
    newer = [NewAgency("PT Maju Jaya Sejahtera", Status.REVOKED)]
    with listed.transaction() as session:
        for day in (10, 20):
            agencies.import_list(session, newer, source=f"Rekaan {day}", dated=date(2026, 11, day), now=NOW)
    with listed.reading() as session:
        lookup = agencies.look_up(session, "maju jaya sejahtera")
        assert (lookup.dated, lookup.source, lookup.exact[0].status) == (date(2026, 11, 20), "Rekaan 20", "revoked")
        assert [each.dated.day for each in agencies.lists(session)] == [20, 10]
        assert session.scalar(select(func.count()).select_from(Agency)) == 2


def test_of_two_lists_of_one_day_the_later_import_counts(listed: Database) -> None:
    with listed.transaction() as session:
        agencies_made.load(session, NOW, source="Yang diperbaiki")
    with listed.reading() as session:
        assert agencies.look_up(session, "x").source == "Yang diperbaiki"


def test_a_list_of_tomorrow_is_refused_and_one_of_papuas_today_is_not(database: Database) -> None:
    night = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # it is the 22nd already where the day begins
    with database.transaction() as session:
        with pytest.raises(ListDateInFuture):
            agencies_made.load(session, night, dated=date(2026, 11, 23))
        assert agencies.newest(session) is None
        assert agencies_made.load(session, night, dated=date(2026, 11, 22)).dated == date(2026, 11, 22)


def test_an_older_list_is_refused_until_the_wrong_one_is_dropped(listed: Database) -> None:
    with listed.transaction() as session:
        with pytest.raises(ListIsOlder):
            agencies_made.load(session, NOW, dated=date(2026, 10, 1))
        wrong = agencies.newest(session)
        assert wrong
        agencies.drop(session, wrong.id)
        assert not agencies.look_up(session, "maju jaya sejahtera").has_list
        agencies_made.load(session, NOW, dated=date(2026, 10, 1))
        with pytest.raises(NoSuchList):
            agencies.drop(session, 999)
    with listed.reading() as session:
        assert session.scalars(select(AgencyList.dated)).all() == [date(2026, 10, 1)]


def test_a_number_that_is_no_agencys_gives_none(listed: Database) -> None:
    with listed.reading() as session:
        assert {agencies.get(session, number) for number in (0, -1, 999, 2**63)} == {None}


def test_every_word_of_the_tables_is_a_word() -> None:
    """YAML reads a bare `no` or `on` as something else."""
    every = [*agency_names.NO_NAME, *agency_names.FORMS, *agency_names.BESIDE, *agency_names.BEFORE_A_NAME]
    assert [word for word in every if not isinstance(word, str) or word != word.casefold() or " " in word] == []
