"""What stands under a message: labels that can be told apart, and codes that keep nothing anybody typed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.conversation import _told_apart
from centre.areas import Village
from centre.db import Database
from centre.messages import LABEL_LIMIT, Choice, check
from tests.bot.chatting import Chat

LONG = "Batunampar Selatan Pinggir Sawah"


def settle(database: Database, *places: tuple[str, str, str]) -> None:
    """Villages (name, district, regency's code) beside those that all tests know."""
    with database.transaction() as session:
        for number, (name, district, regency) in enumerate(places):
            session.add(
                Village(
                    code=f"{regency}.09.{2000 + number}",
                    name=name,
                    district=district,
                    regency="Wonosobo" if regency == "33.07" else "Lombok Timur",
                    province="-",
                    time_zone="Asia/Jakarta",
                    link_code=f"XXX{300 + number}",
                    other_names=[],
                )
            )


def labels(chat: Chat) -> list[str]:
    return [choice.label for choice in chat.offered]


def ids_of(database: Database, name: str, regency: str) -> list[str]:
    with database.reading() as session:
        rows = session.scalars(select(Village).where(Village.name == name, Village.regency == regency))
        return [f"village:{village.id}" for village in rows]


def ask_for(chat: Chat, typed: str) -> None:
    chat.say("desa")
    chat.say(typed)


def test_what_was_typed_is_not_in_the_codes(village_chat: Chat) -> None:
    """The codes in `conversations.offered` are kept in the clear; labels and titles are sealed."""
    ask_for(village_chat, "saya dari desa kuripan")
    rows = village_chat.conversation().plain_offered
    assert {(label, title) for _, label, title in rows} == {("", "")}
    kept = " ".join(code for code, *_ in rows)
    assert "reg:" in kept
    assert "kuripan" not in kept.casefold()
    assert "dari" not in kept


def test_a_regency_still_means_the_same_villages_later(village_chat: Chat) -> None:
    """The button says by itself which villages: those of that name, in that regency."""
    ask_for(village_chat, "kuripan")
    wonosobo = next(choice for choice in village_chat.offered if choice.label == "Wonosobo")
    village_chat.say("gaji saya belum dibayar")
    village_chat.tap(wonosobo.code)
    offered = [choice.code for choice in village_chat.offered]
    assert offered[:-1] == ids_of(village_chat.database, "Kuripan", "Wonosobo")


def test_a_regency_button_with_typed_words_asks_again(village_chat: Chat) -> None:
    [part] = village_chat.tap("reg:33.07:kuripan")
    assert "belum ada dalam daftar" in part.text


def test_many_villages_of_one_name_fit_into_a_button(village_chat: Chat) -> None:
    settle(village_chat.database, *(("Kuripan", f"Kecamatan {n}", "33.07") for n in range(12)))
    with village_chat.database.transaction() as session:
        for village in session.scalars(select(Village).where(Village.district.startswith("Kecamatan"))):
            village.id += 10_000_000
    ask_for(village_chat, "kuripan")
    for choice in village_chat.offered:
        check(choice)
    village_chat.say("wonosobo")
    assert len(village_chat.offered) > 5
    assert all(village_chat.tap(choice.code) for choice in village_chat.offered[:-1])


def test_a_district_called_like_another_village_is_told_apart(village_chat: Chat) -> None:
    settle(village_chat.database, ("Kuripan", "Kuripan Garung", "33.07"), ("Kuripan Garung", "Kejajar", "33.07"))
    ask_for(village_chat, "kuripan wonosobo")
    assert "Kuripan Garung" in labels(village_chat)
    assert "Kuripan Garung 2" in labels(village_chat)


def test_long_names_with_one_beginning_are_told_apart_and_said_in_full(village_chat: Chat) -> None:
    settle(village_chat.database, (f"{LONG} A", "", "33.07"), (f"{LONG} B", "", "33.07"))
    ask_for(village_chat, LONG)
    shown = village_chat.offered[:-1]
    assert len(shown) == 2
    assert len(set(labels(village_chat))) == 3
    assert {choice.title for choice in shown} == {f"{LONG} A, Wonosobo", f"{LONG} B, Wonosobo"}


def test_labels_alike_are_numbered_within_what_a_button_holds() -> None:
    twenty = "x" * LABEL_LIMIT
    told = _told_apart(tuple(Choice(str(n), twenty) for n in range(11)) + (Choice("skip", "X" * LABEL_LIMIT),))
    assert len({choice.label.casefold() for choice in told}) == 12
    assert max(len(choice.label) for choice in told) == LABEL_LIMIT
    assert [choice.code for choice in told] == [*map(str, range(11)), "skip"]


@pytest.mark.parametrize("typed", ["Kuripan Garung 2", "kuripan garung 2"])
def test_a_numbered_label_can_be_typed(village_chat: Chat, typed: str) -> None:
    settle(village_chat.database, ("Kuripan", "Kuripan Garung", "33.07"), ("Kuripan Garung", "Kejajar", "33.07"))
    ask_for(village_chat, "kuripan wonosobo")
    wanted = next(choice.code for choice in village_chat.offered if choice.label == "Kuripan Garung 2")
    village_chat.say(typed)
    assert f"village:{village_chat.conversation().village_id}" == wanted
