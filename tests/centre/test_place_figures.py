"""Figures from the whole down to a village: what each may read of, and what nobody may reckon from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from centre import cases, figure_places, place_figures
from centre.areas import Village
from centre.case_records import Case
from centre.desk import NotHere
from centre.place_figures import REST, PlaceFigures
from centre.staff import Role, SignedIn
from centre.totals import MonthlyTotal, rest_key, village_key
from processes.counting import count_all
from tests.admin.cases_made import opened
from tests.centre.booked import korleko
from tests.centre.test_totals import asked

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
KORLEKO, LENEK = "52.03.17.2006", "52.03.21.2002"


@pytest.fixture
def reported(database):
    """Korleko: 7 of pay, 1 going around it, 6 of violence. Lenek: 6 that wish to come home. All in November."""
    began = NOW - timedelta(days=10)
    with database.transaction() as session:
        one, other = korleko(session, code=KORLEKO), korleko(session, "Lenek", LENEK)
        for _ in range(7):
            opened(session, one, began).first_reply_at = began + timedelta(minutes=50)
        opened(session, one, began, around=True)
        for _ in range(6):
            opened(session, one, began, "violence")
            opened(session, other, began, "go_home")
            asked(session, "6281", one.id, "answer", began, slug="biaya")
        asked(session, "6282", one.id, "answer", began, slug="kekerasan")
    count_all(database, lambda: NOW)
    return database


def member(*roles: tuple[Role, str], staff_id: str = "somebody") -> SignedIn:
    return SignedIn(staff_id, "sri", "Sri", False, frozenset(roles), NOW)


def seen(database, who: SignedIn, written: str | None = None, year: int = 2026) -> PlaceFigures:
    with database.reading() as session:
        tree = figure_places.tree(session, who)
        return place_figures.of_place(session, who, tree, written or tree.first().written, year, NOW)


def opened_below(figures: PlaceFigures) -> dict[str, int | None]:
    return {below.place.name if below.place else REST: below.opened for below in figures.below}


def test_the_ministry_goes_down_from_the_whole_to_the_village(reported):
    sri = member((Role.VIEWER, ""))
    regency = seen(reported, sri)
    assert (regency.place.name, regency.opened) == ("Lombok Timur", 20)
    assert opened_below(regency) == {"Korleko": 7, "Lenek": 6, REST: 7}
    assert regency.categories == {"pay": 8, "violence": 6, "go_home": 6, "other": 0}
    assert [place.level for place in regency.path] == ["all", "province", "regency"]
    village = seen(reported, sri, next(each.place.key for each in regency.below if each.place.name == "Korleko"))
    assert village.opened == 7
    assert village.categories is None, "8 of the regency less 7 would be the one that goes around Korleko"
    assert village.reply_within == timedelta(hours=1)
    assert village.plain["asked"] == 7
    assert village.below == []


def test_a_petugas_begins_in_the_village_and_finds_no_other(reported):
    wayan = member((Role.PETUGAS, KORLEKO))
    figures = seen(reported, wayan)
    assert (figures.place.name, figures.opened) == ("Korleko", 7)
    with reported.reading() as session:
        tree = figure_places.tree(session, wayan)
        lenek = session.query(Village).filter_by(code=LENEK).one()
        for written in (village_key(lenek.id), "village:999", "32", "semuanya", rest_key("52.03")):
            with pytest.raises(NotHere):
                tree.path(written)
    assert seen(reported, wayan, "52.03").opened == 7, "of the regency only what is theirs"


def test_a_petugas_of_many_villages_sees_nothing_of_what_goes_around_them(reported):
    assert opened_below(seen(reported, member((Role.PETUGAS, "52.03")))) == {"Korleko": 7, "Lenek": 6}


def test_who_declared_a_conflict_or_is_of_the_village_does_not_count_the_case(reported):
    with reported.transaction() as session:
        case = session.query(Case).filter_by(category="pay", bypasses_village=False).first()
        cases.declare_conflict(session, case, "rahman", NOW)
    assert seen(reported, member((Role.COORDINATOR, "52.03"), staff_id="rahman")).opened == 19
    assert seen(reported, member((Role.COORDINATOR, "52.03"))).opened == 20
    both = member((Role.PETUGAS, KORLEKO), (Role.COORDINATOR, "52.03"))
    assert seen(reported, both).opened == 19


def test_topics_of_a_village_stand_in_their_order_without_those_that_few_asked_about(reported):
    figures = seen(reported, member((Role.PETUGAS, KORLEKO)))
    assert figures.topics == [("biaya", None)]


def test_few_cases_are_not_told_from_none(database):
    with database.transaction() as session:
        village = korleko(session, code=KORLEKO)
        for _ in range(4):
            opened(session, village, NOW)
    count_all(database, lambda: NOW)
    figures = seen(database, member((Role.PETUGAS, KORLEKO)))
    assert (figures.opened, figures.closed, figures.categories, figures.reply_within) == (None, None, None, None)
    assert figures.months[-1].opened is None


def test_a_house_without_villages_has_figures_of_nothing(database):
    figures = seen(database, member((Role.VIEWER, "")))
    assert (figures.opened, figures.plain["asked"], list(figures.below)) == (0, 0, [])
    assert len(figures.months) == 12


counts = st.integers(0, 14)
regencies = st.lists(st.lists(st.tuples(counts, counts), min_size=1, max_size=4), min_size=1, max_size=3)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(provinces=st.lists(regencies, min_size=1, max_size=3), rest=counts)
def test_nobody_subtracts_their_way_to_few(sqlite_database, provinces, rest):
    """Whatever was reported where: what is shown, taken from what is shown above it, leaves nought or five and more."""
    totals = _stored(sqlite_database, provinces, rest)
    sri = member((Role.VIEWER, ""))
    with sqlite_database.reading() as session:
        tree = figure_places.tree(session, sri)
        todo = [tree.top]
        while todo:
            place = todo.pop()
            todo += place.below
            shown = place_figures.of_place(session, sri, tree, place.written, 2026, NOW)
            assert shown.opened in (None, totals[place.key])
            assert shown.opened is None or shown.opened == 0 or shown.opened >= 5
            _cannot_be_subtracted(shown)


def _cannot_be_subtracted(shown: PlaceFigures) -> None:
    months = [month.opened for month in shown.months]
    assert None not in months or set(months) == {None}
    for number in (*months, *(shown.categories or {}).values(), shown.closed):
        assert number is None or number == 0 or number >= 5
    if shown.opened is None:
        assert all(below.opened is None for below in shown.below)
        return
    left = shown.opened - sum(below.opened or 0 for below in shown.below)
    hidden = [below for below in shown.below if below.opened is None]
    assert not hidden or left == 0 or left >= 5


def _stored(database, provinces: list, rest: int) -> dict[str, int]:
    """Cases of two months by village, and `rest` of no village in the first regency; gives the totals by place."""
    found: dict[str, dict[tuple[str, str], int]] = {}

    def add(place: str, month: str, category: str, number: int) -> None:
        for measure, detail in (("opened", ""), ("category", category)):
            kept = found.setdefault(place, {})
            kept[f"{measure}|{detail}", month] = kept.get((f"{measure}|{detail}", month), 0) + number

    with database.transaction() as session:
        session.execute(delete(MonthlyTotal))
        session.execute(delete(Village))
        for province, regencies in enumerate(provinces, start=51):
            for regency, villages in enumerate(regencies, start=1):
                code = f"{province}.{regency:02}"
                for number, (first, second) in enumerate(villages):
                    village = korleko(session, f"Desa {number}", f"{code}.01.{2000 + number}")
                    village.link_code, village.regency, village.province = (
                        f"{province}{regency}{number}",
                        code,
                        str(province),
                    )
                    session.flush()
                    for place in ("", str(province), code, village_key(village.id)):
                        add(place, "2026-10", "pay", first)
                        add(place, "2026-11", "sickness", second)
        for place in ("", "51", "51.01", rest_key("51.01")):
            add(place, "2026-11", "violence", rest)
        rows = [
            {
                "place": place,
                "month": month,
                "measure": key.partition("|")[0],
                "detail": key.partition("|")[2],
                "total": number,
            }
            for place, kept in found.items()
            for (key, month), number in kept.items()
            if number
        ]
        if rows:
            session.execute(insert(MonthlyTotal), rows)
    return {
        place: sum(number for (key, _), number in kept.items() if key == "opened|") for place, kept in found.items()
    }
