"""What administrators are told of a trouble of the house: what it is in general words, and a link. Details stay at the desk.

Staff read Bahasa. The same words go by Telegram and by mail.
"""

from __future__ import annotations

from centre.incident_tellings import Stage
from centre.incidents import Incident, Kind

TROUBLES: dict[str, str] = {
    Kind.CHANNEL_REFUSED: "satu saluran menolak kita, jadi balasan lewat sana tertahan",
    Kind.QUEUE_OLD: "pesan menunggu terlalu lama",
    Kind.WORKER_MISSING: "tidak ada yang menjawab: proses penjawab tidak terlihat",
    Kind.WEBHOOK_ERRORS: "satu saluran tidak bisa mengantar pesan kepada kita",
    Kind.NUMBER_QUALITY: "mutu nomor kita diturunkan atau akunnya dibatasi",
    Kind.TEMPLATE_STOPPED: "satu templat pesan ditolak atau dihentikan",
    Kind.GATEWAY_BANNED: "satu nomor kita tampaknya diblokir atau terputus",
    Kind.MAIL_REFUSED: "server surat menolak kita",
    Kind.REMINDERS_FAILING: "banyak pemberitahuan kepada warga tidak sampai",
    Kind.DISK_LOW: "ruang simpan hampir penuh",
    Kind.BACKUP_LATE: "cadangan data terlambat",
    Kind.CLOCK_OFF: "jam satu komputer meleset",
    Kind.RETENTION_LATE: "penghapusan data lama tidak berjalan",
    Kind.RETENTION_FAILED: "sebagian data lama tidak bisa dihapus",
    Kind.CANNOT_OPEN: "ada tulisan tersimpan yang tidak bisa dibuka",
    Kind.BREACH_UNTOLD: "pemberitahuan kebocoran data belum dicatat terkirim, batasnya 3×24 jam",
}
SAID: dict[Stage, tuple[str, str]] = {
    "open": ("Gangguan pada Balai", "Gangguan: {trouble}."),
    "long": ("Gangguan pada Balai masih berlangsung", "Masih berlangsung sejak beberapa jam: {trouble}."),
    "end": ("Gangguan pada Balai selesai", "Sudah selesai: {trouble}."),
}
"""Subject and first line."""


def told(incident: Incident, stage: Stage, home: str) -> tuple[str, str]:
    """(subject, body) for who looks after the house. `home`: our public address, empty where there is none."""
    subject, line = SAID[stage]
    where = f"Buka di komputer: {home}/admin/gangguan" if home else "Buka di komputer petugas: Pengaturan, Gangguan."
    return subject, f"{line.format(trouble=TROUBLES[incident.kind])}\n{where}"
