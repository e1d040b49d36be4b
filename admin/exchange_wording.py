"""How the exchange of files reads at the desk: what is wrong in a file, and what it would change, in plain Bahasa.

Files speak English to whoever works with the program; the rules of guidance are worded in `admin.article_wording`.
"""

from __future__ import annotations

from admin import article_wording
from admin.article_wording import Sentences, sentence
from admin.language import gettext as _
from content.exchange import Flag, Kind
from content.exchange_files import Notes
from content.pages import Problem


def problem(of: Problem) -> str:
    """What is wrong, and how to mend it."""
    return article_wording.said_of(of, _SAID) or article_wording.problem(of)


def notes() -> Notes:
    """What a file tells whoever translates in it."""
    return Notes(
        behind=_("Tertinggal: teks sumber berubah. Sesuaikan terjemahannya."),
        limit=_("Paling banyak {most} huruf. Pertahankan [KODE-01] dan {{{{kontak:…}}}}."),
    )


def place(of: Problem, kind: str) -> str:
    """Where it is, as the program in which the file is mended shows it."""
    if kind == "folder":
        return _("%(file)s, baris %(line)s", file=of.path, line=of.line)
    return _("baris %(line)s", line=of.line)


def kind(of: Kind) -> str:
    """What a change is."""
    return {
        "article": _("Panduan baru"),
        "translation": _("Terjemahan baru"),
        "words": _("Teks berubah"),
    }[of]


def flag(of: Flag) -> str:
    """What somebody must know before she says yes."""
    return {
        "staff": _("Teks yang terbit sekarang ditulis petugas di meja ini."),
        "both": _("Teks yang terbit sudah berubah sejak berkas ini diunduh. Bandingkan baik-baik."),
        "behind": _("Teks sumbernya sudah berubah. Terjemahan ini akan ditandai tertinggal."),
        "open": _("Tidak diambil: ada naskah yang masih terbuka untuk teks ini. Selesaikan dulu, lalu kirim lagi."),
        "later": _("Tidak diambil: terbitkan dulu teks Bahasa panduan ini, lalu kirim lagi."),
    }[of]


