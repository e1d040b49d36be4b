"""Finding: surely right, a few choices, or nothing; the same after saving; no heavy library while answering."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content import files, finding, normalising
from content.finding import Finder, Found
from content.phrasing import Phrasing
from tests.finders import hardly_an_alarm, kept

GUIDANCE = Path(finding.__file__).parent / "guidance"
SMALL_WORLD = {
    "keluarga-hilang-kontak",
    "tanpa-paspor-atau-overstay",
    "cara-melapor",
    "dokumen-ditahan",
    "gaji-tidak-dibayar",
    "pinjaman-kur-pmi",
    "pelatihan-dan-sertifikasi",
    "surat-izin-keluarga",
}


@pytest.fixture(scope="module")
def phrasings() -> list[Phrasing]:
    """The real phrasings of a few articles and of all that is no article: enough for stories, quick to learn."""
    return [p for p in files.read_phrasings(GUIDANCE) if p.label in SMALL_WORLD or p.label.startswith("@")]


@pytest.fixture(scope="module")
def finder(phrasings: Sequence[Phrasing], finders: Path) -> Finder:
    return Finder.load(kept(finders, phrasings, {}, hardly_an_alarm()))


def test_sari_asks_about_wages_and_is_answered(finder: Finder) -> None:
    found = finder.find("gaji saya 4 bulan tidak dibayar majikan, harus lapor ke mana?")
    assert (found.kind, found.label) == ("answer", "gaji-tidak-dibayar")
    assert found.confidence >= finding.ANSWER_AT
    assert "gaji" in found.because


def test_inaq_rohani_writes_sasak_and_the_gloss_says_how_it_was_read(finder: Finder) -> None:
    found = finder.find("anak tiang lalo jok Malaysia wah telu taun ndeq araq kabar")
    assert found.language == "sas"
    assert "keluarga-hilang-kontak" in (found.label, *found.choices)
    assert "tidak ada kabar" in found.gloss


@pytest.mark.parametrize("joint", [". ", "? ", " trus ", " dan "])
def test_two_questions_in_one_message_are_both_heard(finder: Finder, joint: str) -> None:
    found = finder.find(
        f"gaji saya 4 bulan tidak dibayar majikan{joint}paspor saya ditahan majikan cara mintanya gimana"
    )
    assert found.asks_several
    assert set(found.choices) == {"gaji-tidak-dibayar", "dokumen-ditahan"}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("assalamualaikum pak", finding.GREETING),
        ("makasih banyak ya bu", finding.THANKS),
        ("pamit dulu ya kak", finding.GOODBYE),
        ("dasar bot goblok", finding.INSULT),
    ],
)
def test_small_talk_is_small_talk(finder: Finder, text: str, label: str) -> None:
    found = finder.find(text)
    assert (found.kind, found.label) == ("chitchat", label)


def test_wayan_wants_a_person(finder: Finder) -> None:
    assert finder.find("saya mau bicara langsung sama petugas").kind == "person"


@pytest.mark.parametrize("text", ["harga bawang merah di pasar berapa ya", "cara bikin sim c yang hilang", "?"])
def test_other_offices_business_finds_nothing(finder: Finder, text: str) -> None:
    assert finder.find(text).kind == "none"


def test_a_story_that_begins_with_a_greeting_is_a_question(finder: Finder) -> None:
    found = finder.find("assalamualaikum pak mau tanya, suami tidak mau tanda tangan surat izin, saya boleh berangkat?")
    assert "surat-izin-keluarga" in (found.label, *found.choices)


def test_a_question_we_have_no_article_for_is_not_answered_with_the_nearest(finder: Finder) -> None:
    found = finder.find("bpjs ketenagakerjaan pmi iurannya berapa per bulan")
    assert found.kind in ("choices", "none")


def test_own_choice_of_language_decides_a_word_that_many_share(finder: Finder) -> None:
    assert finder.find("paspor", "sas").language == "sas"
    assert finder.find("paspor saya hilang di Malaysia, cara buat surat pulangnya bagaimana?", "sas").language == "id"


@given(st.one_of(st.text(max_size=300), st.sampled_from(["", " ", "🙏🙏", "مرحبا", "x" * 10_000, "%s{0}<b>'; --"])))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_typed_gets_an_honest_shape(finder: Finder, text: str) -> None:
    assert_honest(finder.find(text), finder)


def assert_honest(found: Found, finder: Finder) -> None:
    assert 0 <= found.confidence <= 1
    assert len(found.choices) <= 3
    assert all(choice in finder.ranker.labels and not choice.startswith("@") for choice in found.choices)
    named = found.kind in ("answer", "chitchat") or found.label == "@unclear"
    assert (found.label is not None) == named
    assert found.label != "@unclear" or found.kind == "none"
    assert bool(found.choices) == (found.kind == "choices")


def test_saved_and_loaded_finds_the_same(finder: Finder, phrasings: Sequence[Phrasing], tmp_path: Path) -> None:
    path = tmp_path / "finder.npz"
    finder.save(path)
    loaded = Finder.load(path)
    assert loaded.fingerprint == finding.fingerprint(phrasings, {})
    for phrasing in phrasings[::40]:
        assert loaded.find(phrasing.text) == finder.find(phrasing.text)
    assert os.listdir(tmp_path) == ["finder.npz"]


def test_the_process_that_answers_loads_no_learning_library(finder: Finder, tmp_path: Path) -> None:
    finder.save(tmp_path / "finder.npz")
    code = (
        "import sys; from pathlib import Path; from content.finding import Finder;"
        "Finder.load(Path(sys.argv[1])).find('paspor hilang');"
        "print([m for m in ('sklearn', 'scipy', 'sqlalchemy') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "finder.npz")], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_order_of_phrasings_changes_nothing(phrasings: Sequence[Phrasing], finder: Finder) -> None:
    few = [p for p in phrasings if p.label in ("gaji-tidak-dibayar", "dokumen-ditahan", "@outside")][::3]
    forward, backward = finding.build(few, {}, finder.alarm), finding.build(few[::-1], {}, finder.alarm)
    assert forward.fingerprint == backward.fingerprint
    assert forward.find("paspor saya dipegang bos") == backward.find("paspor saya dipegang bos")


def test_a_changed_phrasing_or_title_is_noticed_without_building(phrasings: Sequence[Phrasing]) -> None:
    before = finding.fingerprint(phrasings, {"dokumen-ditahan": ["Paspor ditahan"]})
    assert before != finding.fingerprint([*phrasings, Phrasing("paspor-pmi", "id", "bikin paspor")], {})
    assert before != finding.fingerprint(phrasings, {"dokumen-ditahan": ["Paspor ditahan majikan"]})


def test_every_label_beside_the_articles_is_said_somehow(phrasings: Sequence[Phrasing]) -> None:
    """And none is said that the code does not know."""
    said = {phrasing.label for phrasing in phrasings if phrasing.label.startswith("@")}
    assert said == {*finding.CHITCHAT, *finding.ASIDE, finding.PERSON}


def test_a_damaged_file_is_refused(finder: Finder, tmp_path: Path) -> None:
    path = tmp_path / "finder.npz"
    finder.save(path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(finding.UnfitFinder, match="cannot be read"):
        Finder.load(path)


def test_a_crash_while_saving_leaves_the_old_finder(
    finder: Finder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "finder.npz"
    path.write_bytes(b"the old one")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        finder.save(path)
    assert path.read_bytes() == b"the old one"
    assert os.listdir(tmp_path) == ["finder.npz"]


def test_no_line_of_talk_is_told_twice_with_two_meanings() -> None:
    labels: dict[tuple[str, ...], set[str]] = {}
    for phrasing in (p for p in files.read_phrasings(GUIDANCE) if p.label.startswith("@")):
        labels.setdefault(tuple(normalising.split_words(phrasing.text)), set()).add(phrasing.label)
    assert not {words: found for words, found in labels.items() if len(found) > 1}
