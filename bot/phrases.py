"""Every sentence the bot can say, in Indonesian as the msgid of its catalogue.

One method a sentence, named for what it does in the conversation. Dialogues decide what to say; only this file knows how.
Short sentences, simple words, no blame, always a way on. Labels of buttons are at most 20 characters in every language.
"""

from __future__ import annotations

from datetime import date

from bot.catalogues import catalogue
from content import languages

NOTICE_VERSION = "2026-12"
"""Changes with the meaning of `welcome` and `bot.privacy_phrases.privacy`: what is kept and why (UU PDP 27/2022 art. 21)."""


class Phrases:
    """What the bot says, in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = catalogue(language)

    def _(self, msgid: str) -> str:
        return self._catalogue.gettext(msgid)

    def pgettext(self, context: str, msgid: str) -> str:
        return self._catalogue.pgettext(context, msgid)

    @property
    def is_reviewed(self) -> bool:
        """Has a native speaker read this catalogue? Indonesian needs none."""
        return self.language == languages.SOURCE or bool(self._catalogue.reviewed_by)

    # First contact

    def welcome(self) -> str:
        return self._(
            "Selamat datang di Balai, layanan informasi desa untuk pekerja migran dan keluarganya.\n"
            "Yang menjawab di sini adalah program komputer. Petugas desa dapat membaca pesan yang perlu bantuan orang."
        )

    def choose_language(self) -> str:
        return self._("Mau pakai bahasa apa?")

    def language_chosen(self) -> str:
        return self._("Baik, kita pakai Bahasa Indonesia.")

    def other_ways(self) -> str:
        return self._("Bahasa lain: ketik BAHASA. Desa Anda: ketik DESA.")

    def way_back(self) -> str:
        return self._("Salah pilih? Ketik BAHASA.")

    def unreviewed_language(self) -> str:
        return self._("Terjemahan ini belum diperiksa penutur asli.")

    def choose_village(self) -> str:
        return self._("Anda dari desa mana? Ketik nama desa. Boleh dilewati.")

    def which_village(self) -> str:
        return self._("Desa yang mana?")

    def which_regency(self) -> str:
        return self._("Nama desa itu ada di beberapa tempat. Di kabupaten mana?")

    def village_unknown(self) -> str:
        return self._(
            "Maaf, desa itu belum ada dalam daftar kami. Coba tulis lagi, atau lewati saja. Anda tetap bisa bertanya."
        )

    def village_chosen(self, village: str, regency: str) -> str:
        return self._("Baik, Desa {village}, {regency}. Kalau salah, ketik DESA.").format(
            village=village, regency=regency
        )

    def step_skipped(self) -> str:
        return self._("Baik, kita lewati.")

    # Menu and topics

    def menu(self) -> str:
        return self._("Silakan ketik pertanyaan Anda dengan kata sendiri, atau pilih topik:")

    def topic(self, msgid: str) -> str:
        """A topic's label or title (the msgids stand in `topics_for_translation`)."""
        return self._(msgid)

    def topic_opened(self, title: str) -> str:
        return self._("{title}. Mau tahu yang mana?").format(title=title)

    def topic_empty(self) -> str:
        return self._("Panduan untuk topik ini belum ada. Petugas desa bisa membantu: ketik PETUGAS.")

    # Answers

    def sources(self, sources: str) -> str:
        return self._("Sumber: {sources}.").format(sources=sources)

    def written_on(self, day: date) -> str:
        return self._("Disusun {date}, belum diperiksa petugas.").format(date=self.day(day))

    def checked_on(self, day: date) -> str:
        return self._("Terakhir diperiksa petugas {date}.").format(date=self.day(day))

    def stale(self, day: date) -> str:
        return self._("Perhatian: panduan ini harus diperiksa lagi sejak {date}. Pastikan dulu ke petugas.").format(
            date=self.day(day)
        )

    def law_changed(self, day: date) -> str:
        return self._(
            "Perhatian: aturan yang mendasari panduan ini berubah sejak {date}. Isinya sedang ditinjau. "
            "Pastikan dulu ke petugas."
        ).format(date=self.day(day))

    def ended(self, day: date) -> str:
        return self._(
            "Panduan ini hanya berlaku sampai {date}. Jangan lagi dijadikan pegangan. "
            "Tanyakan ke petugas apa yang berlaku sekarang."
        ).format(date=self.day(day))

    def valid_until(self, day: date) -> str:
        return self._("Berlaku sampai {date}.").format(date=self.day(day))

    def kept_by(self, owner: str) -> str:
        return self._("Penanggung jawab panduan ini: {owner}.").format(owner=owner)

    def check_first(self) -> str:
        return self._("Hal ini sering berubah. Sebelum memutuskan, pastikan dulu ke petugas atau kantor resmi.")

    def in_indonesian(self) -> str:
        return self._("Panduan ini belum ada dalam bahasa yang Anda pilih, jadi kami tulis dalam Bahasa Indonesia.")

    def unreviewed_article(self) -> str:
        return self._("Terjemahan panduan ini belum diperiksa penutur asli.")

    def translation_behind(self) -> str:
        return self._(
            "Teks Bahasa Indonesia panduan ini sudah berubah dan terjemahannya sedang ditinjau. "
            "Yang berlaku teks Bahasa Indonesia."
        )

    def did_you_mean(self) -> str:
        return self._("Apakah ini yang Anda maksud?")

    def which_first(self) -> str:
        return self._("Anda menanyakan lebih dari satu hal. Mana yang dijawab dulu?")

    def understood_as(self, title: str) -> str:
        return self._("Saya mengerti pertanyaannya: {title}").format(title=title)

    def noted(self) -> str:
        return self._("Catatan kami untuk yang Anda sebut:")

    def not_known(self) -> str:
        return self._(
            "Maaf, saya belum punya jawaban yang pasti untuk itu. "
            "Coba tulis dengan kata lain, pilih MENU, atau tanya PETUGAS."
        )

    def nothing_readable(self) -> str:
        return self._("Silakan tulis pertanyaan Anda dengan kata-kata, atau ketik 0 untuk menu.")

    def old_article(self) -> str:
        return self._("Panduan itu sudah tidak ada. Silakan pilih yang lain.")

    def replaced_by(self, title: str) -> str:
        return self._("Panduan itu sudah tidak dipakai lagi. Sebagai gantinya, silakan baca: {title}").format(
            title=title
        )

    def legal_basis(self, rules: str) -> str:
        return self._("Dasar hukum: {rules}.").format(rules=rules)

    def spoken(self, title: str) -> str:
        return self._("Rekaman suara: {title}").format(title=title)

    def after_listening(self) -> str:
        return self._("Kalau belum jelas, dengarkan lagi, baca teksnya, atau tanya petugas.")

    def not_spoken(self) -> str:
        return self._("Maaf, panduan itu belum ada rekamannya. Silakan baca teksnya, atau tanya petugas.")

    def nothing_to_hear(self) -> str:
        return self._("Pilih dulu panduannya, lalu ketik DENGAR.")

    def glad_it_helped(self) -> str:
        return self._("Terima kasih. Senang bisa membantu. Ketik 0 untuk menu.")

    def sorry_no_help(self) -> str:
        return self._("Terima kasih sudah memberi tahu. Coba tulis dengan kata lain, atau tanya petugas.")

    # Chit-chat

    def greeting(self) -> str:
        return self._("Halo! Ada yang bisa kami bantu?")

    def thanks(self) -> str:
        return self._("Sama-sama. Semoga lancar. Tulis lagi kapan saja.")

    def goodbye(self) -> str:
        return self._("Sampai jumpa. Tulis lagi kapan saja bila perlu.")

    def insulted(self) -> str:
        return self._("Maaf kalau jawaban kami mengecewakan. Kami ingin membantu. Mau bicara dengan petugas?")

    def unclear(self) -> str:
        return self._("Boleh ceritakan sedikit lagi? Misalnya: apa yang terjadi, di negara mana, dan apa yang dicari.")

    # A person

    def person(self, centre: str) -> str:
        return self._("Anda bisa bicara dengan petugas di {centre}.").format(centre=centre)

    def centre_named(self, village: str) -> str:
        return self._("Pusat Layanan Migrasi Desa {village}").format(village=village)

    def centre_unnamed(self) -> str:
        return self._("kantor desa Anda atau dinas tenaga kerja kabupaten")

    def address(self, address: str) -> str:
        return self._("Alamat: {address}").format(address=address)

    def opening_hours(self, hours: str) -> str:
        return self._("Jam buka: {hours}").format(hours=hours)

    def contact(self, contacts: str) -> str:
        return self._("Kontak: {contacts}").format(contacts=contacts)

    def not_filled_in(self) -> str:
        return self._("Alamat, jam buka, dan nomor kantor ini belum diisi.")

    def other_contacts(self) -> str:
        return self._("Yang juga bisa membantu:")

    # Danger

    def in_danger_now(self) -> str:
        return self._("Apakah Anda atau keluarga Anda sedang dalam bahaya sekarang?")

    def if_in_doubt(self) -> str:
        return self._("Kalau ya atau ragu-ragu, hubungi:")

    def danger(self, kind: str, *, is_somebody_else: bool = False) -> str:
        """The first words for a kind of danger of `content.danger`, short and calm, to the one in it or who tells of it."""
        if is_somebody_else and kind in (about_them := self._danger_of_somebody_else()):
            return about_them[kind]
        first_words = {
            "violence": self._(
                "Ini bukan salah Anda. Kalau bisa, pergi dulu ke tempat yang ada orang lain. Kunci pintu atau keluar."
            ),
            "sexual": self._(
                "Ini bukan salah Anda. Kalau bisa, pergi ke tempat aman dan ada orang yang dipercaya. "
                "Jangan dulu membuang pakaian atau bukti."
            ),
            "confinement": self._(
                "Tidak ada yang boleh mengurung Anda atau mengambil HP dan paspor Anda. "
                "Ingat alamat, nama gedung, atau kirim lokasi kepada orang yang dipercaya."
            ),
            "scam": self._(
                "Jangan membayar dan jangan melawan dulu. Simpan alamat, nama gedung, dan foto. "
                "Perwakilan Indonesia bisa membantu pulang."
            ),
            "child": self._("Anak harus aman dulu. Jangan tinggalkan anak sendirian dengan orang itu."),
            "suicide": self._(
                "Terima kasih sudah bercerita. Anda tidak sendiri. Jangan sendirian sekarang: "
                "panggil orang terdekat yang dipercaya, dan menjauh dari tempat yang berbahaya."
            ),
            "disaster": self._("Cari tempat aman dulu. Ikuti petunjuk petugas setempat. Hemat baterai HP."),
            "medical": self._("Segera minta bantuan orang terdekat dan panggil ambulans atau pergi ke rumah sakit."),
            "lost": self._("Kami mengerti Anda cemas. Siapkan nama lengkap, foto, paspor, dan nomor terakhirnya."),
        }
        return first_words.get(kind) or self._("Keselamatan yang utama. Kalau bisa, pergi dulu ke tempat yang aman.")

    def _danger_of_somebody_else(self) -> dict[str, str]:
        return {
            "violence": self._(
                "Ini bukan salahnya. Kalau bisa, minta dia pergi ke tempat yang ada orang lain. "
                "Jangan mendatangi pelaku sendirian."
            ),
            "sexual": self._(
                "Ini bukan salahnya. Percayai ceritanya dan jangan sebarkan. "
                "Minta dia pergi ke tempat aman dan menyimpan pakaian serta bukti."
            ),
            "confinement": self._(
                "Tidak ada yang boleh mengurung dia atau mengambil HP dan paspornya. "
                "Catat alamat, nama majikan atau agen, dan pesan terakhirnya."
            ),
            "scam": self._(
                "Jangan membayar tebusan dulu. Simpan pesan, foto, lokasi, dan nama gedungnya. "
                "Perwakilan Indonesia bisa membantu dia pulang."
            ),
            "suicide": self._(
                "Terima kasih sudah peduli. Usahakan dia tidak sendirian: panggil orang yang dekat dengannya. "
                "Dengarkan dia, jangan menyalahkan."
            ),
            "disaster": self._(
                "Minta dia mencari tempat aman, mengikuti petunjuk petugas setempat, dan menghemat baterai HP."
            ),
            "medical": self._("Minta orang di dekatnya segera memanggil ambulans atau membawanya ke rumah sakit."),
        }

    def call_now(self) -> str:
        return self._("Hubungi sekarang:")

    def nearest_help(self) -> str:
        return self._(
            "Bisa juga: orang terdekat yang dipercaya, puskesmas atau rumah sakit, polisi 110, SAPA 129, kantor desa."
        )

    def nearest_help_abroad(self) -> str:
        return self._("Bisa juga: orang terdekat yang dipercaya, rumah sakit, atau polisi setempat.")

    def beware_of_helpers(self) -> str:
        return self._("Petugas resmi tidak meminta uang atau kode OTP.")

    def safe_to_write(self) -> str:
        return self._("Apakah aman bagi Anda untuk menulis di sini? Tulis di mana Anda sekarang kalau aman.")

    def safe_to_reach(self) -> str:
        return self._("Apakah Anda bisa menghubungi dia dengan aman? Tulis di mana dia sekarang kalau tahu.")

    def where_are_they(self) -> str:
        return self._("Dia sekarang di negara mana? Tulis nama negara atau kotanya kalau tahu.")

    def not_safe_to_reach(self) -> str:
        return self._(
            "Baik. Jangan memaksa menghubungi dia, supaya tidak membahayakannya. Hubungi nomor di atas sekarang "
            "dan tulis di negara mana dia."
        )

    def where_are_you(self) -> str:
        return self._("Anda sekarang di negara mana? Tulis nama negara atau kotanya kalau aman.")

    def not_safe_to_write(self) -> str:
        return self._(
            "Baik. Kalau tidak aman, jangan menulis dulu. Hubungi nomor di atas begitu bisa. "
            "Nanti kalau sudah aman, tulis di negara mana Anda."
        )

    def already_warned(self) -> str:
        return self._("Pesan Anda tadi sudah kami terima dan simpan.")

    def not_in_danger(self) -> str:
        return self._("Syukurlah. Kalau keadaan berubah, tulis saja TOLONG.")

    def source_of(self, year: int, month: int | None) -> str:
        if month is None:
            return self._("per {year}").format(year=year)
        return self._("per {month} {year}").format(month=self.month(month), year=year)

    def call_tested(self, day: date) -> str:
        return self._("dicoba {date}").format(date=self.day(day))

    def not_certain(self) -> str:
        return self._("belum dipastikan")

    # Stop, start, erase

    def stopped(self) -> str:
        return self._("Baik, kami berhenti. Kami tidak akan mengirim pesan lagi. Ketik MULAI kalau mau kembali.")

    def is_stopped(self) -> str:
        return self._("Anda meminta kami berhenti. Ketik MULAI untuk bertanya lagi.")

    def started_again(self) -> str:
        return self._("Selamat datang kembali.")

    def confirm_forget(self) -> str:
        return self._(
            "Hapus semua yang kami simpan dari percakapan ini? Bahasa, desa, pesan Anda, dan jawaban kami akan hilang."
        )

    def forgotten(self, channel: str) -> str:
        """What is gone, what is left (a receipt goes below it), and what still shows on this channel."""
        told = self._(
            "Sudah dihapus: bahasa, desa, semua pesan Anda, dan semua jawaban kami. "
            "Yang tersisa hanya tanda tanpa isi selama 30 hari, supaya pesan lama tidak dijawab dua kali, "
            "dan tanda terima di bawah ini."
        )
        return f"{told} {self._still_shown(channel)}"

    def _still_shown(self, channel: str) -> str:
        if channel == "web":
            return self._("Dari layar ini pesan yang lama juga hilang.")
        return self._("Pesan di HP Anda tidak bisa kami hapus: hapus sendiri di aplikasi ini.")

    def not_forgotten(self) -> str:
        return self._("Baik, tidak ada yang dihapus.")

    def cancelled(self) -> str:
        return self._("Baik, dibatalkan.")

    # What cannot be read, and what went wrong

    def media_kept(self) -> str:
        return self._(
            "Terima kasih. Saya belum bisa membaca foto, suara, atau berkas. Sudah kami simpan untuk petugas. "
            "Kalau bisa, tulis juga dengan kata-kata."
        )

    def set_aside(self) -> str:
        return self._("Maaf, pesan Anda tadi belum bisa kami jawab. Petugas akan melihatnya. Silakan tulis lagi.")

    def in_group(self, link: str) -> str:
        return self._("Demi rahasia Anda, Balai hanya menjawab secara pribadi: {link}").format(link=link)

    def in_group_no_link(self) -> str:
        return self._(
            "Demi rahasia Anda, Balai hanya menjawab secara pribadi. Silakan kirim pesan langsung kepada kami."
        )

    # Labels of buttons: at most 20 characters

    def label_menu(self) -> str:
        return self.pgettext("tombol", "Menu")

    def label_languages(self) -> str:
        return self.pgettext("tombol", "Ganti bahasa")

    def label_person(self) -> str:
        return self.pgettext("tombol", "Tanya petugas")

    def label_book(self) -> str:
        return self.pgettext("tombol", "Daftar kegiatan")

    def title_book(self) -> str:
        return self.pgettext("judul pilihan", "Pelatihan, konsultasi, Rumah Belajar, dan kegiatan desa lain")

    def label_more(self) -> str:
        return self.pgettext("tombol", "Selengkapnya")

    def label_listen(self) -> str:
        return self.pgettext("tombol", "Dengarkan")

    def label_read(self) -> str:
        return self.pgettext("tombol", "Baca teksnya")

    def label_helped(self) -> str:
        return self.pgettext("tombol", "Ya, membantu")

    def title_helped(self) -> str:
        return self.pgettext("judul pilihan", "Jawaban ini membantu")

    def label_no_help(self) -> str:
        return self.pgettext("tombol", "Belum membantu")

    def title_no_help(self) -> str:
        return self.pgettext("judul pilihan", "Jawaban ini belum membantu")

    def label_indonesian(self) -> str:
        return self.pgettext("tombol", "Teks Indonesia")

    def label_skip(self) -> str:
        return self.pgettext("tombol", "Lewati")

    def label_none_of_these(self) -> str:
        return self.pgettext("tombol", "Bukan ini")

    def label_other_topics(self) -> str:
        return self.pgettext("tombol", "Topik lain")

    def label_yes(self) -> str:
        return self.pgettext("tombol", "Ya")

    def label_no(self) -> str:
        return self.pgettext("tombol", "Tidak")

    def label_yes_forget(self) -> str:
        return self.pgettext("tombol", "Ya, hapus")

    def label_village(self) -> str:
        return self.pgettext("tombol", "Pilih desa")

    def label_start(self) -> str:
        return self.pgettext("tombol", "Mulai")

    # Dates: our own names of months, because Babel does not know every language of our table

    def day(self, day: date) -> str:
        return self._("{day} {month} {year}").format(day=day.day, month=self.month(day.month), year=day.year)

    def when(self, written: str) -> str:
        """A source's date as exactly as it is known: "2025", "2025-07" or "2025-07-10"."""
        year, *rest = (int(part) for part in written.split("-"))
        if not rest:
            return str(year)
        if len(rest) == 1:
            return f"{self.month(rest[0])} {year}"
        return self.day(date(year, rest[0], rest[1]))

    def month(self, number: int) -> str:
        months = (
            self.pgettext("bulan", "Januari"),
            self.pgettext("bulan", "Februari"),
            self.pgettext("bulan", "Maret"),
            self.pgettext("bulan", "April"),
            self.pgettext("bulan", "Mei"),
            self.pgettext("bulan", "Juni"),
            self.pgettext("bulan", "Juli"),
            self.pgettext("bulan", "Agustus"),
            self.pgettext("bulan", "September"),
            self.pgettext("bulan", "Oktober"),
            self.pgettext("bulan", "November"),
            self.pgettext("bulan", "Desember"),
        )
        return months[number - 1]

    def topics_for_translation(self) -> tuple[str, ...]:
        """The labels and titles of `content.topics`, listed here so that the catalogues hold them."""
        return (
            self._("Darurat"),
            self._("Bahaya, hilang kontak, meninggal, atau butuh pulang segera"),
            self._("Sebelum berangkat"),
            self._("Mulai dari mana, syarat, dan urutan sampai terbang"),
            self._("Cek resmi atau calo"),
            self._("Cek perusahaan dan lowongan, tanda penipuan, cara melapor"),
            self._("Dokumen"),
            self._("Surat izin keluarga, paspor, visa, perjanjian, SISKOP2MI"),
            self._("Biaya dan utang"),
            self._("Siapa membayar apa, pinjaman, potongan gaji"),
            self._("Negara tujuan"),
            self._("Aturan dan hal penting di tiap negara"),
            self._("Saat bekerja"),
            self._("Gaji, libur, sakit, ganti majikan, kekerasan"),
            self._("Keluarga di rumah"),
            self._("Hak keluarga, anak yang ditinggal, masalah rumah tangga"),
            self._("Pulang"),
            self._("Pulang dengan aman dan urusan setelah tiba"),
            self._("Usaha dan pelatihan"),
            self._("Pelatihan, sertifikat, dan modal usaha"),
            self._("Uang dan jaminan"),
            self._("Kirim uang, koperasi, BPJS pekerja migran"),
            self._("Layanan desa"),
            self._("Tugas desa, petugas, dan siapa mengurus apa"),
        )
