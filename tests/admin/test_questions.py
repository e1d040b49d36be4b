"""Made keeps the test questions of an article: adds one in Sasak, puts it right, takes it away."""

from __future__ import annotations

import pytest

from centre.staff import Role
from content import test_questions
from content.judging import DANGER
from tests.admin import tested

PAGE = "/admin/panduan/uji/biaya"


@pytest.fixture
def made(desk):
    desk.article("biaya")
    return desk.at_work("made", Role.EDITOR)


def texts(desk, label: str = "biaya") -> list[str]:
    with desk.database.reading() as session:
        return [row.text for row in test_questions.of_label(session, label)]


def test_she_adds_one_and_finds_it_among_the_others(desk, made, send):
    assert "Belum ada pertanyaan uji" in made.get(PAGE).text
    answer = send(made, PAGE, on=PAGE, text="pire ajin jok Taiwan", language="sas", kind="dialect")
    assert answer.status_code == 303
    assert texts(desk) == ["pire ajin jok Taiwan"]
    page = made.get(PAGE).text
    assert 'lang="sas"' in page
    assert "dari petugas" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text": "telepon 0812 3456 7890"}, "tampak seperti nomor telepon"),
        ({"text": " "}, "Tulis pesannya"),
        ({"text": "pire ajin", "language": "xx"}, "Pilih salah satu"),
        ({"text": "pire ajin", "kind": "danger"}, "Pilih salah satu"),
    ],
)
def test_what_is_no_question_comes_back_as_it_was_typed(desk, made, send, typed, said):
    answer = send(made, PAGE, on=PAGE, **{"language": "sas", "kind": "dialect", **typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert typed["text"].strip() in answer.text
    assert texts(desk) == []


def test_she_puts_one_right_and_takes_it_away(desk, made, send):
    number = tested.question_of(desk)
    one = f"{PAGE}/{number}"
    send(made, one, on=one, text="pira ajine saiki", language="jv", kind="dialect")
    assert texts(desk) == ["pira ajine saiki"]
    send(made, f"{PAGE}/{number + 1}/hapus", on=PAGE)
    assert texts(desk) == []
    assert made.get(one).status_code == 404, "the one before is gone"


def test_danger_has_questions_of_its_own(desk, made, send):
    page = "/admin/panduan/uji/bahaya"
    send(made, page, on=page, text="kulo dipateni majikan", language="jv", kind="danger")
    assert texts(desk, DANGER) == ["kulo dipateni majikan"]


def test_an_article_that_is_not_there_has_no_questions(made):
    assert made.get("/admin/panduan/uji/tak-ada").status_code == 404


def test_an_officer_reads_them_and_changes_none(desk, made):
    tested.question_of(desk)
    wayan = desk.at_work("wayan", Role.PETUGAS, "52.03.17.2006")
    page = wayan.get(PAGE).text
    assert "pira ajine" in page
    assert "Tambah pertanyaan uji" not in page
