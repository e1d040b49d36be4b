"""How referrals read on a page: the bodies, the states, the consent, and why something cannot be done."""

from __future__ import annotations

from admin.language import gettext as _
from admin.wording import moment as moment
from admin.wording import moment_in as moment_in
from centre import case_referrals, case_rules
from centre.case_records import Case
from centre.case_rules import CannotDo
from centre.referral_records import CaseReferral, State


def body(code: str) -> str:
    """What kind of body it is."""
    return {
        "bp3mi": _("BP3MI / BP4MI"),
        "disnaker": _("Dinas tenaga kerja"),
        "uptd_ppa": _("UPTD PPA (perempuan dan anak)"),
        "police": _("Polisi"),
        "embassy": _("Perwakilan RI (KBRI, KJRI, KDEI)"),
        "health": _("Puskesmas atau rumah sakit"),
        "organisation": _("Organisasi pendamping"),
    }.get(code, code)


def state(code: str) -> str:
    """How a referral stands."""
    return {
        State.DRAFT: _("Belum dikirim"),
        State.SENT: _("Dikirim, menunggu jawaban"),
        State.ACCEPTED: _("Diterima"),
        State.REJECTED: _("Ditolak"),
        State.DONE: _("Selesai ditangani"),
        State.REVOKED: _("Dicabut"),
    }.get(State(code), code)


def step(code: str) -> str:
    """What a button does that leads to this state."""
    return {
        State.SENT: _("Catat sudah dikirim"),
        State.ACCEPTED: _("Catat diterima"),
        State.REJECTED: _("Catat ditolak"),
        State.DONE: _("Catat selesai ditangani"),
        State.REVOKED: _("Cabut rujukan"),
    }[State(code)]


def share(code: str) -> str:
    """What is told beside the case itself."""
    return {
        "name": _("nama pekerja dan yang melapor"),
        "phone": _("nomor telepon yang dipakai menulis"),
        "words": _("tulisan keluarga sampai saat mereka setuju"),
    }.get(code, code)


def shares(referral: CaseReferral) -> str:
    """Everything that is told, in one line."""
    return "; ".join(share(code) for code in referral.shared) or _(
        "tidak ada, hanya kode, jenis, tanggal, dan permintaan"
    )


def consent(referral: CaseReferral) -> str:
    """Whether the family agreed, and how."""
    if referral.consent:
        return {
            "chat": _("Keluarga setuju lewat obrolan"),
            "spoken": _("Keluarga setuju secara lisan"),
            "override": _("Tanpa persetujuan keluarga, dengan alasan"),
        }[referral.consent]
    return _("Ditanyakan di obrolan, belum dijawab") if referral.asked_at else _("Belum ada persetujuan")


def change(what: str) -> str:
    """An entry of the thread in words; `what` is the middle of "referral:sent:17"."""
    return {
        "draft": _("Rujukan dibuat"),
        "asked": _("Keluarga ditanya apakah setuju dirujuk"),
        "consented": _("Keluarga setuju dirujuk"),
        "refused": _("Keluarga tidak setuju dirujuk"),
        "heard": _("Persetujuan lisan keluarga dicatat"),
        "override": _("Rujukan diizinkan tanpa persetujuan keluarga"),
        "sent": _("Rujukan dikirim"),
        "accepted": _("Rujukan diterima"),
        "rejected": _("Rujukan ditolak"),
        "done": _("Rujukan selesai ditangani"),
        "revoked": _("Rujukan dicabut"),
    }.get(what, what)


def calling(case: Case) -> str:
    """May the other body use the number, and when? What the family said of their telephone."""
    if not case.is_safe or case.is_discreet:
        return _("Belum tentu aman dihubungi. Jangan menelepon atau menulis langsung; hubungi kami dulu.")
    return {
        "morning": _("Aman dihubungi hanya pukul 06–11 waktu setempat."),
        "midday": _("Aman dihubungi hanya pukul 11–16 waktu setempat."),
        "evening": _("Aman dihubungi hanya pukul 16–20 waktu setempat."),
    }.get(case.safe_hours, _("Keluarga mengatakan aman dihubungi kapan saja."))


def refusal(error: CannotDo) -> str:
    """Why it cannot be done, and what to do instead."""
    return {
        case_rules.IsClosed: _("Kasus ini sudah ditutup. Buka lagi kasusnya dulu."),
        case_rules.NotYours: _("Kasus ini tidak sedang Anda pegang. Ambil dulu kasusnya."),
        case_rules.NothingSaid: _("Isi dulu kolom ini."),
        case_rules.TooLong: _("Terlalu panjang. Pendekkan tulisan Anda."),
        case_rules.NobodyThere: _("Akun mitra itu tidak boleh tahu kasus ini. Pilih yang lain."),
        case_rules.ReasonMissing: _("Tulis alasannya, paling sedikit 10 huruf."),
        case_rules.ConsentMissing: _("Belum ada persetujuan keluarga. Tanyakan dulu, atau catat persetujuan lisannya."),
        case_referrals.ProofMissing: _("Tulis siapa yang dihubungi, kapan, dan bagaimana; paling sedikit 10 huruf."),
        case_referrals.NotNext: _("Keadaan rujukan ini sudah berubah. Lihat keadaannya sekarang di bawah."),
        case_referrals.NoChat: _("Keluarga ini tidak punya obrolan dengan kita. Tanyakan secara lisan."),
        case_referrals.MayNotOverride: _(
            "Hanya petugas khusus, koordinator, dan pengelola wilayah ini yang boleh merujuk tanpa persetujuan."
        ),
    }.get(type(error)) or _("Tidak bisa dilakukan sekarang.")
