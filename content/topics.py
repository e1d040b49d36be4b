"""The twelve shelves that guidance stands on, in the order of the menu: danger comes first.

Labels and titles are msgids of the bot's catalogue. A code is also the name of the folder under `guidance/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Topic:
    """One shelf: `label` is a button (at most 20 characters), `title` a row's longer name (at most 72)."""

    code: str
    label: str
    title: str
    says_what_it_understood: bool = False
    """Money, law or departure: a typed question is answered beside how it was understood."""


TOPICS: Final = (
    Topic("darurat", "Darurat", "Bahaya, hilang kontak, meninggal, atau butuh pulang segera"),
    Topic("pra-berangkat", "Sebelum berangkat", "Mulai dari mana, syarat, dan urutan sampai terbang", True),
    Topic("legal", "Cek resmi atau calo", "Cek perusahaan dan lowongan, tanda penipuan, cara melapor", True),
    Topic("dokumen", "Dokumen", "Surat izin keluarga, paspor, visa, perjanjian, SISKOP2MI", True),
    Topic("biaya", "Biaya dan utang", "Siapa membayar apa, pinjaman, potongan gaji", True),
    Topic("negara", "Negara tujuan", "Aturan dan hal penting di tiap negara"),
    Topic("bekerja", "Saat bekerja", "Gaji, libur, sakit, ganti majikan, kekerasan", True),
    Topic("keluarga", "Keluarga di rumah", "Hak keluarga, anak yang ditinggal, masalah rumah tangga"),
    Topic("pulang", "Pulang", "Pulang dengan aman dan urusan setelah tiba"),
    Topic("usaha", "Usaha dan pelatihan", "Pelatihan, sertifikat, dan modal usaha"),
    Topic("keuangan", "Uang dan jaminan", "Kirim uang, koperasi, BPJS pekerja migran", True),
    Topic("desa", "Layanan desa", "Tugas desa, petugas, dan siapa mengurus apa"),
)
_BY_CODE: Final = {topic.code: topic for topic in TOPICS}
CODES: Final = tuple(_BY_CODE)


def get(code: str) -> Topic:
    """The topic of this code. Raises `KeyError`."""
    return _BY_CODE[code]