_SAID: Sentences = (
    # The file as a whole
    (
        r"is damaged, or no zip that can be opened",
        sentence(
            lambda: _("Berkas ini rusak atau bukan berkas yang diminta. Simpan ulang tanpa kata sandi, lalu kirim.")
        ),
    ),
    (
        r"unfolds to too much|has more than \d+ rows",
        sentence(lambda: _("Isinya terlalu banyak. Kirim hanya panduan yang berubah.")),
    ),
    (
        r"has a name that leads elsewhere: .*",
        sentence(lambda: _("Ada nama berkas yang tidak boleh. Buat zip-nya lagi dari foldernya.")),
    ),
    (r"has no article in it", sentence(lambda: _("Tidak ada panduan di dalamnya. Isinya folder topik/panduan/id.md."))),
    (
        r"has a file that belongs to no article: '(.*)'",
        sentence(lambda: _("%(file)s bukan bagian panduan. Isinya folder topik/panduan/id.md."), "file"),
    ),
    (r"is not UTF-8|not UTF-8", sentence(lambda: _("Simpan berkasnya sebagai UTF-8."))),
    (
        r"declares entities or a document type",
        sentence(lambda: _("Berkas ini memuat perintah XML yang tidak diterima. Ekspor ulang dari program asalnya.")),
    ),
    (
        r"lacks columns: (.*)",
        sentence(
            lambda: _("Kolom ini tidak ada: %(columns)s. Pakai berkas yang diunduh dari sini; baris pertama tetap."),
            "columns",
        ),
    ),
    (r"is no spreadsheet that can be read", sentence(lambda: _("Ini bukan berkas .xlsx yang bisa dibaca."))),
    (r"is no XLIFF that can be read", sentence(lambda: _("Ini bukan berkas XLIFF yang bisa dibaca."))),
    (
        r"is no PO file that can be read|line \d+ cannot be read: .*",
        sentence(lambda: _("Ini bukan berkas PO yang bisa dibaca, atau ada tanda kutip yang hilang.")),
    ),
    (
        r"holds none of the bot's sentences",
        sentence(lambda: _("Tidak ada kalimat bot di dalamnya. Pakai berkas yang diunduh dari sini.")),
    ),
    (
        r"is in '(.*)', not in '(.*)'",
        sentence(
            lambda: _("Bahasa di berkas ini “%(given)s”, bukan “%(wanted)s”. Pilih bahasa yang sama."),
            "given",
            "wanted",
        ),
    ),
    # A row
    (r"(\S+) holds a formula", sentence(lambda: _("Kolom %(column)s berisi rumus. Tulis katanya."), "column")),
    (
        r"no article '(.*)'",
        sentence(lambda: _("Tidak ada panduan “%(slug)s” yang terbit. Hapus barisnya, atau unduh lagi."), "slug"),
    ),
    (
        r"no field '(.*)'",
        sentence(lambda: _("Bagian “%(field)s” tidak dikenal: title, label, short, atau body."), "field"),
    ),
    (r"(\S+ \S+) stands here twice", sentence(lambda: _("%(row)s ada dua kali. Sisakan satu."), "row")),
    (
        r"has other marks than the rows before it|has an id that was not made here",
        sentence(lambda: _("Tandanya berubah. Jangan mengubah kolom tanda atau nomor baris; unduh lagi bila perlu.")),
    ),
    (
        r"only part is translated: (.*) is empty",
        sentence(
            lambda: _("Belum lengkap: %(fields)s masih kosong. Isi keempat bagian, atau kosongkan semuanya."), "fields"
        ),
    ),
    (
        r"(\S+) is no mark of a text that was ever published",
        sentence(lambda: _("Tanda %(mark)s tidak dikenal. Unduh lagi, lalu pindahkan terjemahannya."), "mark"),
    ),
    (
        r"facts differ from the source: (.*)",
        sentence(lambda: _("Kode fakta harus sama dengan teks sumber: %(codes)s."), "codes"),
    ),
    (
        r"contacts differ from the source: (.*)",
        sentence(lambda: _("Kontak harus sama dengan teks sumber: %(codes)s."), "codes"),
    ),
    # A file of the folder
    (
        r"no front matter|the front matter has no end|the front matter is no list of fields|not YAML: .*",
        sentence(
            lambda: _(
                "Bagian atas berkas ini tidak terbaca. Letakkan di antara dua baris “---”, satu “nama: isi” per baris."
            )
        ),
    ),
    (
        r"unknown field '(.*)'(?: of a source)?",
        sentence(lambda: _("Isian “%(field)s” tidak dikenal di sini."), "field"),
    ),
    (r"(\S+) stands here twice", sentence(lambda: _("Isian “%(field)s” ada dua kali."), "field")),
    (r"no id\.md", sentence(lambda: _("Belum ada id.md. Tulis dulu dalam Bahasa: itu sumbernya."))),
    (
        r"the slug '(.*)' is used under (.*) too",
        sentence(lambda: _("Nama “%(slug)s” sudah ada di topik %(topic)s."), "slug", "topic"),
    ),
    (
        r"'(.*)' is no slug",
        sentence(lambda: _("Nama folder “%(slug)s”: pakai huruf kecil, angka, dan tanda hubung."), "slug"),
    ),
    (r"unknown language '(.*)'", sentence(lambda: _("Bahasa “%(code)s” tidak dikenal."), "code")),
    (r"a file that is never read", sentence(lambda: _("Hanya <bahasa>.md dan phrasings.<bahasa>.txt yang dibaca."))),
    (r"an empty phrasing", sentence(lambda: _("Ada baris kosong. Hapus barisnya."))),
    (
        r"the same phrasing stands under (\S+): (.*)",
        sentence(lambda: _("Kalimat tanya %(words)s sudah ada di panduan %(slug)s."), "slug", "words"),
    ),
    # A sentence of the bot
    (
        r"placeholders differ: .*",
        sentence(lambda: _("Tulisan di dalam { } harus persis seperti aslinya; jangan diterjemahkan atau dihapus.")),
    ),
    (
        r"'(.*)' is (\d+) long",
        sentence(lambda: _("“%(words)s” terlalu panjang (%(long)s huruf) untuk tombol atau daftar."), "words", "long"),
    ),
    (
        r"(.+) is not understood",
        sentence(lambda: _("Kata %(word)s belum dikenal bot. Pakai kata perintah yang ada."), "word"),
    ),
    (
        r"(.+) does something else than .*",
        sentence(lambda: _("Kata %(word)s menyuruh bot melakukan hal lain."), "word"),
    ),
    (r"(.+) is gone", sentence(lambda: _("%(word)s hilang. Tulis dengan huruf besar seperti aslinya."), "word")),
    (
        r"'(.*)' already means '(.*)'",
        sentence(lambda: _("“%(word)s” sudah dipakai untuk perintah “%(other)s”. Pilih kata lain."), "word", "other"),
    ),
    (
        r"label '(.*)' is also a word for '(.*)'",
        sentence(lambda: _("Tombol “%(word)s” juga kata perintah “%(other)s”. Pilih kata lain."), "word", "other"),
    ),
    (r"an empty word between two \|", sentence(lambda: _("Ada dua tanda | berdampingan. Hapus satu."))),
)
