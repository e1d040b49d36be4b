"""Every word of the public page of figures, in Indonesian and in English."""

from __future__ import annotations

WORDS = {
    "id": {
        "title": "Angka Balai",
        "name": "Balai",
        "about": "Pusat layanan migrasi desa",
        "heading": "Balai dalam angka",
        "span": "{since} sampai {until}",
        "asked": "pertanyaan warga",
        "answered": "langsung dijawab, tanpa menunggu petugas",
        "booked": "orang datang ke pelatihan dan pertemuan",
        "opened": "masalah diadukan kepada petugas",
        "closed": "di antaranya sudah selesai ditangani",
        "villages": "desa dalam daftar kami",
        "more_than": "lebih dari {number}",
        "none": "Angkanya belum cukup banyak untuk ditampilkan tanpa menunjuk seseorang. Lihat lagi bulan depan.",
        "warnings": "Waspada penipuan perekrut dan perdagangan orang",
        "warnings_about": "Banyaknya laporan warga dalam 12 bulan. Kabupaten dengan kurang dari {least} laporan tidak "
        "disebut: tidak disebut bukan berarti aman.",
        "regency": "Kabupaten",
        "reports": "Laporan",
        "band": "{first} sampai {last}",
        "band_open": "{first} atau lebih",
        "how": "Dihitung dari percakapan, jadwal, dan pengaduan, tanpa nama dan tanpa isi. Angka dibulatkan ke bawah, "
        "yang sedikit tidak ditampilkan.",
        "chat": "Tanya Balai",
    },
    "en": {
        "title": "Balai in figures",
        "name": "Balai",
        "about": "Village migration centre",
        "heading": "Balai in figures",
        "span": "{since} to {until}",
        "asked": "questions from villagers",
        "answered": "answered at once, without waiting for an officer",
        "booked": "people came to trainings and meetings",
        "opened": "problems reported to officers",
        "closed": "of them dealt with and closed",
        "villages": "villages in our list",
        "more_than": "more than {number}",
        "none": "There is not enough yet to be shown without pointing at somebody. Look again next month.",
        "warnings": "Beware of cheating recruiters and trafficking",
        "warnings_about": "Reports from villagers within 12 months. Regencies with fewer than {least} reports are not "
        "named: not being named does not mean safe.",
        "regency": "Regency",
        "reports": "Reports",
        "band": "{first} to {last}",
        "band_open": "{first} or more",
        "how": "Counted from conversations, dates and reports, without names and without what was said. Numbers are "
        "rounded down; what is few is not shown.",
        "chat": "Ask Balai",
    },
}
