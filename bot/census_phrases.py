"""Every sentence about the register (pendataan) and the reminders that come out of it, as `bot.phrases` has the others.

The wording of the consent is `centre.census_consents.VERSION`: whoever changes what it says gives it another version, here, on
the paper form and at the desk (`admin/templates/admin/people_parts.html`).
"""

from __future__ import annotations

from bot.booking_phrases import BookingPhrases


class CensusPhrases(BookingPhrases):
    """What the bot says about what the village keeps of somebody."""

    # Agreeing

    def consent(self) -> str:
        return self._(
            "Pendataan desa. Kalau setuju, kami simpan nama, umur, status, negara tujuan, tanggal paspor dan kontrak, dan "
            "alamat obrolan ini. Gunanya mengingatkan tanggal penting, mengabari pelatihan, dan menghitung kebutuhan desa. "
            "Nomor KTP, KK, dan paspor tidak disimpan. Yang membaca petugas desa dan koordinatornya."
        )

    def consent_rights(self) -> str:
        return self._(
            "Disimpan selama masih benar, paling lama 3 tahun sejak terakhir diperiksa. Lihat, betulkan, atau tarik kapan "
            "saja dengan DATA SAYA, hapus dengan HAPUS; dijawab dalam 3×24 jam. Tidak setuju tidak mengurangi pelayanan."
        )

    def not_agreed(self) -> str:
        return self._("Baik, tidak ada yang didata. Bertanya dan mendaftar kegiatan tetap bisa.")

    def parent_tells(self) -> str:
        return self._("Yang belum 18 tahun didata oleh orang tua atau walinya. Tidak ada yang disimpan.")

    # Asking

    def whose(self) -> str:
        return self._("Data siapa?")

    def what_name(self) -> str:
        return self._("Siapa namanya? Tulis namanya saja.")

    def which_sex(self, name: str) -> str:
        return self._("{name} perempuan atau laki-laki?").format(name=name)

    def which_country(self) -> str:
        return self._("Negara mana? Tulis nama negaranya saja.")

    def country_unknown(self) -> str:
        return self._("Maaf, nama negara itu belum kami kenal. Tulis sekali lagi, atau lewati.")

    def contract_until(self) -> str:
        return self._("Kontrak kerjanya sampai kapan? Tulis bulan dan tahun, misalnya 3-2027.")

    def passport_until(self) -> str:
        return self._(
            "Paspornya berlaku sampai kapan? Tulis bulan dan tahun, misalnya 3-2027. Nomor paspor jangan ditulis."
        )

    def date_invalid(self) -> str:
        return self._("Maaf, itu belum terbaca sebagai bulan dan tahun. Tulis misalnya 3-2027, atau lewati.")

    def may_remind(self) -> str:
        return self._("Boleh kami ingatkan lewat pesan di sini sebelum paspor atau kontrak habis?")

    def saved(self, name: str) -> str:
        return self._("Data {name} disimpan. Ketik DATA SAYA untuk melihat, membetulkan, atau menarik.").format(
            name=name
        )

    # What is held

    def held(self, name: str) -> str:
        return self._("Yang kami simpan tentang {name}:").format(name=name)

    def status_line(self, status: str) -> str:
        return self._("Status: {status}").format(status=status)

    def born_line(self, year: int) -> str:
        return self._("Tahun lahir: {year}").format(year=year)

    def country_line(self, country: str) -> str:
        return self._("Negara: {country}").format(country=country)

    def contract_line(self, when: str) -> str:
        return self._("Kontrak sampai {when}").format(when=when)

    def passport_line(self, when: str) -> str:
        return self._("Paspor berlaku sampai {when}").format(when=when)

    def visa_line(self, when: str) -> str:
        return self._("Visa berlaku sampai {when}").format(when=when)

    def reminded(self) -> str:
        return self._("Anda mau diingatkan lewat pesan.")

    def more_at_desk(self) -> str:
        return self._("Petugas desa mungkin menyimpan hal lain, misalnya alamat. Anda boleh melihatnya di meja desa.")

    def only_themselves(self, name: str) -> str:
        return self._("Data {name} ada di meja desa. Hanya {name} sendiri yang boleh melihat atau mengubahnya.").format(
            name=name
        )

    def what_is_wrong(self) -> str:
        return self._("Apa yang harus dibetulkan? Tulis saja.")

    def asked_desk(self) -> str:
        return self._("Permintaan Anda diteruskan ke petugas desa. Dijawab paling lambat 3×24 jam.")

    def really_withdraw(self, name: str) -> str:
        return self._("Tarik persetujuan untuk data {name}? Isi pendataannya dihapus. Janji yang ada tetap.").format(
            name=name
        )

    def withdrawn(self, name: str) -> str:
        return self._("Sudah ditarik. Pendataan {name} dihapus.").format(name=name)

    def desk_was_asked(self) -> str:
        return self._("Yang Anda setujui di meja desa dihapus oleh petugas, paling lambat 3×24 jam.")

    # Reminders

    def own_date(self, what: str, name: str, when: str) -> str:
        return {
            "passport": self._(
                "Pengingat: paspor {name} berlaku sampai {when}. Perpanjang sebelum habis lewat layanan resmi, lebih murah "
                "daripada lewat agen."
            ),
            "contract": self._(
                "Pengingat: kontrak kerja {name} sampai {when}. Kalau mau memperpanjang atau pulang, siapkan dari sekarang."
            ),
            "visa": self._("Pengingat: visa {name} berlaku sampai {when}. Urus sebelum habis lewat layanan resmi."),
        }[what].format(name=name, when=when)

    def neutral(self) -> str:
        return self._("Ada pengingat dari desa. Ketik DATA SAYA kalau sedang sendiri.")

    # Labels

    def label_agree(self) -> str:
        return self.pgettext("tombol", "Setuju")

    def label_disagree(self) -> str:
        return self.pgettext("tombol", "Tidak setuju")

    def label_sex(self, sex: str) -> str:
        return {"f": self.pgettext("tombol", "Perempuan"), "m": self.pgettext("tombol", "Laki-laki")}[sex]

    def label_add(self) -> str:
        return self.pgettext("tombol", "Tambah orang")

    def label_correct(self) -> str:
        return self.pgettext("tombol", "Betulkan data")

    def label_withdraw(self) -> str:
        return self.pgettext("tombol", "Tarik persetujuan")

    def label_my_data(self) -> str:
        return self.pgettext("tombol", "Data saya")
