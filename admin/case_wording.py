"""How cases read on the desk's pages: kinds of problems, what changed, how far words have come, why something cannot be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from babel import Locale

from admin import referral_wording
from admin.language import chosen
from admin.language import gettext as _
from admin.wording import ago, day, moment_in, why_not_told
from admin.wording import channel as channel_name
from centre import case_rules
from centre.case_desk import Address, Line, Queue, Row
from centre.case_records import BOT, FAMILY, TIME, Case, CaseEntry, Sending, State
from centre.messages import LIMITS
from centre.outbox import OutboxMessage
from centre.outbox import State as Going
from content import languages

JUST_NOW = timedelta(minutes=1)
APART = ("name", "sharing")
"""Questions about who somebody is: what was answered is opened as the identity is, never read along."""
COVERED = ("cover", "village")
"""Questions of which the thread keeps no words."""
_COUNTRY = re.compile(r"[A-Z]{2}")


def queue(which: Queue) -> str:
    """What a queue is called."""
    return {
        "urgent": _("Mendesak"),
        "mine": _("Kasus saya"),
        "free": _("Belum dipegang"),
        "overdue": _("Terlambat"),
        "family": _("Menunggu keluarga"),
        "approve": _("Minta ditutup"),
        "all": _("Semua yang terbuka"),
        "closed": _("Ditutup"),
    }[which]


def empty(which: Queue) -> str:
    """What is said when nothing is in it."""
    known: dict[Queue, str] = {
        "urgent": _("Tidak ada kasus mendesak sekarang. Syukurlah."),
        "mine": _("Anda tidak sedang memegang kasus. Lihat “Belum dipegang” bila ada waktu."),
        "free": _("Semua kasus sudah ada yang memegang. Terima kasih."),
        "overdue": _("Tidak ada jawaban yang terlambat. Terima kasih."),
        "closed": _("Belum ada kasus yang ditutup."),
    }
    return known.get(which) or _("Tidak ada kasus di sini sekarang.")


def category(of: str) -> str:
    """The kind of problem."""
    return {
        "pay": _("Gaji tidak dibayar"),
        "contact_lost": _("Hilang kontak"),
        "violence": _("Kekerasan"),
        "trafficking": _("Perdagangan orang"),
        "documents": _("Dokumen ditahan"),
        "deception": _("Ditipu perekrut"),
        "sickness": _("Sakit atau kecelakaan"),
        "death": _("Meninggal"),
        "detention": _("Ditahan aparat"),
        "go_home": _("Ingin pulang"),
        "other": _("Lain-lain"),
    }.get(of, of)


def outcome(of: str | None) -> str:
    """How a case ended."""
    return {
        "solved": _("Selesai"),
        "advised": _("Diberi penjelasan"),
        "referred": _("Diteruskan ke lembaga lain"),
        "withdrawn": _("Dicabut keluarga"),
        "no_reply": _("Keluarga tidak menjawab lagi"),
        "duplicate": _("Sama dengan kasus lain"),
        "not_ours": _("Bukan urusan kita"),
    }.get(of or "", of or "")


def rating(of: str) -> str:
    """What the family says of the help, asked once after closing."""
    return {
        "good": _("Sudah terbantu"),
        "partly": _("Sebagian terbantu"),
        "bad": _("Belum terbantu"),
    }[of]


def asked_by(of: str) -> str:
    """How the family asked for a case to be erased."""
    return {
        "in_person": _("Datang sendiri"),
        "by_phone": _("Lewat telepon"),
        "by_letter": _("Lewat surat"),
        "by_proxy": _("Lewat orang yang diberi kuasa"),
    }.get(of, of)


def kept_until(seen: Case) -> str:
    """How long a restricted case is kept."""
    if seen.erased_at:
        return _("isinya sudah dihapus")
    if seen.keep_until is None:
        return _("sampai keluarga minta dihapus; belum ada hari yang disepakati")
    return _("%(day)s, disepakati dengan keluarga", day=day(seen.keep_until))


def state(row: Row) -> str:
    """Where a case stands."""
    seen = row.case
    if seen.state == State.NEW:
        return _("Belum ada yang memegang")
    if seen.state == State.TO_APPROVE:
        return _("Menunggu persetujuan untuk ditutup")
    if seen.state == State.CLOSED:
        return _("Ditutup: %(outcome)s", outcome=outcome(seen.outcome))
    if row.is_unheard:
        return _("Isi balasan belum sampai")
    return _("Menunggu keluarga") if seen.awaits == "family" else _("Menunggu jawaban petugas")


def village(row: Row) -> str:
    """Where the family lives, as far as the case may say."""
    if row.case.bypasses_village:
        return _("Tidak lewat desa")
    return row.village or _("Desa belum diketahui")


def waiting(row: Row, now: datetime) -> str:
    """Since when the family waits, or that it is their turn."""
    if not row.case.is_open:
        return _("Ditutup %(ago)s", ago=ago(row.case.closed_at or row.case.changed_at, now))
    if row.is_unheard:
        return _("Balasan belum sampai kepada keluarga")
    if row.case.awaits == "family":
        return _("Giliran keluarga menulis")
    if now - row.case.asked_at < JUST_NOW:
        return _("Keluarga baru saja menulis")
    return _("Keluarga menunggu sejak %(ago)s", ago=ago(row.case.asked_at, now))


def due(row: Row) -> str:
    """Until when an answer is owed; empty for none."""
    if row.case.due_at is None:
        return ""
    at = moment_in(row.case.due_at, row.zone)
    return _("Terlambat: janji dijawab %(at)s", at=at) if row.is_overdue else _("Dijawab paling lambat %(at)s", at=at)


def holder(row: Row) -> str:
    """Who holds it."""
    return _("Dipegang %(name)s", name=row.holder) if row.holder else _("Belum ada yang memegang")


def safety(seen: Case, entries: Sequence[CaseEntry], channel: str) -> list[tuple[str, str]]:
    """What to know before writing, the gravest first: each with how loudly it is said (danger, warning, success).

    `channel`: where the family writes; empty where that is not known any more.
    """
    said = _read_along(seen, channel) if channel and LIMITS[channel].is_exposed else []
    if seen.is_safe is False:
        said.append(("danger", _("JANGAN menulis lebih dulu: keluarga bilang tidak aman. Balasan menunggu mereka.")))
    elif seen.is_safe is None:
        said.append(("danger", _("Belum diketahui apakah aman menulis lebih dulu. Balasan menunggu mereka.")))
    if seen.safe_hours != "any":
        said.append(("danger", _("Jangan menulis di luar jam %(hours)s.", hours=hours(seen.safe_hours))))
    if seen.is_discreet:
        said.append(("danger", _("Diam-diam: jangan sebut kasus, program, atau nama dalam balasan.")))
    if any(entry.detail == "sharing" and entry.kind == "change" for entry in entries):
        said.append(("warning", _("HP dipakai bersama orang lain.")))
    if seen.cover_lookup:
        said.append(("warning", _("Ada kata sandi. Bila keluarga menulisnya, pembicaraan beralih ke soal cuaca.")))
    if seen.is_child:
        said.append(("warning", _("Menyangkut anak.")))
    if seen.bypasses_village:
        said.append(("warning", _("Keluarga minta tidak lewat desa. Jangan bicara dengan kantor desa.")))
    if seen.is_anonymous:
        said.append(("warning", _("Keluarga tidak memberi nama.")))
    if seen.is_safe:
        said.append(("success", _("Keluarga bilang aman ditulisi.")))
    return said


def _read_along(seen: Case, channel: str) -> list[tuple[str, str]]:
    """Others read what is written there."""
    said = []
    name = channel_name(channel)
    if case_rules.is_not_for(seen, channel):
        text = _(
            "Balasan tidak bisa dikirim: keluarga menulis lewat %(channel)s, yang bisa terbaca orang lain. Tulisan mereka "
            "pun tidak disimpan. Tunggu mereka di Telegram atau obrolan web, atau telepon bila aman.",
            channel=name,
        )
        return [("danger", text)]
    text = _(
        "Keluarga menulis lewat %(channel)s, yang bisa terbaca orang lain. Jangan tulis hal rahasia.", channel=name
    )
    said.append(("warning", text))
    if LIMITS[channel].in_sms:
        cost = _("Tiap 160 huruf satu SMS berbayar. Lebih dari 3 SMS: sisanya menunggu keluarga membalas LAGI.")
        said.append(("warning", cost))
    return said


def hours(of: str) -> str:
    """When it is safe to write, on the village's clock."""
    return {"any": _("kapan saja"), "morning": "06–11", "midday": "11–16", "evening": "16–20"}.get(of, of)


