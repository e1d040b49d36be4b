"""After Wayan closed her case, Inaq Rohani is asked one question, where nobody else reads it; what she says is counted."""

from __future__ import annotations

import pytest

from bot.turns import Guide
from centre import case_records, case_safety, cases
from centre.case_records import Case
from tests.processes.test_telling import Desk, desk, guide, phone, wayan

__all__ = ["desk", "guide"]
ASKED = "apakah Anda terbantu?"


def close(desk: Desk, number: int) -> None:
    with desk.database.transaction() as session:
        cases.close(session, case_records.hold(session, number), wayan(), "solved", "Sudah dibayar", desk.now)
    desk.tells()


def rated(desk: Desk, number: int) -> str | None:
    with desk.database.reading() as session:
        return session.get_one(Case, number).rated


@pytest.mark.parametrize("word", ["good", "partly", "bad"])
def test_one_question_and_one_tap(desk: Desk, guide: Guide, word: str) -> None:
    rohani = desk.holds(safe=True)
    close(desk, rohani)
    assert ASKED in desk.heard()[-1]
    said = phone(desk, guide).tap(f"rated:{rohani}:{word}")
    assert any("Terima kasih sudah menjawab." in part.text for part in said)
    assert rated(desk, rohani) == word


@pytest.mark.parametrize(
    "why", ["never asked whether it is safe", "not safe", "cover word", "discreet", "restricted", "answered"]
)
def test_where_somebody_else_may_read_it_nothing_is_asked(desk: Desk, why: str) -> None:
    rohani = desk.holds(safe={"never asked whether it is safe": None, "not safe": False}.get(why, True))
    with desk.database.transaction() as session:
        case = session.get_one(Case, rohani)
        if why == "cover word":
            case_safety.set_cover_word(session, case, "melati putih", desk.now)
        case.is_discreet = why == "discreet"
        case.is_restricted = why == "restricted"
        case.rated = "good" if why == "answered" else None
    close(desk, rohani)
    assert not any(ASKED in words for words in desk.heard())


@pytest.mark.parametrize("code", ["rated:{id}:excellent", "rated:999999:good", "rated:x:good", "rated:", "rated:{id}"])
def test_a_forged_button_rates_nothing(desk: Desk, guide: Guide, code: str) -> None:
    rohani = desk.holds(safe=True)
    close(desk, rohani)
    assert phone(desk, guide).tap(code.format(id=rohani))
    assert rated(desk, rohani) is None


def test_nobody_rates_an_open_case_or_that_of_another_family(desk: Desk, guide: Guide) -> None:
    open_one, closed = desk.holds(safe=True), desk.holds("628222", safe=True)
    rohanis = phone(desk, guide)
    rohanis.tap(f"rated:{open_one}:good")
    close(desk, closed)
    rohanis.tap(f"rated:{closed}:bad")
    assert (rated(desk, open_one), rated(desk, closed)) == (None, None)
