"""Dated tables: which rows a country or a job picks, and what a slip in a table or an article says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from content import files, table_files, tables
from content.amounts import Amount
from content.contacts import Contact
from content.jobs import jobs_in
from content.places import countries_in
from content.table_files import TablesInvalid
from content.tables import Row

PROJECT = Path(__file__).parents[2]
FACT_PACK = PROJECT.parent / "shared" / "facts"
ALL = table_files.read_all()
Write = Callable[..., Path]


def say(row: Row) -> str:
    return f"per {row.since.month}/{row.since.year}" if row.since.month else f"per {row.since.year}"


def picked(table: str, message: str) -> list[str]:
    return [row.code for row in tables.pick(ALL[table], countries_in(message), jobs_in(message))]


def test_sari_asks_what_taiwan_costs_for_housework_and_gets_that_ceiling_first() -> None:
    rows = tables.for_article(ALL, "biaya-per-negara", ["tw"], ["rumah-tangga"])
    assert tables.line(rows[0], say) == (
        "Taiwan, rumah tangga dan jaga pasien: paling banyak Rp 9.622.000 + NT$ 20.000, kata KDEI. "
        "Aturan bisa berubah, pastikan ke BP3MI. (per 8/2024)"
    )
    assert rows[0].amounts == (Amount(Decimal(9622000), "IDR"), Amount(Decimal(20000), "TWD"))


def test_the_factory_has_a_ceiling_of_its_own() -> None:
    codes = picked("costs", "biaya ke taiwan kerja pabrik berapa")
    assert codes[0] == "taiwan-formal-batas"
    assert "taiwan-rumah-tangga-batas" not in codes


def test_a_country_alone_gets_the_rows_of_all_its_jobs_and_of_no_other_country() -> None:
    codes = picked("costs", "kalau ke malaysia?")
    assert codes == ["malaysia-rumah-tangga", "malaysia-kebun", "malaysia-jalur-gelap"]


@pytest.mark.parametrize(
    ("country", "first"), [("taiwan", "taiwan"), ("jepang", "jepang-ssw"), ("malaysia", "malaysia")]
)
def test_a_country_alone_is_told_what_most_people_mean_first(country: str, first: str) -> None:
    assert picked("destinations", f"kerja di {country}")[0] == first


def test_a_passport_in_taiwan_stands_with_passports_and_not_with_placement() -> None:
    assert "taiwan-paspor" in [row.code for row in tables.for_article(ALL, "paspor-pmi", ["tw"], [])]
    assert "taiwan-paspor" not in [row.code for row in tables.for_article(ALL, "biaya-per-negara", ["tw"], [])]


def test_a_job_alone_gets_what_holds_everywhere() -> None:
    assert picked("costs", "kerja ART bayar berapa ya") == ["sepuluh-jabatan"]


def test_what_exempts_ten_jobs_is_not_shown_for_taiwan_which_left_it() -> None:
    assert "sepuluh-jabatan" in picked("costs", "ART ke hongkong bayar ga")
    assert "sepuluh-jabatan" not in picked("costs", "ART ke taiwan bayar ga")


@pytest.mark.parametrize("message", ["biaya berapa ya", "biaya di indonesia", "kerja las di kanada"])
def test_nothing_named_or_nothing_known_picks_no_row(message: str) -> None:
    assert picked("costs", message) == []


def test_a_mother_asking_for_saudi_hears_the_ban_before_the_rest() -> None:
    rows = tables.pick(ALL["destinations"], ["sa"], ["rumah-tangga"])
    assert [row.code for row in rows][:1] == ["arab-saudi-rumah-tangga"]
    assert rows[0].status == "terbatas"
    assert "timur-tengah-formal" not in [row.code for row in rows]


def test_no_destination_is_promised() -> None:
    for row in ALL["destinations"].rows:
        assert row.status in table_files.STATUSES
        assert "pastikan" in row.text.casefold()


def test_a_row_is_overdue_the_day_after_its_review() -> None:
    due = min(row.review_due for table in ALL.values() for row in table.rows)
    assert tables.overdue(ALL, due) == []
    late = tables.overdue(ALL, date.fromordinal(due.toordinal() + 1))
    assert late
    assert all(row.review_due == due for _, row in late)


def test_every_sign_knows_a_rule_and_how_offers_word_it() -> None:
    words = [sign for row in ALL["signs"].rows for sign in row.seen_as]
    assert all(row.rule for row in ALL["signs"].rows)
    assert len(words) > 150


# A table of one row, which a test then bends.

ROW = """\
title: Biaya
articles: [cek-agen]
rows:
  taiwan-batas:
    countries: [tw]
    jobs: [pabrik]
    kind: batas
    component: seluruh biaya
    decided_by: Keputusan 1/2023
    text: "Taiwan, pabrik: paling banyak Rp 9.000.000."
    amounts: {IDR: 9000000}
    sources:
      - {title: "Koran Desa", url: "https://example.org/taiwan", date: 2025-08}
    facts: [CEK-01]
    checked: 2026-11-21
    review_due: 2027-02-21
    confidence: sedang
