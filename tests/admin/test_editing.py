"""Wayan writes guidance, Rohani reads and publishes it; two of them write at once, and nothing that was typed is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from admin import article_forms, article_wording
from admin.contacts import book
from centre.audit import AuditEntry
from centre.staff import Role, StaffRole
from content import articles, drafts, law_changes, subjects
from content.draft_records import ArticleDraft
from tests.admin import tested
from tests.admin.guided import EDIT, SHORT, SLUG, fields, guide, press, write
from tests.content.judged import judged

NEW = "Agen resmi punya izin tertulis. [CEK-01]"


def shown(desk, language: str = "id") -> str:
    with desk.database.reading() as session:
        return articles.export(session).articles[SLUG].texts[language].short


def draft_of(desk) -> ArticleDraft:
    with desk.database.reading() as session:
        return session.scalars(select(ArticleDraft).order_by(ArticleDraft.id.desc())).first()


def judge(desk, *, loses: bool = False) -> None:
    with desk.database.transaction() as session:
        judged(session, drafts.held(session, draft_of(desk).id), desk.now, loses=loses)


def test_from_a_changed_sentence_to_the_chat(desk_on_both):
    desk = desk_on_both
    guide(desk)
    wayan, rohani = desk.at_work("wayan", Role.EDITOR), desk.at_work("rohani", Role.REVIEWER, "id")
    assert write(wayan, short=NEW, deed="kirim").status_code == 303
    number = draft_of(desk).id
    page = rohani.get("/admin/panduan/naskah").text
    assert page.index("Menunggu Anda") < page.index("Cek izin agen")
    page = rohani.get(f"/admin/panduan/naskah/{number}").text
    assert "Basa Sasak" in page.partition("Terjemahan yang tersentuh")[2], "she sees what the sentence touches"
    assert "<ins>" in page
    assert "tertulis" in page
    assert "bukan pemeriksaan isi oleh petugas" in page, "what families read under it after she agreed"
    assert "bukan pemeriksaan isi" not in wayan.get(f"/admin/panduan/naskah/{number}").text
    assert press(rohani, number, "setuju").status_code == 303
    page = rohani.get(f"/admin/panduan/naskah/{number}").text
    assert "Boleh terbit" in page
    assert "sedang dijalankan" not in page
    assert "Sesudah lulus" not in page, "one state: nothing that finds had changed"
    assert shown(desk) == SHORT
    assert press(wayan, number, "terbitkan").status_code == 422, "who wrote does not publish"
    answer = press(rohani, number, "terbitkan")
    assert answer.headers["Location"].endswith(f"/admin/panduan/{SLUG}")
    assert shown(desk) == NEW
    assert "Tertinggal" in rohani.get(f"/admin/panduan/{SLUG}").text, "the Sasak words are under review"
    with desk.database.reading() as session:
        deeds = list(session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)))
    assert deeds == ["draft_saved", "draft_sent", "draft_accepted", "article_published"]


def test_the_form_comes_back_as_it_was_and_saves_the_same(desk):
    guide(desk, check_before_use=True, check_note="Tanya BP3MI.", valid_until=date(2027, 12, 31))
    wayan = desk.at_work("wayan", Role.EDITOR)
    write(wayan)
    draft = draft_of(desk)
    with desk.database.reading() as session:
        assert draft.text.revision == articles.published_of(session, SLUG)["id"].digest
        assert draft.subject == subjects.kept(articles.one(session, SLUG))
    assert fields(wayan.get(EDIT).text)["edits"] == "1"
    write(wayan, deed="kirim")
    page = desk.at_work("rohani", Role.REVIEWER).get(f"/admin/panduan/naskah/{draft.id}").text
    assert f'/admin/panduan/{SLUG}#catat">Dicatat di halaman panduannya' in page
    assert "Belum ada yang berubah" in wayan.get(f"/admin/panduan/naskah/{draft.id}").text


def test_who_looks_as_families_do_comes_back_at_the_preview_and_nothing_is_saved(desk):
    guide(desk)
    wayan = desk.at_work("wayan", Role.EDITOR)
    form = wayan.get(EDIT).text
    assert f'value="lihat" formaction="{EDIT}#lihat"' in form
    assert '<section id="lihat" tabindex="-1"' in form
    assert "Belum ada yang disimpan" not in form
    assert "Begini warga akan melihatnya. Belum ada yang disimpan." in write(wayan, short=NEW, deed="lihat").text
    assert draft_of(desk) is None


def test_what_breaks_a_rule_is_saved_but_not_sent_and_the_field_says_why(desk):
    guide(desk)
    wayan = desk.at_work("wayan", Role.EDITOR)
    answer = write(wayan, label="Tombol yang terlalu panjang", body="Telepon 081234567890.", deed="kirim")
    assert answer.status_code == 422
    assert "paling banyak 20" in answer.text
    assert "seperti nomor telepon" in answer.text
    assert "Telepon 081234567890." in answer.text
    assert draft_of(desk).state == "writing"
    assert "seperti nomor telepon" in wayan.get(EDIT).text, "and still when it is opened again"


@pytest.mark.parametrize("wrong", [{"valid_from": "kemarin"}, {"review_due": ""}, {"title": "x" * 501}])
def test_what_cannot_be_kept_is_refused_with_the_words_still_there(desk, wrong):
    guide(desk)
    answer = write(desk.at_work("wayan", Role.EDITOR), short=NEW, **wrong)
    assert answer.status_code == 422
    assert NEW in answer.text
    assert draft_of(desk) is None


def test_the_second_to_save_sees_what_the_first_wrote_and_keeps_her_words(desk):
    guide(desk)
    wayan, ketut = desk.at_work("wayan", Role.EDITOR), desk.at_work("ketut", Role.EDITOR)
    both = fields(wayan.get(EDIT).text), fields(ketut.get(EDIT).text)
    wayan.post(EDIT, data=both[0] | {"short": "Kata Wayan. [CEK-01]", "kerja": "simpan"})
    answer = ketut.post(EDIT, data=both[1] | {"short": "Kata Ketut. [CEK-01]", "owner": "Dinas", "kerja": "simpan"})
    assert answer.status_code == 409
    assert "Wayan menyimpan naskah ini lebih dulu" in answer.text
    assert "Kata Ketut. [CEK-01]</textarea>" in answer.text
    assert "<del>" in answer.text
    assert "Penanggung jawab" in answer.text
    assert draft_of(desk).short == "Kata Wayan. [CEK-01]"
    again = fields(answer.text)
    assert ketut.post(EDIT, data=again | {"kerja": "simpan"}).status_code == 303
    assert draft_of(desk).short == "Kata Ketut. [CEK-01]"
    assert sorted(draft_of(desk).writers) == sorted({*draft_of(desk).writers})


@pytest.mark.parametrize("deed", ["simpan", "kirim"])
def test_what_arrives_twice_over_a_line_that_broke_is_saved_once(desk, deed):
    guide(desk)
    wayan = desk.at_work("wayan", Role.EDITOR)
    typed = fields(wayan.get(EDIT).text) | {"short": NEW, "kerja": deed}
    first, again = wayan.post(EDIT, data=typed), wayan.post(EDIT, data=typed)
    assert again.headers["Location"] == first.headers["Location"]
    assert draft_of(desk).edits == 1
    assert draft_of(desk).state == ("review" if deed == "kirim" else "writing")
    assert "sudah dikirim" in wayan.get(again.headers["Location"]).text or deed == "simpan"
    changed = typed | {"edits": "1", "short": "Lebih baru. [CEK-01]", "kerja": "simpan"}
    assert [wayan.post(EDIT, data=changed).status_code for _ in "ab"] == [303, 303]
    assert draft_of(desk).edits == 2


def test_a_draft_that_went_live_while_she_wrote_takes_nothing_from_her(desk):
    guide(desk)
    wayan, rohani = desk.at_work("wayan", Role.EDITOR), desk.at_work("rohani", Role.REVIEWER)
    write(wayan, short=NEW, deed="kirim")
    late = fields(wayan.get(EDIT).text)
    press(rohani, 1, "setuju")
    press(rohani, 1, "terbitkan")
    answer = wayan.post(EDIT, data=late | {"short": "Lebih baru. [CEK-01]", "kerja": "simpan"})
    assert answer.status_code == 409
    assert "Lebih baru. [CEK-01]" in answer.text
    assert wayan.post(EDIT, data=fields(answer.text) | {"kerja": "simpan"}).status_code == 303
    assert draft_of(desk).short == "Lebih baru. [CEK-01]"
    assert draft_of(desk).based_on == 2


def test_a_translator_sees_what_changed_in_the_source(desk):
    guide(desk)
    with desk.database.transaction() as session:
        source = articles.one(session, SLUG).source_text
        changed = replace(source, short="Agen resmi punya izin tertulis. [CEK-01]")
        articles.publish(session, SLUG, changed, origin="staff", author="x", now=desk.now)
    rohani = desk.at_work("rohani", Role.EDITOR, "sas")
    to = f"/admin/panduan/{SLUG}/sas/sunting"
    page = rohani.get(to).text
    assert "Yang berubah sejak diterjemahkan" in page
    assert page.index("Bahasa Indonesia") < page.index("Agen resmi ngaraq izin.")
    write(rohani, to, short="Agen resmi ngaraq izin tetulis. [CEK-01]", deed="kirim")
    assert draft_of(desk).source_revision == changed.revision
    assert rohani.get(EDIT).status_code == 404, "her languages are her own"
    assert rohani.get(f"/admin/panduan/{SLUG}/jv/sunting").status_code == 404


def test_a_new_article_begins_in_bahasa_and_is_nowhere_yet(desk):
    guide(desk)
    wayan = desk.at_work("wayan", Role.EDITOR)
    group = tested.asked(desk, None, "visa saya asli ga, nama saya Siti")
    address = f"/admin/panduan/baru?pertanyaan={group}"
    page = wayan.get(f"/admin/panduan/pertanyaan/{group}").text
    assert f'href="{address}"' in page, "words of a family stand in no address"
    page = wayan.get(address).text
    assert "visa saya asli ga, nama saya [nama]" in page
    typed = fields(page) | {
        "title": "Visa kerja",
        "phrasings": "visa saya asli ga",
        "slug": "visa-kerja",
        "label": "Visa kerja",
        "short": "Visa kerja beda dari visa wisata. [VIS-01]",
        "body": "Penjelasannya. [VIS-01]",
        "topic": "dokumen",
        "owner": "Imigrasi",
        "legal_basis": "UU 18/2017 Pasal 13",
        "sources-0-title": "Imigrasi",
        "sources-0-date": "2025",
        "sources-0-facts": "VIS-01",
    }
    assert wayan.post("/admin/panduan/baru", data=typed | {"slug": SLUG}).status_code == 422
    assert wayan.post("/admin/panduan/baru", data=typed | {"slug": "Visa Kerja"}).status_code == 422
    answer = wayan.post("/admin/panduan/baru", data=typed | {"kerja": "kirim"})
    assert answer.headers["Location"] == "/admin/panduan/naskah/1"
    assert wayan.get("/admin/panduan/visa-kerja").status_code == 404
    rohani = desk.at_work("rohani", Role.EDITOR)
    press(rohani, 1, "setuju")
    judge(desk)
    press(rohani, 1, "terbitkan")
    assert "Visa kerja" in wayan.get("/admin/panduan/semua?cari=visa").text


def test_returned_with_a_note_that_the_writer_reads(desk):
    guide(desk)
    wayan, rohani = desk.at_work("wayan", Role.EDITOR), desk.at_work("rohani", Role.REVIEWER)
    write(wayan, short=NEW, deed="kirim")
    assert press(rohani, 1, "kembalikan", note="").status_code == 422
    press(rohani, 1, "kembalikan", note="Sebut pasalnya.")
    assert "Sebut pasalnya." in wayan.get(EDIT).text
    assert press(rohani, 1, "setuju").status_code == 422


def test_what_would_lose_a_question_is_shown_and_not_published(desk):
    guide(desk)
    wayan, rohani = desk.at_work("wayan", Role.EDITOR), desk.at_work("rohani", Role.REVIEWER)
    write(wayan, title="Judul lain", deed="kirim")
    press(rohani, 1, "setuju")
    assert "sedang dijalankan" in rohani.get("/admin/panduan/naskah/1").text
    judge(desk, loses=True)
    page = rohani.get("/admin/panduan/naskah/1").text
    assert "1 pertanyaan uji tidak akan terjawab lagi" in page
    assert "pt ini resmi ga" in page
    assert press(rohani, 1, "terbitkan").status_code == 422


def test_a_time_to_go_live_is_set_and_taken_back(desk):
    guide(desk)
    wayan, rohani = desk.at_work("wayan", Role.EDITOR), desk.at_work("rohani", Role.REVIEWER)
    write(wayan, short=NEW, deed="kirim")
    press(rohani, 1, "setuju")
    assert press(rohani, 1, "waktu", on="2020-01-01", at="06:00").status_code == 422
    assert press(rohani, 1, "waktu", on="2026-12-01", at="06:00").status_code == 303
    assert draft_of(desk).publish_at.isoformat() == "2026-11-30T23:00:00+00:00"
    assert "1 Des 2026 06.00 WIB" in rohani.get("/admin/panduan/naskah/1").text
    press(rohani, 1, "waktu", batal="1")
    assert draft_of(desk).publish_at is None


def test_a_time_to_go_live_is_on_the_clock_of_whoever_sets_it(desk):
    guide(desk)
    wayan, staff_id = desk.at_work("wayan", Role.EDITOR), desk.hire("rohani", Role.REVIEWER)
    with desk.database.transaction() as session:
        session.add(StaffRole(staff_id=staff_id, role=Role.PETUGAS, area="52.03"))
    rohani = desk.browser_of(staff_id)
    write(wayan, short=NEW, deed="kirim")
    press(rohani, 1, "setuju")
    assert "Jam WITA, di tempat Anda." in rohani.get("/admin/panduan/naskah/1").text
    press(rohani, 1, "waktu", on="2026-12-01", at="06:00")
    assert draft_of(desk).publish_at.isoformat() == "2026-11-30T22:00:00+00:00"
    assert "1 Des 2026 06.00 WITA" in rohani.get("/admin/panduan/naskah/1").text
    assert "1 Des 2026 05.00 WIB" in wayan.get("/admin/panduan/naskah/1").text


def test_revisions_are_listed_compared_and_brought_back(desk):
    guide(desk)
    wayan, rohani = desk.at_work("wayan", Role.EDITOR), desk.at_work("rohani", Role.REVIEWER)
    write(wayan, short=NEW, owner="Dinas", deed="kirim")
    press(rohani, 1, "setuju")
    press(rohani, 1, "terbitkan")
    every = f"/admin/panduan/{SLUG}/id/revisi"
    assert wayan.get(every).text.count("Revisi ") >= 2
    page = wayan.get(f"{every}/2").text
    assert "<ins>" in page
    assert "BP3MI NTB" in page
    first = wayan.get(f"{every}/1").text
    token = fields("data-preview" + first.partition("pulihkan")[2])["csrf_token"]
    answer = wayan.post(f"{every}/1/pulihkan", data={"csrf_token": token})
    assert answer.headers["Location"] == "/admin/panduan/naskah/2"
    assert draft_of(desk).short == SHORT
    assert draft_of(desk).subject["owner"] == "BP3MI NTB"
    assert wayan.get(f"{every}/99").status_code == 404


def test_an_article_is_withdrawn_with_a_way_on_and_brought_back(desk, send):
    guide(desk)
    guide(desk, "izin-baru", "Izin baru", related=(SLUG,))
    wayan = desk.at_work("wayan", Role.EDITOR)
    page = wayan.get(f"/admin/panduan/{SLUG}/tarik").text
    assert "(panduan terkait)" in page
    assert "Tidak ada percakapan yang sedang membukanya" in page
    send(wayan, f"/admin/panduan/{SLUG}/tarik", on=f"/admin/panduan/{SLUG}/tarik", successor="izin-baru")
    page = wayan.get(f"/admin/panduan/{SLUG}").text
    assert "Penggantinya:" in page
    assert SLUG in wayan.get("/admin/panduan/semua?saring=ditarik").text
    assert f"/{SLUG}" not in wayan.get("/admin/panduan/semua").text
    send(wayan, f"/admin/panduan/{SLUG}/pakai-lagi", on=f"/admin/panduan/{SLUG}")
    assert f"/{SLUG}" in wayan.get("/admin/panduan/semua").text


def test_a_change_of_law_lists_what_rests_on_it_until_an_editor_confirms(desk, send):
    guide(desk)
    wayan = desk.at_work("wayan", Role.EDITOR)
    assert "Cek izin agen" in wayan.get("/admin/panduan/dasar-hukum?dasar=UU+18/2017").text
    laws = "/admin/panduan/dasar-hukum"
    law = {"changed_on": "2026-11-20", "note": "Pasal 72 diubah."}
    assert send(wayan, laws, on=laws, basis="UU 1/1999", **law).status_code == 422
    send(wayan, laws, on=laws, basis="UU 18/2017", **law)
    assert "Hukum berubah" in wayan.get("/admin/panduan/semua?saring=hukum").text
    assert "Pasal 72 diubah." in wayan.get(f"/admin/panduan/{SLUG}").text
    send(wayan, f"/admin/panduan/{SLUG}/masih-benar", on=f"/admin/panduan/{SLUG}")
    with desk.database.reading() as session:
        assert law_changes.under_review(session) == {}


def test_what_is_past_its_review_is_listed(desk):
    guide(desk)
    desk.now += timedelta(days=200)
    page = desk.at_work("wayan", Role.EDITOR).get("/admin/panduan/semua?saring=tinjau").text
    assert "Lewat waktu tinjau" in page.partition('<ul class="desk-rows">')[2]


def test_hostile_words_stay_words(desk):
    guide(desk)
    wayan = desk.at_work("wayan", Role.EDITOR)
    write(wayan, title="<script>x</script>", short='<img src=x onerror="x">{{7*7}}', owner="=cmd()")
    for page in (EDIT, "/admin/panduan/naskah", "/admin/panduan/naskah/1"):
        text = wayan.get(page).text
        assert "<script>x" not in text
        assert "<img src=x" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/admin/panduan/tidak-ada/id/sunting",
        f"/admin/panduan/{SLUG}/tlh/sunting",
        "/admin/panduan/%00/id/sunting",
        "/admin/panduan/%00/id/revisi",
        "/admin/panduan/tidak-ada/tarik",
        "/admin/panduan/%00/tarik",
        "/admin/panduan/naskah/99",
        "/admin/panduan/naskah/9223372036854775808",
        "/admin/panduan/semua?saring=apa",
    ],
)
def test_what_is_not_there_is_a_404(desk_on_both, path):
    guide(desk_on_both)
    assert desk_on_both.at_work("wayan", Role.EDITOR).get(path).status_code == 404


def test_no_article_takes_the_address_of_a_page(desk):
    """`/admin/panduan/<slug>` is the article's: a slug that another page has already would hide it."""
    rules = (str(rule).split("/") for rule in desk.app.url_map.iter_rules() if str(rule).startswith("/admin/panduan/"))
    taken = {parts[3] for parts in rules if not parts[3].startswith("<")}
    assert taken <= article_forms.TAKEN


