"""Every sentence about recruiters and their licences, as `bot.phrases` has the others: Indonesian msgids, plain and short.

None of them calls a recruiter safe. A name on a list is what stood there on its date; whether there is work behind an offer
is another question (SIP2MI, UU 18/2017 art. 59), and how to go about it is what a labour office tells (Disnakertrans
Cianjur, 2025).
"""

from __future__ import annotations

from datetime import date

from bot.phrases import Phrases
from centre.agencies import Status


class AgencyPhrases(Phrases):
    """What the bot says about who may recruit."""

    # Asking

    def which_agency(self) -> str:
        return self._(
            "Nama perusahaannya apa? Tulis lengkap, seperti di surat atau kartu namanya, misalnya: PT Contoh Sejahtera."
        )

    def do_you_mean(self, dated: date) -> str:
        return self._(
            "Nama yang persis sama tidak ada di daftar tanggal {date}. Yang mirip ada di bawah. Maksud Anda yang mana?"
        ).format(date=self.day(dated))

    def do_you_mean_this(self, name: str, dated: date) -> str:
        return self._("Nama yang persis sama tidak ada di daftar tanggal {date}. Maksud Anda {name}?").format(
            date=self.day(dated), name=name
        )

    def alike_too(self) -> str:
        return self._("Ada juga nama yang mirip. Pastikan nama PT yang Anda maksud sama persis.")

    # Found

    def listed(self, name: str, dated: date) -> str:
        return self._("{name} tercatat punya izin perusahaan (P3MI), menurut daftar tanggal {date}.").format(
            name=name, date=self.day(dated)
        )

    def listed_otherwise(self, name: str, status: Status, dated: date) -> str:
        """On the list, but as one that may not recruit now."""
        said = {
            Status.SUSPENDED: self._("Hati-hati: menurut daftar tanggal {date}, izin {name} sedang dibekukan."),
            Status.REVOKED: self._("Hati-hati: menurut daftar tanggal {date}, izin {name} sudah dicabut."),
            Status.EXPIRED: self._("Hati-hati: menurut daftar tanggal {date}, masa izin {name} sudah habis."),
        }
        inactive = self._("Hati-hati: menurut daftar tanggal {date}, izin {name} tidak berlaku.")
        return said.get(status, inactive).format(name=name, date=self.day(dated))

    def licence_line(self, licence: str) -> str:
        return self._("Nomor izin: {licence}").format(licence=licence)

    def valid_until(self, day: date) -> str:
        return self._("Berlaku sampai: {date}").format(date=self.day(day))

    def was_valid_until(self, day: date) -> str:
        return self._("Berlaku hanya sampai: {date}").format(date=self.day(day))

    def no_end_given(self) -> str:
        return self._("Masa berlakunya tidak tertulis di daftar itu.")

    def seat(self, where: str) -> str:
        return self._("Kantor: {where}").format(where=where)

    # Not found

    def not_listed(self, name: str, dated: date) -> str:
        return self._("{name} tidak ada di daftar tanggal {date}.").format(name=name, date=self.day(dated))

    def that_name(self) -> str:
        return self._("Nama itu")

    def not_listed_meaning(self) -> str:
        return self._("Itu belum berarti palsu: bisa salah tulis, atau izinnya baru.")

    def write_again(self) -> str:
        return self._("Mau coba nama lain? Tulis nama lengkapnya.")

    def no_list(self) -> str:
        return self._("Kami belum punya daftar perusahaan yang berizin, jadi kami belum bisa memeriksa nama itu.")

    def no_list_to_ask(self) -> str:
        return self._("Kami belum punya daftar perusahaan yang berizin, jadi nama PT belum bisa diperiksa di sini.")

    # What a list is worth, and what to do

    def from_source(self, source: str) -> str:
        return self._("Sumber daftar: {source}.").format(source=source)

    def is_old(self) -> str:
        return self._("Daftar ini sudah lama, lebih dari 90 hari. Keadaannya bisa sudah berubah.")

    def no_proof(self) -> str:
        return self._(
            "Izin perusahaan saja belum membuktikan lowongannya ada. "
            "Untuk merekrut, PT harus punya izin lain (SIP2MI) yang menyebut negara tujuan."
        )

    def check_there(self, where: str) -> str:
        return self._("Cocokkan nama, nomor izin, dan lowongannya di tempat resmi: {where}").format(where=where)

    def how_to_check(self, where: str) -> str:
        return self._(
            "Cara cek sendiri: catat nama lengkap PT dan nomor izinnya, lalu cocokkan di {where}. "
            "Lihat juga apakah ada izin merekrut untuk negara dan pekerjaan itu. "
            "Datangi kantornya, dan tanya Disnaker atau BP3MI."
        ).format(where=where)

    def do_not_pay(self) -> str:
        return self._("Sebelum jelas, jangan bayar dan jangan serahkan surat asli dulu.")

    def ask_office(self) -> str:
        return self._("Tanya petugas, Disnaker, atau BP3MI.")

    # Labels of buttons: at most 20 characters

    def label_check(self) -> str:
        return self.pgettext("tombol", "Cek nama PT")

    def title_check(self) -> str:
        return self.pgettext("judul pilihan", "Cek apakah nama PT ada di daftar berizin")

    def label_check_another(self) -> str:
        return self.pgettext("tombol", "Cek PT lain")

    def label_offer(self) -> str:
        return self.pgettext("tombol", "Cek lowongannya")

    def label_none(self) -> str:
        return self.pgettext("tombol", "Bukan itu")
