"""The one who writes, or the one they write about: whoever is hurt is spoken to as such; in doubt it is the writer."""

from __future__ import annotations

import pytest

from content.danger_rules import rulebook
from content.endangered import is_somebody_else
from content.typed import split


def is_of_another(text: str, kind: str) -> bool:
    words = split(text)
    return is_somebody_else(rulebook().judge(words), words, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("saya hamil diperkosa anak majikan", "sexual"),
        ("anak majikan pegang pegang badan saya", "sexual"),
        ("majikan lanang sering mlebu kamarku bengi bengi", "sexual"),
        ("adik majikan masuk kamar saya tiap malam", "sexual"),
        ("anak bos pukul saya", "violence"),
        ("nenek majikan pukul saya", "violence"),
        ("bapak juragan raba badanku", "sexual"),
        ("majikan laki masuk kamarku, anakku belum tahu", "sexual"),
    ],
)
def test_sari_who_is_hurt_by_her_employers_family_is_spoken_to(text: str, kind: str) -> None:
    assert not is_of_another(text, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sari dipukul majikannya, saya kakaknya", "violence"),
        ("siti disekap, saya ibunya", "confinement"),
        ("yuli disiksa majikannya, kulo mbakyune", "violence"),
        ("anak saya telpon katanya mak saya dipukuli majikan tolong jemput saya", "violence"),
        ("adik saya nelpon nangis bilang saya mau dijual", "confinement"),
        ("istri tiang nelpon, tangis, ngeraos tiang tepantok siq majikan", "violence"),
        ("istri saya di malaysia cerita tiap hari dijambak sama anak majikan, saya harus gimana", "violence"),
        ("anak saya dipukul anak majikan", "violence"),
        ("suamiku disekap di kamboja", "scam"),
    ],
)
def test_inaq_rohani_who_speaks_for_her_family_is_not_taken_for_the_one_who_is_hurt(text: str, kind: str) -> None:
    assert is_of_another(text, kind)


@pytest.mark.parametrize(
    "text",
    [
        "saya telpon kakak saya bilang saya dipukul",
        "saya dipukul majikan, tolong telpon keluarga saya, bilang saya di penampungan",
        "mamak telpon bilang saya harus pulang, saya dipukul majikan",
        "ibu saya telpon tapi saya dikurung tidak bisa angkat",
        "saya dipukul majikan saya harus gimana, anak saya di kampung",
        "paspor ditahan pelaku, saya dikurung, adik saya belum tahu",
    ],
)
def test_wayan_who_only_mentions_his_family_is_himself_in_danger(text: str) -> None:
    assert not is_of_another(text, "violence")