# One entry of the thread


def nobody_once(lines: Sequence[Line]) -> list[Line]:
    """The lines to read: of several in a row that found nobody to tell, level by level, the last alone."""
    after = [*lines[1:], None]
    return [
        line
        for line, following in zip(lines, after, strict=True)
        if not (_found_nobody(line) and following and _found_nobody(following))
    ]


def _found_nobody(line: Line) -> bool:
    kind, _colon, rest = line.entry.detail.partition(":")
    return line.entry.kind == "change" and (kind == "alert_nobody" or (kind == "alert" and rest.endswith(":0")))


def who(line: Line) -> str:
    """Who speaks."""
    if line.entry.kind == "told":
        return _("Balai kepada keluarga")
    known = {FAMILY: _("Keluarga"), BOT: _("Balai"), TIME: _("Balai")}
    name = known.get(line.entry.by) or line.who or _("Petugas")
    if line.entry.kind == "reply":
        return _("%(name)s kepada keluarga", name=name)
    if line.entry.detail == "file":
        return _("Berkas dari %(name)s, hanya untuk petugas", name=name)
    return _("Catatan %(name)s, hanya untuk petugas", name=name) if line.entry.kind == "note" else name


def what(line: Line) -> str:
    """What it is, where its words do not say: a question that was answered, a change, a notice."""
    entry = line.entry
    if entry.kind == "answer":
        return _("Ditanya: %(question)s", question=question(entry.detail))
    if entry.kind == "change":
        return change(entry.detail)
    if entry.kind == "told":
        return told(entry.detail)
    if entry.detail.startswith("outcome:"):
        return _("Usul menutup: %(outcome)s", outcome=outcome(entry.detail.partition(":")[2]))
    return ""


