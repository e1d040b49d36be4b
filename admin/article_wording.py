"""How guidance reads at the desk: the state of a draft, and each rule it breaks, in plain Bahasa.

The rules speak English to writers of files (`content.checking`); here each of them is said again for an editor at a form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from re import Match
from typing import Any

from admin.language import gettext as _
from admin.language import pgettext
from content import topics
from content.draft_records import State
from content.pages import Problem


def state(of: State) -> str:
    """How far a draft has come."""
    return {
        State.WRITING: _("Sedang ditulis"),
        State.REVIEW: _("Menunggu diperiksa orang lain"),
        State.ACCEPTED: _("Disetujui, belum terbit"),
        State.PUBLISHED: _("Sudah terbit"),
        State.DROPPED: _("Dibuang"),
    }[of]


def note(of: str) -> str:
    """What a reviewer wrote; or in words what hindered a publication at its time."""
    return {
        "WouldLose": _("Tidak terbit pada waktunya: ada pertanyaan uji yang tidak akan terjawab lagi."),
        "PublishedMeanwhile": _("Tidak terbit pada waktunya: teks yang terbit sudah berubah sejak naskah ini dibuat."),
        "BrokenRules": _("Tidak terbit pada waktunya: ada aturan yang tidak lagi terpenuhi."),
        "CannotBeJudged": _(
            "Tidak terbit pada waktunya: pertanyaan uji tidak bisa dijalankan. Beri tahu administrator."
        ),
        "OwnWords": _("Tidak terbit pada waktunya: yang mengatur waktunya ikut menulis."),
    }.get(of, of)


def subject_field(name: str) -> str:
    """What a part of an article's front matter is called."""
    return {
        "topic": _("Rak"),
        "owner": _("Penanggung jawab"),
        "valid_from": _("Berlaku sejak"),
        "valid_until": _("Berlaku sampai"),
        "review_due": _("Tinjau ulang paling lambat"),
        "legal_basis": _("Dasar hukum"),
        "sources": _("Sumber"),
        "related": _("Panduan terkait"),
        "check_before_use": _("Harus diperiksa petugas dulu"),
        "check_note": _("Yang harus diperiksa"),
    }.get(name, name)


def place(of: Problem) -> str:
    """Which field a problem is about."""
    return field(of.field.partition(".")[0])


def field(name: str) -> str:
    """What a part of an article is called."""
    words = {
        "title": _("Judul"),
        "label": _("Tombol"),
        "short": _("Jawaban pendek"),
        "body": _("Selengkapnya"),
        "phrasings": _("Kalimat tanya"),
    }
    return words.get(name) or subject_field(name)


def plain(value: Any) -> str:
    """Any value of the front matter in words."""
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, dict):
        return ", ".join(plain(each) for each in value.values() if each)
    if isinstance(value, list):
        return "; ".join(plain(each) for each in value) or "–"
    return str(value or "–")


def subject_differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[tuple[str, str, str]]:
    """Where the front matter of two states differs: the name of each field, before, after."""
    old, new = before or {}, after or {}
    names = [name for name in new if new[name] != old.get(name)] if old else []
    return [(subject_field(name), plain(old.get(name)), plain(new[name])) for name in names]


def people(ids: Iterable[str], names: Mapping[str, str]) -> str:
    """The names of some, in one line."""
    return ", ".join(names[each] for each in ids if each in names) or "–"


def topic(code: str) -> str:
    """What a shelf is called; a code that is no longer a shelf's stays as it is."""
    return pgettext(code, topics.get(code).label) if code in topics.CODES else code


def shelves() -> list[tuple[str, str]]:
    """Every shelf, code and name, in the order of the menu."""
    return [(code, topic(code)) for code in topics.CODES]


def problem(of: Problem) -> str:
    """What is wrong, and how to mend it."""
    return said_of(of, _SAID) or f"{of.what}; {of.remedy}"


Sentences = Sequence[tuple[str, Callable[[Match[str]], str]]]
"""What is said of problems, each with the pattern of what the rules call it."""


def said_of(of: Problem, sentences: Sentences) -> str:
    """The sentence that fits a problem; empty where none does."""
    fitting = ((re.fullmatch(pattern, of.what, re.DOTALL), said) for pattern, said in sentences)
    return next((said(found) for found, said in fitting if found), "")


def sentence(words: Callable[[], str], *names: str) -> Callable[[Match[str]], str]:
    """A sentence with the groups of its pattern filled in by these names."""
    return lambda found: words() % dict(zip(names, found.groups(), strict=True))


