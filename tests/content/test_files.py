"""A writer puts guidance into files; what is wrong is told with its file, its line and its remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from content import contacts as contact_book
from content import files, folders
from content.contacts import Contact
from content.phrasing import Phrasing

PROJECT = Path(__file__).parents[2]
FACT_PACK = PROJECT.parent / "shared" / "facts"
Bend = Callable[[str, str], None]
Sasak = Callable[[str, str], str]


@pytest.fixture
def agent(guidance: Path) -> Path:
    return guidance / "legal" / "cek-agen" / "id.md"


@pytest.fixture
def bend(agent: Path) -> Bend:
    """Replace words of the article about agents, which must stand there."""

    def replace(old: str, new: str) -> None:
        words = agent.read_text()
        assert old in words
        agent.write_text(words.replace(old, new, 1))

    return replace


def check(guidance: Path, contacts: dict[str, Contact], facts: Path | None = None) -> list[tuple[str, int, str]]:
    """The problems as (path below the folder, line, what is wrong)."""
    found = files.check(guidance, contacts, facts)
    return [(str(problem.path.relative_to(guidance)), problem.line, problem.what) for problem in found]


def test_an_article_is_read_with_all_it_says(guidance: Path) -> None:
    article = files.read(guidance).articles["cek-agen"]
    assert (article.topic, article.owner, str(article.review_due)) == (
        "legal",
        "Pusat Layanan Migrasi",
        "2027-05-21",
    )
    assert article.sources == (
        files.Source("Koran Desa: cek agen", "2025", "https://example.org/cek-agen", ("CEK-01", "CEK-02")),
    )
    assert article.source_text.short == "Agen resmi punya izin. [CEK-01]\nTanya dulu: {{kontak:kp2mi}}."
    assert article.source_text.body.startswith("Izin itu tertulis.")
    assert [phrasing.language for phrasing in article.phrasings] == ["id", "id", "sas"]


def test_what_keeps_the_rules_has_no_problem(guidance: Path, contacts: dict[str, Contact], facts: Path) -> None:
    assert files.check(guidance, contacts, facts) == []


def test_people_read_neither_marks_nor_codes() -> None:
    text = "## Langkah\n- Catat namanya. [CEK-01, CEK-02]\n- Tanya {{kontak:kp2mi}}. [DRT-02]"
    assert files.shown(text, lambda code: code.upper()) == "Langkah\n- Catat namanya.\n- Tanya KP2MI."


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("title: Cek izin agen sebelum setor uang\n", "", 2, "no title"),
        ("owner: Pusat Layanan Migrasi", "owner:", 4, "no owner"),
        ("legal_basis:\n  - UU 18/2017 Pasal 72\n", "", 2, "no legal_basis"),
        ("valid_from: 2026-11-21", "valid_from: 21-11-2026", 5, "valid_from is no date: '21-11-2026'"),
        ("review_due: 2027-05-21", "review_due: 2027-02-30", 6, "review_due is no date: '2027-02-30'"),
        (
            "review_due: 2027-05-21",
            "review_due: 2027-05-22",
            6,
            "review_due 2027-05-22 is not within 6 months after valid_from",
        ),
        ("check_before_use: false", "check_before_use: no", 7, "check_before_use is 'no'"),
        ("check_before_use: false", "check_before_use: true", 7, "check_before_use without check_note"),
        ("legal_basis:\n  - UU 18/2017 Pasal 72", "legal_basis: UU 18/2017", 8, "legal_basis is no list"),
        ("    date: 2025\n", "    date: kemarin\n", 13, "a source without a date"),
        ("    date: 2025\n", "    date: 2025-13\n", 13, "a source without a date"),
        ("    url: https", "    url: htps", 12, "no address: 'htps://example.org/cek-agen'"),
        ("facts: [CEK-01, CEK-02]", "facts: [CEK-01]", 20, "CEK-02 stands under no source"),
        ("    date: 2025\n", "    date: 2025\n    page: 3\n", 14, "unknown field 'page' of a source"),
        (
            "related: [gaji",
            "related: [gagi",
            15,
            "related: 'gagi-tidak-dibayar' is not another article, named once",
        ),
        ("label: Cek izin agen", "label: Cek izin agen di desa", 3, "label is 21 long"),
        ("label: Cek izin agen", "label: Cek izin 🙏🙏🙏🙏🙏🙏", 3, "label is 21 long"),
        ("title: Cek", "title: " + "a" * 70 + " Cek", 2, "title is 103 long"),
        ("label: Cek izin agen", "labels: x\nlabel: Cek izin agen", 3, "unknown field 'labels'"),
        ("label: Cek izin agen", "label: A\nlabel: Cek izin agen", 4, "label stands here twice"),
        ("kontak:kp2mi", "kontak:bp2mi", 18, "no contact 'bp2mi'"),
        (
            "Tanya dulu: ",
            "Tanya dulu 0812-3456-7890 ",
            18,
            "what looks like a telephone number: '0812-3456-7890'",
        ),
        ("Izin itu tertulis.", "Hubungi 110 dulu.", 20, "what looks like a telephone number: 'Hubungi 110'"),
        (
            "Izin itu tertulis.",
            "Telepon +62 21 2924 4800.",
            20,
            "what looks like a telephone number: '+62 21 2924 4800'",
        ),
        (
            "Izin itu tertulis.",
            "Buka siskop2mi.bp2mi.go.id.",
            20,
            "an address of the web or of mail: '.go.id'",
        ),
        ("Izin itu tertulis.", "Izin itu **tertulis**.", 20, "bold, italic or code: '*'"),
        ("Izin itu tertulis.", "Lihat [ini](x).", 20, "square brackets: '['"),
        ("tertulis. [CEK-01, CEK-02]", "tertulis. [CEK-1]", 20, "square brackets: '['"),
        ("Izin itu tertulis.", "Izin | syarat", 20, "a table: '|'"),
        ("Izin itu tertulis.", "<b>Izin</b>", 20, "HTML: '<b'"),
        ("## Langkah", "### Langkah", 22, "markup: '#'"),
        ("- Catat", "1. Catat", 23, "another kind of list: '1.'"),
        ("- Catat", "  - Catat", 23, "an indented line: '-'"),
        ("Izin itu tertulis.", "Izin \u200bitu.", 20, r"a hidden character: '\u200b'"),
        ("  Agen resmi punya", "  ## Agen resmi punya", 17, "short has a heading"),
        ("---\nIzin", "--\nIzin", 1, "the front matter has no end"),
        ("---\ntitle", "title", 1, "no front matter"),
        (
            "title: Cek izin",
            "title: Cek: izin",
            2,
            "not YAML: mapping values are not allowed in this context",
        ),
    ],
)
def test_each_broken_rule_is_told_with_its_line(
    guidance: Path,
    contacts: dict[str, Contact],
    bend: Bend,
    old: str,
    new: str,
    line: int,
    what: str,
) -> None:
    bend(old, new)
    assert ("legal/cek-agen/id.md", line, what) in check(guidance, contacts)


@pytest.mark.parametrize(
    "fine",
    [
        "UU Nomor 18 Tahun 2017 Pasal 72 tetap berlaku.",
        "Upah Rp1.500.000-2.000.000 dan denda Rp15 miliar pada 05-07-2025 atau 2025-07-10.",
        "Menurut Pasal.id per Juli 2025, tahun 2024-2026 sama; 08.00-16.00 WIB buka.",
        "Program P to P, G to G, dan R&D untuk 3.000 orang (1/2 biaya) > biasa.",
    ],
)
def test_dates_money_and_law_are_no_telephone_numbers(
    guidance: Path, contacts: dict[str, Contact], bend: Bend, fine: str
) -> None:
    bend("Izin itu tertulis.", fine)
    assert check(guidance, contacts) == []


def test_a_problem_reads_as_one_line_with_its_remedy(
    guidance: Path, contacts: dict[str, Contact], agent: Path, bend: Bend
) -> None:
    bend("label: Cek izin agen", "label: Cek izin agen di desa")
    (problem,) = files.check(guidance, contacts)
    assert str(problem) == f"{agent}:3: label is 21 long; at most 20: it becomes a button"


def test_length_counts_what_people_see(guidance: Path, contacts: dict[str, Contact], agent: Path, bend: Bend) -> None:
    shown = "Agen resmi punya izin.\nTanya dulu: KP2MI 0800-1000 (dicoba 30 September 2026)."
    bend("Agen resmi", "x" * (files.SHORT_LIMIT - len(shown)) + "Agen resmi")
    assert check(guidance, contacts) == []
    bend("Agen resmi", "xAgen resmi")
    assert check(guidance, contacts) == [("legal/cek-agen/id.md", 17, "short is 601 long as shown")]
    bend("xAgen", "Agen")
    bend("Izin itu", "Izin " * 800)
    assert [what for _, _, what in check(guidance, contacts)] == ["the text is 4078 long as shown"]


def test_an_answer_full_of_emoji_must_still_fit_over_buttons(
    guidance: Path, contacts: dict[str, Contact], bend: Bend
) -> None:
    bend("Agen resmi", "🙏" * 450)
    assert [what for _, _, what in check(guidance, contacts)] == ["the answer does not fit over WhatsApp's buttons"]


def test_facts_must_exist_where_the_pack_is_at_hand(
    guidance: Path, contacts: dict[str, Contact], facts: Path, bend: Bend
) -> None:
    bend("facts: [CEK-01, CEK-02]", "facts: [CEK-01, CEK-02, CEK-99]")
    assert check(guidance, contacts) == []
    assert check(guidance, contacts, facts) == [("legal/cek-agen/id.md", 14, "no fact CEK-99")]


def test_what_belongs_nowhere_is_told(guidance: Path, contacts: dict[str, Contact]) -> None:
    place = guidance / "legal" / "cek-agen"
    (guidance / "asmara").mkdir()
    (guidance / "legal" / "lepas.md").write_text("x")
    (guidance / "legal" / "Cek Lagi").mkdir()
    (place / "xx.md").write_text("x")
    (place / "foto.png").write_bytes(b"\x89PNG")
    (place / "phrasings.txt").write_text("apa\n")
    (guidance / "biaya" / "cek-agen").mkdir(parents=True)
    (guidance / "biaya" / "cek-agen" / "id.md").write_text((place / "id.md").read_text())
    assert check(guidance, contacts) == [
        ("asmara", 1, "unknown topic 'asmara'"),
        ("legal/Cek Lagi", 1, "'Cek Lagi' is no slug"),
        ("legal/Cek Lagi", 1, "no id.md"),
        ("legal/cek-agen", 1, "the slug 'cek-agen' is used under biaya too"),
        ("legal/lepas.md", 1, "a file that belongs to no article"),
    ]
    (guidance / "biaya" / "cek-agen" / "id.md").unlink()
    (guidance / "biaya" / "cek-agen").rmdir()
    told = [what for _, _, what in check(guidance, contacts)]
    assert told[3:6] == ["a file that is never read", "a file that is never read", "unknown language 'xx'"]


def test_two_articles_cannot_share_a_button_or_a_phrasing(
    guidance: Path, contacts: dict[str, Contact], bend: Bend
) -> None:
    bend("label: Cek izin agen", "label: gaji tidak dibayar")
    (guidance / "bekerja" / "gaji-tidak-dibayar" / "phrasings.id.txt").write_text("gaji blm\nPT ini  resmi ga?\n")
    assert check(guidance, contacts) == [
        ("bekerja/gaji-tidak-dibayar/id.md", 3, "label 'Gaji tidak dibayar' is that of cek-agen too"),
        (
            "bekerja/gaji-tidak-dibayar/phrasings.id.txt",
            2,
            "the same phrasing stands under cek-agen: 'PT ini  resmi ga?'",
        ),
    ]


def test_phrasings_are_neither_empty_nor_private_nor_small_talk(guidance: Path, contacts: dict[str, Contact]) -> None:
    talk = guidance.parent / "phrasings"
    talk.mkdir()
    (talk / "greeting.id.txt").write_text("halo\n")
    place = guidance / "legal" / "cek-agen" / "phrasings.id.txt"
    place.write_text(f"cek agen\n\nHalo!\nini agen 081234567890 resmi ga\n{'a' * 1001}\n")
    assert [(line, what) for _, line, what in check(guidance, contacts)] == [
        (2, "an empty phrasing"),
        (3, "the same phrasing stands under @greeting: 'Halo!'"),
        (4, "what looks like somebody's telephone number"),
        (5, "a phrasing of 1001 characters"),
    ]


def test_a_translation_says_what_it_was_made_from_and_nothing_about_the_subject(
    guidance: Path, contacts: dict[str, Contact], sasak: Sasak
) -> None:
    revision = files.read(guidance).articles["cek-agen"].source_text.revision
    path = guidance / "legal" / "cek-agen" / "sas.md"
    path.write_text(sasak(revision, "false"))
    assert check(guidance, contacts) == []
    assert files.read(guidance).articles["cek-agen"].texts["sas"].reviewed == ""
    path.write_text(sasak("kemarin", "Inaq Rohani"))
    told = files.check(guidance, contacts)
    assert [problem.what for problem in told] == [
        "from_revision 'kemarin' is no mark of a text",
        "reviewed without a date",
    ]
    assert revision in told[0].remedy
    path.write_text(sasak(revision, "false\nowner: Wayan"))
    assert check(guidance, contacts) == [("legal/cek-agen/sas.md", 6, "unknown field 'owner'")]
    path.write_text(sasak(revision, "false").replace("from_revision", "#"))
    assert check(guidance, contacts) == [("legal/cek-agen/sas.md", 2, "no from_revision")]


def test_a_translation_that_is_behind_is_told_with_its_new_mark(
    guidance: Path, contacts: dict[str, Contact], sasak: Sasak, bend: Bend
) -> None:
    revision = files.read(guidance).articles["cek-agen"].source_text.revision
    (guidance / "legal" / "cek-agen" / "sas.md").write_text(sasak(revision, "false"))
    assert files.behind(guidance) == []
    bend("label: Cek izin agen\n", "label: Cek izin PT\n")
    assert check(guidance, contacts) == []  # no mistake: the chat says that it is behind
    [late] = files.behind(guidance)
    assert files.read(guidance).articles["cek-agen"].source_text.revision in late.remedy


def test_what_cannot_be_read_is_refused_with_file_and_line(guidance: Path, agent: Path, bend: Bend) -> None:
    bend("label: Cek izin agen\n", "")
    with pytest.raises(files.Unreadable, match=r"id\.md:2: no label; add label: Cek izin agen"):
        files.read(guidance)
    agent.write_bytes(b"---\ntitle: caf\xe9\n")
    with pytest.raises(files.Unreadable, match=r"id\.md:2: not UTF-8"):
        files.read(guidance)
    with pytest.raises(files.Unreadable, match="no such folder"):
        files.read(guidance / "nowhere")


def test_phrasings_come_with_the_talk_beside_the_folder(guidance: Path) -> None:
    talk = guidance.parent / "phrasings"
    talk.mkdir()
    (talk / "greeting.txt").write_text("# salam\nhalo\n\n")
    (talk / "thanks.sas.txt").write_text("tampi asih\n")
    assert files.read_phrasings(guidance) == [
        Phrasing("cek-agen", "id", "pt ini resmi ga"),
        Phrasing("cek-agen", "id", "cara cek agen"),
        Phrasing("cek-agen", "sas", "berembe carante gitaq agen"),
        Phrasing("gaji-tidak-dibayar", "id", "gaji sy blm dibayar"),
        Phrasing("@greeting", "id", "halo"),
        Phrasing("@thanks", "sas", "tampi asih"),
    ]


def test_written_files_are_read_as_the_same_and_keep_their_bytes(guidance: Path, tmp_path: Path, sasak: Sasak) -> None:
    revision = files.read(guidance).articles["cek-agen"].source_text.revision
    (guidance / "legal" / "cek-agen" / "sas.md").write_text(sasak(revision, "Inaq Rohani, 2026-11-20"))
    before = files.read(guidance)
    files.write(before, tmp_path / "once")
    after = files.read(tmp_path / "once")
    assert after == before
    files.write(after, tmp_path / "twice")
    assert bytes_of(tmp_path / "once") == bytes_of(tmp_path / "twice")
    page = (tmp_path / "once" / "legal" / "cek-agen" / "id.md").read_text()
    assert "    date: 2025\n    facts: [CEK-01, CEK-02]\n" in page
    assert "short: |\n  Agen resmi punya izin. [CEK-01]\n" in page


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_our_own_guidance_keeps_the_rules() -> None:
    facts = FACT_PACK if FACT_PACK.is_dir() else None
    problems = files.check(PROJECT / "content" / "guidance", contact_book.read(), facts)
    assert [str(problem) for problem in problems] == []
    assert len(files.read(PROJECT / "content" / "guidance").articles) >= 35


def test_our_own_guidance_survives_being_written(tmp_path: Path) -> None:
    before = files.read(PROJECT / "content" / "guidance")
    files.write(before, tmp_path)
    assert files.read(tmp_path) == before


def test_drafts_name_the_line_of_each_phrasing(guidance: Path) -> None:
    drafts = {draft.article.slug: draft for draft in folders.read_drafts(guidance, [])}
    assert [(heard.path.name, heard.line) for heard in drafts["cek-agen"].phrasings] == [
        ("phrasings.id.txt", 1),
        ("phrasings.id.txt", 2),
        ("phrasings.sas.txt", 1),
    ]
