"""Danger: loud and quiet messages are recognised, questions about danger are not, and staff can change the rules."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from content import danger, typed
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


@pytest.mark.parametrize("cry", ["dia masuk kamar", "badanku biru biru bu", "dipegang pegang", "dijual", "dijual kak"])
def test_a_few_words_are_enough_to_be_asked(cry: str) -> None:
    assert level(cry) == "ask"


@pytest.mark.parametrize("few", ["motor dijual", "dijual kopi", "kopi ini dijual di mana ya"])
def test_what_is_sold_is_not_always_a_person(few: str) -> None:
    assert level(few) is None


@pytest.mark.parametrize(
    "wish",
    [
        "saya mau bunuh diri",
        "apa hukumnya kalau saya mau bunuh diri",
        "kalau saya bunuh diri apa keluarga dapat bpjs?",
        "pengen bundir",
        "saya pengen mati, pasal berapa yang saya langgar",
    ],
)
def test_a_death_wish_of_ones_own_is_never_only_a_question(wish: str) -> None:
    found = look(wish)
    assert found is not None
    assert (found.level, found.kind) == ("act", "suicide")


@pytest.mark.parametrize(
    "past",
    [
        "bila pmi meninggal karena bunuh diri apa bpjs cair",
        "kalau ada yang bunuh diri di luar negeri apa asuransinya tetap dibayar",
        "suami saya meninggal bunuh diri tahun lalu, bpjs bisa diklaim?",
        "uang saya lenyap dibawa calo",
        "abk mau lompat dari kapal satu ke kapal lain, kontraknya bagaimana",
        "makasih bu sudah nolong saya waktu saya dipukul dulu",
        "utang saya mencekik",
        "bunga pinjolnya nyekik leher",
        "anak saya pukul temannya di sekolah",
        "majikan mukul lalat terus kena piring",
        "bapak gebuk tikus di dapur",
        "negara yang lagi perang boleh didatangi tidak",
    ],
)
def test_what_is_over_what_is_a_figure_of_speech_and_what_children_do_is_not_acted_on(past: str) -> None:
    assert level(past) != "act"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("dikasih obat sama tuan, bangun bangun baju saya sudah terbuka", "sexual"),
        ("suami saya di kapal sudah 3 bulan ga ada kabar", "lost"),
        ("inaq tiang sakit leq mekah, ndeqne bau bekerak", "medical"),
        ("saya tidur di lantai kamar mandi", "confinement"),
    ],
)
def test_rules_that_ask_tell_the_kind_too(text: str, kind: str) -> None:
    found = look(text)
    assert found is not None
    assert found.kind == kind


def test_a_question_about_oneself_is_asked_back_but_not_acted_on() -> None:
    assert level("pasal berapa kalau saya dipukul majikan") == "ask"


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
def test_where_only_the_rules_can_answer_odd_questions_are_told_apart() -> None:
    """Rules alone answer when nothing can be stored; the floors of rules and alarm together: test_evaluating.py."""
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    odd = [row for row in rows if int(row["id"][1:]) % 2]
    in_danger = [row["question"] for row in odd if row["kind"] == "danger" or row["urgency"] == "urgent-danger"]
    calm = [row["question"] for row in odd if row["question"] not in in_danger]
    assert sum(look(text) is not None for text in in_danger) >= 0.97 * len(in_danger)
    assert sum(level(text) == "act" for text in calm) <= 0.01 * len(calm)
    assert sum(level(text) == "ask" for text in calm) <= 0.02 * len(calm)


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


def test_a_long_letter_takes_no_longer_than_its_words() -> None:
    """Ten times the words, about ten times the time: both measured here, so that a busy machine slows both."""
    page = " . ".join(messages("phrasings.id.txt")[:60])
    letter = " . ".join([page] * 9)
    assert len(letter) > typed.LONGEST
    assert fastest(letter) < 3 * fastest(page) * typed.LONGEST / len(page)


def fastest(text: str) -> float:
    """Seconds the rules take for it when hardly disturbed."""
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        look(text)
        taken.append(time.perf_counter() - started)
    return min(taken)
