"""The alarm beside the rules: what it hears in messages it never learnt from, saved and loaded alike, quick."""

from __future__ import annotations

import json
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from content import alarm, danger, normalising
from content.alarm import Alarm
from content.danger import Read, look
from content.danger_rules import rulebook
from content.finding import read
from content.languages import SOURCE
from content.phrasing import Phrasing
from content.typed import split

CONTENT = Path(danger.__file__).parent
QUESTIONS = CONTENT.parents[1] / "shared" / "questions" / "develop.jsonl"
FOLDS = 2
ENOUGH = 2_000
"""So many ordinary questions keep the folds quick; with all of them the alarm is calmer."""
Line = tuple[str, str]
CODES = {"jav": "jv", "sun": "su"}
"""What the shared questions call languages that we call otherwise."""


def reader(language: str) -> Read:
    return lambda text: read(normalising.split_words(text), language)


in_bahasa = reader(SOURCE)


@pytest.fixture(scope="module")
def every() -> list[Phrasing]:
    """What people ask without being in danger: article phrasings and small talk."""
    places = [(path.parent.name, path) for path in sorted(CONTENT.glob("guidance/*/*/phrasings.*.txt"))]
    places += [(f"@{path.name.split('.')[0]}", path) for path in sorted(CONTENT.glob("phrasings/*.txt"))]
    return [
        Phrasing(label, path.name.split(".")[1], line)
        for label, path in places
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]


