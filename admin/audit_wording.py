"""What each deed in the audit is called, and what it was done to, in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from admin import case_wording, referral_wording
from admin.language import gettext
from admin.language import later as _
from admin.wording import day, role_name, where
from centre.audit import COMMAND_LINE, AuditEntry
from centre.referral_records import State
from centre.staff import Role

DEEDS: dict[str, Any] = {
    "signed_in": _("masuk"),
    "signed_out": _("keluar"),
    "password_changed": _("mengganti kata sandi"),
    "second_step_refused": _("salah mengetik kode kedua"),
    "second_factor_set": _("mengatur kode kedua"),
    "second_factor_removed": _("menghapus kode kedua"),
    "recovery_codes_made": _("membuat kode cadangan"),
    "recovery_code_used": _("masuk dengan kode cadangan"),
    "sessions_ended": _("mengeluarkan perangkat"),
    "staff_added": _("menambah staf"),
    "staff_changed": _("mengubah nama atau surel staf"),
    "staff_role_given": _("memberi peran"),
    "staff_role_taken": _("mencabut peran"),
    "staff_blocked": _("menutup akun"),
    "staff_unblocked": _("membuka akun"),
    "staff_password_reset": _("memberi kata sandi sekali pakai"),
    "backup_restored": _("mengembalikan data dari cadangan"),
    "village_changed": _("mengubah keterangan desa"),
    "audit_read": _("membaca catatan perbuatan"),
    "incident_noted": _("menangani gangguan"),
    "conduct_accepted": _("menyetujui kode etik"),
    "link_code_made": _("membuat kode Telegram"),
    "channel_linked": _("menyambungkan Telegram"),
    "channel_unlinked": _("melepas Telegram"),
    "message_read": _("membaca pesan"),
    "message_answered_again": _("meminta pesan dijawab ulang"),
    "message_handled": _("menyelesaikan pesan"),
    "reply_read": _("membaca balasan gagal"),
    "reply_handled": _("menyelesaikan balasan gagal"),
    "article_checked": _("memeriksa panduan"),
    "article_published": _("menerbitkan panduan"),
    "article_withdrawn": _("menarik panduan"),
    "article_brought_back": _("memulihkan panduan"),
    "article_entrusted": _("menentukan peninjau panduan"),
    "draft_saved": _("menyimpan naskah"),
    "draft_sent": _("mengirim naskah untuk diperiksa"),
    "draft_accepted": _("menyetujui naskah"),
    "draft_tested": _("menjalankan pertanyaan uji untuk naskah"),
    "draft_returned": _("mengembalikan naskah"),
    "draft_scheduled": _("menjadwalkan penerbitan"),
    "draft_dropped": _("membuang naskah"),
    "law_change_marked": _("menandai perubahan aturan"),
    "law_change_settled": _("menyelesaikan perubahan aturan"),
    "contact_tested": _("mencoba kontak"),
    "type_changed": _("mengubah jenis layanan"),
    "type_words_signed": _("menandatangani kata-kata layanan"),
    "hours_changed": _("mengubah jam buka"),
    "absence_changed": _("mengubah hari tanpa petugas"),
    "people_merged": _("menggabungkan dua catatan orang"),
    "people_kept_apart": _("menandai dua orang berbeda"),
    "person_entered": _("mencatat orang"),
    "person_read": _("membuka catatan orang"),
    "person_changed": _("mengubah catatan orang"),
    "person_checked": _("memeriksa catatan orang"),
    "person_tied": _("menghubungkan dua orang"),
    "person_untied": _("melepas hubungan dua orang"),
    "person_told": _("memberi tahu orang"),
    "person_consent": _("mencatat persetujuan orang"),
    "person_consent_withdrawn": _("mencatat persetujuan dicabut"),
    "person_erased": _("menghapus catatan orang"),
    "people_imported": _("memasukkan berkas warga"),
    "people_exported": _("mengunduh berkas warga"),
    "people_unmerged": _("memisahkan lagi catatan orang"),
    "data_request_made": _("mencatat permintaan data"),
    "breach_entered": _("mencatat kebocoran data"),
    "breach_corrected": _("memperbaiki catatan kebocoran"),
    "breach_listed": _("melihat siapa yang terkena kebocoran"),
    "breach_exported": _("mengunduh daftar tersegel kebocoran"),
    "breach_told": _("mencatat bahwa yang terkena sudah diberi tahu"),
    "data_request_answered": _("menjawab permintaan data"),
    "announcement_written": _("menulis pengumuman"),
    "announcement_read": _("membuka pengumuman"),
    "announcement_agreed": _("menyetujui pengumuman"),
    "announcement_returned": _("mengembalikan pengumuman"),
    "announcement_sent": _("mengirim pengumuman"),
    "announcement_stopped": _("menghentikan pengumuman"),
    "figures_exported": _("mengunduh angka"),
    "question_group_read": _("membuka pertanyaan yang belum terjawab"),
    "question_group_changed": _("mengurus pertanyaan yang belum terjawab"),
    "test_question_changed": _("mengubah pertanyaan uji"),
    "phrasing_proposed": _("mengusulkan cara bertanya"),
    "phrasing_accepted": _("menyetujui cara bertanya"),
    "phrasing_dropped": _("membuang cara bertanya"),
    "gate_overridden": _("menerbitkan meski uji menolak"),
    "call_read": _("membuka yang perlu ditelepon"),
    "call_made": _("menelepon"),
    "slots_made": _("membuat jadwal"),
    "slot_changed": _("mengubah jadwal"),
    "slot_called_off": _("membatalkan jadwal"),
    "roster_read": _("membuka daftar hadir"),
    "roster_exported": _("mengunduh daftar hadir"),
    "booking_read": _("membuka janji"),
    "booking_made": _("mendaftarkan orang"),
    "booking_marked": _("mencatat kehadiran"),
    "booking_called_off": _("membatalkan janji"),
    "case_read": _("membuka kasus"),
    "case_file_read": _("membuka berkas kasus"),
    "case_identity_opened": _("membuka identitas kasus"),
    "case_taken": _("mengambil kasus"),
    "case_passed_on": _("menyerahkan kasus"),
    "case_released": _("melepas kasus"),
    "case_replied": _("membalas kasus"),
    "referral_read": _("membuka rujukan"),
    "referral_made": _("menyiapkan rujukan"),
    "referral_asked": _("menanyakan persetujuan rujukan"),
    "referral_consented": _("mencatat persetujuan rujukan"),
    "referral_overridden": _("merujuk tanpa persetujuan"),
    "referral_changed": _("mengubah rujukan"),
    "referral_letter": _("membuat surat rujukan"),
    "case_figures_exported": _("mengunduh angka kasus"),
    "case_noted": _("mencatat di kasus"),
    "case_changed": _("mengubah kasus"),
    "case_linked": _("menghubungkan kasus"),
    "case_conflict": _("menyatakan kepentingan pribadi"),
    "case_closed": _("menutup kasus"),
    "case_approved": _("menyetujui penutupan kasus"),
    "case_not_approved": _("menolak penutupan kasus"),
    "case_reopened": _("membuka kasus lagi"),
    "case_keeping_agreed": _("mencatat sampai kapan kasus disimpan"),
    "case_erased": _("menghapus isi kasus atas permintaan keluarga"),
    "case_referred": _("merujuk kasus"),
    "case_exported": _("mengunduh kasus"),
    "saved_reply_changed": _("mengubah balasan tersimpan"),
    "recording_made": _("menambah rekaman"),
    "recording_published": _("menerbitkan rekaman"),
    "recording_removed": _("menghapus rekaman"),
    "exchange_exported": _("mengunduh berkas panduan"),
    "exchange_taken": _("memasukkan berkas panduan"),
    "pivot_set": _("memilih bahasa sumber terjemahan"),
    "catalogue_signed": _("menandatangani kalimat bot"),
}
KINDS: dict[str, Any] = {
    "event": _("pesan"),
    "reply": _("balasan"),
    "case": _("kasus"),
    "slot": _("jadwal"),
    "booking": _("janji"),
    "notice": _("pemberitahuan"),
    "person": _("orang"),
    "village": _("desa"),
    "type": _("jenis layanan"),
    "article": _("panduan"),
    "translation": _("terjemahan"),
    "contact": _("kontak"),
    "referral": _("rujukan"),
    "saved_reply": _("balasan tersimpan"),
    "recording": _("rekaman"),
    "conversation": _("percakapan"),
    "announcement": _("pengumuman"),
    "draft": _("naskah"),
    "law": _("dasar hukum"),
    "request": _("permintaan data"),
    "absence": _("hari tanpa petugas"),
    "test_question": _("pertanyaan uji"),
    "question_group": _("pertanyaan"),
    "phrasing": _("kalimat tanya"),
    "gate_run": _("uji"),
    "catalogue": _("kalimat bot"),
    "pivot": _("bahasa"),
    "exchange": _("berkas"),
    "phrases": _("kalimat bot"),
    "folder": _("folder"),
    "place": _("wilayah"),
    "year": _("tahun"),
    "incident": _("gangguan"),
}


def deed_name(deed: str) -> str:
    """What was done. A deed of an older version that has no words any more is shown as it is kept."""
    return str(DEEDS.get(deed, deed.replace("_", " ")))


def who(entry: AuditEntry, names: dict[str, str]) -> str:
    """Who did it."""
    if entry.staff_id == COMMAND_LINE:
        return gettext("baris perintah di server")
    return names.get(entry.staff_id) or gettext("akun yang sudah tidak ada")


def about(entry: AuditEntry, names: dict[str, str]) -> str:
    """What it was done to: a colleague by name, anything else by its kind and number."""
    kind, _colon, rest = entry.about.partition(":")
    if kind == "staff":
        return names.get(rest, gettext("akun yang sudah tidak ada"))
    return _named(entry.about)


def note(entry: AuditEntry) -> str:
    """The ground that was given; of a role its name and place."""
    if entry.deed == "case_erased":
        return case_wording.asked_by(entry.note.removeprefix("asked:"))
    if entry.deed == "case_keeping_agreed":
        return day(date.fromisoformat(entry.note)) if entry.note else gettext("sampai keluarga minta dihapus")
    if entry.deed not in ("staff_added", "staff_role_given", "staff_role_taken"):
        return _named(entry.note) if entry.note.startswith("referral:") else entry.note
    role, _space, area = entry.note.partition(" ")
    return f"{role_name(Role(role))}, {where(area)}" if role in set(Role) else entry.note


def _named(about: str) -> str:
    """ "kasus 3", "wilayah 52.03, 2026": of "case:3" and "place:52.03:2026"; a kind that is unknown stays as it is kept."""
    kind, _colon, rest = about.partition(":")
    if kind not in KINDS:
        return about
    number, _space, state = rest.partition(" ") if kind == "referral" else (rest, "", "")
    named = ", ".join(str(KINDS.get(part, part)) for part in number.split(":"))
    return f"{KINDS[kind]} {named}" + (f", {referral_wording.state(State(state))}" if state in set(State) else "")
