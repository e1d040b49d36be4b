"""Danger: loud and quiet messages are recognised, questions about danger are not, and staff can change the rules."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from content import danger
from content.danger import Rulebook, look
from content.places import countries_in, country_in
from content.typed import split

PROJECT = Path(danger.__file__).resolve().parents[1]
QUESTIONS = PROJECT.parent / "shared" / "questions" / "develop.jsonl"
LANGUAGES = ["id", "jv", "su", "sas", "en", "mad", "bbc", "min", "bjn", "mkn"]


def level(text: str) -> str | None:
    found = look(text)
    return found.level if found else None


def messages(name: str) -> list[str]:
    lines = (danger.FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_sari_is_beaten_and_the_card_knows_what_and_where() -> None:
    found = look("tolong, saya dipukul majikan tiap hari di Riyadh")
    assert found is not None
    assert (found.level, found.kind, found.country) == ("act", "violence", "sa")
    assert "dipukul" in found.because


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("majikan laki masuk kamar saya tiap malam", "sexual"),
        ("saya dikunci di kamar, gak boleh keluar", "confinement"),
        ("adik saya di poipet disekap, dipaksa nipu orang", "scam"),
        ("bapak tirinya mukulin anak saya umur 6 tahun", "child"),
        ("lebih baik saya mati saja", "suicide"),
        ("bom jatuh dekat rumah majikan, saya takut", "disaster"),
        ("teman saya pingsan gak bangun bangun, tolong", "medical"),
        ("saya ditelantarkan agen di bandara, takut, tolong", "lost"),
    ],
)
def test_each_kind_is_told_apart_because_the_help_differs(text: str, kind: str) -> None:
    found = look(text)
    assert found is not None
    assert (found.level, found.kind) == ("act", kind)


@pytest.mark.parametrize(
    "text",
    [
        "sy cuma bisa chat malam di kamar mandi",
        "tiap malam pintu kamar saya ganjal kursi",
        "jangan telpon balik, nanti ketahuan",
        "ini pinjam hp teman, hp saya dirampas",
        "kalau saya gak ada, titip anak saya ya",
    ],
)
def test_wayan_writes_quietly_and_is_heard(text: str) -> None:
    assert level(text) in ("act", "ask")


@pytest.mark.parametrize(
    "text",
    [
        "sy dipkul majikan",
        "saya dsekap agen",
        "saya DIPUKUL MAJIKAN",
        "saya dipuuuukul majikan",
        "saya d1pukul majikan",
        "saya di pukul majikan",
        "saya di\u200bpu\u200bkul majikan",
        "saya d i p u k u l majikan",
        "sаyа dipukul mаjikаn",  # Cyrillic letters that look like ours
        "majikan mukulin saya",
        "majikan memukuli saya terus",
        "sy gk dikasi mkn majikan",
        "tooolooong sayaaa disiksaaa",
        "majikan pukul2 saya",
    ],
)
def test_typing_in_a_hurry_hides_nothing(text: str) -> None:
    assert level(text) == "act"


@pytest.mark.parametrize(
    "text",
    [
        "apa hukumannya kalau majikan memukul",
        "pasal berapa yang mengatur perdagangan orang",
        "takut ditipu agen, cara ngeceknya gimana",
        "film tentang tkw disekap judulnya apa",
        "kantor buka pukul 8?",
        "mati lampu di desa dari tadi",
        "agennya kebakaran jenggot waktu saya tanya izin",
        "motor mau saya jual buat biaya ke jepang",
        "tolong info lowongan ke jepang",
        "alhamdulillah saya tidak pernah dipukul, majikan baik",
        "pamit dulu ya min, makasih",
        "paspor saya ditahan pt sejak daftar, gimana ngambilnya",
        "",
        "😀",
        "a" * 10_000,
    ],
)
def test_speaking_about_danger_is_not_danger(text: str) -> None:
    assert look(text) is None


def test_a_question_about_oneself_is_asked_back_but_not_acted_on() -> None:
    assert level("pasal berapa kalau saya dipukul majikan") == "ask"


@pytest.mark.parametrize("language", LANGUAGES)
def test_even_without_the_alarm_most_of_our_own_phrasings_are_heard_in_every_language(language: str) -> None:
    """Half of them are hints that no rule should foresee; what alarm and rules hear together: test_alarm.py."""
    ours = messages(f"phrasings.{language}.txt")
    missed = [text for text in ours if look(text) is None]
    assert len(missed) <= 0.5 * len(ours), missed


@pytest.mark.parametrize("language", ["id", "jv", "su", "sas", "en"])
def test_calm_neighbours_are_mostly_left_in_peace_without_the_alarm(language: str) -> None:
    calm = messages(f"calm.{language}.txt")
    assert sum(level(text) == "act" for text in calm) <= 0.1 * len(calm)
    assert sum(level(text) == "ask" for text in calm) <= 0.15 * len(calm)


@pytest.mark.parametrize(
    ("text", "is_somebody_else"),
    [
        ("anak saya dipukul majikan", True),
        ("bapak tiri mukulin anak saya", True),
        ("saya ibu dari siti, anak saya kerja di malaysia mukanya bengkak dipukul majikan", True),
        ("suami saya disekap di kamboja", True),
        ("ariq tiang tesekap leq kamboja", True),
        ("istri saya di taiwan bilang mau gantung diri", True),
        ("saya dipukul majikan, anak saya di kampung nangis", False),
        ("dipukul suami", False),
        ("tiang tepantok siq semame", False),
        ("saya diperkosa anak majikan semalam", False),
        ("kalau saya gak ada, titip anak saya ya", False),
        ("majikan pukul saya", False),
    ],
)
def test_a_mother_who_writes_about_her_child_is_told_from_the_child(text: str, is_somebody_else: bool) -> None:
    found = look(text)
    assert found is not None
    assert found.is_somebody_else is is_somebody_else


def test_there_are_enough_phrasings_and_none_twice() -> None:
    least = {"id": 150, "jv": 30, "su": 30, "sas": 30}
    for language in LANGUAGES:
        ours = messages(f"phrasings.{language}.txt")
        assert len(ours) >= least.get(language, 10)
        assert len(set(ours)) == len(ours)
    assert len(messages("calm.id.txt")) >= 150


@pytest.mark.skipif(not QUESTIONS.exists(), reason="the shared questions are not on this machine")
def test_the_shared_questions_stay_above_their_floor() -> None:
    """Even ids: recognised at least 97 %, calm ones acted on at most 2 % and asked about at most 8 %."""
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    even = [row for row in rows if int(row["id"][1:]) % 2 == 0]
    in_danger = [row["question"] for row in even if row["kind"] == "danger" or row["urgency"] == "urgent-danger"]
    calm = [row["question"] for row in even if row["question"] not in in_danger]
    assert sum(look(text) is not None for text in in_danger) >= 0.97 * len(in_danger)
    assert sum(level(text) == "act" for text in calm) <= 0.02 * len(calm)
    assert sum(level(text) == "ask" for text in calm) <= 0.08 * len(calm)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("saya di jedah", "sa"),
        ("anak saya dari Lombok, sekarang di Myawaddy", "mm"),
        ("kerja di malay sudah lama", "my"),
        ("di toilet kl", "my"),
        ("kl mau daftar gimana", None),
        ("di hongkonng", "hk"),
        ("saya di Batam", "id"),
        ("dari Taiwan dibawa, sekarang di Suriah", "sy"),
        ("sing penting slamet", None),
        ("gaji berapa", None),
    ],
)
def test_the_country_is_read_from_what_people_call_it(text: str, country: str | None) -> None:
    assert country_in(text) == country


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("kalau ke Taiwan?", ("tw",)),
        ("bedanya hongkong sama taiwan apa, katanya hong kong lebih enak", ("hk", "tw")),
        ("dari Lombok mau ke singapur atau arab", ("id", "sg", "sa")),
        ("gaji berapa", ()),
    ],
)
def test_all_countries_named_come_in_their_order(text: str, countries: tuple[str, ...]) -> None:
    assert countries_in(text) == countries


def test_staff_add_a_word_and_it_counts(tmp_path: Path) -> None:
    (tmp_path / "words.id.txt").write_text("[sakiti]\n~kepruk\n[pelaku]\nmajikan\n", encoding="utf-8")
    (tmp_path / "rules.txt").write_text("langsung violence: sakiti + pelaku\n", encoding="utf-8")
    judged = Rulebook(tmp_path).judge(split("dikepruki majikan"))
    assert judged.level == "act"


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ("langsung violence sakiti", "rules.txt line 1: no colon"),
        ("langsung violence: sakitt", "rules.txt line 1: notion 'sakitt' is in no words file"),
        ("langsung marah: sakiti", "rules.txt line 1: kind 'marah' is unknown"),
        ("segera violence: sakiti", "rules.txt line 1: 'segera' is unknown"),
    ],
)
def test_a_slip_in_the_rules_names_line_and_remedy(tmp_path: Path, rules: str, says: str) -> None:
    (tmp_path / "words.id.txt").write_text("[sakiti]\npukul\n", encoding="utf-8")
    (tmp_path / "rules.txt").write_text(rules, encoding="utf-8")
    with pytest.raises(danger.DangerRulesInvalid, match=says.replace(".", r"\.")):
        Rulebook(tmp_path)


def test_it_runs_where_numpy_and_the_database_do_not() -> None:
    code = (
        "import sys; from content.danger import look; look('tolong');"
        "print([m for m in ('numpy', 'sklearn', 'sqlalchemy') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_message_takes_under_a_millisecond() -> None:
    ours = messages("phrasings.id.txt")
    for text in ours:
        look(text)
    started = time.perf_counter()
    for text in ours:
        look(text)
    assert (time.perf_counter() - started) / len(ours) < 0.003  # 0.4 ms when the machine is quiet