def test_the_first_page_counts_what_waits_for_an_editor(desk):
    guide(desk)
    wayan, rohani = desk.at_work("wayan", Role.EDITOR), desk.at_work("rohani", Role.REVIEWER)
    write(wayan, short=NEW, deed="kirim")
    assert "Naskah menunggu Anda" in rohani.get("/admin/").text
    desk.now += timedelta(days=200)
    ketut = desk.at_work("ketut", Role.EDITOR)
    assert "Panduan harus ditinjau" in ketut.get("/admin/").text


def test_what_has_no_translation_is_listed_with_the_way_to_write_it(desk):
    guide(desk)
    page = desk.at_work("wayan", Role.EDITOR).get("/admin/panduan/terjemahan?bahasa=jv").text
    assert "1 panduan belum diterjemahkan" in page
    assert f"/admin/panduan/{SLUG}/jv/sunting" in page
    assert (
        "Belum diterjemahkan"
        not in desk.at_work("rohani", Role.EDITOR).get("/admin/panduan/terjemahan?bahasa=sas").text
    )


BROKEN = {
    "title": ("x" * 80, "Judul [CEK-01]"),
    "label": ("x" * 21,),
    "short": (
        "## Judul\nx",
        "x" * 601,
        "👩" * 600,
        "Lain. [ABC-01]",
        "{{kontak:tidak-ada}}",
        "Biayanya Rp5.000.000.",
        "NIK 5203123456789012",
        "HP 081234567890",
        "www.jahat.test",
        "[siku]",
        "{kurung}",
        "<b>tebal</b>",
        "a | b",
        "*tebal*",
        "1. satu",
        "x\n  menjorok",
        "> kutip",
    ),
    "body": ("", "x" * 3501),
    "phrasings": ("hp saya 081234567890", "ktp 5203123456789012", "x" * 1001),
    "owner": ("",),
    "legal_basis": ("",),
    "valid_until": ("2020-01-01",),
    "review_due": ("2028-01-01",),
    "sources-0-title": ("",),
    "sources-0-date": ("kemarin",),
    "sources-0-url": ("ftp://x",),
    "related-0": ("tidak-ada",),
}


