"""Every sentence to staff in their own chat, as `bot.phrases` has those to families: Indonesian msgids, plain and short."""

from __future__ import annotations

from bot.phrases import Phrases


class StaffPhrases(Phrases):
    """What the bot says to those who answer for the centre."""

    def linked(self) -> str:
        return self._("Tersambung. Kabar kasus datang ke sini, tanpa nama dan tanpa cerita.")

    def not_linked(self) -> str:
        return self._(
            "Kode ini tidak berlaku. Kode hanya bisa dipakai satu kali dan selama 10 menit. "
            "Kalau Anda petugas, buat kode baru di halaman Akun saya, lalu kirim ke sini."
        )

    def link_on_telegram(self) -> str:
        return self._("Kode petugas hanya bisa dipakai di Telegram. Kalau Anda petugas, kirim kode ini ke sana.")
