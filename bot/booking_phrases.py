"""Every sentence about booking, as `bot.phrases` has the others: Indonesian msgids, short, kind, with a way on.

The sentence before a booking names what staying away costs: in the trial of Hallsworth and others (PLoS ONE 2015,
PMC4569397) such a reminder cut missed appointments from 11.1 to 8.4 of 100.
"""

from __future__ import annotations

from datetime import date, datetime

from bot.phrases import Phrases
from centre import calendars
from centre.areas import time_zone_name
from centre.slots import Slot


class BookingPhrases(Phrases):
    """What the bot says about places, times and the waiting line."""

    # Choosing what, for whom, when

    def what(self) -> str:
        return self._("Mau daftar apa?")

    def nothing_offered(self) -> str:
        return self._("Belum ada kegiatan yang bisa didaftar lewat sini. Petugas desa bisa membantu: ketik PETUGAS.")

    def for_whom(self, what: str) -> str:
        return self._("{what}. Untuk siapa?").format(what=what)

    def what_relation(self) -> str:
        return self._("Siapanya Anda?")

    def own_name(self) -> str:
        return self._("Siapa nama Anda? Nama ini dipakai untuk daftar hadir.")

    def their_name(self) -> str:
        return self._("Siapa namanya? Nama ini dipakai untuk daftar hadir.")

    def name_kept(self) -> str:
        return self._(
            "Nama disimpan paling lama satu tahun setelah janji terakhir. Jangan tulis nomor KTP atau paspor."
        )

    def name_invalid(self) -> str:
        return self._("Maaf, itu belum terbaca sebagai nama. Tulis namanya saja, tanpa angka.")

    def which_kind(self, name: str) -> str:
        return self._("{name} termasuk yang mana?").format(name=name)

    def how_old(self, name: str) -> str:
        return self._("Berapa umur {name}? Tulis angkanya saja.").format(name=name)

    def age_invalid(self) -> str:
        return self._("Maaf, itu belum terbaca sebagai umur. Tulis angkanya saja, misalnya 17.")

    def parent_books(self) -> str:
        return self._(
            "Yang belum 18 tahun didaftarkan oleh orang tua atau walinya. Silakan ajak mereka menulis di sini."
        )

    def not_their_kind(self, what: str, kinds: str) -> str:
        return self._("Maaf, {what} hanya untuk {kinds}. Ada pilihan lain di bawah.").format(what=what, kinds=kinds)

    def not_their_age(self, what: str, ages: str) -> str:
        return self._("Maaf, {what} hanya untuk {ages}. Ada pilihan lain di bawah.").format(what=what, ages=ages)

    def ages(self, youngest: int | None, oldest: int | None) -> str:
        if youngest and oldest:
            return self._("umur {youngest} sampai {oldest} tahun").format(youngest=youngest, oldest=oldest)
        if youngest:
            return self._("umur {youngest} tahun ke atas").format(youngest=youngest)
        return self._("umur sampai {oldest} tahun").format(oldest=oldest)

    def which_time(self, what: str) -> str:
        return self._("{what}. Pilih tanggalnya:").format(what=what)

    def no_times(self, what: str) -> str:
        return self._("{what}: belum ada tanggal yang bisa dipilih. Mau kami kabari kalau ada?").format(what=what)

    def will_hear(self, what: str) -> str:
        return self._("Baik. Kalau ada tanggal baru untuk {what}, kami kabari di sini.").format(what=what)

    def left(self, seats: int) -> str:
        return self._("sisa {seats} kursi").format(seats=seats)

    def full(self, waiting: int) -> str:
        return self._("penuh, {waiting} menunggu").format(waiting=waiting) if waiting else self._("penuh")

    def question(self, key: str) -> str:
        """The fixed questions of `centre.booking_types.QUESTIONS`."""
        asked = {
            "experience": self._("Pernah ikut pelatihan seperti ini? Ceritakan singkat, atau lewati."),
            "business": self._("Punya usaha sekarang? Usaha apa? Boleh dilewati."),
            "school_class": self._("Kelas berapa di sekolah? Boleh dilewati."),
            "needs": self._("Ada yang perlu kami siapkan, misalnya kursi roda atau membawa bayi? Boleh dilewati."),
            "topic": self._("Mau bicara tentang apa? Tulis singkat, tanpa rahasia. Boleh dilewati."),
        }
        return asked[key]

    def answer_invalid(self) -> str:
        return self._(
            "Maaf, itu terlalu panjang atau ada nomor di dalamnya. Jangan tulis nomor KTP, KK, paspor, atau telepon di sini."
        )

    # Confirming

    def sure(self, what: str, who: str, when: str, where: str, cost: int | None) -> str:
        asked = self._("{what} untuk {who}: {when}, di {where}.").format(what=what, who=who, when=when, where=where)
        really = self._("Jadi daftar?")
        return f"{asked} {self.cost_of_absence(cost)} {really}"

    def cost_of_absence(self, cost: int | None) -> str:
        if cost:
            return self._(
                "Kalau tidak datang tanpa kabar, satu kursi terbuang, sekitar Rp{cost}, padahal tetangga bisa memakainya."
            ).format(cost=f"{cost:,}".replace(",", "."))
        return self._("Kalau tidak datang tanpa kabar, satu kursi terbuang, padahal tetangga bisa memakainya.")

    def wait_instead(self, what: str, when: str, position: int) -> str:
        return self._("{what}, {when}: sudah penuh. Mau menunggu? Anda di urutan ke-{position}.").format(
            what=what, when=when, position=position
        )

    def just_filled(self) -> str:
        return self._("Maaf, kursi terakhir baru saja terisi.")

    def booked(self, what: str, who: str, code: str) -> str:
        return self._("Sudah terdaftar: {what} untuk {who}. Kode: {code}").format(what=what, who=who, code=code)

    def waiting(self, what: str, who: str, position: int, code: str) -> str:
        return self._(
            "{who} masuk daftar tunggu {what}, urutan ke-{position}. Kalau ada kursi kosong, kami kabari di sini. Kode: {code}"
        ).format(what=what, who=who, position=position, code=code)

    def when_line(self, when: str) -> str:
        return self._("Waktu: {when}").format(when=when)

    def where_line(self, where: str) -> str:
        return self._("Tempat: {where}").format(where=where)

    def bring_line(self, what: str) -> str:
        return self._("Bawa: {what}").format(what=what)

    def note_line(self, note: str) -> str:
        return self._("Catatan: {note}").format(note=note)

    def link_line(self, link: str) -> str:
        return self._("Halaman janji dan kalender: {link}").format(link=link)

    def how_to_change(self) -> str:
        return self._("Mau lihat, pindah, atau batal? Ketik JANJI SAYA.")

    def centre_of(self, village: str) -> str:
        return self._("Balai Desa {village}").format(village=village)

    # My bookings

    def mine(self) -> str:
        return self._("Janji Anda:")

    def none_of_mine(self) -> str:
        return self._("Belum ada janji yang terdaftar dari nomor ini. Punya kode dari nomor lain? Tulis kodenya.")

    def state(self, state: str) -> str:
        """What a booking is now, in a word or two."""
        words = {
            "waiting": self._("menunggu kursi"),
            "offered": self._("ada kursi untuk Anda"),
            "booked": self._("terdaftar"),
            "cancelled": self._("sudah dibatalkan"),
            "called_off": self._("dibatalkan oleh petugas"),
            "lapsed": self._("tawaran kursi sudah lewat"),
            "came": self._("sudah hadir"),
            "excused": self._("berhalangan"),
            "absent": self._("tidak hadir"),
        }
        return words[state]

    def one_of_mine(self, what: str, who: str, state: str) -> str:
        return self._("{what} untuk {who}: {state}.").format(what=what, who=who, state=state)

    def code_line(self, code: str) -> str:
        return self._("Kode: {code}").format(code=code)

    def position_line(self, position: int) -> str:
        return self._("Urutan tunggu: {position}").format(position=position)

    def whose_code(self) -> str:
        return self._("Janji ini atas nama siapa? Tulis namanya, supaya kami yakin.")

    def code_unknown(self) -> str:
        return self._("Maaf, kode dan nama itu tidak cocok dengan janji mana pun. Periksa kodenya, lalu tulis lagi.")

    def too_many_codes(self) -> str:
        return self._("Maaf, sudah beberapa kali tidak cocok. Coba lagi satu jam lagi, atau tanya PETUGAS.")

    def move_where(self) -> str:
        return self._("Mau pindah ke tanggal mana? Tempat yang sekarang tetap milik Anda sampai pindah berhasil.")

    def no_other_times(self) -> str:
        return self._("Belum ada tanggal lain. Janji Anda yang sekarang tetap ada.")

    def moved(self) -> str:
        return self._("Sudah dipindah.")

    def really_cancel(self, what: str, when: str) -> str:
        return self._("Batalkan {what}, {when}? Kursinya kami berikan kepada yang menunggu.").format(
            what=what, when=when
        )

    def given_back(self, what: str) -> str:
        return self._("Sudah dibatalkan: {what}. Terima kasih sudah memberi kabar.").format(what=what)

    def too_late_to_cancel(self, what: str) -> str:
        return self._(
            "Batas waktu pembatalan sudah lewat. Kami catat bahwa Anda berhalangan untuk {what}. "
            "Terima kasih sudah memberi kabar."
        ).format(what=what)

    def too_late_to_move(self) -> str:
        return self._(
            "Maaf, sudah terlalu dekat untuk pindah. Kalau tidak bisa datang, pilih batal supaya petugas tahu."
        )

    def kept(self) -> str:
        return self._("Baik, tidak ada yang berubah.")

    def will_come(self, what: str, when: str) -> str:
        return self._("Terima kasih, kami tunggu: {what}, {when}.").format(what=what, when=when)

    # What cannot be

    def slot_gone(self) -> str:
        return self._("Maaf, tanggal itu sudah tidak ada.")

    def slot_moved(self, when: str, where: str) -> str:
        return self._("Jadwal itu baru saja berubah: sekarang {when}, di {where}.").format(when=when, where=where)

    def too_early(self, since: str) -> str:
        return self._("Pendaftaran untuk tanggal itu dibuka mulai {since}.").format(since=since)

    def too_late(self) -> str:
        return self._("Maaf, pendaftaran untuk tanggal itu sudah ditutup.")

    def already_booked(self, who: str) -> str:
        return self._("{who} sudah terdaftar di tanggal itu.").format(who=who)

    def too_many_open(self, limit: int) -> str:
        return self._(
            "Satu orang boleh punya {limit} janji seperti ini sekaligus. Batalkan satu dulu, lalu daftar lagi."
        ).format(limit=limit)

    def booking_over(self) -> str:
        return self._("Janji itu sudah selesai atau sudah dibatalkan.")

    def begin_again(self) -> str:
        return self._("Pilihan tadi sudah lama. Kita mulai lagi.")

    # Notices: what we write first

    def offer(self, who: str, until: str) -> str:
        return self._("Ada kursi kosong untuk {who}. Kami simpan sampai {until}, lalu untuk urutan berikutnya.").format(
            who=who, until=until
        )

    def offer_taken(self) -> str:
        return self._("Kursinya jadi milik Anda.")

    def offer_left(self) -> str:
        return self._("Baik, kursinya untuk urutan berikutnya. Terima kasih sudah memberi kabar.")

    def offer_over(self) -> str:
        return self._("Maaf, waktunya sudah lewat dan kursi itu sudah untuk urutan berikutnya.")

    def lapsed(self, what: str, when: str) -> str:
        return self._(
            "Kursi untuk {what}, {when}, tidak dijawab tepat waktu dan kami berikan ke urutan berikutnya."
        ).format(what=what, when=when)

    def reminder(self, who: str) -> str:
        return self._("Mengingatkan janji untuk {who}:").format(who=who)

    def today(self, who: str) -> str:
        return self._("Hari ini ada janji untuk {who}:").format(who=who)

    def tomorrow_early(self, who: str) -> str:
        return self._("Besok pagi ada janji untuk {who}:").format(who=who)

    def moved_by_us(self, who: str) -> str:
        return self._("Jadwal untuk {who} berubah. Yang baru:").format(who=who)

    def cancelled_by_us(self, what: str, who: str, when: str) -> str:
        return self._("Maaf, {what} untuk {who}, {when}, dibatalkan oleh petugas.").format(
            what=what, who=who, when=when
        )

    def reason(self, reason: str) -> str:
        return self._("Alasan: {reason}").format(reason=reason)

    def missed(self, who: str, what: str) -> str:
        return self._(
            "{who} belum sempat datang ke {what}. Tidak apa-apa. Mau tanggal lain? Kalau tercatat keliru, tulis PETUGAS."
        ).format(who=who, what=what)

    def new_times(self, what: str) -> str:
        return self._("Ada tanggal baru untuk {what}.").format(what=what)

    def booked_for_you(self, who: str) -> str:
        return self._("Petugas mendaftarkan {who}:").format(who=who)

    def stopped_bookings(self) -> str:
        return self._("Janji Anda tetap ada, tetapi tidak kami ingatkan lagi. Mau batal? Ketik JANJI SAYA.")

    def forget_bookings(self, count: int) -> str:
        return self._("Janji yang masih ada juga dibatalkan: {count}.").format(count=count)

    # Who people are

    def kind(self, kind: str) -> str:
        return {
            "prospective": self._("calon pekerja migran"),
            "abroad": self._("yang sedang bekerja di luar negeri"),
            "returned": self._("yang sudah pulang dari luar negeri"),
            "family": self._("keluarga pekerja migran"),
        }[kind]

    def kinds(self, kinds: list[str]) -> str:
        between = self._("atau")
        return f" {between} ".join(self.kind(kind) for kind in kinds)

    # Labels of buttons: at most 20 characters

    def label_my_bookings(self) -> str:
        return self.pgettext("tombol", "Janji saya")

    def label_myself(self) -> str:
        return self.pgettext("tombol", "Saya sendiri")

    def label_somebody_else(self) -> str:
        return self.pgettext("tombol", "Orang lain")

    def label_relation(self, relation: str) -> str:
        return {
            "child": self.pgettext("tombol", "Anak"),
            "spouse": self.pgettext("tombol", "Suami atau istri"),
            "parent": self.pgettext("tombol", "Orang tua"),
            "sibling": self.pgettext("tombol", "Saudara"),
            "other": self.pgettext("tombol", "Lainnya"),
        }[relation]

    def label_kind(self, kind: str) -> str:
        return {
            "prospective": self.pgettext("tombol", "Calon PMI"),
            "abroad": self.pgettext("tombol", "Di luar negeri"),
            "returned": self.pgettext("tombol", "Sudah pulang"),
            "family": self.pgettext("tombol", "Keluarga"),
        }[kind]

    def label_other_kinds(self) -> str:
        return self.pgettext("tombol", "Kegiatan lain")

    def label_put_right(self) -> str:
        return self.pgettext("tombol", "Ubah data")

    def label_sure(self) -> str:
        return self.pgettext("tombol", "Ya, daftar")

    def label_wait(self) -> str:
        return self.pgettext("tombol", "Ya, menunggu")

    def label_other_time(self) -> str:
        return self.pgettext("tombol", "Tanggal lain")

    def label_give_up(self) -> str:
        return self.pgettext("tombol", "Tidak jadi")

    def label_tell_me(self) -> str:
        return self.pgettext("tombol", "Kabari saya")

    def label_move(self) -> str:
        return self.pgettext("tombol", "Pindah tanggal")

    def label_cancel(self) -> str:
        return self.pgettext("tombol", "Batalkan")

    def label_yes_cancel(self) -> str:
        return self.pgettext("tombol", "Ya, batalkan")

    def label_will_come(self) -> str:
        return self.pgettext("tombol", "Saya datang")

    def label_take(self) -> str:
        return self.pgettext("tombol", "Ambil kursi")

    def label_leave(self) -> str:
        return self.pgettext("tombol", "Lepaskan")

    def label_see_times(self) -> str:
        return self.pgettext("tombol", "Lihat jadwal")

    # Times, in the village's own zone

    def time_of(self, slot: Slot) -> str:
        """A slot's time in full: "Sabtu, 12 Desember 2026, pukul 09.00–12.00 WITA"."""
        begins, ends = calendars.local(slot.starts_at, slot.zone), calendars.local(slot.ends_at, slot.zone)
        until = f"{ends:%H.%M}" if ends.date() == begins.date() else f"{self.day(ends.date())} {ends:%H.%M}"
        return self._("{weekday}, {day}, pukul {begins}–{until} {zone}").format(
            weekday=self.weekday(begins.weekday()),
            day=self.day(begins.date()),
            begins=f"{begins:%H.%M}",
            until=until,
            zone=time_zone_name(slot.zone),
        )

    def short_time_of(self, slot: Slot) -> str:
        """For a button: "Sab 12/12 09.00"."""
        begins = calendars.local(slot.starts_at, slot.zone)
        return f"{self.weekday(begins.weekday())[:3]} {begins.day}/{begins.month} {begins:%H.%M}"

    def row_of(self, slot: Slot) -> str:
        """For a row of a list, without the year: "Sabtu 12 Desember 09.00 WITA"."""
        begins = calendars.local(slot.starts_at, slot.zone)
        weekday, month = self.weekday(begins.weekday()), self.month(begins.month)
        return f"{weekday} {begins.day} {month} {begins:%H.%M} {time_zone_name(slot.zone)}"

    def moment_of(self, moment: datetime, zone: str, now: datetime) -> str:
        """A moment near now: "pukul 14.00 WITA", with the day when it is not today."""
        there = calendars.local(moment, zone)
        clock = self._("pukul {time} {zone}").format(time=f"{there:%H.%M}", zone=time_zone_name(zone))
        is_today = there.date() == calendars.local(now, zone).date()
        return clock if is_today else f"{self.weekday_day(there.date())} {clock}"

    def weekday_day(self, day: date) -> str:
        return f"{self.weekday(day.weekday())}, {self.day(day)}"

    def weekday(self, number: int) -> str:
        return (
            self.pgettext("hari", "Senin"),
            self.pgettext("hari", "Selasa"),
            self.pgettext("hari", "Rabu"),
            self.pgettext("hari", "Kamis"),
            self.pgettext("hari", "Jumat"),
            self.pgettext("hari", "Sabtu"),
            self.pgettext("hari", "Minggu"),
        )[number]
