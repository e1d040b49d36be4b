"""Made reads what families asked and the bot did not know, and makes something of it; Wayan reads what his village asked."""

from __future__ import annotations

import pytest

from centre.open_questions import QuestionGroup, State
from centre.staff import Role
from content import articles, proposals, test_questions
from tests.admin.cased import KORLEKO, LENEK, told
from tests.admin.tested import asked

LIST = "/admin/panduan/pertanyaan"
WORDS = "apa boleh bawa kucing ke Taiwan"


@pytest.fixture
def korleko(desk):
    desk.article("biaya")
    return desk.village("Korleko", KORLEKO)


@pytest.fixture
def made(desk):
    return desk.at_work("made", Role.EDITOR)


def test_what_is_alike_is_one_row_with_its_counts(desk, korleko, made):
    number = asked(desk, korleko, WORDS, "sari")
    assert asked(desk, korleko, "apa boleh bawa kucing ke taiwan bu?", "rohani") == number
    assert asked(desk, korleko, "kapan panen raya", "putu") != number
    page = made.get(LIST).text
    assert "2 kali" in page
    assert page.index(WORDS) < page.index("kapan panen raya"), "the commonest first"


def test_an_editor_is_not_told_which_village_when_few_asked(desk, korleko, made):
    wayan = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    number = asked(desk, korleko, WORDS)
    assert "Korleko" not in made.get(f"{LIST}/{number}").text
    assert "Desa lain atau belum diketahui" in made.get(f"{LIST}/{number}").text
    assert "Korleko" in wayan.get(f"{LIST}/{number}").text
    for who in ("rohani", "putu", "kadek", "dewi"):
        asked(desk, korleko, WORDS, who)
    assert "Korleko" in made.get(f"{LIST}/{number}").text


def test_an_officer_reads_his_own_village_alone(desk, korleko):
    lenek = desk.village("Lenek", LENEK)
    wayan = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    number = asked(desk, lenek, WORDS)
    assert WORDS not in wayan.get(LIST).text
    assert wayan.get(f"{LIST}/{number}").status_code == 404


def test_an_editor_of_sasak_reads_what_was_asked_in_sasak(desk, korleko):
    made = desk.at_work("made", Role.EDITOR, "sas")
    bahasa, sasak = asked(desk, korleko, WORDS), asked(desk, korleko, "mele jauq meong", language="sas")
    page = made.get(LIST).text
    assert "mele jauq meong" in page
    assert WORDS not in page
    assert made.get(f"{LIST}/{sasak}").status_code == 200
    assert made.get(f"{LIST}/{bahasa}").status_code == 404


def test_words_come_masked(desk, korleko, made):
    number = asked(desk, korleko, "nama saya Siti Aminah 5203170020060001 mau bawa kucing, wa 0812 3456 7890")
    page = made.get(f"{LIST}/{number}").text
    assert "[nama]" in page
    assert "[nomor]" in page
    for secret in ("Siti", "Aminah", "5203170020060001", "3456"):
        assert secret not in page


def test_nothing_of_a_case_is_here_not_even_from_before_it(desk, korleko, made):
    number = asked(desk, korleko, WORDS)
    told(desk, korleko)
    assert WORDS not in made.get(LIST).text
    assert made.get(f"{LIST}/{number}").status_code == 404
    assert asked(desk, korleko, "kucing saya sakit") == 0, "nor from after it"


def test_she_reads_the_answer_before_she_teaches_it_and_may_go_back(desk, korleko, made, send):
    number = asked(desk, korleko, WORDS)
    one = f"{LIST}/{number}"
    wanted = {"text": f"bu {WORDS}", "article": "biaya", "language": "sas", "kind": "phrasing"}
    page = send(made, f"{one}/pelajari", on=one, **wanted).text
    assert "Apakah ini menjawab?" in page
    with desk.database.reading() as session:
        assert proposals.unsettled(session) == [], "nothing is taught by choosing"
        read = articles.text_read_in(session, "biaya", "sas")
        assert read
        assert read.short in page
    back = send(made, f"{one}/pelajari", on=one, **wanted, menjawab="tidak").text
    assert f"bu {WORDS}</textarea>" in back, "what she typed is still there"
    assert '<option selected value="biaya">' in back


