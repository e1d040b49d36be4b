"""Every page, every role: who may open what, and that no page can be added without saying so."""

from __future__ import annotations

import subprocess
import sys
import uuid
from datetime import timedelta

import pytest
import structlog
from flask import Flask

import admin
from admin import access
from admin.access import (
    MAY_BOOK,
    MAY_CHANGE_TYPES,
    MAY_EDIT,
    MAY_EXCHANGE,
    MAY_EXCHANGE_ALL,
    MAY_KEEP_PEOPLE,
    MAY_PUBLISH_VOICES,
    MAY_READ_CONTENT,
    MAY_READ_TYPES,
    MAY_RECORD,
    MAY_REVIEW,
    MAY_SEE_CASES,
    MAY_SEE_MESSAGES,
    MAY_SEE_ROSTERS,
    MAY_SERVE,
    MAY_TEST,
    MAY_VOUCH,
    Policy,
)
from centre import announcements, breaches, incidents, saved_replies
from centre.announcements import Wanted
from centre.case_scopes import SUPERVISORS
from centre.db import Database, open_database
from centre.privacy import Vault
from centre.saved_replies import Wording
from centre.staff import Role, Scope, StaffMember, StaffRole
from content import articles, drafts, exchange_uploads, recordings, subjects
from tests.admin import registered, tested
from tests.admin.cased import KORLEKO, LENEK, told
from tests.admin.cases_made import referral_address
from tests.admin.conftest import MORNING, PASSWORD
from tests.admin.scheduled import booked, training
from tests.admin.services_made import address_of

ANYBODY, EVERY_ROLE = "anybody", "every role"
STAFF = tuple(Role)

