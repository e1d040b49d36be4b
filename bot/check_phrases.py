"""Every sentence about the danger interview and the offer check, as `bot.phrases` has the others.

Nobody is blamed, nothing is called safe. The text of a sign stands in `content/tables/signs.yaml` and is its own msgid there.
"""

from __future__ import annotations

from datetime import date

from bot.phrases import Phrases
from content.tables import Row
from content.warning_signs import Outcome, Urgent


class CheckPhrases(Phrases):
    """What the bot says while it looks for warning signs."""

    # The interview

    def interview_begins(self, count: int) -> str:
        return self._(
            "Mari kita cek ajakan kerja itu dengan paling banyak {count} pertanyaan. "
            "Jawab ya, tidak, atau tidak tahu. Mau berhenti? Ketik BATAL."
        ).format(count=count)

    def interview_goes_on(self) -> str:
        return self._("Kita lanjutkan cek bahayanya.")

    def numbered(self, number: int, count: int, question: str) -> str:
        return self._("Pertanyaan {number} dari {count}: {question}").format(
            number=number, count=count, question=question
        )

    def question(self, code: str) -> str:
        """A question of `content.warning_signs.QUESTIONS`, about whoever means to leave."""
        return {
            "under-age": self._("Apakah umur yang mau berangkat belum 18 tahun?"),
            "held": self._("Apakah dia sekarang dikurung atau ditahan di penampungan atau rumah perekrut?"),
            "on-the-way": self._("Apakah dia sudah dalam perjalanan, misalnya di bus, pelabuhan, atau bandara?"),
            "visa": self._("Apakah berangkatnya pakai visa wisata, kunjungan, ziarah, atau umrah?"),
            "contract": self._("Apakah sudah ada perjanjian kerja tertulis yang isinya dipahami?"),
            "money": self._("Apakah diminta bayar dulu tanpa kuitansi, atau ke rekening pribadi?"),
            "documents": self._("Apakah KTP, KK, ijazah, atau sertifikat tanah asli diminta sebagai jaminan?"),
            "route": self._(
                "Apakah lewat laut atau pelabuhan kecil, atau singgah di Malaysia atau Thailand sebelum ke negara lain?"
            ),
            "lie": self._("Apakah disuruh bohong ke imigrasi, atau umur dan namanya diganti di surat?"),
            "shelter": self._("Apakah langsung dibawa ke penampungan padahal suratnya belum beres?"),
            "destination": self._(
                "Apakah negaranya belum jelas, atau Kamboja, Laos, Myanmar, Thailand, "
                "atau kerja rumah tangga di Timur Tengah?"
            ),
            "licence": self._("Apakah perekrutnya PT yang punya kantor tetap dan bisa menunjukkan nomor izin?"),
        }[code]

    # What came of it

    def outcome(self, outcome: Outcome) -> str:
        return {
            "signs": self._("Tanda bahaya ditemukan."),
            "unclear": self._("Belum cukup untuk menilai. Tidak ada tanda yang terlihat bukan berarti aman."),
        }[outcome]

    def urgent(self, why: Urgent) -> str:
        """What to do before anything is read."""
        return {
            "held": self._(
                "Ini mendesak, dan bukan salahnya. Tidak ada yang boleh menahan dia, juga karena utang. "
                "Kirim lokasi ke orang yang dipercaya dan minta tolong sekarang."
            ),
            "on-the-way": self._(
                "Ini mendesak. Minta dia berhenti dulu dan jangan naik kapal, bus, atau pesawat. "
                "Di bandara atau pelabuhan, dia bisa minta tolong ke petugas imigrasi atau polisi."
            ),
            "under-age": self._(
                "Ini mendesak: anak belum 18 tahun harus tetap di rumah dulu. Ajak bicara orang tua dan petugas desa."
            ),
        }[why]

    def sign(self, row: Row) -> str:
        """A sign's own text out of the table, which is a msgid too."""
        return self._(row.text)

    def sign_seen(self, wording: str, text: str) -> str:
        return self._("“{wording}”: {text}").format(wording=wording, text=text)

    def rule(self, rule: str, since: str) -> str:
        return self._("Aturannya: {rule} ({since}).").format(rule=rule, since=since)

    def find_out_first(self) -> str:
        return self._("Yang belum diketahui, cari tahu dulu jawabannya:")

    def safe_step(self, outcome: Outcome) -> str:
        return {
            "signs": self._(
                "Langkah aman: jangan berangkat dulu, jangan bayar, dan jangan serahkan surat asli. "
                "Simpan pesan dan buktinya. Diajak seperti ini bukan salah Anda."
            ),
            "unclear": self._(
                "Langkah aman: jangan bayar dan jangan serahkan surat asli sebelum nama PT dan lowongannya dicek."
            ),
        }[outcome]

    def check_here(self) -> str:
        return self._("Cek dan tanya di sini, tidak dipungut biaya:")

    # The offer

    def paste_offer(self) -> str:
        return self._(
            "Tempel atau ceritakan tawarannya di sini: kerja apa, negara mana, nama PT, gajinya, dan apa yang diminta. "
            "Jangan tulis nomor KTP atau paspor."
        )

    def offer_unreadable(self) -> str:
        return self._("Itu masih terlalu pendek untuk dicek. Tempel tawarannya, atau ceritakan lebih lengkap.")

    def missing(self, what: list[str]) -> str:
        names = {"country": self._("negara tujuan"), "company": self._("nama PT")}
        named = ", ".join(names[each] for each in what)
        return self._("Tidak disebut di tawaran itu: {what}. Tanyakan dulu; yang resmi harus bisa menyebutnya.").format(
            what=named
        )

    def destination(self) -> str:
        return self._("Tentang negara tujuannya:")

    def charge(self, charged: str, asked: str) -> str:
        """What is asked for, held against what is known; `charged` as in `content.offers`."""
        return {
            "not-theirs": self._(
                "Diminta {asked}. Menurut catatan kami, biaya ini bukan beban pekerja. Jangan bayar dulu."
            ),
            "above": self._("Diminta {asked}. Itu di atas batas dalam catatan kami. Jangan bayar dulu."),
            "unclear": self._(
                "Diminta {asked}. Kami belum bisa menilai apakah itu wajar. "
                "Tanyakan rinciannya secara tertulis atas nama PT, jangan bayar dulu."
            ),
        }[charged].format(asked=asked)

    # The company

    def no_list(self) -> str:
        return self._("Kami belum punya daftar PT berizin. Cek nama PT-nya di SISKOP2MI.")

    def on_the_list(self, name: str, dated: date) -> str:
        return self._(
            "{name} tercatat di daftar PT berizin tanggal {date}. Itu belum membuktikan lowongan ini: "
            "tanya izin perekrutannya (SIP2MI) untuk negara itu."
        ).format(name=name, date=self.day(dated))

    def out_of_force(self, name: str, dated: date) -> str:
        return self._("{name} ada di daftar tanggal {date}, tetapi izinnya tidak berlaku. Jangan bayar dulu.").format(
            name=name, date=self.day(dated)
        )

    def alike(self, names: str, dated: date) -> str:
        return self._(
            "Nama PT itu tidak persis ada di daftar tanggal {date}. Yang mirip: {names}. Mirip belum tentu sama."
        ).format(names=names, date=self.day(dated))

    def not_on_the_list(self, dated: date) -> str:
        return self._(
            "Nama PT itu tidak ada di daftar tanggal {date}. Belum tentu palsu, tetapi jangan bayar sebelum dicek."
        ).format(date=self.day(dated))

    def list_is_old(self) -> str:
        return self._("Daftar itu sudah lama, pastikan lagi di SISKOP2MI.")

    # Labels of buttons: at most 20 characters

    def label_unknown(self) -> str:
        return self.pgettext("tombol", "Tidak tahu")

    def label_interview(self) -> str:
        return self.pgettext("tombol", "Cek bahaya")

    def title_interview(self) -> str:
        return self.pgettext("judul pilihan", "Jawab beberapa pertanyaan tentang ajakan kerja")

    def label_offer(self) -> str:
        return self.pgettext("tombol", "Cek tawaran")

    def title_offer(self) -> str:
        return self.pgettext("judul pilihan", "Tempel tawaran kerja, kami cari tanda bahayanya")