def test_the_articles_that_came_closest_stand_first(desk, korleko, made):
    desk.article("kontrak")
    assert "Paling mungkin" not in made.get(f"{LIST}/{asked(desk, korleko, WORDS)}").text
    number = asked(desk, korleko, "kucingku ikut terbang", "rohani", near=("kontrak", "sudah-tiada"))
    page = made.get(f"{LIST}/{number}").text
    assert page.index("Paling mungkin: Panduan kontrak") < page.index("Panduan biaya</option>")
    assert page.count("Panduan kontrak</option>") == 1
    assert "sudah-tiada" not in page


def test_she_teaches_the_bot_and_a_second_person_agrees_before_the_gate(desk, korleko, made, send):
    number = asked(desk, korleko, WORDS)
    one = f"{LIST}/{number}"
    refused = send(made, f"{one}/pelajari", on=one, text=WORDS, article="", language="id")
    assert refused.status_code == 422
    assert "Pilih panduannya" in refused.text
    send(made, f"{one}/pelajari", on=one, text=WORDS, article="biaya", language="id", menjawab="ya")
    with desk.database.reading() as session:
        [waiting] = proposals.unsettled(session)
        assert (waiting.label, waiting.text) == ("biaya", WORDS)
        assert not proposals.any_to_ask_for(session), "nobody but her has agreed"
        assert session.get_one(QuestionGroup, number).state == State.DONE
    assert WORDS not in made.get(LIST).text
    assert asked(desk, korleko, WORDS, "rohani") != number, "asked again it comes back"


def test_she_makes_a_test_question_of_it_and_goes_on(desk, korleko, made, send):
    number = asked(desk, korleko, WORDS)
    one = f"{LIST}/{number}"
    answer = send(made, f"{one}/jadi-uji", on=one, text=WORDS, article="biaya", language="id", kind="phrasing")
    assert answer.headers["Location"].endswith(one)
    with desk.database.reading() as session:
        assert [row.text for row in test_questions.of_label(session, "biaya")] == [WORDS]
        assert session.get_one(QuestionGroup, number).state == State.OPEN


def test_what_is_set_aside_takes_what_is_like_it_along(desk, korleko, made, send):
    number = asked(desk, korleko, WORDS)
    send(made, f"{LIST}/{number}/sisihkan", on=f"{LIST}/{number}")
    assert asked(desk, korleko, f"bu {WORDS}", "rohani") == number
    assert "kucing" not in made.get(LIST).text


def test_an_answer_that_did_not_help_names_the_words_it_was(desk, korleko, made):
    number = asked(desk, korleko, WORDS, why="not_helped", slug="biaya", revision="0123456789ab")
    assert (
        asked(desk, korleko, "lain sama sekali", "rohani", why="not_helped", slug="biaya", revision="0123456789ab")
        == number
    )
    assert WORDS not in made.get(LIST).text
    assert "Panduan biaya" in made.get(f"{LIST}?lihat=kurang").text
    assert "sudah diubah sejak itu" in made.get(f"{LIST}/{number}").text


def test_she_picks_among_what_the_bot_speaks_and_what_was_asked(desk, korleko, made):
    page = made.get(f"{LIST}/{asked(desk, korleko, WORDS)}").text
    assert "Basa Sasak</option>" in page
    assert "Baso Minang" not in page
    assert "Baso Minang</option>" in made.get(f"{LIST}/{asked(desk, korleko, 'den indak tau', language='min')}").text


def test_an_officer_changes_nothing(desk, korleko, token_on):
    wayan = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    number = asked(desk, korleko, WORDS)
    assert "Ajarkan kepada bot" not in wayan.get(f"{LIST}/{number}").text
    token = token_on(wayan, "/admin/ganti-sandi")
    assert wayan.post(f"{LIST}/{number}/sisihkan", data={"csrf_token": token}).status_code == 404


def test_nothing_asked_yet_says_what_will_be_here(made):
    assert "muncul di sini sendiri" in made.get(LIST).text
