"""Every word of the booking's own page, in Indonesian and in English.

Whoever writes in Javanese, Sundanese or Sasak reads Indonesian here, and the name of what is booked in their own language.
"""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}

_INDONESIAN = {
    "title": "Janji di Balai",
    "name": "Balai",
    "about": "Pusat layanan migrasi desa",
    "language": "Bahasa",
    # What it is
    "for_whom": "Untuk",
    "when": "Waktu",
    "where": "Tempat",
    "bring": "Bawa",
    "note": "Catatan",
    "contact": "Petugas",
    "code": "Kode",
    "code_hint": "Sebutkan kode ini kepada petugas saat datang, atau biarkan petugas memindai gambar ini.",
    "qr": "Kode QR untuk dipindai petugas",
    "desk": "Pusat layanan migrasi desa",
    "day": "EEEE, d MMMM y",
    "clock": "HH.mm",
    "span": "{day}, pukul\u00a0{begins}–{ends}\u00a0{zone}",
    "long_span": "{day}, pukul\u00a0{begins}\u00a0{zone}, sampai {last_day}, pukul\u00a0{ends}\u00a0{zone}",
    "moment": "{day}, pukul\u00a0{at}\u00a0{zone}",
    # How it stands
    "booked": "Tempat Anda sudah tercatat.",
    "confirmed": "Terima kasih, Anda sudah mengabari akan datang.",
    "moved": "Janji Anda sudah dipindah ke waktu ini.",
    "changed": "Petugas mengubah waktu atau tempatnya. Ini yang berlaku sekarang.",
    "waiting": "Sudah penuh, jadi Anda menunggu di urutan ke-{position}. Kalau ada kursi kosong, kami kabari.",
    "offered": "Ada kursi untuk Anda! Kursi ini kami simpan sampai {until}.",
    "lapsed": "Kursi yang kami simpan untuk Anda sudah diberikan kepada urutan berikutnya.",
    "cancelled": "Janji ini sudah dibatalkan.",
    "called_off": "Maaf, petugas membatalkan janji ini.",
    "excused": "Terima kasih sudah mengabari bahwa Anda berhalangan.",
    "came": "Anda sudah datang. Terima kasih!",
    "absent": "Kami tidak bertemu Anda waktu itu. Semoga semua baik-baik saja.",
    "past": "Waktunya sudah lewat.",
    "reason": "Alasannya: {reason}",
    "book_again": "Mau janji lain? Tulis JADWAL dalam percakapan dengan Balai.",
    "open_chat": "Buka percakapan Balai",
    # What can be done
    "come": "Saya akan datang",
    "calendar": "Simpan ke kalender",
    "calendar_hint": "Di kalender hanya tertulis nama kegiatan, waktu, dan tempat.",
    "move": "Pindah ke waktu lain",
    "cancel": "Batalkan",
    "prevented": "Saya berhalangan",
    "accept": "Ya, saya ambil kursi ini",
    "decline": "Tidak, berikan ke yang lain",
    "stop_waiting": "Berhenti menunggu",
    "back": "Kembali ke janji",
    # Giving it back
    "sure_booked": "Batalkan janji ini?",
    "sure_waiting": "Berhenti menunggu?",
    "sure_offered": "Kursi ini untuk orang lain?",
    "given_on": "Kursinya langsung ditawarkan kepada orang berikutnya yang menunggu.",
    "place_lost": "Urutan Anda diberikan kepada orang berikutnya.",
    "yes_booked": "Ya, batalkan",
    "yes_waiting": "Ya, berhenti menunggu",
    "yes_offered": "Ya, berikan ke yang lain",
    "keep": "Tidak, tetap seperti ini",
    "too_late_title": "Waktunya sudah terlalu dekat",
    "too_late": "Janji ini tidak bisa lagi dibatalkan atau dipindah. Kalau Anda tidak bisa datang, kabari kami: "
    "itu tetap menolong, karena kursinya masih bisa dipakai orang lain.",
    # Moving it
    "other_dates": "Pilih waktu lain",
    "still_yours": "Tempat Anda yang sekarang tetap tersimpan sampai Anda memilih.",
    "now": "Sekarang",
    "left": "sisa {left} kursi",
    "full": "penuh",
    "no_other_dates": "Belum ada waktu lain yang bisa dipilih. Tempat Anda yang sekarang tetap tersimpan.",
    "SlotMoved": "Waktu atau tempat pilihan itu baru saja diubah petugas. Di bawah ini yang berlaku sekarang: "
    "silakan pilih lagi.",
    "SlotFull": "Maaf, kursi terakhirnya baru saja diambil orang lain. Tempat Anda yang lama tetap tersimpan: "
    "pilih waktu lain, atau biarkan seperti sekarang.",
    "SlotGone": "Maaf, waktu itu tidak ada lagi. Tempat Anda yang lama tetap tersimpan: pilih waktu lain.",
    "TooEarly": "Waktu itu belum bisa dipilih sekarang. Tempat Anda yang lama tetap tersimpan: pilih waktu lain.",
    "TooLate": "Waktu itu sudah terlalu dekat. Tempat Anda yang lama tetap tersimpan: pilih waktu lain.",
    "AlreadyBooked": "Untuk waktu itu sudah ada janji lain atas nama ini. Tempat Anda yang lama tetap tersimpan: "
    "pilih waktu lain.",
    # When it cannot be shown
    "not_found_title": "Janji ini tidak ditemukan",
    "not_found": "Mungkin tautannya terpotong, atau datanya sudah dihapus. Buka lagi dari pesan Balai, atau tulis "
    "JANJI SAYA dalam percakapan dengan Balai.",
    "foreign_title": "Kiriman ini ditolak",
    "foreign": "Kiriman ini tidak berasal dari halaman Balai. Buka lagi tautan janji Anda, lalu coba dari sana.",
    "too_often_title": "Tunggu sebentar",
    "too_often": "Terlalu banyak kiriman dari sini. Tidak ada yang hilang: tunggu kira-kira satu menit, lalu coba lagi.",
    "down_title": "Sedang ada gangguan",
    "down": "Janji Anda belum bisa dibuka atau diubah sekarang. Tempat Anda tidak hilang: coba lagi sebentar lagi.",
}