def words(line: Line) -> str:
    """The words as they may be read here; empty for none."""
    if line.words is None:
        return _("Isinya tidak bisa dibuka: disimpan dengan kunci lain.")
    if line.entry.kind != "answer":
        return line.words
    if line.entry.detail in COVERED:
        return ""
    if not line.words:
        return _("(sudah dihapus atau dilewati)") if line.entry.file_id is None else ""
    return _("(disimpan terpisah: buka identitas untuk membacanya)") if line.entry.detail in APART else _answer(line)


def _answer(line: Line) -> str:
    """Words, or a button's code in words."""
    said = line.words or ""
    if line.entry.detail == "where" and _COUNTRY.fullmatch(said):
        return str(Locale.parse(chosen()).territories.get(said, said))
    if line.entry.detail == "safe":
        return {"yes": _("ya"), "no": _("tidak")}.get(said, said)
    return hours(said) if line.entry.detail == "hours" else said


def question(code: str) -> str:
    """What the bot asked."""
    return {
        "story": _("apa yang terjadi?"),
        "village": _("desanya?"),
        "where": _("kejadiannya di mana?"),
        "since": _("sejak kapan?"),
        "last_contact": _("kapan terakhir ada kabar?"),
        "employer": _("majikan atau tempat kerjanya?"),
        "agency": _("berangkat lewat siapa?"),
        "safe_now": _("sekarang di tempat aman?"),
        "which_papers": _("surat apa yang ditahan, dan siapa yang menahan?"),
        "recruiter": _("siapa yang menjanjikan?"),
        "paid": _("sudah bayar berapa, kepada siapa?"),
        "stage": _("sekarang sampai mana?"),
        "condition": _("keadaannya, dan dirawat di mana?"),
        "held_where": _("ditahan di mana, sejak kapan?"),
        "safe": _("aman kalau kami menulis lebih dulu?"),
        "sharing": _("siapa lagi yang memegang HP ini?"),
        "hours": _("jam berapa aman menulis?"),
        "cover": _("mau kata sandi?"),
        "name": _("siapa namanya?"),
    }.get(code, code)


def change(detail: str) -> str:
    """What changed."""
    kind, _colon, rest = detail.partition(":")
    if kind == "category":
        return _("Jenis masalah: %(category)s", category=category(rest))
    if kind == "hours":
        return _("Jam aman menulis: %(hours)s", hours=hours(rest))
    if kind in ("alert", "alert_nobody"):
        return _alert(kind, rest)
    if kind == "referral":
        return referral_wording.change(rest.partition(":")[0])
    if kind == "village":
        return _("Keluarga menyebut desa lain")
    if kind == "keep_until":
        return _kept(rest)
    if kind == "erased":
        return _("Isi kasus dihapus karena keluarga memintanya. Caranya: %(how)s", how=asked_by(rest))
    return _changes().get(kind) or _("Ada perubahan (%(detail)s)", detail=detail)


def _kept(until: str) -> str:
    if not until:
        return _("Tanpa hari: disimpan sampai keluarga minta dihapus")
    return _("Disepakati dengan keluarga: disimpan sampai %(day)s", day=day(date.fromisoformat(until)))


