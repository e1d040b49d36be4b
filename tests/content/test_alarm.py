"""The alarm beside the rules: what it hears in messages it never learnt from, saved and loaded alike, quick."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from bot.turns import Guide
from content import alarm, danger, files
from content.alarm import Alarm
from content.danger import Reader, look
from content.danger_rules import rulebook
from content.finding import read
from content.phrasing import Phrasing
from content.typed import split

GUIDANCE = Path(danger.__file__).parent / "guidance"
FOLDS = 3
ORDINARY_AWAY = 3
"""So many of the ordinary questions are judged, to be quick; they are learnt from all."""
LANGUAGES = ("id", "jv", "su", "sas", "en", "mad", "bbc", "min", "bjn", "mkn")


@pytest.fixture(scope="module")
def asked() -> list[Phrasing]:
    """What people ask without being in danger: article phrasings and small talk."""
    return files.read_phrasings(GUIDANCE)


@pytest.fixture(scope="module")
def trained(project_guide: Guide) -> Alarm:
    """The one that families have."""
    return project_guide.finder.alarm


@pytest.fixture(scope="module")
def reader(project_guide: Guide) -> Reader:
    """Reads a message as it is read in a conversation: nobody tells the language, it is recognised."""
    return lambda text: project_guide.finder.read(text).readings


Levels = dict[tuple[str, str], Counter[str]]


@pytest.fixture(scope="module")
def levels(asked: list[Phrasing], reader: Reader) -> Levels:
    """Danger and calm lines and ordinary questions, each judged by rules and an alarm that had not learnt it."""
    lessons = list(alarm.lessons(asked, read))
    texts = [
        *((name, code, text) for name in ("phrasings", "calm") for _, code, text in alarm.read_lines(name)),
        *(("ordinary", phrasing.language, phrasing.text) for phrasing, _ in alarm.ordinary(asked, rulebook())),
    ]
    assert len(lessons) == len(texts)
    judged: Levels = {}
    for fold in range(FOLDS):
        ear = alarm.fit([lesson for n, lesson in enumerate(lessons) if n % FOLDS != fold])
        for n, (name, code, text) in enumerate(texts):
            if n % FOLDS == fold and (name != "ordinary" or n // FOLDS % ORDINARY_AWAY == 0):
                found = look(text, ear, reader)
                judged.setdefault((name, code), Counter())[found.level if found else "none"] += 1
    return judged


def share(levels: Levels, name: str, *wanted: str, language: str | None = None) -> float:
    counts = [each for (kind, code), each in levels.items() if kind == name and language in (None, code)]
    return sum(each[level] for each in counts for level in wanted) / sum(each.total() for each in counts)


def test_unseen_danger_is_heard_and_unseen_calm_left_in_peace(levels: Levels, subtests: pytest.Subtests) -> None:
    """One test, because each worker of pytest-xdist that ran one of several would learn and judge everything again."""
    with subtests.test("nine of ten cries and hints are heard"):
        # half of these lines are hints, written to be hard; of the shared questions more are heard
        assert share(levels, "phrasings", "act", "ask") >= 0.91
        assert share(levels, "phrasings", "act") >= 0.6
    for language in LANGUAGES:
        with subtests.test("they are heard in every language", language=language):
            assert share(levels, "phrasings", "act", "ask", language=language) >= 0.88
    with subtests.test("ordinary questions are seldom taken for danger"):
        assert share(levels, "ordinary", "act") <= 0.008
        assert share(levels, "ordinary", "ask") <= 0.065
    with subtests.test("calm messages in the words of danger are mostly left in peace"):
        # written to be mistaken: law, news, old stories, figures of speech; one question is the price of the hints heard
        assert share(levels, "calm", "act") <= 0.02
        assert share(levels, "calm", "ask") <= 0.135


def test_wayan_hints_at_what_no_rule_foresaw(trained: Alarm, reader: Reader) -> None:
    hint = "tiap beliau mandi pintunya sengaja dibuka dan saya disuruh bawa handuk ke dalam"
    assert look(hint) is None
    found = look(hint, trained, reader)
    assert found is not None
    assert found.because[-1].endswith("%")
    assert set(found.because) & set(hint.split())


@pytest.mark.parametrize(
    "cry",
    [
        "dia masuk kamar",
        "badanku biru biru bu",
        "kakak majikan nyekek saya",
        "dipegang pegang",
        "dijual",
        "tuan masuk lagi",
    ],
)
def test_sari_has_time_for_a_few_words_and_is_asked(trained: Alarm, reader: Reader, cry: str) -> None:
    assert look(cry, trained, reader) is not None


@pytest.mark.parametrize(
    "few",
    ["assalamualaikum bu", "makasih banyak ya", "malang", "lombok timur", "saya di batam", "saya ratna", "di rumah"]
    + ["desa selong", "pengen ke taiwan", "gempa di lombok kemarin", "adik saya", "besok malam bu"],
)
def test_greetings_thanks_and_names_of_places_are_calm(trained: Alarm, reader: Reader, few: str) -> None:
    assert look(few, trained, reader) is None


@pytest.mark.parametrize(
    "calm",
    [
        "apa hukumannya kalau majikan memukul pekerja",
        "dulu di saudi saya pernah dipukul, sekarang sudah di rumah, mau buka warung",
        "kantor balai buka pukul berapa",
        "bila pmi meninggal karena bunuh diri apa bpjs cair",
        "suami saya meninggal bunuh diri tahun lalu, bpjs bisa diklaim?",
        "hidup saya hancur ditipu calo",
        "kalau untuk adik saya umur 17?",
        "bos saya di kamboja baik, saya kerja di restoran, mau perpanjang paspor",
        "saya tidur sekamar dengan anak majikan boleh?",
        "makasih bu sudah nolong saya waktu saya dipukul dulu",
        "utang saya mencekik",
        "anak saya pukul temannya di sekolah",
        "majikan mukul lalat terus kena piring",
    ],
)
def test_where_nothing_is_acute_inaq_rohani_is_asked_at_most(trained: Alarm, reader: Reader, calm: str) -> None:
    found = look(calm, trained, reader)
    assert found is None or found.level == "ask"


@pytest.mark.parametrize(
    "ordinary",
    [
        "majikan baik sekali sama saya, dikasih bonus",
        "saya kangen anak, ga bisa pulang lebaran ini",
        "bentar lagi mau terbang, deg2an, nangis terus",
        "agen minta saya bayar denda kalau pulang sebelum kontrak",
        "tes kesehatan harus buka baju semua?",
        "cara lapor kdrt buat tetangga",
        "majikan saya galak sekali marah marah terus",
    ],
)
def test_nobody_asks_wayan_about_danger_for_an_ordinary_worry(trained: Alarm, reader: Reader, ordinary: str) -> None:
    assert look(ordinary, trained, reader) is None


@pytest.mark.parametrize(
    "wish",
    [
        "saya mau bunuh diri",
        "apa hukumnya kalau saya mau bunuh diri",
        "kalau saya bunuh diri apa keluarga dapat bpjs?",
        "bu saya pengen mati, gaji belum dibayar, lapornya kemana?",
    ],
)
def test_who_says_that_they_want_to_die_is_answered_at_once_whatever_they_ask(
    trained: Alarm, reader: Reader, wish: str
) -> None:
    found = look(wish, trained, reader)
    assert found is not None
    assert (found.level, found.kind) == ("act", "suicide")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("saya dikasih obat terus ngantuk, bangun bangun baju sudah lain", {"sexual"}),
        ("suami saya di kapal sudah 3 bulan ga ada kabar", {"lost"}),
        ("inaq tiang sakit leq mekah, ndeqne bau bekerak", {"medical"}),
        ("saya tidur di lantai kamar mandi", {"confinement", "violence"}),
    ],
)
def test_rules_and_alarm_together_tell_the_kind(trained: Alarm, reader: Reader, text: str, kinds: set[str]) -> None:
    found = look(text, trained, reader)
    assert found is not None
    assert found.kind in kinds


def test_what_is_calm_at_the_end_does_not_calm_what_was_said_before(trained: Alarm, reader: Reader) -> None:
    tale = (
        "Tolong bu, majikan mengurung saya di kamar dan memukul saya pakai kabel, hp saya dirampas, saya takut sekali. "
        "Saya kerja di rumah ini baru tiga bulan, rumahnya besar, anak majikan ada empat, masak cuci setrika semua saya, "
        "agen tidak pernah datang dan tidak pernah menelepon keluarga saya di kampung. "
        "Tahun 2018 saya pernah kerja di Hong Kong, waktu itu alhamdulillah sudah pulang dengan selamat dan sudah selesai."
    )
    found = look(tale, trained, reader)
    assert found is not None
    assert found.level == "act"


def test_an_empty_message_asks_nobody_anything(trained: Alarm, reader: Reader) -> None:
    assert look("", trained, reader) is None
    assert look("😀 …", trained, reader) is None


def test_a_saved_alarm_judges_as_before(trained: Alarm, reader: Reader) -> None:
    again = alarm.from_arrays(trained.arrays())
    for _, _, text in list(alarm.read_lines("phrasings"))[:40]:
        notions = rulebook().judge(split(text)).notions
        assert again.judge(reader(text), notions) == trained.judge(reader(text), notions)
        assert again.deciding_words(reader(text)[-1]) == trained.deciding_words(reader(text)[-1])
    assert again.kinds == trained.kinds


def test_staff_see_that_changed_lines_ask_for_a_new_alarm(tmp_path: Path) -> None:
    (tmp_path / "phrasings.id.txt").write_text("# kekerasan\nsaya dipukul\n", encoding="utf-8")
    before = alarm.fingerprint(tmp_path)
    (tmp_path / "phrasings.id.txt").write_text("# kekerasan\nsaya dipukul lagi\n", encoding="utf-8")
    assert alarm.fingerprint(tmp_path) != before
    assert list(alarm.read_lines("phrasings", tmp_path)) == [("violence", "id", "saya dipukul lagi")]


def test_judging_costs_less_than_reading_and_the_rules(trained: Alarm, reader: Reader) -> None:
    """Measured beside each other, so that a busy machine slows both: about a third when built."""
    texts = [text for _, _, text in alarm.read_lines("phrasings")][:300]
    for text in texts:  # once unmeasured: what is remembered of words is remembered by all
        look(text, trained, reader)
    started = time.perf_counter()
    read_and_ruled = [(reader(text), rulebook().judge(split(text)).notions) for text in texts]
    between = time.perf_counter()
    for readings, notions in read_and_ruled:
        trained.judge(readings, notions)
    assert time.perf_counter() - between < between - started
