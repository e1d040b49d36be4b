"""Contacts: who is shown for which danger where, in which order, and what a slip in the file says."""

from datetime import date
from pathlib import Path

import pytest

from content import contacts
from content.contacts import Contact, ContactsInvalid, Month, for_danger, line, read

ALL = read()


def codes(country: str | None, kind: str) -> list[str]:
    return [contact.code for contact in for_danger(ALL, country, kind)]


def say(contact: Contact) -> str:
    if contact.tested_on:
        return f"dicoba {contact.tested_on:%d-%m-%Y}"
    words = f"per {contact.since.month}/{contact.since.year}" if contact.since else ""
    return words if contact.is_confirmed else f"{words}, belum dipastikan"


def test_sari_in_hong_kong_gets_the_local_number_first_then_the_mission() -> None:
    assert codes("hk", "violence") == ["darurat-hong-kong", "kjri-hong-kong-darurat", "kemlu", "kp2mi-luar"]


def test_wayan_in_taiwan_gets_the_indonesian_speaking_hotline_for_what_it_can_do() -> None:
    assert codes("tw", "violence") == ["taiwan-1955", "kdei-taipei", "kemlu", "kp2mi-luar"]
    assert "taiwan-1955" not in codes("tw", "disaster")


def test_two_missions_where_there_is_no_local_number() -> None:
    assert codes("my", "confinement") == ["kbri-kuala-lumpur", "kjri-johor-bahru", "kemlu", "kp2mi-luar"]


def test_the_saudi_ambulance_comes_for_the_sick_only() -> None:
    assert codes("sa", "medical") == ["ambulans-saudi", "kbri-riyadh", "kemlu", "kp2mi-luar"]
    assert codes("sa", "violence") == ["kbri-riyadh", "kjri-jeddah", "kemlu", "kp2mi-luar"]


@pytest.mark.parametrize("country", ["id", None])
def test_inaq_rohani_at_home_gets_police_and_the_line_for_women_and_children(country: str | None) -> None:
    assert codes(country, "violence") == ["polri110", "sapa129", "kp2mi", "kemlu"]
    assert "sapa129" not in codes(country, "scam")


def test_a_country_without_a_contact_still_gets_the_ones_from_anywhere() -> None:
    assert codes("bn", "violence") == ["kemlu", "kp2mi-luar", "kp2mi-wa"]


def test_unconfirmed_ones_only_where_nothing_surer_exists() -> None:
    for country in {code for contact in ALL.values() for code in contact.countries}:
        shown = for_danger(ALL, country, "violence")
        assert 2 <= len(shown) <= 4
        for contact in shown:
            surer = [c for c in ALL.values() if c.role == contact.role and c.grade == "A" and country in c.countries]
            assert contact.grade == "A" or not surer


def test_a_line_says_since_when_and_how_sure() -> None:
    assert line(ALL["kjri-hong-kong"], say) == "KJRI Hong Kong +852 5242 2240 (per 11/2025)"
    assert line(ALL["kbri-doha"], say).endswith("(per 1/2020, belum dipastikan)")


def test_a_test_call_by_staff_counts_more_than_the_newspaper() -> None:
    called = contacts.tested(ALL, {"kbri-doha": date(2026, 11, 20), "gone": date(2026, 1, 1)})
    assert line(called["kbri-doha"], say).endswith("(dicoba 20-11-2026)")
    assert called["kbri-doha"].is_confirmed
    assert called["kbri-doha"].since == Month(2026, 11)
    assert not ALL["kbri-doha"].is_confirmed


# Contradicted or stale in the fact pack: never to be shown.
BARRED = """+852 6894 2799; +852 5294 4184; +852 3653 6300; +886 901 023 888; +886 973 830 653; +82 10 5309 8820
+82 10 9876 5432; +65 9295 3964; +65 9648 0017; +968 9600 0210; +963 954 444 810; +966598881945; +966581781945
+62 21 3441 5044; 7266; 112; 148; 157; +60 17 668 5547; +60 17 500 7047; +855 23 217 934; +95 9 450 014 300
+81 80 4944 9308; +62811 129 129; 119 8"""


def test_no_barred_number_is_in_the_file() -> None:
    def digits(number: str) -> str:
        return "".join(c for c in number if c.isdigit())

    barred = {digits(number) for number in BARRED.replace("\n", ";").split(";")}
    assert barred.isdisjoint(digits(contact.number) for contact in ALL.values())


def test_every_number_stands_in_the_fact_pack() -> None:
    pack = contacts.FILE.resolve().parents[2] / "shared" / "facts" / "hotlines.md"
    if not pack.exists():
        pytest.skip("the fact pack is not on this machine")
    facts = pack.read_text(encoding="utf-8")
    assert [contact.number for contact in ALL.values() if contact.number not in facts] == []


GOOD = """
kantor:
  name: Kantor
  country: hk
  role: mission
  kind: phone
  number: "+852 1"
  class: A
  serves: [any]
  sources:
    - {title: Koran, date: "2025-11"}
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"+852 1"', '"telepon saja"', "cannot be dialled"),
        ('"+852 1"', "852", "between quotation marks"),
        ("class: A", "class: C", "class 'C' is not possible"),
        ("country: hk", "country: hongkong", "country 'hongkong' is no code"),
        ("role: mission", "role: boss", "role 'boss' is not possible"),
        ("serves: [any]", "serves: [hantu]", "serves"),
        ('"2025-11"', '"Nov 2025"', "date 'Nov 2025' is not possible"),
        ("name: Kantor", "nama: Kantor", "field nama is unknown"),
        ("kantor:", "Kantor Kami:", "a code has small letters"),
    ],
)
def test_a_slip_names_file_entry_and_remedy(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "contacts.yaml"
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(ContactsInvalid, match=says) as error:
        read(file)
    assert str(error.value).startswith("contacts.yaml, entry ")


def test_a_good_entry_is_read(tmp_path: Path) -> None:
    file = tmp_path / "contacts.yaml"
    file.write_text(GOOD.replace('"+852 1"', '"+852 1234"'), encoding="utf-8")
    assert read(file)["kantor"].source.published == Month(2025, 11)
