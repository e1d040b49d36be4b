"""What is said only where others read along, or where every part costs money: over gateways and by short message.

Neutral, as everything that somebody else may read: neither the kind of problem nor that there is one.
"""

from __future__ import annotations

from bot.phrases import Phrases


class GatewayPhrases(Phrases):
    """What the bot says about the channel itself."""

    def read_along(self) -> str:
        return self._(
            "Pesan di nomor ini bisa terbaca orang lain. Hal yang rahasia jangan ditulis di sini. Untuk itu lebih baik:"
        )

    def not_here(self) -> str:
        return self._(
            "Terima kasih sudah menulis. Soal ini lebih baik tidak dibahas di nomor ini, karena pesannya bisa terbaca "
            "orang lain. Isinya tidak kami simpan. Silakan lanjut lewat:"
        )

    def go_on_elsewhere(self) -> str:
        return self._("Selebihnya jangan ditulis di nomor ini, karena bisa terbaca orang lain. Lebih baik lewat:")

    def files_not_here(self) -> str:
        return self._(
            "Foto, suara, dan berkas tidak bisa kami terima di nomor ini. Silakan tulis dengan kata-kata, atau kirim lewat:"
        )

    def short_welcome(self) -> str:
        return self._(
            "Balai, layanan desa untuk pekerja migran. Yang menjawab program komputer. SMS bisa terbaca orang lain. "
            "Data Anda hanya untuk membantu Anda; ketik HAPUS untuk menghapusnya."
        )

    def more_follows(self) -> str:
        return self._("Balas LAGI untuk lanjutannya.")

    def wipe_short_messages(self) -> str:
        return self._(
            "Di aplikasi SMS: tekan lama obrolan ini, lalu pilih hapus. SMS yang sudah terkirim tidak bisa kami tarik."
        )
