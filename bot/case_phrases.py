"""Every sentence about cases, as `bot.phrases` has the others: Indonesian msgids, short, calm, with a way on.

Neutral sentences name neither programme, desk nor case: they may be read by somebody else who holds the telephone.
"""

from __future__ import annotations

from datetime import datetime

from bot.phrases import Phrases
from centre import calendars
from centre.areas import time_zone_name


class CasePhrases(Phrases):
    """What the bot says about problems that a human owns."""

    # Opening

    def what_is_wrong(self) -> str:
        return self._("Ada masalah apa? Pilih satu, atau tulis saja dengan kata sendiri. Boleh juga foto atau suara.")

    def category(self, code: str) -> tuple[str, str]:
        """Label and title of a category in the list."""
        return {
            "pay": (self._("Gaji tidak dibayar"), self._("Gaji tidak dibayar atau dipotong")),
            "contact_lost": (self._("Hilang kontak"), self._("Keluarga tidak bisa dihubungi")),
            "violence": (self._("Kekerasan"), self._("Dipukul, dilecehkan, diancam, atau dikurung")),
            "trafficking": (self._("Dijual atau dipaksa"), self._("Dijual, dipaksa bekerja, atau disekap")),
            "documents": (self._("Dokumen ditahan"), self._("Paspor, ijazah, atau surat lain ditahan")),
            "deception": (self._("Ditipu perekrut"), self._("Ditipu calo, PT, atau perekrut")),
            "sickness": (self._("Sakit, kecelakaan"), self._("Sakit atau kecelakaan saat bekerja")),
            "death": (self._("Meninggal"), self._("Keluarga meninggal di luar negeri")),
            "detention": (self._("Ditahan"), self._("Ditahan polisi atau imigrasi")),
            "go_home": (self._("Ingin pulang"), self._("Ingin pulang tetapi tidak bisa")),
            "other": (self._("Masalah lain"), self._("Masalah lain")),
        }[code]

    def opened(self, code: str) -> str:
        return self._("Masalah Anda kami catat dengan nomor {code}.").format(code=code)

    def officer_told(self, code: str) -> str:
        return self._("Petugas yang bertugas juga kami hubungi sekarang. Nomor Anda {code}.").format(code=code)

    def kept_for_officer(self, code: str) -> str:
        return self._("Pesan Anda juga kami simpan untuk petugas. Nomor Anda {code}.").format(code=code)

    def around_the_village(self) -> str:
        return self._("Kalau ini menyangkut orang di kantor desa, ketik JANGAN KE DESA SAYA.")

    def label_around(self) -> str:
        return self._("Jangan ke desa saya")

    def goes_around(self) -> str:
        return self._(
            "Baik. Mulai sekarang kantor desa Anda tidak bisa melihat masalah ini. "
            "Yang membaca hanya koordinator di kabupaten atau di atasnya."
        )

    def goes_around_next(self) -> str:
        return self._("Baik, nanti tidak lewat kantor desa. Ceritakan masalahnya.")

    # Questions, each may be skipped

    def question(self, code: str) -> str:
        """The question of this code."""
        return {
            "story": self._("Ceritakan singkat apa yang terjadi. Boleh tulisan, foto, atau suara."),
            "where": self._("Kejadiannya di mana? Tulis negara dan kotanya kalau tahu."),
            "since": self._("Sejak kapan?"),
            "last_contact": self._("Kapan terakhir ada kabar, dan lewat apa?"),
            "employer": self._("Apa nama majikan atau tempat kerjanya, kalau tahu?"),
            "agency": self._("Berangkat lewat siapa? Tulis nama PT atau orangnya kalau tahu."),
            "safe_now": self._("Apakah sekarang ada di tempat yang aman?"),
            "which_papers": self._("Surat apa yang ditahan, dan siapa yang menahan?"),
            "recruiter": self._("Siapa yang menjanjikan? Tulis nama PT atau orangnya kalau tahu."),
            "paid": self._("Sudah bayar berapa, dan kepada siapa?"),
            "stage": self._("Sekarang sampai mana: belum berangkat, di penampungan, atau sudah di luar negeri?"),
            "condition": self._("Bagaimana keadaannya sekarang, dan dirawat di mana?"),
            "held_where": self._("Ditahan di mana, dan sejak kapan?"),
            "safe": self._("Apakah aman kalau kami menulis lebih dulu ke nomor ini?"),
            "sharing": self._("Siapa lagi yang memegang HP ini?"),
            "hours": self._("Jam berapa aman menulis ke sini?"),
            "cover": self._(
                "Mau kata sandi? Kalau Anda menulis kata itu, kami ganti bicara soal cuaca. Tulis satu kata, atau lewati."
            ),
            "name": self._("Siapa nama Anda? Boleh tanpa nama."),
        }[code]

    def label_enough(self) -> str:
        return self._("Cukup dulu")

    def label_safe(self) -> str:
        return self._("Ya, aman")

    def label_not_safe(self) -> str:
        return self._("Tidak aman")

    def label_only_me(self) -> str:
        return self._("Hanya saya")

    def label_no_name(self) -> str:
        return self._("Tanpa nama")

    def hours(self, code: str) -> str:
        """The label of some hours of the day."""
        return {
            "any": self._("Kapan saja"),
            "morning": self._("Pagi (06–11)"),
            "midday": self._("Siang (11–16)"),
            "evening": self._("Sore (16–20)"),
        }[code]

    def cover_kept(self) -> str:
        return self._("Kata sandi disimpan. Tulis kata itu untuk bicara soal cuaca, dan tulis lagi untuk kembali.")

    def cover_invalid(self) -> str:
        return self._("Maaf, kata itu tidak bisa dipakai. Pilih satu kata lain yang biasa, misalnya nama buah.")

    def not_safe_noted(self) -> str:
        return self._("Baik. Kami tidak menulis lebih dulu tentang ini. Kabar menunggu sampai Anda menulis.")

    # Where it stands

    def summary(self, code: str, pin: str) -> str:
        return self._(
            "Nomor {code}, PIN {pin}. Simpan di tempat aman untuk menanyakan kabarnya, juga dari HP lain."
        ).format(code=code, pin=pin)

    def who_reads(self, who: str) -> str:
        return self._("Yang membaca: {who}.").format(who=who)

    def desk_of(self, village: str) -> str:
        return self._("petugas Desa {village}").format(village=village)

    def held_by(self, name: str) -> str:
        return self._("petugas {name}").format(name=name)

    def specialists(self) -> str:
        return self._("petugas khusus perlindungan, bukan semua petugas")

    def regency_only(self) -> str:
        return self._("koordinator kabupaten atau di atasnya, bukan desa Anda")

    def coordinators(self) -> str:
        return self._("koordinator, karena desa Anda belum kami ketahui")

    def answer_due(self, moment: datetime, zone: str) -> str:
        there = calendars.local(moment, zone)
        return self._("Jawaban paling lambat {day} pukul {clock} {zone}.").format(
            day=self.day(there.date()), clock=f"{there:%H.%M}", zone=time_zone_name(zone)
        )

    def answer_late(self) -> str:
        return self._("Jawabannya terlambat. Kami sudah mengingatkan atasan petugas.")

    def urgent_now(self) -> str:
        return self._("Ini mendesak: petugas dihubungi sekarang, juga malam hari.")

    def your_turn(self) -> str:
        return self._("Petugas menunggu tulisan Anda.")

    def is_closed(self) -> str:
        return self._("Masalah ini sudah ditutup. Kalau belum selesai, tulis PETUGAS.")

    def write_here(self) -> str:
        return self._("Tulis saja di sini, petugas membacanya. Ketik MENU untuk bertanya ke bot.")

    def passed_on(self) -> str:
        return self._("Sudah kami teruskan ke petugas. Ketik MENU kalau mau bertanya ke bot.")

    def noted(self) -> str:
        return self._("Baik, dicatat.")

    def with_the_bot(self) -> str:
        return self._("Sekarang yang menjawab bot. Ketik PETUGAS untuk menulis lagi kepada petugas.")

    # From staff

    def officer_writes(self, name: str) -> str:
        return self._("{name} (petugas):").format(name=name)

    def taken(self, name: str) -> str:
        return self._("{name}, petugas, sekarang membaca dan menjawab Anda di sini. Bot diam dulu.").format(name=name)

    def late(self) -> str:
        return self._(
            "Belum ada petugas yang menjawab. Kami sudah menghubungi atasannya. Kalau keadaan berbahaya, "
            "tulis TOLONG atau hubungi nomor darurat."
        )

    def late_alone(self) -> str:
        return self._(
            "Maaf, belum ada petugas yang menjawab. Kalau keadaan berbahaya, tulis TOLONG atau hubungi nomor darurat."
        )

    def closed(self, code: str) -> str:
        return self._(
            "Petugas menutup masalah nomor {code}. Bot menjawab lagi di sini. Belum selesai? Tulis PETUGAS."
        ).format(code=code)

    def ask_rating(self) -> str:
        return self._("Satu pertanyaan, boleh dilewati: apakah Anda terbantu?")

    def rated(self) -> str:
        return self._("Terima kasih sudah menjawab. Belum selesai? Tulis PETUGAS.")

    def label_rating(self, word: str) -> str:
        return {
            "good": self.pgettext("tombol", "Sudah terbantu"),
            "partly": self.pgettext("tombol", "Sebagian"),
            "bad": self.pgettext("tombol", "Belum terbantu"),
        }[word]

    def ends_neutrally(self) -> str:
        return self._("Sampai di sini dulu. Tulis kapan saja kalau perlu.")

    def reopened(self, code: str) -> str:
        return self._("Petugas membuka lagi masalah nomor {code} dan menjawab Anda di sini.").format(code=code)

    def ask_consent(self) -> str:
        return self._(
            "Petugas ingin meneruskan masalah Anda ke kantor lain yang bisa membantu, hanya dengan keterangan yang "
            "diperlukan. Apakah Anda setuju?"
        )

    def consent_noted(self) -> str:
        return self._("Terima kasih, dicatat. Petugas meneruskannya.")

    def refusal_noted(self) -> str:
        return self._("Baik, tidak kami teruskan. Petugas tetap membantu di sini.")

    # Neutral: whoever reads this learns nothing

    def news(self) -> str:
        return self._("Ada kabar untuk Anda. Balas kalau sudah sempat.")

    def safe_to_read(self) -> str:
        return self._("Ada kabar. Aman membacanya sekarang?")

    def label_later(self) -> str:
        return self._("Nanti saja")

    def later(self) -> str:
        return self._("Baik, nanti saja. Tulis apa saja kalau sudah sempat.")

    def weather(self) -> str:
        return self._("Musim hujan: siapkan payung dan jas hujan. Prakiraan cuaca ada di laman BMKG.")

    def shown_again(self) -> str:
        return self._("Baik, kita lanjutkan.")

    # On the telephone itself

    def label_wipe(self) -> str:
        return self._("Hapus jejak di HP")

    def wipe(self, channel: str) -> str:
        """How the talk is deleted on the telephone, by channel."""
        channel = "whatsapp" if channel in ("fonnte", "waha") else channel
        return {
            "whatsapp": self._(
                "Di WhatsApp: buka daftar obrolan, tekan lama obrolan ini, lalu pilih hapus. Pesan kami tidak bisa kami "
                "tarik, dan salinan di HP lain tetap ada."
            ),
            "telegram": self._(
                "Pesan kami dua hari terakhir sedang kami hapus dari Telegram. Pesan Anda sendiri: tekan lama, pilih hapus, "
                "centang juga untuk bot. Atau hapus seluruh obrolan."
            ),
        }.get(channel, self._("Tekan tombol Keluar cepat di atas halaman. Riwayat peramban hapus sendiri kalau bisa."))

    # From another telephone

    def ask_pin(self) -> str:
        return self._("Tulis PIN 6 angkanya.")

    def pin_wrong(self) -> str:
        return self._("Maaf, nomor atau PIN itu tidak cocok. Coba lagi, atau tulis PETUGAS.")

    def pin_later(self) -> str:
        return self._("Sudah terlalu banyak dicoba dari sini. Coba lagi satu jam lagi, atau tulis PETUGAS.")

    def pin_tomorrow(self) -> str:
        return self._("Nomor ini sudah terlalu sering dicoba hari ini. Coba lagi besok, atau tulis PETUGAS.")

    def label_here(self) -> str:
        return self._("Lanjutkan di sini")

    def moved_here(self) -> str:
        return self._("Baik, mulai sekarang kabar tentang ini datang ke sini.")

    def another_is_open(self) -> str:
        return self._("Di sini masih ada masalah lain yang terbuka. Petugas bisa menggabungkannya: tulis PETUGAS.")

    def none_open(self) -> str:
        return self._("Belum ada masalah yang Anda laporkan dari sini.")

    # Forgetting

    def forget_with_case(self, code: str) -> str:
        return self._(
            "Anda punya masalah yang masih terbuka, nomor {code}. Catatannya disimpan supaya petugas bisa membantu dan "
            "ada bukti. Mau bagaimana?"
        ).format(code=code)

    def label_forget_all(self) -> str:
        return self._("Hapus semuanya")

    def title_forget_all(self) -> str:
        return self._("Tutup masalahnya dan hapus semuanya")

    def label_keep_case(self) -> str:
        return self._("Simpan masalahnya")

    def title_keep_case(self) -> str:
        return self._("Simpan masalah ini, hapus yang lain")

    def kept_case(self, code: str) -> str:
        return self._("Sudah dihapus, kecuali masalah nomor {code}. Petugas tetap menjawab di sini.").format(code=code)

    # Not helped

    def no_help_twice(self) -> str:
        return self._("Maaf, jawaban kami belum membantu. Petugas bisa menjawab Anda di sini.")
