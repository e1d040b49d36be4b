"""Every word of the web chat's own page. What Balai answers is worded in `bot/phrases` and the guidance."""

from __future__ import annotations

PAGE = {
    "title": "Balai – tanya jawab",
    "name": "Balai",
    "about": "Pusat layanan migrasi desa",
    "leave": "Keluar cepat",
    "leave_hint": "Menutup dan mengosongkan percakapan ini. Bisa juga dengan menekan tombol Shift tiga kali.",
    "log": "Percakapan",
    "own": "Anda:",
    "reply": "Balai:",
    "greeting": "Selamat datang di Balai.",
    "greeting_more": "Tanyakan apa saja tentang bekerja di luar negeri: syarat, biaya, dokumen, gaji, "
    "atau masalah yang sedang dihadapi. Gratis, dan tidak perlu mendaftar.",
    "greeting_who": "Yang menjawab di sini adalah program komputer. Tidak tahu harus menulis apa? Tekan Mulai.",
    "figures": "Balai dalam angka",
    "begin": "Mulai",
    "label": "Tulis pertanyaan Anda",
    "example": "Tulis di sini …",
    "send": "Kirim",
    "choices": "Pilihan",
    "file": "Kirim foto, suara, atau berkas",
    "file_label": "Pilih foto, rekaman suara, atau PDF, paling besar 20 MB",
    "file_send": "Kirim berkas",
    "waiting": "Menunggu jawaban …",
    "look_again": "Jawaban belum datang. Lihat lagi",
    "to_end": "Langsung ke kotak tulis",
}

PRIVACY = {"id": "Data Anda", "en": "Your data"}
"""The link to the page that tells what is kept, in the languages which that page is written in."""

DISCREET = {"title": "Kalender", "name": "Kalender", "about": "", "reply": "Jawaban:"}
"""What the page is called instead while nobody else who sees the screen should learn what it is."""

BEGIN_TEXT = "halo"
"""What the button for those who do not know what to type says on their behalf."""

FILE_SHOWN = "📎 Foto, suara, atau berkas terkirim"
FILE_TOO_LARGE = (
    "Berkas ini terlalu besar. Kirim paling besar 20 MB, misalnya dengan memotret ulang. Bisa juga diceritakan di sini."
)

SCRIPT = {
    "hello": BEGIN_TEXT,
    "own": PAGE["own"],
    "reply": PAGE["reply"],
    "choices": PAGE["choices"],
    "sending": "Mengirim …",
    "retrying": "Belum terkirim. Tulisan Anda aman, kami coba lagi sendiri …",
    "offline": "Tidak ada sambungan internet. Tulisan Anda aman dan dikirim begitu tersambung lagi.",
    "refused": "Pesan ini tidak bisa dikirim. Coba tulis lagi.",
    "cut": "Terlalu panjang: hanya 4.000 huruf pertama yang dipakai. Sisanya bisa dikirim sesudah ini.",
    "file_shown": FILE_SHOWN,
    "file_sending": "Mengirim berkas …",
    "file_failed": "Berkas belum terkirim. Tunggu sebentar, lalu tekan Kirim berkas lagi.",
    "file_large": FILE_TOO_LARGE,
    "busy": "Terlalu banyak pesan sekaligus. Tulisan Anda aman dan sebentar lagi kami kirim sendiri …",
    "slow": "Jawaban belum datang. Pesan Anda sudah kami simpan dan tetap akan dijawab.",
    "lost": "Sambungan terputus. Kami coba lagi sendiri …",
    "blank": DISCREET["title"],
    "discreet": DISCREET,
    "usual": {name: PAGE[name] for name in DISCREET},
}

EMPTY = "Tulis dulu pertanyaan Anda, lalu tekan Kirim."
TOO_LONG = "Tulisan ini terlalu panjang. Kirim paling banyak 10.000 huruf, sisanya dalam pesan berikutnya."
TOO_LARGE = "Kiriman ini terlalu besar. Kirim tulisan saja, paling banyak 10.000 huruf."
NO_FILE = "Pilih dulu foto, suara, atau berkasnya, lalu tekan Kirim berkas."
NOT_KEPT = {
    "too_large": FILE_TOO_LARGE,
    "unknown_type": "Jenis berkas ini belum bisa kami terima. Yang bisa: foto, rekaman suara, atau PDF. "
    "Bisa juga diceritakan di sini dengan kata-kata.",
    "damaged": "Berkas ini tidak bisa dibuka, mungkin rusak atau belum lengkap. Coba kirim lagi, atau potret ulang.",
}
FILE_NOT_STORED = "Maaf, berkas Anda belum bisa kami simpan. Tunggu sebentar, lalu kirim lagi."
TOO_MANY_FILES = (
    "Untuk hari ini sudah cukup banyak berkas dari percakapan ini. "
    "Kirim lagi besok, atau ceritakan di sini dengan kata-kata."
)
UNREADABLE = "Pesan ini tidak terbaca. Coba kirim sekali lagi."
STALE = "Sesi sebelumnya sudah berakhir, atau peramban ini menolak cookie. Tulisan Anda masih ada: tekan Kirim lagi."
FOREIGN = "Kiriman ini tidak berasal dari halaman Balai."
NOT_STORED = (
    "Maaf, pesan Anda belum bisa kami simpan. Tulisan Anda masih ada di kotak: tunggu sebentar, lalu tekan Kirim lagi."
)
NOT_READ = "Maaf, percakapan Anda belum bisa dibuka sekarang. Coba lagi sebentar lagi."
NOT_FORGOTTEN = (
    "Maaf, percakapan ini belum bisa dihapus. Tulisannya tidak kami tampilkan, tetapi masih ada: "
    "tekan Keluar cepat sekali lagi."
)


def too_often(minutes: int) -> str:
    """More came than we take at once, from this browser or from this place."""
    return (
        "Maaf, sekarang terlalu banyak pesan dari sini. Yang Anda tulis masih ada di kotak: "
        f"tunggu kira-kira {minutes} menit, lalu kirim lagi."
    )
