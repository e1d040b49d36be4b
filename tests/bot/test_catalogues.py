"""What the bot says in five languages: whole, within a button's width, and asking only for words it understands."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot import words
from bot.catalogues import LOCALES
from bot.checking import problems
from bot.phrases import Phrases
from content import danger, languages

TRANSLATED = [language.code for language in languages.OFFERED if language.code != languages.SOURCE]


def test_the_catalogues_are_whole() -> None:
    assert problems(LOCALES) == []


SKIP = 'msgctxt "tombol"\nmsgid "Lewati"\nmsgstr "Lewati"'
LAW = 'msgstr "Legal basis: {rules}."'
WHICH = 'msgid "Desa yang mana?"'
STOP = "berhenti|eureun|stop"
SPOILT = {
    "an entry is missing": ("jv", SKIP, "", "'Lewati' is missing"),
    "an entry is empty": (
        "jv",
        SKIP,
        SKIP.replace('msgstr "Lewati"', 'msgstr ""'),
        "'Lewati' is not translated",
    ),
    "an entry is fuzzy": ("jv", SKIP, f"#, fuzzy\n{SKIP}", "'Lewati' is fuzzy"),
    "an entry is no longer said": ("su", WHICH, 'msgid "Desa apa?"', "'Desa apa?' is no longer said"),
    "an entry is obsolete": (
        "sas",
        WHICH,
        f'#~ msgid "Dulu"\n#~ msgstr "Laeq"\n\n{WHICH}',
        "'Dulu' is obsolete",
    ),
    "a placeholder is renamed": (
        "en",
        LAW,
        LAW.replace("rules", "law"),
        "has ['law']; keep exactly ['rules']",
    ),
    "a placeholder is lost": ("en", LAW, 'msgstr "Legal basis."', "has []; keep exactly ['rules']"),
    "a placeholder looks inside": ("en", LAW, LAW.replace("rules", "rules.x"), "has ['rules.x']"),
    "a brace is open": ("en", LAW, LAW.replace("}", ""), "a brace is not closed"),
    "a label is too long": (
        "jv",
        SKIP,
        SKIP.replace('msgstr "', 'msgstr "Bisa uga mangga '),
        "22 long; at most 20",
    ),
    "a topic is too long": (
        "en",
        'msgstr "Emergency"',
        'msgstr "An emergency right now"',
        "22 long; at most 20",
    ),
    "a title is too long": ("en", "This answer helped", "This answer helped " * 4, "76 long; at most 72"),
    "an Indonesian label is too long": (
        "pot",
        'msgid "Lewati"',
        'msgid "Lewati pertanyaan ini"',
        "21 long; at most 20",
    ),
    "a command means two things": ("su", STOP, "berhenti|batal", "'batal' already means 'batal|kembali'"),
    "a command is empty": ("su", STOP, "berhenti||stop", "an empty word between two |"),
    "the zero is gone": ("en", '"0|menu|main menu', '"menu|main menu', "0 is gone"),
    "a word nobody understands": ("en", "Type LANGUAGE.", "Type TONGUE.", "TONGUE is not understood"),
    "a word that does something else": ("en", "Type LANGUAGE.", "Type DELETE.", "DELETE does something else"),
    "words nobody understands": ("en", "Type MY BOOKINGS.", "Type MY PLACES.", "MY PLACES is not understood"),
    "no word to type": ("sas", "pileq? Ketik BAHASA.", "pileq?", "BAHASA is gone"),
    "a name is translated": ("sas", "kepeng, koperasi, BPJS", "kepeng, koperasi, jaminan", "BPJS is gone"),
    "a label that is a command": (
        "sas",
        'msgstr "Uleq"',
        'msgstr "Kembali"',
        "is also a word for 'batal|kembali'",
    ),
    "no header for the reviewer": ("sas", '"X-Reviewed-By:\\n"\n', "", "header X-Reviewed-By is missing"),
    "a header of another language": (
        "sas",
        '"Language: sas\\n"',
        '"Language: ban\\n"',
        "header Language is 'ban'",
    ),
    "a header of another encoding": (
        "sas",
        "charset=UTF-8",
        "charset=ISO-8859-1",
        "Content-Type is not UTF-8",
    ),
    "a keyword is misspelt": ("sas", WHICH, WHICH.replace("msgid", "mgsid"), "cannot be read"),
}


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    """A copy to spoil."""
    shutil.copy(LOCALES / "bot.pot", tmp_path)
    for code in TRANSLATED:
        shutil.copytree(LOCALES / code, tmp_path / code)
    return tmp_path


@pytest.mark.parametrize(("code", "old", "new", "told"), SPOILT.values(), ids=SPOILT.keys())
def test_what_is_wrong_is_told_with_its_place(locales: Path, code: str, old: str, new: str, told: str) -> None:
    path = spoil(locales, code, old, new)
    places = [problem for problem in problems(locales) if told in problem]
    assert [re.sub(r":\d+: .*", "", place) for place in places] == [str(path)]


def test_the_line_is_the_one_to_mend(locales: Path) -> None:
    path = spoil(locales, "en", LAW, 'msgstr "Legal basis."')
    (problem,) = problems(locales)
    number = int(problem.removeprefix(f"{path}:").partition(":")[0])
    assert path.read_text(encoding="utf-8").splitlines()[number - 1] == 'msgid "Dasar hukum: {rules}."'


def test_labels_are_counted_as_telegram_counts(locales: Path) -> None:
    """Eleven emoji are 22 UTF-16 units."""
    spoil(locales, "su", 'msgstr "Lewat"', f'msgstr "{"😀" * 11}"')
    assert ["22 long; at most 20" in problem for problem in problems(locales)] == [True]


def test_a_file_that_is_gone_or_spoilt_is_named(locales: Path) -> None:
    gone, spoilt = catalogue(locales, "su"), catalogue(locales, "jv")
    gone.unlink()
    spoilt.write_bytes(b'msgid "Menu"\nmsgstr "\xff"\n')
    assert {problem.partition(":1: ")[0] for problem in problems(locales)} == {str(gone), str(spoilt)}


def test_inaq_rohani_chose_the_wrong_language_and_finds_back_in_the_words_she_knows() -> None:
    for typed in ("BAHASA", "basa", "base!", "Ganti base", "language"):
        assert words.command_in(typed) == words.LANGUAGES


def test_everyday_words_are_no_commands() -> None:
    """Going home, being told no, a death, a cry for help: these are answers and questions, not commands."""
    for said in (
        "ya",
        "tidak",
        "ora",
        "nggih",
        "yes",
        "no",
        "help",
        "tolong",
        "mulih",
        "uleq",
        "pulang",
        "wis",
        "suud",
    ):
        assert words.command_in(said) is None, said
    for said in ("pupus", "tilar donya", "bali", "balik", "leren", "apus", "person"):
        assert words.command_in(said) is None, said


@pytest.mark.parametrize("code", [language.code for language in languages.OFFERED])
def test_the_word_for_changed_circumstances_is_heard_as_danger(code: str) -> None:
    (word,) = re.findall(r"\b[A-Z]{4,}\b", Phrases(code).not_in_danger())
    assert danger.look(word) is not None


def test_each_catalogue_names_its_own_language_when_chosen() -> None:
    """The original says "Bahasa Indonesia" here: translated word for word it would be untrue."""
    chosen = {code: Phrases(code).language_chosen() for code in ("id", *TRANSLATED)}
    named = {"id": "Indonesia", "jv": "Jawa", "su": "Sunda", "sas": "Sasak", "en": "English"}
    assert {code: named[code] in said for code, said in chosen.items()} == dict.fromkeys(chosen, True)


def test_a_day_is_written_in_the_persons_language() -> None:
    day = date(2026, 11, 21)
    assert Phrases("su").day(day) == "21 Nopémber 2026"
    assert Phrases("en").day(day.replace(month=8)) == "21 August 2026"


def catalogue(locales: Path, code: str) -> Path:
    return locales / "bot.pot" if code == "pot" else locales / code / "LC_MESSAGES" / "bot.po"


def spoil(locales: Path, code: str, old: str, new: str) -> Path:
    path = catalogue(locales, code)
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is no longer in {path}: this test must change with it"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path
