"""Words that work everywhere: `0`, `menu`, `bahasa`, `petugas`, `lapor`, `kasus saya`, `daftar`, `janji saya`, `data saya`,
`pendataan`, `setuju`, `jangan simpan`, `keberatan`, `batal`, `hapus`, `berhenti`, `mulai`, `dengar`, `kabar`, `berhenti kabar`.

They are understood in every language of the catalogues at once, whatever language the person has chosen: somebody who
chose wrongly must find the way back in the words they know.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from bot.catalogues import catalogue, laid_over
from content import languages
from content.said import Said

MENU, LANGUAGES, PERSON, CANCEL = "menu", "languages", "person", "cancel"
BOOK, MINE = "book", "mine"
CENSUS = "data"
OWN, AGREE, DECLINE, OBJECT = "own", "agree", "decline", "object"
LISTEN = "listen"
REPORT, CASE, AROUND = "report", "case", "around"
FORGET, STOP, START, VILLAGE = "forget", "stop", "start", "villages"
NEWS, NO_NEWS = "news", "no-news"
YES, NO = "yes", "no"

Translate = Callable[[str, str], str]


def table() -> dict[str, str]:
    """Every word of every language → what it asks for."""
    return _table(laid_over())


@lru_cache(maxsize=4)
def _table(_said: Said) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in languages.OFFERED:
        for command, words in _commands(catalogue(language.code).pgettext).items():
            for word in words.split("|"):
                found.setdefault(plain(word), command)
    return found


def longer_for(command: str) -> tuple[str, ...]:
    """The ways to ask for it that are more than one word, in every language."""
    return _longer_for(command, laid_over())


@lru_cache(maxsize=4)
def _longer_for(command: str, said: Said) -> tuple[str, ...]:
    return tuple(words for words, meant in _table(said).items() if meant == command and " " in words)


def command_in(text: str) -> str | None:
    """The command a person typed, alone or with the punctuation people add ("/menu", "MENU!!")."""
    return table().get(plain(text))


def consent_in(text: str) -> str | None:
    """`yes` or `no`, where a plain "ya" or "tidak" of any language was typed."""
    return _consents().get(plain(text))


def is_more(text: str) -> bool:
    """Does somebody ask for the rest of a short message ("LAGI"), in any language?"""
    return plain(text) in _words_for_more(laid_over())


@lru_cache(maxsize=4)
def _words_for_more(_said: Said) -> frozenset[str]:
    said = (catalogue(language.code).pgettext("kata", "lagi|lanjut|lanjutkan|terus") for language in languages.OFFERED)
    return frozenset(plain(word) for words in said for word in words.split("|"))


def without_language_word(name: str) -> str:
    """ "bahasa jawa" and "basa jawa" as "jawa"."""
    first, _, rest = name.partition(" ")
    return rest if rest and first in ("bahasa", "basa") else name


def plain(text: str) -> str:
    """Lower case, without the marks around and between words."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _consents() -> dict[str, str]:
    return _consents_of(laid_over())


@lru_cache(maxsize=4)
def _consents_of(_said: Said) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in languages.OFFERED:
        for consent, said in _yes_and_no(catalogue(language.code).pgettext).items():
            for word in said.split("|"):
                found.setdefault(plain(word), consent)
    return found


def _yes_and_no(pgettext: Translate) -> dict[str, str]:
    return {
        YES: pgettext("kata", "ya|iya|y|ya betul|betul|benar|ya benar|iya betul"),
        NO: pgettext("kata", "tidak|tdk|nggak|enggak|gak|ga|bukan|belum|tidak ada"),
    }


def _commands(pgettext: Translate) -> dict[str, str]:
    # Several words for one thing stand with "|" between them. Translators give the words of their language.
    return {
        MENU: pgettext("kata", "0|menu|menu utama|daftar topik|bantuan"),
        LANGUAGES: pgettext("kata", "bahasa|ganti bahasa"),
        PERSON: pgettext("kata", "petugas|bicara dengan petugas"),
        REPORT: pgettext(
            "kata", "lapor|laporkan masalah|lapor masalah|mau lapor|saya mau lapor|pengaduan|mengadu|buat laporan"
        ),
        CASE: pgettext("kata", "kasus saya|kasus|status kasus|laporan saya"),
        AROUND: pgettext("kata", "jangan ke desa saya|jangan ke desa|jangan lewat desa|jangan ke kantor desa"),
        BOOK: pgettext("kata", "daftar|jadwal|daftar kegiatan|jadwal kegiatan|buat janji|mau daftar|pelatihan"),
        MINE: pgettext("kata", "janji saya|janji|jadwal saya"),
        OWN: pgettext("kata", "data saya|lihat data saya|data diri saya|salinan data saya"),
        AGREE: pgettext("kata", "setuju|saya setuju"),
        DECLINE: pgettext("kata", "jangan simpan|jangan disimpan|tidak setuju|saya tidak setuju"),
        OBJECT: pgettext("kata", "keberatan|saya keberatan|batasi data saya"),
        CENSUS: pgettext("kata", "pendataan|ikut pendataan|pendataan desa|data desa saya"),
        CANCEL: pgettext("kata", "batal|kembali"),
        FORGET: pgettext("kata", "hapus|hapus data|hapus data saya"),
        STOP: pgettext("kata", "berhenti|stop"),
        START: pgettext("kata", "mulai|start"),
        VILLAGE: pgettext("kata", "desa|ganti desa"),
        LISTEN: pgettext("kata", "dengar|dengarkan|putar suara"),
        NEWS: pgettext("kata", "kabar|mau kabar|kabar desa|langganan kabar"),
        NO_NEWS: pgettext("kata", "berhenti kabar|stop kabar|tidak mau kabar"),
    }
