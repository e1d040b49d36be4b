"""Every sentence about news of the village's centre, as `bot.phrases` has the others."""

from __future__ import annotations

from bot.phrases import Phrases


class NewsPhrases(Phrases):
    """What the bot says about announcements, and around them."""

    def ask(self) -> str:
        return self._("Mau dikabari kalau ada pelatihan atau kabar penting dari desa Anda? Bisa berhenti kapan saja.")

    def wanted(self) -> str:
        return self._("Baik, kami kabari kalau ada kabar dari desa Anda. Untuk berhenti, tulis BERHENTI KABAR.")

    def unwanted(self) -> str:
        return self._(
            "Baik, kami tidak mengirim kabar desa. Anda tetap bisa bertanya. Kalau berubah pikiran, tulis KABAR."
        )

    def heading(self, centre: str) -> str:
        return self._("Kabar dari {centre}:").format(centre=centre)

    def way_out(self) -> str:
        return self._("Tidak mau kabar lagi? Tulis BERHENTI KABAR.")

    def not_to_try(self) -> str:
        return self._("Kode coba itu tidak berlaku. Buka lagi pengumumannya di meja desa, lalu kirim kode yang baru.")

    def label_yes(self) -> str:
        return self.pgettext("tombol", "Ya, kabari saya")

    def label_no(self) -> str:
        return self.pgettext("tombol", "Tidak usah")