@pytest.fixture(scope="module")
def asked(every: list[Phrasing]) -> list[Phrasing]:
    """Some of each."""
    return every[:: max(1, len(every) // ENOUGH)]


@pytest.fixture(scope="module")
def trained(every: list[Phrasing]) -> Alarm:
    return alarm.build(every, read)


def lines(stem: str) -> list[Line]:
    return [(language, text) for _, language, text in alarm.read_lines(stem)]


@pytest.fixture(scope="module")
def levels(asked: list[Phrasing]) -> dict[str, Counter[str]]:
    """Danger and calm lines and ordinary questions, each judged by rules and an alarm that had not learnt it."""
    book = rulebook()
    others = [(p.language, p.text) for p, _ in alarm.ordinary(asked, book)]
    texts = [
        *((name, line) for name, stem in (("danger", "phrasings"), ("calm", "calm")) for line in lines(stem)),
        *(("ordinary", line) for line in others),
    ]
    lessons = list(alarm.lessons(asked, read))
    assert len(lessons) == len(texts)
    judged: dict[str, Counter[str]] = {"danger": Counter(), "calm": Counter(), "ordinary": Counter()}
    for fold in range(FOLDS):
        ear = alarm.fit([lesson for n, lesson in enumerate(lessons) if n % FOLDS != fold])
        for name, (language, text) in texts[fold::FOLDS]:
            found = look(text, ear, reader(language))
            judged[name][found.level if found else "none"] += 1
    return judged


def share(counts: Counter[str], *wanted: str) -> float:
    return sum(counts[level] for level in wanted) / counts.total()


def test_nine_of_ten_unseen_cries_and_hints_are_heard(levels: dict[str, Counter[str]]) -> None:
    """Half of these lines are hints, written to be hard; of the shared questions more are heard."""
    assert share(levels["danger"], "act", "ask") >= 0.9
    assert share(levels["danger"], "act") >= 0.65


def test_ordinary_questions_are_seldom_taken_for_danger(levels: dict[str, Counter[str]]) -> None:
    """Learnt from a tenth of the questions; from 10,000 it acts on 1 % and asks about 6 %."""
    assert share(levels["ordinary"], "act") <= 0.03
    assert share(levels["ordinary"], "ask") <= 0.14


def test_calm_messages_in_the_words_of_danger_are_mostly_left_in_peace(levels: dict[str, Counter[str]]) -> None:
    """Written to be mistaken: law, news, old stories, figures of speech. One question is the price of the hints heard."""
    assert share(levels["calm"], "act") <= 0.08
    assert share(levels["calm"], "ask") <= 0.25


@pytest.mark.skipif(not QUESTIONS.exists(), reason="the shared questions are not on this machine")
def test_the_shared_questions_stay_above_their_floor(trained: Alarm) -> None:
    """Even ids: recognised at least 97 %, calm ones acted on at most 2 % and asked about at most 8 %."""
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    judged = {True: Counter[str](), False: Counter[str]()}
    for row in rows:
        if int(row["id"][1:]) % 2 == 0:
            found = look(row["question"], trained, reader(CODES.get(row["lang"], row["lang"])))
            is_danger = row["kind"] == "danger" or row["urgency"] == "urgent-danger"
            judged[is_danger][found.level if found else "none"] += 1
    assert share(judged[True], "act", "ask") >= 0.97
    assert share(judged[False], "act") <= 0.02
    assert share(judged[False], "ask") <= 0.08


def test_wayan_hints_at_what_no_rule_foresaw(trained: Alarm) -> None:
    hint = "tiap beliau mandi pintunya sengaja dibuka dan saya disuruh bawa handuk ke dalam"
    assert look(hint) is None
    found = look(hint, trained, in_bahasa)
    assert found is not None
    assert found.because[-1].endswith("%")
    assert set(found.because) & set(hint.split())


def test_old_stories_and_law_stay_calm(trained: Alarm) -> None:
    for calm in (
        "apa hukumannya kalau majikan memukul pekerja",
        "dulu di saudi saya pernah dipukul, sekarang sudah di rumah, mau buka warung",
        "kantor balai buka pukul berapa",
    ):
        found = look(calm, trained, in_bahasa)
        assert found is None or found.level == "ask", calm


def test_what_is_calm_at_the_end_does_not_calm_what_was_said_before(trained: Alarm) -> None:
    tale = (
        "Tolong bu, majikan mengurung saya di kamar dan memukul saya pakai kabel, hp saya dirampas, saya takut sekali. "
        "Saya kerja di rumah ini baru tiga bulan, rumahnya besar, anak majikan ada empat, masak cuci setrika semua saya, "
        "agen tidak pernah datang dan tidak pernah menelepon keluarga saya di kampung. "
        "Tahun 2018 saya pernah kerja di Hong Kong, waktu itu alhamdulillah sudah pulang dengan selamat dan sudah selesai."
    )
    found = look(tale, trained, in_bahasa)
    assert found is not None
    assert found.level == "act"


def test_a_saved_alarm_judges_as_before(trained: Alarm) -> None:
    again = alarm.from_arrays(trained.arrays())
    for _, text in lines("phrasings")[:40]:
        notions = rulebook().judge(split(text)).notions
        assert again.judge(in_bahasa(text), notions) == trained.judge(in_bahasa(text), notions)
    assert again.kinds == trained.kinds


def test_staff_see_that_changed_lines_ask_for_a_new_alarm(tmp_path: Path) -> None:
    (tmp_path / "phrasings.id.txt").write_text("# kekerasan\nsaya dipukul\n", encoding="utf-8")
    before = alarm.fingerprint(tmp_path)
    (tmp_path / "phrasings.id.txt").write_text("# kekerasan\nsaya dipukul lagi\n", encoding="utf-8")
    assert alarm.fingerprint(tmp_path) != before
    assert list(alarm.read_lines("phrasings", tmp_path)) == [("violence", "id", "saya dipukul lagi")]


def test_judging_takes_well_under_a_millisecond(trained: Alarm) -> None:
    said = [(in_bahasa(text), rulebook().judge(split(text)).notions) for _, text in lines("phrasings")[:300]]
    times = [time.perf_counter()]
    for readings, notions in said:
        trained.judge(readings, notions)
        times.append(time.perf_counter())
    assert sorted(after - before for before, after in pairwise(times))[len(said) // 2] < 0.001  # 0.2 ms when quiet