"""
FACTS = """\
- **CEK-01** Batas biaya Rp9.000.000 [Koran Desa, 2025, sedang]
- **CEK-02** Nama kantor [Koran Desa, 2025, tinggi]
- **KRJ-06** Simpan bukti [Koran Desa, 2025, tinggi]
- **DRT-02** Kabar angin [seseorang, rendah]
"""


@pytest.fixture
def write(guidance: Path) -> Write:
    """Write costs.yaml beside the small guidance, with words of it replaced."""

    def written(old: str = "", new: str = "", name: str = "costs.yaml") -> Path:
        path = guidance.parent / "tables" / name
        path.parent.mkdir(exist_ok=True)
        assert old in ROW
        path.write_text(ROW.replace(old, new, 1) if old else ROW)
        return path

    return written


def told(path: Path) -> str:
    with pytest.raises(TablesInvalid) as caught:
        table_files.read_all(path.parent)
    return str(caught.value).removeprefix(f"{path}:")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    checked: 2026-11-21\n", "", "4: taiwan-batas: no checked; add checked"),
        ("2027-02-21", "2026-02-30", "4: taiwan-batas: review_due is no date: '2026-02-30'; write it as 2026-11-21"),
        ("2027-02-21", "2026-11-21", "4: taiwan-batas: review_due 2026-11-21 is not after checked; choose a later day"),
        ("{IDR: 9000000}", "{IDR: 8000000}", "4: taiwan-batas: the text says IDR 9.000.000, amounts do not; correct"),
        ("IDR:", "rupiah:", "4: taiwan-batas: no currency rupiah; known are"),
        ("9000000}", "sembilan}", "4: taiwan-batas: 'sembilan' is no number; write 9622000 or 4.5"),
        ("[tw]", "[xx]", "4: taiwan-batas: no country xx; use a code of content/words/places.tsv"),
        ("[pabrik]", "[astronot]", "4: taiwan-batas: no job astronot; use a code of content/words/jobs.tsv"),
        ("kind: batas", "kind: buka", "4: taiwan-batas: kind 'buka' is not possible; use one of batas"),
        ("sedang", "rendah", "4: taiwan-batas: confidence 'rendah' is not possible; use one of tinggi, sedang"),
        ("date: 2025-08", "date: 2025-13", "4: taiwan-batas: date '2025-13' is not possible"),
        ("date: 2025-08", 'date: ""', "4: taiwan-batas: no source bears a date; add the date of at least one"),
        (
            "paling banyak",
            "paling banyak " + "x" * 160,
            "4: taiwan-batas: text is 204 long; say it in one line of at most",
        ),
        ("kind:", "status: terbatas\n    kind:", "4: taiwan-batas: unknown field 'status'; known are text"),
        ("  taiwan-batas:", "  taiwan-batas: {}\n  taiwan-batas:", "5: taiwan-batas stands here twice; keep one"),
        ("paling banyak", "telepon 1955:", "4: taiwan-batas: the text has what looks like a telephone number"),
        (
            "paling banyak",
            "tanya {{kontak:kp2mi}}:",
            "4: taiwan-batas: the text has curly brackets: '{'; a row is shown",
        ),
        ("title: Biaya", "title: [", "3: not YAML; quote text"),
        ("articles: [cek-agen]\n", "", "1: not a table; write title, articles and rows"),
    ],
)
def test_a_slip_is_told_with_line_entry_and_remedy(write: Write, old: str, new: str, says: str) -> None:
    assert told(write(old, new)).startswith(says)


def test_a_destination_must_say_to_make_sure(guidance: Path, write: Write) -> None:
    path = write("kind: batas\n    component: seluruh biaya\n    decided_by: Keputusan 1/2023", "status: terbatas")
    path = path.rename(path.with_name("destinations.yaml"))
    assert "the text promises a destination; say 'pastikan dulu' and where" in told(path)


def test_a_table_nobody_knows_is_refused(write: Write) -> None:
    assert told(write(name="wages.yaml")).startswith("1: unknown table; known are destinations, costs")


def whats(guidance: Path, contacts: dict[str, Contact], facts: str = "") -> list[str]:
    pack = guidance.parent / "facts"
    if facts:
        pack.mkdir(exist_ok=True)
        (pack / "08.md").write_text(facts)
    return [problem.what for problem in files.check(guidance, contacts, pack if facts else None)]


def test_tables_that_agree_with_articles_and_facts_have_no_problem(
    guidance: Path, write: Write, contacts: dict[str, Contact]
) -> None:
    write()
    article = guidance / "legal" / "cek-agen" / "id.md"
    article.write_text(article.read_text().replace("Izin itu tertulis.", "Paling banyak Rp9 juta."))
    assert whats(guidance, contacts, FACTS) == []


def test_an_article_may_say_no_other_number_than_the_table(
    guidance: Path, write: Write, contacts: dict[str, Contact]
) -> None:
    write()
    article = guidance / "legal" / "cek-agen" / "id.md"
    article.write_text(article.read_text().replace("Izin itu tertulis.", "Paling banyak Rp9,5 juta."))
    (problem,) = files.check(guidance, contacts)
    assert str(problem).endswith(
        "id.md:20: IDR 9.500.000 is not what the tables say of CEK-01, CEK-02; "
        "bring article and table in line: see costs.yaml taiwan-batas"
    )


def test_a_translation_is_held_to_the_same_number(
    guidance: Path, write: Write, contacts: dict[str, Contact], sasak: Callable[..., str]
) -> None:
    write()
    page = guidance / "legal" / "cek-agen" / "sas.md"
    page.write_text(
        sasak(files.read(guidance).articles["cek-agen"].source_text.revision, "false").replace(
            "Izin nike tetulis.", "Paling luwek Rp 8 juta."
        )
    )
    assert whats(guidance, contacts) == ["IDR 8.000.000 is not what the tables say of CEK-01"]


def test_an_amount_needs_a_fact_or_is_advice(guidance: Path, contacts: dict[str, Contact]) -> None:
    article = guidance / "legal" / "cek-agen" / "id.md"
    words = article.read_text()
    article.write_text(words + "- Siapkan Rp50.000.\n- Saran: siapkan Rp50.000.\n")
    assert whats(guidance, contacts) == ["IDR 50.000 has no fact behind it"]


def test_a_row_says_what_its_facts_say_and_is_no_surer(
    guidance: Path, write: Write, contacts: dict[str, Contact]
) -> None:
    write("confidence: sedang", "confidence: tinggi\n    mentioned: {TWD: 500}")
    assert whats(guidance, contacts, FACTS) == [
        "taiwan-batas: confidence is tinggi, a fact is sedang",
        "taiwan-batas: TWD 500 stands in none of CEK-01",
    ]
    write("facts: [CEK-01]", "facts: [CEK-01, DRT-02]")
    assert whats(guidance, contacts, FACTS) == ["taiwan-batas: confidence is sedang, a fact is rendah"]
    write("facts: [CEK-01]", "facts: [CEK-99]")
    assert whats(guidance, contacts, FACTS) == ["taiwan-batas: no fact CEK-99"]


def test_a_table_belongs_to_articles_that_exist(guidance: Path, write: Write, contacts: dict[str, Contact]) -> None:
    write("[cek-agen]", "[cek-agen, hilang]")
    assert whats(guidance, contacts) == ["articles: no article 'hilang'"]


def test_our_own_tables_and_articles_agree(contacts: dict[str, Contact]) -> None:
    facts = FACT_PACK if FACT_PACK.is_dir() else None
    found = files.check(PROJECT / "content" / "guidance", contacts, facts)
    about = [problem for problem in found if "tables" in problem.what or problem.path.suffix == ".yaml"]
    assert [str(problem) for problem in about] == []


def test_our_own_tables_stand_in_the_fact_pack() -> None:
    if not FACT_PACK.is_dir():
        pytest.skip("the fact pack is not at hand")
    pack = " ".join(path.read_text() for path in FACT_PACK.glob("*.md"))
    urls = {source.url for table in ALL.values() for row in table.rows for source in row.sources if source.url}
    assert [url for url in sorted(urls) if url not in pack] == []
