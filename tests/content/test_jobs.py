"""A job named in a message, in people's own words, and the words that only look like one."""

from pathlib import Path

import pytest

from content import jobs
from content.jobs import JobsInvalid, jobs_in


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("biaya ART ke Taiwan brp ya", ("rumah-tangga",)),
        ("sy mau jaga akong di taiwan, dulu di pabrik", ("pengasuh-lansia", "pabrik")),
        ("anak saya daftar perawat taman", ("tukang-kebun",)),
        ("lulusan keperawatan mau jadi kangoshi", ("perawat",)),
        ("suami ditawari nyawit di sabah, katanya ladang sawit felda", ("kebun",)),
        ("SSW atau magang lebih bagus mana", ("ssw", "magang")),
        ("ditawari jadi admin judol di poipet", ("admin-daring",)),
        ("adikku diajak jadi ABK kapal ikan", ("abk-ikan",)),
        ("arep momong bocah neng hongkong", ("pengasuh-anak",)),
        ("bade ngasuh budak di malaysia", ("pengasuh-anak",)),
    ],
)
def test_the_job_is_heard_however_it_is_called(said: str, meant: tuple[str, ...]) -> None:
    assert jobs_in(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "Inaq Rohani jual ladang buat ongkos ke malaysia",
        "siapa yang jaga anak saya kalau saya berangkat",
        "calon PMI wajib lapor ke mana",
        "disuruh nginap di hotel dulu sama sopirnya",
        "saya kerja. Masak sendiri tiap malam",
        "",
    ],
)
def test_what_only_looks_like_a_job_is_none(said: str) -> None:
    assert jobs_in(said) == ()


def test_a_name_does_not_cross_a_full_stop() -> None:
    assert jobs_in("dapat panti. Jompo semua isinya") == ()
    assert jobs_in("dapat panti jompo semua isinya") == ("panti-jompo",)


def test_a_slip_in_the_list_names_line_and_remedy(tmp_path: Path) -> None:
    listed = tmp_path / "jobs.tsv"
    listed.write_text("pabrik\tkilang\nkebun\tladang,kilang\n")
    with pytest.raises(JobsInvalid, match=r"jobs.tsv line 2: 'kilang' is pabrik too; keep it in one line"):
        jobs.jobs(listed)
    listed.write_text("pabrik kilang\n")
    with pytest.raises(JobsInvalid, match="line 1: write a code, a tab"):
        jobs.jobs(listed)