WHO_MAY = {
    ("GET", "/admin/aset/<digest>/<name>"): ANYBODY,
    ("GET", "/admin/masuk"): ANYBODY,
    ("POST", "/admin/masuk"): ANYBODY,
    ("POST", "/admin/keluar"): ANYBODY,
    ("POST", "/admin/bahasa"): ANYBODY,
    ("GET", "/admin/masuk/kode"): STAFF,
    ("POST", "/admin/masuk/kode"): STAFF,
    ("POST", "/admin/masuk/kode/kirim"): STAFF,
    ("GET", "/admin/akun/kode-kedua"): STAFF,
    ("POST", "/admin/akun/kode-kedua/aplikasi"): STAFF,
    ("POST", "/admin/akun/kode-kedua/telegram/kirim"): STAFF,
    ("POST", "/admin/akun/kode-kedua/telegram"): STAFF,
    ("GET", "/admin/akun/kode-cadangan"): STAFF,
    ("POST", "/admin/akun/kode-cadangan"): STAFF,
    ("GET", "/admin/akun/sesi"): STAFF,
    ("POST", "/admin/akun/sesi/<number>/akhiri"): STAFF,
    ("POST", "/admin/akun/sesi/lainnya/akhiri"): STAFF,
    ("GET", "/admin/ganti-sandi"): STAFF,
    ("POST", "/admin/ganti-sandi"): STAFF,
    ("GET", "/admin/akun"): STAFF,
    ("POST", "/admin/akun/telegram"): STAFF,
    ("POST", "/admin/akun/telegram/lepas"): STAFF,
    ("GET", "/admin/staf"): SUPERVISORS,
    ("GET", "/admin/staf/baru"): (Role.ADMINISTRATOR,),
    ("POST", "/admin/staf/baru"): (Role.ADMINISTRATOR,),
    ("GET", "/admin/staf/<member>"): SUPERVISORS,
    ("POST", "/admin/staf/<member>/nama"): (Role.ADMINISTRATOR,),
    ("POST", "/admin/staf/<member>/peran"): (Role.ADMINISTRATOR,),
    ("POST", "/admin/staf/<member>/peran/cabut"): (Role.ADMINISTRATOR,),
    ("POST", "/admin/staf/<member>/tutup"): (Role.ADMINISTRATOR,),
    ("POST", "/admin/staf/<member>/buka"): (Role.ADMINISTRATOR,),
    ("POST", "/admin/staf/<member>/kode-kedua"): (Role.ADMINISTRATOR,),
    ("POST", "/admin/staf/<member>/sesi"): (Role.ADMINISTRATOR,),
    ("POST", "/admin/staf/<member>/sandi"): (Role.ADMINISTRATOR,),
    ("GET", "/admin/desa"): MAY_SERVE,
    ("GET", "/admin/desa/{row}"): MAY_SERVE,
    ("POST", "/admin/desa/{row}"): MAY_SERVE,
    ("GET", "/admin/catatan"): SUPERVISORS,
    ("GET", "/admin/gangguan"): (Role.COORDINATOR, Role.ADMINISTRATOR),
    ("POST", "/admin/gangguan/{row}/tangani"): (Role.COORDINATOR, Role.ADMINISTRATOR),
    ("GET", "/admin/pengaturan"): (Role.ADMINISTRATOR,),
    ("GET", "/admin/pengaturan/penyimpanan"): (Role.ADMINISTRATOR,),
    ("GET", "/admin/pengaturan/kebocoran"): (Role.ADMINISTRATOR,),
    ("POST", "/admin/pengaturan/kebocoran"): (Role.ADMINISTRATOR,),
    ("GET", "/admin/pengaturan/kebocoran/{row}"): (Role.ADMINISTRATOR,),
    ("GET", "/admin/pengaturan/kebocoran/{row}/ubah"): (Role.ADMINISTRATOR,),
    ("POST", "/admin/pengaturan/kebocoran/{row}/ubah"): (Role.ADMINISTRATOR,),
    ("GET", "/admin/pengaturan/kebocoran/{row}/daftar"): (Role.ADMINISTRATOR,),
    ("GET", "/admin/pengaturan/kebocoran/{row}/surat"): (Role.ADMINISTRATOR,),
    ("POST", "/admin/pengaturan/kebocoran/{row}/selesai"): (Role.ADMINISTRATOR,),
    ("GET", "/admin/tulisan"): STAFF,
    ("POST", "/admin/tulisan/buang"): STAFF,
    ("POST", "/admin/tulisan/simpan"): ANYBODY,
    ("GET", "/admin/kode-etik"): STAFF,
    ("POST", "/admin/kode-etik"): STAFF,
    ("GET", "/admin/"): STAFF,
    ("GET", "/admin/pesan"): (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR),
    ("GET", "/admin/pesan/{row}"): (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR),
    ("POST", "/admin/pesan/{row}/jawab-ulang"): (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR),
    ("POST", "/admin/pesan/{row}/selesai"): (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR),
    ("GET", "/admin/balasan"): (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR),
    ("GET", "/admin/balasan/{row}"): (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR),
    ("POST", "/admin/balasan/{row}/selesai"): (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR),
    ("GET", "/admin/jadwal"): MAY_SEE_ROSTERS,
    ("GET", "/admin/jadwal/buat"): MAY_SEE_ROSTERS,
    ("POST", "/admin/jadwal/buat"): MAY_SEE_ROSTERS,
    ("GET", "/admin/jadwal/{row}"): MAY_SEE_ROSTERS,
    ("GET", "/admin/jadwal/{row}/daftar-hadir"): MAY_SEE_ROSTERS,
    ("GET", "/admin/jadwal/{row}/unduh"): MAY_SEE_ROSTERS,
    ("GET", "/admin/jadwal/{row}/ubah"): MAY_SEE_ROSTERS,
    ("POST", "/admin/jadwal/{row}/ubah"): MAY_SEE_ROSTERS,
    ("GET", "/admin/jadwal/{row}/batal"): MAY_SEE_ROSTERS,
    ("POST", "/admin/jadwal/{row}/batal"): MAY_SEE_ROSTERS,
    ("GET", "/admin/jadwal/{row}/daftarkan"): (*MAY_SEE_ROSTERS, Role.HELPER),
    ("POST", "/admin/jadwal/{row}/daftarkan"): (*MAY_SEE_ROSTERS, Role.HELPER),
    ("GET", "/admin/daftarkan"): (*MAY_SEE_ROSTERS, Role.HELPER),
    ("GET", "/admin/janji/{row}"): MAY_SEE_ROSTERS,
    ("POST", "/admin/janji/{row}/tandai"): MAY_SEE_ROSTERS,
    ("POST", "/admin/janji/{row}/batal"): MAY_SEE_ROSTERS,
    ("GET", "/admin/hadir"): MAY_SEE_ROSTERS,
    ("GET", "/admin/hadir/<code>"): MAY_SEE_ROSTERS,
    ("GET", "/admin/panduan"): MAY_READ_CONTENT,
    ("GET", "/admin/panduan/<slug>"): MAY_READ_CONTENT,
    ("POST", "/admin/panduan/<slug>"): (Role.PETUGAS, Role.SPECIALIST, Role.COORDINATOR, Role.ADMINISTRATOR),
    ("GET", "/admin/panduan/coba"): MAY_READ_CONTENT,
    ("POST", "/admin/panduan/coba"): MAY_READ_CONTENT,
    ("GET", "/admin/panduan/pertanyaan"): MAY_READ_CONTENT,
    ("GET", "/admin/panduan/pertanyaan/{row}"): MAY_READ_CONTENT,
    ("POST", "/admin/panduan/pertanyaan/{row}/pelajari"): MAY_TEST,
    ("POST", "/admin/panduan/pertanyaan/{row}/jadi-uji"): MAY_TEST,
    ("POST", "/admin/panduan/pertanyaan/{row}/sisihkan"): MAY_TEST,
    ("POST", "/admin/panduan/pertanyaan/{row}/selesai"): MAY_TEST,
    ("GET", "/admin/panduan/gerbang"): MAY_READ_CONTENT,
    ("GET", "/admin/panduan/gerbang/{row}"): MAY_READ_CONTENT,
    ("GET", "/admin/panduan/gerbang/{row}/kabar"): MAY_READ_CONTENT,
    ("POST", "/admin/panduan/gerbang/{row}/tetap-terbitkan"): (Role.ADMINISTRATOR,),
    ("POST", "/admin/panduan/frasa/{row}/setuju"): MAY_TEST,
    ("POST", "/admin/panduan/frasa/{row}/batal"): MAY_TEST,
    ("POST", "/admin/panduan/frasa/{row}/uji-lagi"): MAY_TEST,
    ("GET", "/admin/panduan/uji"): MAY_READ_CONTENT,
    ("GET", "/admin/panduan/uji/<slug>"): MAY_READ_CONTENT,
    ("POST", "/admin/panduan/uji/<slug>"): MAY_TEST,
    ("GET", "/admin/panduan/uji/<slug>/{row}"): MAY_TEST,
    ("POST", "/admin/panduan/uji/<slug>/{row}"): MAY_TEST,
    ("POST", "/admin/panduan/uji/<slug>/{row}/hapus"): MAY_TEST,
    ("GET", "/admin/panduan/semua"): MAY_READ_CONTENT,
    ("POST", "/admin/panduan/semua/peninjau"): MAY_EDIT,
    ("POST", "/admin/panduan/<slug>/peninjau"): MAY_EDIT,
    ("GET", "/admin/panduan/baru"): MAY_EDIT,
    ("POST", "/admin/panduan/baru"): MAY_EDIT,
    ("POST", "/admin/panduan/pratinjau"): MAY_EDIT,
    ("GET", "/admin/panduan/<slug>/<language>/sunting"): MAY_EDIT,
    ("POST", "/admin/panduan/<slug>/<language>/sunting"): MAY_EDIT,
    ("GET", "/admin/panduan/<slug>/<language>/revisi"): MAY_READ_CONTENT,
    ("GET", "/admin/panduan/<slug>/<language>/revisi/{row}"): MAY_READ_CONTENT,
    ("POST", "/admin/panduan/<slug>/<language>/revisi/{row}/pulihkan"): MAY_EDIT,
    ("GET", "/admin/panduan/naskah"): MAY_REVIEW,
    ("GET", "/admin/panduan/naskah/{row}"): MAY_REVIEW,
    ("POST", "/admin/panduan/naskah/{row}/kirim"): MAY_EDIT,
    ("POST", "/admin/panduan/naskah/{row}/susul"): MAY_EDIT,
    ("POST", "/admin/panduan/naskah/{row}/setuju"): MAY_REVIEW,
    ("POST", "/admin/panduan/naskah/{row}/kembalikan"): MAY_REVIEW,
    ("POST", "/admin/panduan/naskah/{row}/uji"): MAY_REVIEW,
    ("POST", "/admin/panduan/naskah/{row}/terbitkan"): MAY_REVIEW,
    ("POST", "/admin/panduan/naskah/{row}/waktu"): MAY_REVIEW,
    ("POST", "/admin/panduan/naskah/{row}/buang"): MAY_EDIT,
    ("GET", "/admin/panduan/dasar-hukum"): MAY_READ_CONTENT,
    ("POST", "/admin/panduan/dasar-hukum"): MAY_EDIT,
    ("POST", "/admin/panduan/<slug>/masih-benar"): MAY_EDIT,
    ("GET", "/admin/panduan/<slug>/tarik"): MAY_EDIT,
    ("POST", "/admin/panduan/<slug>/tarik"): MAY_EDIT,
    ("POST", "/admin/panduan/<slug>/pakai-lagi"): MAY_EDIT,
    ("GET", "/admin/panduan/terjemahan"): MAY_READ_CONTENT,
    ("GET", "/admin/panduan/terjemahan/<slug>/<language>"): MAY_READ_CONTENT,
    ("POST", "/admin/panduan/terjemahan/<slug>/<language>"): (Role.REVIEWER, Role.ADMINISTRATOR),
    ("GET", "/admin/panduan/tabel"): MAY_READ_CONTENT,
    ("GET", "/admin/panduan/tukar"): MAY_EXCHANGE,
    ("POST", "/admin/panduan/tukar"): MAY_EXCHANGE,
    ("GET", "/admin/panduan/tukar/panduan.zip"): MAY_EXCHANGE_ALL,
    ("GET", "/admin/panduan/tukar/terjemahan"): MAY_EXCHANGE,
    ("GET", "/admin/panduan/tukar/kalimat"): MAY_EXCHANGE,
    ("GET", "/admin/panduan/tukar/kalimat/<language>"): MAY_EXCHANGE,
    ("POST", "/admin/panduan/tukar/kalimat/<language>"): (Role.REVIEWER, Role.ADMINISTRATOR),
    ("GET", "/admin/panduan/tukar/{row}"): MAY_EXCHANGE,
    ("POST", "/admin/panduan/tukar/{row}/ambil"): MAY_EXCHANGE,
    ("POST", "/admin/panduan/tukar/{row}/buang"): MAY_EXCHANGE,
    ("POST", "/admin/panduan/tukar/sumber"): MAY_EXCHANGE_ALL,
    ("GET", "/admin/panduan/rekaman"): MAY_READ_CONTENT,
    ("GET", "/admin/panduan/rekaman/<slug>/<language>"): MAY_READ_CONTENT,
    ("POST", "/admin/panduan/rekaman/<slug>/<language>"): MAY_RECORD,
    ("GET", "/admin/panduan/rekaman/suara/{row}"): MAY_READ_CONTENT,
    ("POST", "/admin/panduan/rekaman/suara/{row}/siarkan"): MAY_PUBLISH_VOICES,
    ("POST", "/admin/panduan/rekaman/suara/{row}/hapus"): MAY_PUBLISH_VOICES,
    ("GET", "/admin/kontak"): MAY_READ_CONTENT,
    ("GET", "/admin/kontak/<code>"): MAY_READ_CONTENT,
    ("POST", "/admin/kontak/<code>"): (Role.PETUGAS, Role.SPECIALIST, Role.COORDINATOR, Role.ADMINISTRATOR),
    ("GET", "/admin/menu"): tuple(Role),
    ("GET", "/admin/kabar"): tuple(Role),
    ("GET", "/admin/kasus/<code>/baru"): MAY_SEE_CASES,
    ("GET", "/admin/layanan"): MAY_READ_TYPES,
    ("GET", "/admin/layanan/jenis"): MAY_READ_TYPES,
    ("GET", "/admin/layanan/jenis/baru"): MAY_CHANGE_TYPES,
    ("POST", "/admin/layanan/jenis/baru"): MAY_CHANGE_TYPES,
    ("GET", "/admin/layanan/jenis/{row}"): MAY_READ_TYPES,
    ("GET", "/admin/layanan/jenis/{row}/ubah"): MAY_CHANGE_TYPES,
    ("POST", "/admin/layanan/jenis/{row}/ubah"): MAY_CHANGE_TYPES,
    ("POST", "/admin/layanan/jenis/{row}/berhenti"): MAY_CHANGE_TYPES,
    ("POST", "/admin/layanan/jenis/{row}/tawarkan"): MAY_CHANGE_TYPES,
    ("GET", "/admin/layanan/jenis/{row}/<language>"): MAY_READ_TYPES,
    ("POST", "/admin/layanan/jenis/{row}/<language>"): (Role.REVIEWER, Role.ADMINISTRATOR),
    ("GET", "/admin/layanan/jam"): MAY_SERVE,
    ("GET", "/admin/layanan/jam/{row}"): MAY_SERVE,
    ("POST", "/admin/layanan/jam/{row}"): MAY_SERVE,
    ("POST", "/admin/layanan/jam/{row}/libur"): MAY_SERVE,
    ("GET", "/admin/layanan/libur/{row}"): MAY_SERVE,
    ("POST", "/admin/layanan/libur/{row}/hapus"): MAY_SERVE,
    ("GET", "/admin/layanan/nama"): MAY_SERVE,
    ("GET", "/admin/layanan/nama/{row}"): MAY_SERVE,
    ("GET", "/admin/layanan/nama/{row}/{one}/{other}"): MAY_SERVE,
    ("POST", "/admin/layanan/nama/{row}/{one}/{other}/gabung"): MAY_SERVE,
    ("POST", "/admin/layanan/nama/{row}/{one}/{other}/beda"): MAY_SERVE,
    ("GET", "/admin/warga"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/baru"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/baru"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/{row}"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/{row}/ubah"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/{row}/ubah"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/{row}/riwayat"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/{row}/masih-benar"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/{row}/persetujuan"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/{row}/jangan-ingatkan"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/{row}/tarik"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/{row}/hapus"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/{row}/keluarga"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/{row}/keluarga"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/{row}/keluarga/{other}/lepas"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/{row}/permintaan"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/{row}/permintaan"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/permintaan"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/permintaan/{row}"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/permintaan/{row}/selesai"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/permintaan/{row}/tolak"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/berkas"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/berkas"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/berkas/templat"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/berkas/{row}"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/berkas/{row}"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/unduh"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/formulir/{row}"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/belum-diingatkan"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/belum-diingatkan/{row}/selesai"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/warga/gabungan"): MAY_KEEP_PEOPLE,
    ("POST", "/admin/warga/gabungan/{row}/batal"): MAY_KEEP_PEOPLE,
    ("GET", "/admin/layanan/angka"): MAY_SERVE,
    ("GET", "/admin/layanan/telepon"): MAY_SERVE,
    ("GET", "/admin/layanan/telepon/{row}"): MAY_SERVE,
    ("POST", "/admin/layanan/telepon/{row}/selesai"): MAY_SERVE,
    ("GET", "/admin/kasus/<code>/rujukan"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/rujukan"): MAY_SEE_CASES,
    ("GET", "/admin/kasus/<code>/rujukan/{row}"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/rujukan/{row}/tanya"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/rujukan/{row}/lisan"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/rujukan/{row}/tanpa-persetujuan"): (*SUPERVISORS, Role.SPECIALIST),
    ("POST", "/admin/kasus/<code>/rujukan/{row}/keadaan"): MAY_SEE_CASES,
    ("GET", "/admin/kasus/<code>/rujukan/{row}/surat"): MAY_SEE_CASES,
    ("GET", "/admin/kasus/rujukan"): (Role.PARTNER,),
    ("GET", "/admin/kasus/rujukan/{row}"): (Role.PARTNER,),
    ("POST", "/admin/kasus/rujukan/{row}"): (Role.PARTNER,),
    ("GET", "/admin/kasus/angka"): (Role.PETUGAS, Role.COORDINATOR, Role.VIEWER, Role.ADMINISTRATOR),
    ("GET", "/admin/kasus/angka/unduh"): (Role.PETUGAS, Role.COORDINATOR, Role.VIEWER, Role.ADMINISTRATOR),
    ("GET", "/admin/angka"): (Role.PETUGAS, Role.COORDINATOR, Role.VIEWER, Role.ADMINISTRATOR),
    ("GET", "/admin/angka/<place>"): (Role.PETUGAS, Role.COORDINATOR, Role.VIEWER, Role.ADMINISTRATOR),
    ("GET", "/admin/angka/<place>/laporan"): (Role.PETUGAS, Role.COORDINATOR, Role.VIEWER, Role.ADMINISTRATOR),
    ("GET", "/admin/angka/<place>/unduh"): (Role.PETUGAS, Role.COORDINATOR, Role.VIEWER, Role.ADMINISTRATOR),
    ("GET", "/admin/pengumuman"): MAY_SERVE,
    ("GET", "/admin/pengumuman/baru"): MAY_SERVE,
    ("POST", "/admin/pengumuman/baru"): MAY_SERVE,
    ("GET", "/admin/pengumuman/{row}"): MAY_SERVE,
    ("GET", "/admin/pengumuman/{row}/ubah"): MAY_SERVE,
    ("POST", "/admin/pengumuman/{row}/ubah"): MAY_SERVE,
    ("POST", "/admin/pengumuman/{row}/coba"): MAY_SERVE,
    ("POST", "/admin/pengumuman/{row}/kirim"): MAY_SERVE,
    ("POST", "/admin/pengumuman/{row}/setuju"): MAY_CHANGE_TYPES,
    ("POST", "/admin/pengumuman/{row}/kembalikan"): MAY_SERVE,
    ("POST", "/admin/pengumuman/{row}/hentikan"): MAY_SERVE,
    ("GET", "/admin/pengumuman/{row}/penerima"): MAY_SERVE,
    ("GET", "/admin/poster"): MAY_SERVE,
    ("GET", "/admin/poster/{row}"): MAY_SERVE,
    ("GET", "/admin/poster/kabupaten/<code>"): MAY_SERVE,
    ("GET", "/admin/kasus"): MAY_SEE_CASES,
    ("GET", "/admin/kasus/<code>"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/ambil"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/lepas"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/serahkan"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/balas"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/catat"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/giliran-keluarga"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/ubah"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/hubungkan"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/kepentingan"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/tutup"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/setuju"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/belum"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/buka-lagi"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/simpan"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/hapus"): SUPERVISORS,
    ("POST", "/admin/kasus/<code>/isi"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/identitas"): MAY_SEE_CASES,
    ("GET", "/admin/kasus/<code>/berkas/{row}"): MAY_SEE_CASES,
    ("POST", "/admin/kasus/<code>/berkas"): MAY_SEE_CASES,
    ("GET", "/admin/kasus/balasan-tersimpan"): (Role.COORDINATOR, Role.ADMINISTRATOR),
    ("GET", "/admin/kasus/balasan-tersimpan/baru"): (Role.COORDINATOR, Role.ADMINISTRATOR),
    ("POST", "/admin/kasus/balasan-tersimpan/baru"): (Role.COORDINATOR, Role.ADMINISTRATOR),
    ("GET", "/admin/kasus/balasan-tersimpan/{row}"): (Role.COORDINATOR, Role.ADMINISTRATOR),
    ("POST", "/admin/kasus/balasan-tersimpan/{row}"): (Role.COORDINATOR, Role.ADMINISTRATOR),
    ("POST", "/admin/kasus/balasan-tersimpan/{row}/hapus"): (Role.COORDINATOR, Role.ADMINISTRATOR),
}
PASSWORD_PAGE = "/admin/ganti-sandi"
SECOND_STEP = "/admin/masuk/kode"
SETTING_UP = ("/admin/akun/kode-kedua", "/admin/akun/telegram")
ROW = "<int(max=9223372036854775807):{name}>"
NUMBERS = {"{row}": ROW.format(name="number"), "{one}": ROW.format(name="one"), "{other}": ROW.format(name="other")}
OWN_FILE = "/admin/warga/berkas/{row}"
"""A file of people is only ever its bringer's own: see `test_people_files`."""
FILE = "/admin/kasus/<code>/berkas/{row}"
"""There is one only where there is a folder of files: see `test_case_files`."""
SENTENCES = ("/admin/panduan/tukar/kalimat", "/admin/panduan/tukar/kalimat/<language>")
"""There are some only where there is a bot: see `test_exchange`."""
CATCH_ALL = "/admin/<path:anything>"


def declared(desk) -> set[tuple[str, str]]:
    return {
        (method, plain(rule.rule))
        for rule in desk.app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS") and rule.rule != CATCH_ALL
    }


def plain(rule: str) -> str:
    """A rule with short names for its numbers."""
    for name, number in NUMBERS.items():
        rule = rule.replace(number, name)
    return rule


def row_of(desk, rule: str, village: int, known: dict[str, int]) -> int:
    """Something new that a page is about, where the deed of the page before may have used up the last one; else what is known,
    by a word of the address."""
    made = {
        "naskah": lambda: draft_of_somebody(desk),
        "gangguan": lambda: trouble(desk),
        "kebocoran": lambda: breach(desk),
        "revisi": lambda: 1,
        "pengumuman": lambda: announced(desk, village),
        "/uji/": lambda: tested.question_of(desk),
        "gerbang": lambda: tested.run_of(desk),
        "tukar": lambda: sent_sentences(desk),
        "rekaman": lambda: spoken_article(desk),
        "poster": lambda: village,
        "/desa/": lambda: village,
        "pertanyaan": lambda: tested.group_of(desk, village),
        "/balasan/": lambda: desk.lost_reply("Baik", village),
        "/pesan/": lambda: desk.set_aside("Tolong", village),
    }
    number = next((number for word, number in known.items() if word in rule), None)
    return number or next((make() for word, make in made.items() if word in rule), 1)


def breach(desk) -> int:
    """A breach of this hour; gives its number."""
    told = dict.fromkeys(breaches.FIELDS, "-")
    with desk.database.transaction() as session:
        within = breaches.Within(desk.now - timedelta(hours=1), desk.now)
        return breaches.note(session, within, told, "nobody", desk.now).id


def trouble(desk) -> int:
    """An incident that everybody feels; gives its number."""
    with desk.database.transaction() as session:
        return incidents.report(session, incidents.Kind.CHANNEL_REFUSED, "telegram", desk.now).id


def filled_in(rule: str, row: int, code: str = "KMTR479") -> str:
    """The address of something that there may be."""
    known = {"{row}": str(row), "{one}": "1", "{other}": "2", "<slug>": "biaya", "<language>": "sas"}
    known["<code>"] = code if "hadir" in rule or "kasus" in rule else "kp2mi"
    for part, value in known.items():
        rule = rule.replace(part, value)
    return rule


def test_this_table_knows_every_page(desk):
    assert declared(desk) == set(WHO_MAY)


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_what_it_may_and_finds_nothing_else(desk, role, token_on):
    desk.article("biaya")
    desk.translation("biaya", "sas")
    village = desk.village("Korleko", "52.03.17.2006")
    slot = training(desk, village)
    booking, code = booked(desk, slot, "Sari")
    case = told(desk, village, "violence" if role == Role.SPECIALIST else "pay")
    saved = saved_reply(desk)
    colleague = desk.hire("rahman", Role.HELPER, "52.03.17.2006")
    browser = desk.at_work("wayan", role)
    token = token_on(browser, PASSWORD_PAGE)
    for (method, rule), who in WHO_MAY.items():
        if who == ANYBODY or rule in (FILE, OWN_FILE, *SENTENCES):
            continue
        rule = rule.replace("<member>", colleague)
        row = row_of(desk, rule, village, {"kasus": saved, "janji": booking, "jadwal": slot})
        if "rujukan" in rule:
            rule = referral_address(desk, village, role, rule)
        elif "/warga" in rule:
            rule = registered.address_of(desk, village, rule)
        elif "layanan" in rule:
            rule = address_of(desk, village, rule)
        rule = rule.replace("kabupaten/<code>", "kabupaten/52.03").replace("<place>", "52.03")
        address = filled_in(rule, row, case if "kasus" in rule else code)
        answer = browser.open(address, method=method, data={"csrf_token": token} if method == "POST" else None)
        allowed = role in who
        assert (answer.status_code == 404) is not allowed, f"{role} {method} {address}: {answer.status}"
        assert answer.status_code < 500
        assert "/masuk" not in answer.headers.get("Location", "")


CASES = {
    "of the village": ({}, KORLEKO),
    "of another village": ({}, LENEK),
    "around the village": ({"around": True}, KORLEKO),
    "restricted": ({"category": "violence"}, KORLEKO),
    "of a child, around the village": ({"is_child": True, "around": True}, KORLEKO),
}
KNOWS = {
    (Role.PETUGAS, KORLEKO): {"of the village"},
    (Role.PETUGAS, "52.03"): {"of the village", "of another village"},
    (Role.HELPER, KORLEKO): set(),
    (Role.SPECIALIST, "52.03"): {"restricted", "of a child, around the village"},
    (Role.SPECIALIST, LENEK): set(),
    (Role.COORDINATOR, "52.03"): set(CASES),
    (Role.COORDINATOR, "32.12"): set(),
    (Role.COORDINATOR, KORLEKO): {"of the village", "restricted"},
    (Role.PARTNER, "52.03"): set(),
    (Role.VIEWER, ""): set(),
    (Role.EDITOR, "id"): set(),
    (Role.ADMINISTRATOR, ""): set(CASES),
}
"""Which cases somebody may know of; every page and deed of any other is a 404."""


@pytest.mark.parametrize(("role", "area"), KNOWS)
def test_every_page_of_a_case_is_there_for_those_alone_who_may_know_of_it(desk, role, area, token_on):
    villages = {code: desk.village(code, code) for code in (KORLEKO, LENEK)}
    browser = desk.at_work("nyoman", role, area)
    token = token_on(browser, PASSWORD_PAGE)
    for number, (name, (of, village)) in enumerate(CASES.items()):
        code = told(desk, villages[village], who=f"keluarga-{number}", **of)
        for method, rule in OF_A_CASE:
            answer = browser.open(filled_in(rule, 1, code), method=method, data={"csrf_token": token})
            knows = name in KNOWS[role, area] and role in WHO_MAY[method, rule]
            assert (answer.status_code == 404) is not knows, f"{name}: {method} {rule}: {answer.status}"


OF_A_CASE = [
    (method, rule) for method, rule in WHO_MAY if rule.startswith("/admin/kasus/<code>") and "{row}" not in rule
]


def refused(browser, address: str) -> list[dict[str, object]]:
    """What the log says of asking for what is not there."""
    with structlog.testing.capture_logs() as lines:
        assert browser.get(address).status_code == 404
    return [{name: line[name] for name in sorted({*line} - {"log_level"})} for line in lines]


def test_who_asks_for_what_is_not_theirs_stands_in_the_log_by_id_alone(desk):
    desk.village("Korleko", KORLEKO)
    elsewhere = told(desk, desk.village("Lenek", LENEK), who="keluarga-lenek")
    wayan = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    browser = desk.browser_of(wayan)
    said = {"event": "admin.refused", "staff_id": wayan}
    assert refused(browser, "/admin/pengaturan") == [said | {"endpoint": "admin.installation.every", "why": "role"}]
    assert refused(browser, f"/admin/kasus/{elsewhere}") == [
        said | {"endpoint": "admin.cases.thread", "why": "missing"}
    ]
    assert refused(browser, "/admin/hadir/KMTR479") == [said | {"endpoint": "admin.rosters.check_in", "why": "missing"}]
    with structlog.testing.capture_logs() as lines:
        browser.get("/admin/")
        assert desk.client().get("/admin/pengaturan").status_code == 303
    assert lines == []


def sent_sentences(desk) -> int:
    """A file of the bot's sentences that somebody else sent; gives its number."""
    with desk.database.transaction() as session:
        return exchange_uploads.keep(session, "phrases", "", "sas.po", b"", "somebody", desk.now).id


def spoken_article(desk) -> int:
    """A recording of the article about costs in Sasak that somebody else made; gives its number."""
    with desk.database.transaction() as session:
        made = recordings.add(session, "biaya", "sas", "0" * 12, ("ogg", b"OggS"), "somebody", desk.now)
        return made.id


def announced(desk, village: int) -> int:
    """A draft for one village; gives its number."""
    with desk.database.transaction() as session:
        wanted = Wanted({"id": "Sabtu ada pelatihan."}, [village])
        everywhere = Scope(frozenset({""}), False)
        return announcements.save(session, everywhere, None, wanted, "somebody", desk.now).id


def draft_of_somebody(desk) -> int:
    """A draft of an article that is not there yet; gives its number."""
    with desk.database.transaction() as session:
        like = articles.one(session, "biaya")
        wanted = drafts.Wanted("Judul", "Tombol", "Pendek.", "Panjang.", subjects.kept(like))
        return drafts.begin_new(session, f"baru-{uuid.uuid4().hex[:8]}", wanted, "somebody", desk.now).id


def saved_reply(desk) -> int:
    """A reply for any case; gives its number."""
    with desk.database.transaction() as session:
        wanted = Wording("", "id", "", "Sudah diterima", "Terima kasih, sudah kami terima.")
        return saved_replies.save(session, Scope(frozenset({""}), False), None, wanted, "wayan", desk.now).id


def test_without_signing_in_every_page_leads_to_the_door(desk, token_on):
    token = token_on(stranger := desk.client(), "/admin/masuk")
    for (method, rule), who in WHO_MAY.items():
        if who == ANYBODY:
            continue
        address = filled_in(rule, 1)
        answer = stranger.open(address, method=method, data={"csrf_token": token} if method == "POST" else None)
        assert answer.status_code == 303, f"{method} {address}: {answer.status}"
        assert answer.headers["Location"].startswith("/admin/masuk"), address


def test_a_form_without_its_token_is_refused(desk):
    browser = desk.at_work("wayan", Role.ADMINISTRATOR)
    number = desk.set_aside("Tolong", desk.village("Korleko", "52.03.17.2006"))
    for method, rule in WHO_MAY:
        if method != "POST":
            continue
        address = filled_in(rule, number)
        answer = browser.post(address, data={"login": "wayan"})
        assert answer.status_code == 400, f"{address}: {answer.status}"
        assert "Formulir sudah tidak berlaku" in answer.text
    assert desk.event(number).for_staff


def test_a_token_of_another_browser_is_refused(desk, token_on):
    number = desk.set_aside("Tolong", desk.village("Korleko", "52.03.17.2006"))
    borrowed = token_on(desk.at_work("rahman", Role.ADMINISTRATOR), PASSWORD_PAGE)
    browser = desk.at_work("wayan", Role.ADMINISTRATOR)
    browser.get("/admin/")
    assert browser.post(f"/admin/pesan/{number}/selesai", data={"csrf_token": borrowed}).status_code == 400


def test_a_page_that_does_not_say_who_may_open_it_stops_the_start(desk):
    desk.app.view_functions["admin.forgotten.page"] = lambda: "words of a family"
    with pytest.raises(access.UndeclaredPage, match="forgotten"):
        access.check_declared(desk.app)


def test_the_lists_of_roles_follow_the_design():
    assert set(MAY_SEE_MESSAGES) == {Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR}
    assert set(MAY_SEE_ROSTERS) == {Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR}
    assert {*MAY_BOOK} - {*MAY_SEE_ROSTERS} == {Role.HELPER}
    assert not {Role.HELPER, Role.PARTNER, Role.VIEWER} & {*MAY_SEE_MESSAGES, *MAY_VOUCH, *MAY_READ_CONTENT}
    assert set(MAY_SERVE) == {Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR}
    assert set(MAY_READ_TYPES) == {*MAY_SERVE, Role.EDITOR, Role.REVIEWER}
    assert set(MAY_CHANGE_TYPES) == {Role.COORDINATOR, Role.ADMINISTRATOR}
    assert Policy().signed_in


def test_a_one_time_password_opens_nothing_but_its_own_change(desk):
    browser = desk.browser_of(desk.hire("wayan", Role.ADMINISTRATOR, must_change=True))
    for method, rule in WHO_MAY:
        if (
            method != "GET"
            or "<" in rule
            or "{" in rule
            or rule in ("/admin/masuk", "/admin/masuk/kode", "/admin/ganti-sandi")
        ):
            continue
        assert browser.get(rule).headers.get("Location") == "/admin/ganti-sandi", rule
    page = browser.get("/admin/ganti-sandi").text
    assert "untuk masuk pertama kali" in page
    assert "/admin/pesan" not in page


@pytest.mark.parametrize("role", [*Role, EVERY_ROLE])
def test_before_the_promise_no_page_opens_but_the_promise_the_password_and_the_way_out(desk, role, token_on):
    browser = desk.browser_of(hired(desk, role, has_promised=False))
    token = token_on(browser, PASSWORD_PAGE)
    for (method, rule), who in asked_of(role):
        if who == ANYBODY or rule in (PASSWORD_PAGE, "/admin/kode-etik") or rule.startswith(SECOND_STEP):
            continue
        data = {"csrf_token": token} if method == "POST" else None
        answer = browser.open(filled_in(rule, 1), method=method, data=data)
        assert answer.status_code == 303, f"{method} {rule}: {answer.status}"
        assert answer.headers["Location"].startswith("/admin/kode-etik"), f"{method} {rule}"
    assert browser.get("/admin/ngawur").headers["Location"].startswith("/admin/kode-etik")
    page = browser.get("/admin/kode-etik").text
    assert "/admin/pesan" not in page
    assert "Keluar" in page


def test_with_the_password_alone_no_page_opens_but_the_second_step_and_the_way_out(desk, token_on):
    wayan = desk.hire("wayan", Role.ADMINISTRATOR)
    browser = desk.client()
    browser.post("/admin/masuk", data=_typed("wayan", token_on(browser, "/admin/masuk")))
    token = token_on(browser, SECOND_STEP)
    for (method, rule), who in WHO_MAY.items():
        if who == ANYBODY or rule.startswith(SECOND_STEP):
            continue
        data = {"csrf_token": token} if method == "POST" else None
        answer = browser.open(filled_in(rule, 1), method=method, data=data)
        assert answer.status_code == 303, f"{method} {rule}: {answer.status}"
        assert answer.headers["Location"].startswith(SECOND_STEP), f"{method} {rule}"
    assert "/admin/pesan" not in browser.get(SECOND_STEP).text
    desk.take_second_step(browser)
    assert browser.get("/admin/").status_code == 200
    assert desk.browser_of(wayan).get("/admin/").status_code == 200


@pytest.mark.parametrize("role", [*Role, EVERY_ROLE])
def test_without_a_second_factor_no_page_opens_but_setting_one_up(desk, role, token_on):
    hired(desk, role, has_factor=False)
    browser = desk.client()
    browser.post("/admin/masuk", data=_typed("wayan", token_on(browser, "/admin/masuk")))
    token = token_on(browser, PASSWORD_PAGE)
    for (method, rule), who in WHO_MAY.items():
        if who == ANYBODY or rule.startswith((SECOND_STEP, PASSWORD_PAGE, *SETTING_UP, "/admin/kode-etik")):
            continue
        if rule == "/admin/akun":
            continue
        data = {"csrf_token": token} if method == "POST" else None
        answer = browser.open(filled_in(rule, 1), method=method, data=data)
        assert answer.status_code == 303, f"{method} {rule}: {answer.status}"
        assert answer.headers["Location"].startswith("/admin/akun/kode-kedua"), f"{method} {rule}"


def hired(desk, role: str, **how: bool) -> str:
    """Wayan with one role, or with each of them; gives the id."""
    number = desk.hire("wayan", Role.ADMINISTRATOR if role == EVERY_ROLE else role, **how)
    if role == EVERY_ROLE:
        with desk.database.transaction() as session:
            member = session.get_one(StaffMember, number)
            member.roles += [StaffRole(role=each, area="") for each in Role if each != Role.ADMINISTRATOR]
    return number


def asked_of(role: str) -> list[tuple[tuple[str, str], object]]:
    """Who has every role is shut out of every page; what holds then for one role alone is seen on a few of them."""
    return list(WHO_MAY.items()) if role == EVERY_ROLE else list(WHO_MAY.items())[3::20]


def _typed(login: str, token: str) -> dict[str, str]:
    return {"csrf_token": token, "login": login, "password": PASSWORD}


def test_what_nothing_can_be_called_is_not_looked_for(desk):
    """PostgreSQL refuses a NUL in any text, even to compare it."""
    browser = desk.at_work("wayan", Role.ADMINISTRATOR)
    assert "wayan" in browser.get("/admin/staf?cari=wa%00yan").text
    assert browser.get("/admin/staf/wa%00yan").status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_address_that_is_none_answers_in_bahasa(desk, method, token_on):
    browser = desk.at_work("wayan", Role.ADMINISTRATOR)
    answer = browser.open("/admin/ngawur/x", method=method, data={"csrf_token": token_on(browser, PASSWORD_PAGE)})
    assert answer.status_code == 404
    assert "Tidak ditemukan" in answer.text


def test_every_page_tells_the_browser_to_run_and_keep_nothing_foreign(desk):
    browser = desk.at_work("wayan", Role.ADMINISTRATOR)
    for address in ("/admin/masuk", "/admin/", "/admin/pesan", "/admin/pesan/99", "/admin/ngawur"):
        answer = browser.get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "img-src 'self' data:" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
    nonces = {browser.get("/admin/").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(nonces) == 3


def test_the_look_comes_from_here_and_is_kept(desk):
    page = desk.client().get("/admin/masuk").text
    assert "//" not in page.replace("<!doctype html>", ""), "an outside address"
    style = next(part for part in page.split('"') if part.endswith("bootstrap.min.css"))
    answer = desk.client().get(style)
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert desk.client().get("/admin/aset/000000000000/desk.css").status_code == 404
    assert desk.client().get("/admin/aset/x/../../access.py").status_code in (303, 404)


@pytest.mark.parametrize(("secure", "name"), [(False, "petugas"), (True, "__Host-petugas")])
def test_the_cookie_is_out_of_reach_of_scripts_and_strangers(sqlite_database: Database, secure, name):
    app = Flask("desk", static_folder=None)
    admin.register(app, sqlite_database, lambda: MORNING, key="k" * 64, secure=secure)
    cookie = app.test_client().get("/admin/masuk", base_url="https://balai.test").headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert ("Secure" in cookie) is secure


def test_with_the_database_down_it_says_so_and_keeps_its_look(desk, tmp_path):
    browser = desk.at_work("wayan", Role.ADMINISTRATOR)
    app = Flask("desk", static_folder=None)
    nowhere = open_database(f"sqlite:///{tmp_path}/missing/balai.db", Vault("test secret"))
    admin.register(app, nowhere, lambda: desk.now, key="k" * 64, secure=False)
    client = app.test_client()
    with browser.session_transaction() as cookie, client.session_transaction() as copy:
        copy.update(cookie)
    answer = client.get("/admin/pesan")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "Sedang ada gangguan" in answer.text
    style = next(part for part in answer.text.split('"') if part.endswith("desk.css"))
    assert client.get(style).status_code == 200


def test_the_desk_does_not_load_the_finder():
    check = "import sys, admin; print([m for m in ('numpy', 'sklearn', 'scipy') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
