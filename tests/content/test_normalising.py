"""What people type, read as words: spelling, doubling, local words before slang."""

from pathlib import Path

import pytest

from content import normalising
from content.finding import read


def test_sari_stretches_and_doubles_her_words() -> None:
    assert normalising.split_words("TOLOOOONG anak2 sy, teman2nya jg!!") == [
        "tolong",
        "anak",
        "sy",
        "teman",
        "jg",
    ]


def test_invisible_letters_and_wide_letters_do_not_hide_a_word() -> None:
    assert normalising.split_words("pas\u200bpor ｐａｓｐｏｒ") == ["paspor", "paspor"]


def test_amounts_look_alike_but_a_hotline_keeps_its_number() -> None:
    assert normalising.split_words("bayar 35jt, telp 1955") == ["bayar", "0", "jt", "telp", "1955"]


def test_names_with_a_number_inside_stay_whole() -> None:
    assert normalising.split_words("cek P3MI di siskop2mi") == ["cek", "p3mi", "di", "siskop2mi"]


def test_wayan_writes_in_short() -> None:
    tables = normalising.load_tables()
    assert normalising.read_short(["brp", "byr", "tkw", "ke", "hk"], tables) == [
        "berapa",
        "bayar",
        "pmi",
        "ke",
        "hong",
        "kong",
    ]


def test_a_sundanese_ka_is_ke_only_in_a_sundanese_message() -> None:
    as_typed, glossed = read(["kumaha", "daptar", "ka", "taiwan"], "su")
    assert as_typed == ["kumaha", "daptar", "ka", "taiwan"]
    assert glossed[2] == "ke"
    assert read(["ka", "mau", "tanya"], "id") == [["ka", "mau", "tanya"]]


def test_an_editor_switches_a_row_off(tmp_path: Path) -> None:
    table = tmp_path / "word_map.jv.tsv"
    table.write_text("local\tindonesian\tenabled\nsopo\tsiapa\tyes\nka\tke\tno\n")
    assert normalising.read_pairs(table) == {"sopo": ("siapa",)}


def test_a_broken_row_is_named_with_its_line(tmp_path: Path) -> None:
    table = tmp_path / "synonyms.tsv"
    table.write_text("word\tsame_as\ntki\tpmi\nonly-one-column\n")
    with pytest.raises(normalising.BadWordTable, match=r"synonyms\.tsv:3"):
        normalising.read_pairs(table)