def _changes() -> dict[str, str]:
    return {
        "opened": _("Kasus dibuka"),
        "placed": _("Desa keluarga diketahui"),
        "around": _("Keluarga minta tidak lewat desa"),
        "withheld": _("Keluarga menulis lewat saluran yang bisa terbaca orang lain: tulisannya tidak disimpan"),
        "danger": _("Tanda bahaya dalam tulisan keluarga: kasus menjadi mendesak"),
        "moved_here": _("Keluarga melanjutkan dari telepon lain"),
        "taken": _("Kasus diambil"),
        "passed_on": _("Kasus diserahkan kepada petugas lain"),
        "released": _("Kasus dilepas, kembali ke antrean"),
        "awaits_family": _("Ditandai: giliran keluarga menulis"),
        "linked": _("Dihubungkan dengan kasus lain keluarga ini"),
        "conflict": _("Menyatakan ada kepentingan pribadi, tidak melihat kasus ini lagi"),
        "to_approve": _("Minta persetujuan untuk menutup"),
        "approved": _("Penutupan disetujui"),
        "not_approved": _("Penutupan belum disetujui"),
        "closed": _("Kasus ditutup"),
        "reopened": _("Kasus dibuka lagi"),
        "keep_lapsed": _("Hari yang disepakati sudah tiba sebelum kasus ditutup: sepakati hari baru dengan keluarga"),
        "identity_opened": _("Membuka identitas"),
        "contents_opened": _("Membuka isi kasus sebagai pengelola"),
        "safe": _("Aman ditulisi"),
        "not_safe": _("Tidak aman ditulisi"),
        "sharing": _("Memberi tahu siapa lagi yang memegang HP"),
        "cover_word": _("Memilih kata sandi"),
        "discreet": _("Minta dijawab diam-diam"),
        "hidden": _("Menyembunyikan pembicaraan"),
        "shown": _("Menampilkan lagi pembicaraan"),
        "anonymous": _("Tidak mau memberi nama"),
    }


def _alert(kind: str, rest: str) -> str:
    if kind == "alert_nobody":
        return _("Tidak ada yang bisa dikabari di %(level)s", level=level(rest))
    _why, _colon, found = rest.partition(":")
    at, _colon, count = found.partition(":")
    if count == "0":
        return _(
            "Belum ada petugas yang bisa dikabari, sampai %(level)s: tidak ada yang Telegram-nya tersambung. Sambungkan di "
            "Akun saya, supaya kasus berikutnya langsung sampai.",
            level=level(at),
        )
    return _("%(count)s orang dikabari di %(level)s", count=count, level=level(at))


def level(of: str) -> str:
    """How far up."""
    return {
        "0": _("meja kasus ini"),
        "1": _("tingkat kabupaten"),
        "2": _("tingkat provinsi"),
        "3": _("tingkat pusat"),
    }.get(of, of)


def told(detail: str) -> str:
    """What the bot tells the family by itself."""
    return {
        "taken": _("Diberi tahu siapa yang memegang kasusnya"),
        "late": _("Diberi tahu bahwa jawaban terlambat"),
        "closed": _("Diberi tahu bahwa kasus ditutup"),
        "reopened": _("Diberi tahu bahwa kasus dibuka lagi"),
        "consent": _("Ditanya apakah setuju kasusnya diteruskan"),
    }.get(detail.partition(":")[0], detail)


def sending(line: Line, zone: str, now: datetime) -> tuple[str, str]:
    """How far words for the family have come, and how loudly that is said; empty for what is not for them."""
    entry = line.entry
    if entry.sending == Sending.WAITING:
        if entry.next_at and entry.next_at > now:
            return _("Menunggu: dikirim paling cepat %(at)s", at=moment_in(entry.next_at, zone)), "light"
        return _("Menunggu dikirim"), "light"
    if entry.sending == Sending.SEALED:
        return _sealed(line)
    if entry.sending == Sending.QUEUED:
        return _sent(line)
    if entry.sending == Sending.NOT_TOLD:
        return _("Tidak disampaikan: %(why)s", why=why_not(entry.why_not or "")), "danger"
    return "", ""


def _sealed(line: Line) -> tuple[str, str]:
    lost = [row for row in line.sent if row.state in _LOST]
    if lost:
        return _("Menunggu keluarga menulis. Kabar untuk mereka gagal: %(why)s", why=_why_lost(lost[0])), "danger"
    return _("Menunggu keluarga menulis; isinya belum dibuka"), "warning"