_SAID: Sentences = (
    (r"no (?:title|label|short|owner|valid_from|review_due|legal_basis)", sentence(lambda: _("Belum diisi."))),
    (r"no sources", sentence(lambda: _("Belum ada sumber. Tulis paling sedikit satu, dengan tanggalnya."))),
    (r"no text under the front matter", sentence(lambda: _("Belum diisi."))),
    (r"(?:valid_from|valid_until|review_due) is no date: .*", sentence(lambda: _("Ini bukan tanggal."))),
    (r"(?:legal_basis|related|sources|facts) is no list", sentence(lambda: _("Tulis satu per baris."))),
    (r"a source without title", sentence(lambda: _("Tulis nama sumbernya."))),
    (
        r"a source without a date",
        sentence(lambda: _("Tulis tanggalnya: 2025, 2025-07, atau 2025-07-10. Bila tidak ada, tahun dibaca.")),
    ),
    (r"no address: .*", sentence(lambda: _("Alamat dimulai dengan https://"))),
    (
        r"review_due \S+ is not within (\d+) months after valid_from",
        sentence(lambda: _("Tinjau ulang paling lama %(months)s bulan sesudah “berlaku sejak”."), "months"),
    ),
    (r"valid_until \S+ is before valid_from", sentence(lambda: _("Tanggal ini sebelum “berlaku sejak”."))),
    (
        r"check_before_use without check_note",
        sentence(lambda: _("Tulis juga apa yang harus diperiksa petugas, dan ke mana.")),
    ),
    (r"\d+ related articles", sentence(lambda: _("Paling banyak empat panduan terkait."))),
    (
        r"related: '(.*)' is not another article, named once",
        sentence(lambda: _("“%(slug)s” bukan panduan lain yang sudah terbit."), "slug"),
    ),
    (
        r"label is (\d+) long",
        sentence(lambda: _("Tombol ini %(long)s huruf; paling banyak 20, karena WhatsApp memotongnya."), "long"),
    ),
    (r"title is (\d+) long", sentence(lambda: _("Judul ini %(long)s huruf; paling banyak 72."), "long")),
    (
        r"label '(.*)' is that of (.*) too",
        sentence(lambda: _("Tombol “%(label)s” sudah dipakai panduan %(slug)s."), "label", "slug"),
    ),
    (r"(?:title|label) has a mark or contact", sentence(lambda: _("Kode fakta dan kontak hanya di dalam teks."))),
    (r"short has a heading", sentence(lambda: _("Judul bagian (##) hanya di “Selengkapnya”."))),
    (r"(\S+) stands under no source", sentence(lambda: _("%(code)s belum ada di kode fakta sumber mana pun."), "code")),
    (r"no contact '(.*)'", sentence(lambda: _("Kontak “%(code)s” tidak ada dalam daftar kontak."), "code")),
    (
        r"short is (\d+) long as shown",
        sentence(lambda: _("Jawaban pendek %(long)s huruf setelah kontak diisi; paling banyak 600."), "long"),
    ),
    (
        r"the text is (\d+) long as shown",
        sentence(lambda: _("Teks ini %(long)s huruf setelah kontak diisi; paling banyak 3.500."), "long"),
    ),
    (
        r"the answer does not fit over WhatsApp's buttons",
        sentence(lambda: _("Terlalu panjang untuk tombol WhatsApp. Pendekkan jawaban pendek; emoji dihitung dua.")),
    ),
    (
        r"(.+) is not what the tables say of (.*)",
        sentence(lambda: _("%(amount)s tidak sama dengan tabel bertanggal untuk %(codes)s."), "amount", "codes"),
    ),
    (
        r"(.+) has no fact behind it",
        sentence(
            lambda: _("%(amount)s tanpa kode fakta. Akhiri kalimatnya dengan kode, atau mulai dengan “Saran:”."),
            "amount",
        ),
    ),
    (
        r"(?:\S+ has )?what looks like an identity number: .*|what looks like somebody's identity number",
        sentence(lambda: _("Ini seperti NIK seseorang. Hapus nomornya.")),
    ),
    (
        r"(?:\S+ has )?what looks like a telephone number: (.*)",
        sentence(lambda: _("“%(number)s” seperti nomor telepon. Pakai {{kontak:kode}} dari daftar kontak."), "number"),
    ),
    (
        r"what looks like somebody's telephone number",
        sentence(lambda: _("Ini seperti nomor telepon seseorang. Hapus nomornya.")),
    ),
    (
        r"(?:\S+ has )?an address of the web or of mail: (.*)",
        sentence(
            lambda: _("“%(address)s” seperti alamat web atau surel. Pakai {{kontak:kode}} dari daftar kontak."),
            "address",
        ),
    ),
    (
        r"(?:\S+ has )?square brackets: .*",
        sentence(lambda: _("Kurung siku hanya untuk kode fakta, misalnya [CEK-01]. Selain itu pakai kurung biasa.")),
    ),
    (r"(?:\S+ has )?curly brackets: .*", sentence(lambda: _("Kurung kurawal hanya untuk {{kontak:kode}}."))),
    (r"(?:\S+ has )?HTML: .*", sentence(lambda: _("Jangan memakai HTML; tulis kata biasa."))),
    (
        r"(?:\S+ has )?a table: .*",
        sentence(lambda: _("Tabel tidak terbaca di ponsel. Tulis satu baris “- ” untuk tiap isi.")),
    ),
    (
        r"(?:\S+ has )?bold, italic or code: .*",
        sentence(lambda: _("Tanda * _ ` ~ akan terlihat apa adanya. Tulis kata biasa.")),
    ),
    (r"(?:\S+ has )?another kind of list: .*", sentence(lambda: _("Mulai tiap baris daftar dengan “- ”."))),
    (r"(?:\S+ has )?an indented line: .*", sentence(lambda: _("Jangan menjorok: daftar hanya satu tingkat."))),
    (r"(?:\S+ has )?markup: .*", sentence(lambda: _("Hanya “## ” untuk judul bagian dan “- ” untuk daftar."))),
    (r"(?:\S+ has )?a hidden character: .*", sentence(lambda: _("Ada huruf tersembunyi. Ketik ulang baris ini."))),
    (
        r"from_revision .*",
        sentence(lambda: _("Tandai dari teks Bahasa yang mana terjemahan ini dibuat.")),
    ),
    (r"a phrasing of \d+ characters", sentence(lambda: _("Satu kalimat tanya paling banyak 1.000 huruf."))),
)
