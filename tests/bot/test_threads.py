"""Short messages mean something after what was said before: for another country, for another job, or "terus?"."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot import threads
from bot.phrases import Phrases
from bot.threads import Thread
from bot.turns import Guide, Turn
from bot.understanding import understand
from content import contacts, library
from content.finding import Found, Read
from processes.guide import GUIDANCE
from tests.bot.chatting import Chat

COSTS, MALAYSIA, TAIWAN, LETTER = "biaya-per-negara", "malaysia", "taiwan", "surat-izin-keluarga"
UNSURE = Found("none", None, (), 0.1, "id", (), (), "")


class Finder:
    """Knows one question, and for the rest hears the country's name."""

    alarm = None

    def find(self, text: str, language: str | None = None) -> Found:
        if text == "biayanya taiwan":
            return Found("answer", COSTS, (), 0.9, "id", (), (), "")
        if text.endswith("taiwan"):
            return Found("answer", TAIWAN, (), 0.9, "id", (), (), "")
        return UNSURE

    def read(self, text: str, language: str | None = None) -> Read:
        return Read(text, text.split(), "id", [text.split()])

    def find_in(self, message: Read) -> Found:
        return self.find(message.text)


@pytest.fixture(scope="module")
def real_guide() -> Guide:
    finder: Any = Finder()
    return Guide(library.from_files(GUIDANCE, contacts.FILE), finder)


@pytest.mark.parametrize(
    ("typed", "said_before", "now"),
    [
        ("kalau ke Taiwan?", Thread(COSTS, ("my",)), (("answer", COSTS), ("tw",))),
        ("nek neng Hongkong piye", Thread(COSTS), (("answer", COSTS), ("hk",))),
        ("kalau jadi pembantu rumah tangga?", Thread(COSTS, ("tw",)), (("answer", COSTS), ("tw",))),
        ("lamun aning malaysia", Thread(COSTS, ("tw",)), (("answer", COSTS), ("my",))),
        ("mun jadi perawat", Thread(COSTS, ("tw",)), (("answer", COSTS), ("tw",))),
        ("klo taiwan gmn pak", Thread(MALAYSIA, ("my",)), (("answer", TAIWAN), ("tw",))),
        ("biayanya", Thread(TAIWAN, ("tw",)), (("answer", COSTS), ("tw",))),
    ],
)
def test_a_follow_up_is_understood(
    real_guide: Guide, typed: str, said_before: Thread, now: tuple[tuple[str, str], tuple[str, ...]]
) -> None:
    understood = understand(typed, None, real_guide, said_before)
    assert ((understood.kind, understood.slug), understood.countries) == now


@pytest.mark.parametrize(
    ("typed", "said_before", "offered"),
    [
        ("kalau ke Taiwan?", Thread(LETTER, ("my",)), (LETTER, TAIWAN)),  # the same rule, or the country's page
        ("kalau ke jerman?", Thread(COSTS, ("my",)), (COSTS, "cek-status-negara")),  # nothing is noted of Germany
    ],
)
def test_where_it_may_mean_two_things_both_are_offered(
    real_guide: Guide, typed: str, said_before: Thread, offered: tuple[str, ...]
) -> None:
    understood = understand(typed, None, real_guide, said_before)
    assert (understood.kind, understood.choices) == ("choices", offered)


@pytest.mark.parametrize("typed", ["terus gimana", "lebih lengkapnya", "trus piye pak"])
def test_little_words_alone_ask_for_the_rest(real_guide: Guide, typed: str) -> None:
    understood = understand(typed, None, real_guide, Thread(LETTER))
    assert (understood.kind, understood.slug, understood.wants_more) == ("answer", LETTER, True)


@pytest.mark.parametrize("typed", ["hmm gitu", "gak jadi", "korleko"])
def test_a_reaction_is_no_question_about_the_country(real_guide: Guide, typed: str) -> None:
    assert understand(typed, None, real_guide, Thread(TAIWAN, ("tw",))).kind == "none"


@pytest.mark.parametrize(
    "typed",
    [
        "kalau ke Taiwan?",  # nothing was said before
        "anak saya umur 17 tahun mau berangkat tapi bapaknya tidak setuju bagaimana",
    ],
)
def test_without_a_thread_nothing_is_guessed(real_guide: Guide, typed: str) -> None:
    assert understand(typed, None, real_guide).kind == "none"
    assert understand(typed, None, real_guide, Thread(None)).kind == "none"


def test_a_message_with_words_of_its_own_stands_by_itself(real_guide: Guide) -> None:
    long = "anak saya umur 17 tahun mau berangkat bulan depan tapi bapaknya tidak setuju"
    assert understand(long, None, real_guide, Thread(COSTS, ("tw",))).kind == "none"


def test_danger_is_never_taken_for_a_follow_up(real_guide: Guide) -> None:
    understood = understand("tolong saya dipukul majikan di taiwan", None, real_guide, Thread(COSTS))
    assert understood.kind == "danger"


def test_the_thread_is_kept_for_a_while_and_holds_no_words(village_chat: Chat) -> None:
    village_chat.say("gaji saya belum dibayar di Malaysia sudah tiga bulan")
    with village_chat.database.reading() as session:
        kept = session.merge(village_chat.conversation()).memory["thread"]
    assert set(kept) == {"slug", "countries", "jobs", "at"}
    assert kept["countries"] == ["my"]
    assert "gaji saya" not in str(kept)


def test_three_hours_later_a_message_begins_anew(village_chat: Chat) -> None:
    village_chat.say("gaji saya belum dibayar di Malaysia sudah tiga bulan")
    with village_chat.database.reading() as session:
        conversation = session.merge(village_chat.conversation())
        soon = Turn(session, conversation, village_chat.guide, village_chat.now + timedelta(hours=1), Phrases("id"))
        assert threads.of(soon) is not None
        soon.now += timedelta(hours=2)
        assert threads.of(soon) is None


def test_a_row_of_the_country_named_stands_before_the_answer(real_guide: Guide) -> None:
    rows = real_guide.library.rows(COSTS, ("tw",), ("rumah-tangga",))
    assert rows
    assert all("tw" in row.countries for row in rows[:2])
    assert not real_guide.library.rows(COSTS, (), ())


def test_every_country_shelf_article_is_the_page_of_its_country(real_guide: Guide) -> None:
    known = real_guide.library
    assert {known.page_of(code) for code in ("my", "hk", "sa", "kh", "mm")} == {
        "malaysia",
        "hong-kong",
        "arab-saudi-dan-timur-tengah",
        "kamboja-myanmar-thailand",
    }
    assert known.page_of("de") is None
    assert known.is_page("korea")
    assert not known.is_page("cek-status-negara")