def _sent(line: Line) -> tuple[str, str]:
    own = [row for row in line.sent if row.cause == line.entry.cause]
    lost = next((row for row in own if row.state in _LOST), None)
    if lost:
        return _("Gagal terkirim: %(why)s", why=_why_lost(lost)), "danger"
    if any(row.state in (Going.OPEN, Going.SENDING) for row in own):
        return _("Sedang dikirim"), "light"
    seen = {row.delivery for row in own}
    if own and seen == {"read"}:
        return _("Sudah dibaca"), "success"
    return (_("Sudah sampai"), "success") if own and seen <= {"read", "delivered"} else (_("Terkirim"), "light")


_LOST = (Going.FAILED, Going.EXPIRED, Going.DROPPED)


def _why_lost(row: OutboxMessage) -> str:
    return why_not_told(row.error or ("blocked" if row.state == Going.DROPPED else "expired"))


def why_not(reason: str) -> str:
    """Why words did not go to the family at all."""
    known = {
        "no_address": _("alamat keluarga tidak ada lagi."),
        "closed": _("percakapannya sudah ditutup."),
        "erased": _("keluarga minta kasus ini dihapus."),
        "discreet": _("keluarga minta diam-diam."),
        "exposed": _(
            "keluarga menulis lewat saluran yang bisa terbaca orang lain. Kasus seperti ini tidak dijawab di sana."
        ),
        "failed": _("gangguan program. Tulis sekali lagi."),
    }
    return known.get(reason) or why_not_told(reason)


def deed(of: str) -> str:
    """What somebody opened, for the list of readers."""
    return {
        "case_read": _("membaca kasus"),
        "case_file_read": _("membuka berkas"),
        "case_identity_opened": _("membuka identitas"),
        "case_exported": _("mencetak surat"),
    }.get(of, of)


def number(of: Address | None) -> str:
    """Where the family writes from, for who may know it."""
    if of is None:
        return _("tidak ada alamat lagi")
    return of.phone or _("tidak diketahui; saluran ini tidak memberi nomor")


def language(code: str) -> str:
    """A language by its own name."""
    return {each.code: each.own_name for each in languages.LANGUAGES}.get(code, code)


# Why something cannot be done


def refusal(error: case_rules.CannotDo, held_by: str = "") -> str:
    """Why it cannot be done, and what to do now. `held_by`: who holds the case, by name."""
    if isinstance(error, case_rules.NotYours):
        if held_by:
            return _("Kasus ini sedang dipegang %(name)s. Minta diserahkan dulu, atau tulis catatan.", name=held_by)
        return _("Belum ada yang memegang kasus ini. Ambil dulu, lalu kirim lagi.")
    if isinstance(error, case_rules.AlreadyTaken):
        return _("%(name)s sudah mengambil kasus ini.", name=held_by)
    known: dict[type[Exception], str] = {
        case_rules.IsClosed: _("Kasus ini sudah ditutup. Buka lagi dulu bila belum selesai."),
        case_rules.IsOpen: _("Kasus ini masih terbuka."),
        # One sentence for both: that the family has another case may be what this reader must not know.
        case_rules.AnotherIsOpen: _cannot_reopen(),
        case_rules.IsErased: _cannot_reopen(),
        case_rules.NeedsApproval: _("Hanya koordinator yang tidak memegang kasus ini boleh memutuskannya."),
        case_rules.NobodyThere: _("Orang ini tidak boleh melihat kasus ini. Pilih yang lain."),
        case_rules.NothingSaid: _("Tulis dulu isinya."),
        case_rules.TooLong: _("Terlalu panjang: paling banyak %(most)s huruf.", most=case_rules.WORDS_LIMIT),
        case_rules.IsGone: _("Isi kasus ini sudah dihapus."),
        case_rules.HasItsTime: _(
            "Kasus biasa disimpan menurut waktu yang sama untuk semua, dan tidak perlu disepakati."
        ),
        case_rules.DayIsOver: _("Hari itu sudah tiba atau lewat: pilih paling cepat besok."),
        case_rules.DayTooFar: _("Terlalu jauh: paling lama 10 tahun dari sekarang. Sesudah itu bisa disepakati lagi."),
        case_rules.ReasonMissing: _("Tulis alasannya, paling sedikit 5 huruf."),
    }
    return known.get(type(error)) or _("Ini tidak bisa dilakukan sekarang. Muat ulang halaman, lalu coba lagi.")


def _cannot_reopen() -> str:
    return _("Kasus ini tidak bisa dibuka lagi dari sini. Bila keluarga menulis, kasusnya terbuka sendiri.")