def test_every_rule_is_said_in_bahasa_at_its_own_field(desk):
    """No English reaches an editor: whatever breaks a rule of the files is worded by the desk."""
    guide(desk)
    with desk.database.reading() as session:
        known = article_forms.text_data(articles.published_of(session, SLUG)["id"])
        subject = subjects.kept(articles.one(session, SLUG))
    said = []
    for field, values in BROKEN.items():
        for value in values:
            form = broken_form(known, subject, field, value)
            with desk.database.transaction() as session, desk.app.test_request_context():
                draft = drafts.begin(session, SLUG, "id", form.wanted(), "x", desk.now)
                found = drafts.problems(session, draft, book())
                assert found, (field, value)
                said += [(field, value, article_wording.problem(each), each) for each in found]
                drafts.drop(session, draft.id, "x", desk.now)
    english = [(field, value) for field, value, words, each in said if words == f"{each.what}; {each.remedy}"]
    assert not english


def broken_form(known, subject, field: str, value: str):
    data = article_forms.subject_data(subject) | known
    first, *rest = field.split("-")
    if first == "sources":
        data["sources"] = [data["sources"][0] | {rest[1]: value}]
    elif first == "related":
        data["related"] = [value]
    elif first in ("valid_until", "review_due"):
        data[first] = date.fromisoformat(value)
    else:
        data[field] = value
    return article_forms.SourceArticle(data=data)