_ENGLISH = {
    "title": "Appointment at Balai",
    "name": "Balai",
    "about": "Village migration centre",
    "language": "Language",
    "for_whom": "For",
    "when": "When",
    "where": "Where",
    "bring": "Bring",
    "note": "Note",
    "contact": "Staff",
    "code": "Code",
    "code_hint": "Tell the staff this code when you come, or let them scan this picture.",
    "qr": "QR code for the staff to scan",
    "desk": "Village migration centre",
    "day": "EEEE, d MMMM y",
    "clock": "HH:mm",
    "span": "{day}, {begins}–{ends}\u00a0{zone}",
    "long_span": "{day}, {begins}\u00a0{zone}, to {last_day}, {ends}\u00a0{zone}",
    "moment": "{day}, {at}\u00a0{zone}",
    "booked": "You have a place.",
    "confirmed": "Thank you, you have told us that you will come.",
    "moved": "Your appointment has been moved to this time.",
    "changed": "The staff changed the time or the place. This is what holds now.",
    "waiting": "It is full, so you are waiting: number {position} in line. We will write when a seat falls free.",
    "offered": "There is a seat for you! We keep it until {until}.",
    "lapsed": "The seat we kept for you has gone to the next in line.",
    "cancelled": "This appointment has been cancelled.",
    "called_off": "Sorry, the staff cancelled this appointment.",
    "excused": "Thank you for telling us that you cannot come.",
    "came": "You have been here. Thank you!",
    "absent": "We did not meet you that time. We hope all is well.",
    "past": "This is over.",
    "reason": "The reason: {reason}",
    "book_again": "Would you like another one? Write JADWAL in your chat with Balai.",
    "open_chat": "Open the chat",
    "come": "I will come",
    "calendar": "Save to my calendar",
    "calendar_hint": "The calendar shows only what it is, when and where.",
    "move": "Move to another time",
    "cancel": "Cancel",
    "prevented": "I cannot come",
    "accept": "Yes, I take this seat",
    "decline": "No, give it to somebody else",
    "stop_waiting": "Stop waiting",
    "back": "Back to the appointment",
    "sure_booked": "Cancel this appointment?",
    "sure_waiting": "Stop waiting?",
    "sure_offered": "Give this seat to somebody else?",
    "given_on": "The seat is offered to the next in line at once.",
    "place_lost": "Your place in line goes to the next.",
    "yes_booked": "Yes, cancel it",
    "yes_waiting": "Yes, stop waiting",
    "yes_offered": "Yes, give it to somebody else",
    "keep": "No, leave it as it is",
    "too_late_title": "It is very soon",
    "too_late": "This appointment cannot be cancelled or moved any more. If you cannot come, tell us: it still helps, "
    "because somebody else may use the seat.",
    "other_dates": "Choose another time",
    "still_yours": "Your present place stays yours until you choose.",
    "now": "Now",
    "left": "seats left: {left}",
    "full": "full",
    "no_other_dates": "There is no other time to choose yet. Your present place stays yours.",
    "SlotMoved": "The staff have just changed the time or place you chose. Below is what holds now: please choose again.",
    "SlotFull": "Sorry, somebody else has just taken the last seat. Your old place stays yours: choose another time, or "
    "leave it as it is.",
    "SlotGone": "Sorry, that time is not there any more. Your old place stays yours: choose another time.",
    "TooEarly": "That time cannot be chosen yet. Your old place stays yours: choose another time.",
    "TooLate": "That time is too soon now. Your old place stays yours: choose another time.",
    "AlreadyBooked": "There is another appointment in this name at that time. Your old place stays yours: choose another "
    "time.",
    "not_found_title": "We cannot find this appointment",
    "not_found": "The link may have been cut short, or the data has been erased. Open it again from Balai's message, or "
    "write JANJI SAYA in your chat with Balai.",
    "foreign_title": "This was refused",
    "foreign": "It was not sent from Balai's own page. Open the link to your appointment again and try from there.",
    "too_often_title": "Please wait a moment",
    "too_often": "Too much came from here. Nothing is lost: wait about a minute, then try again.",
    "down_title": "Something is not working",
    "down": "Your appointment cannot be opened or changed right now. Your place is not lost: try again in a moment.",
}

WORDS: Mapping[str, Mapping[str, str]] = {"id": _INDONESIAN, "en": _ENGLISH}


def language_of(code: str | None) -> str:
    """The language this page can be read in by somebody who reads `code`."""
    return code if code and code in WORDS else "id"
