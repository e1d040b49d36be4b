"""Wayan looks up why the bot answered so: the page keeps the conversation, the bot is handed in."""

from __future__ import annotations

import pytest
from flask import Flask

import admin
from admin.spoken import Spoken
from admin.trials import Reply, Told, Trial, TrialUnavailable
from centre.staff import Role
from tests.admin.cased import KORLEKO

PAGE = "/admin/panduan/coba"


@pytest.fixture
def asked() -> list[Trial]:
    return []


@pytest.fixture
def wayan(desk, asked):
    def converse(trial: Trial) -> Told:
        asked.append(trial)
        if "rusak" in trial.messages:
            raise TrialUnavailable
        replies = tuple(
            (Reply(f"Jawaban <{n}>", ((str(n), "Selengkapnya"),)),) for n, _ in enumerate(trial.messages, 1)
        )
        return Told(
            replies,
            "answer",
            "sas",
            0.83,
            "biaya",
            because=("ajin",),
            runners_up=(("@outside", 0.1), ("@insult", 0.004)),
            gloss="berapa harga",
            danger="",
            places=("TW",),
        )

    app = Flask("desk", static_folder=None)
    app.testing = True
    spoken = Spoken(poster=lambda code: None, announcement=None, converse=converse)
    admin.register(app, desk.database, lambda: desk.now, key="k" * 64, secure=False, spoken=spoken)
    desk.app = app
    desk.article("biaya")
    desk.village("Korleko", KORLEKO)
    return desk.at_work("wayan", Role.PETUGAS, KORLEKO)


def test_he_sees_the_answer_and_why(wayan, send, asked):
    page = send(wayan, PAGE, on=PAGE, message="pire ajin", village="korleko", language="sas").text
    assert asked == [Trial(("pire ajin",), KORLEKO, "sas")]
    for said in (
        "Jawaban &lt;1&gt;",
        "Panduan biaya",
        "83%",
        "ajin",
        "Basa Sasak",
        "Di luar layanan kita",
        "berapa harga",
    ):
        assert said in page, said
    assert "Makian" not in page, "what nobody nearly meant is left out"


def test_the_conversation_goes_on_by_its_numbers(wayan, token_on, asked):
    token = token_on(wayan, PAGE)
    page = wayan.post(PAGE, data={"csrf_token": token, "said": ["pire ajin"], "message": "1"}).text
    assert asked[-1].messages == ("pire ajin", "1")
    assert '<input type="hidden" name="said" value="pire ajin">' in page
    assert '<button class="btn btn-outline-primary" name="message" value="2">' in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"message": ""}, "Tulis pesan"),
        ({"message": "x" * 1001}, "paling banyak 1000"),
        ({"message": "halo", "village": "Atlantis"}, "Desa ini tidak ada"),
        ({"message": "halo", "said": ["a"] * 12}, "paling panjang 12"),
        ({"message": "halo", "language": "xx"}, "Belum bisa dicoba"),
    ],
)
def test_what_cannot_be_tried_is_said_and_kept(wayan, token_on, asked, typed, said):
    answer = wayan.post(PAGE, data={"csrf_token": token_on(wayan, PAGE), **typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert asked == []


def test_a_bot_that_cannot_be_reached_keeps_what_was_typed(wayan, send):
    answer = send(wayan, PAGE, on=PAGE, message="rusak")
    assert answer.status_code == 503
    assert "belum siap" in answer.text
    assert 'value="rusak"' in answer.text
