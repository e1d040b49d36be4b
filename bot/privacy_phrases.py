"""Every sentence about somebody's own data: the notice, agreeing and declining, what is held, and the way to the desk.

The notice's wording is `bot.phrases.NOTICE_VERSION`: whoever changes what it says gives it another: then
everybody is shown it anew.
"""

from __future__ import annotations

from datetime import date

from bot.phrases import Phrases


class PrivacyPhrases(Phrases):
    """What the bot says about data."""

    # The notice

    def privacy(self, link: str) -> str:
        """What is kept, what for, how long, and what may be done about it (UU PDP 27/2022 art. 21)."""
        told = self._(
            "Data Anda: bahasa, desa, dan pesan disimpan hanya untuk menjawab dan membantu Anda. Isi pesan dihapus 3 hari "
            "setelah dijawab, jawaban kami setelah 90 hari; pesan untuk petugas disimpan sampai selesai. Ketik SETUJU atau "
            "JANGAN SIMPAN (Anda tetap dijawab), HAPUS untuk menghapus semuanya."
        )
        return f"{told} {self.whole(link)}" if link else told

    def whole(self, link: str) -> str:
        """Where all of it can be read."""
        return self._("Lengkapnya: {link}").format(link=link)

    def notice_changed(self) -> str:
        return self._("Aturan kami tentang data Anda berubah.")

    def agreed(self) -> str:
        return self._("Terima kasih, persetujuan Anda dicatat. Menariknya kembali: ketik JANGAN SIMPAN.")

    def declined(self) -> str:
        return self._(
            "Baik. Yang tersimpan dari percakapan ini sudah dihapus, dan pesan Anda berikutnya dihapus begitu dijawab. "
            "Anda tetap bisa bertanya, juga tentang bahaya. Janji, kasus, dan pendataan yang sudah ada tetap berlaku: "
            "ketik JANJI SAYA, KASUS SAYA, atau DATA SAYA."
        )

    def needs_keeping(self) -> str:
        return self._(
            "Untuk ini kami perlu menyimpan yang Anda ceritakan sampai selesai, dan Anda tadi minta jangan disimpan. "
            "Setuju disimpan untuk ini?"
        )

    # What is held

    def held_here(self) -> str:
        return self._("Yang kami simpan dari percakapan ini:")

    def language_line(self, language: str) -> str:
        return self._("Bahasa: {language}").format(language=language)

    def village_line(self, village: str) -> str:
        return self._("Desa: {village}").format(village=village)

    def words_line(self, messages: int, replies: int) -> str:
        """`messages`: with the one that asked, which must not look like something that was left."""
        if messages <= 1:
            told = self._("Pesan Anda: hanya yang baru saja Anda kirim; jawaban kami: {replies}")
        else:
            told = self._("Pesan Anda: {messages}, jawaban kami: {replies}")
        return told.format(messages=messages, replies=replies)

    def bookings_line(self, number: int) -> str:
        return self._("Janji yang akan datang: {number}. Ketik JANJI SAYA.").format(number=number)

    def case_line(self) -> str:
        return self._("Sebuah kasus. Ketik KASUS SAYA.")

    def agreed_line(self, day: date) -> str:
        return self._("Anda setuju pada {day}.").format(day=self.day(day))

    def declined_line(self, day: date) -> str:
        return self._("Anda minta jangan disimpan pada {day}.").format(day=self.day(day))

    def shown_line(self, day: date) -> str:
        return self._("Penjelasan tentang data Anda ditunjukkan pada {day}.").format(day=self.day(day))

    def copied(self) -> str:
        return self._("Salinan pesan yang masih tersimpan, dari yang paling lama:")

    def nothing_copied(self) -> str:
        return self._("Tidak ada isi pesan yang bisa disalin di sini. Isi kasus: ketik KASUS SAYA, atau tanya petugas.")

    def line_of(self, when: str, who: str, words: str) -> str:
        return f"{when} {who}: {words}"

    def you(self) -> str:
        return self._("Anda")

    def object_asked(self) -> str:
        return self._(
            "Keberatan Anda diteruskan ke petugas. Dijawab di sini paling lambat 3×24 jam. Sementara itu, ketik BERHENTI "
            "kalau tidak mau kami menulis lebih dulu, atau JANGAN SIMPAN."
        )

    def request_done(self) -> str:
        return self._("Permintaan Anda tentang data sudah dikerjakan petugas.")

    def request_refused(self, reason: str) -> str:
        return self._("Permintaan Anda tentang data dijawab petugas: {reason}").format(reason=reason)

    def receipt(self, code: str) -> str:
        return self._(
            "Tanda terima penghapusan: {code}. Kami menyimpannya paling lama 3 tahun, tanpa nama Anda."
        ).format(code=code)

    # Labels

    def label_agree(self) -> str:
        return self.pgettext("tombol", "Setuju")

    def label_decline(self) -> str:
        return self.pgettext("tombol", "Jangan simpan")

    def label_copy(self) -> str:
        return self.pgettext("tombol", "Ambil salinan")

    def label_forget(self) -> str:
        return self.pgettext("tombol", "Hapus semua")

    def label_object(self) -> str:
        return self.pgettext("tombol", "Keberatan")

    def label_census(self) -> str:
        return self.pgettext("tombol", "Pendataan desa")
