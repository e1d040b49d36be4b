"""What a page, a file and a printed report say of a place: the same tables, with a word on what each number counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import dropwhile

from admin import case_names, case_wording, service_wording
from admin.case_figures import span
from admin.figures import full_month_name, month_name, percent
from admin.language import gettext as _
from centre.census_figures import Line
from centre.figure_places import Place
from centre.place_figures import OTHER, Below, Month, PlaceFigures
from content import languages

HIDDEN = "–"
MOST_ASKED = 5
"""Topics named in the words of a report."""
Cell = str | int


@dataclass(frozen=True)
class Table:
    """Rows under a title. `links`: where the first cell of a row leads, by its place in the list."""

    anchor: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    links: Mapping[int, Place] = field(default_factory=dict)


def name_of(place: Place) -> str:
    """A place as it is called at the desk."""
    if place.level == "all":
        return _("Seluruh wilayah Anda") if not place.is_kept else _("Semua provinsi")
    prefix = {"province": _("Provinsi %(name)s"), "regency": _("Kabupaten %(name)s"), "village": _("Desa %(name)s")}
    return prefix[place.level] % {"name": place.name}


def tiles(figures: PlaceFigures) -> list[tuple[str, Cell]]:
    """The few numbers at the top."""
    plain = figures.plain
    return [
        (_("Pertanyaan"), plain["asked"]),
        (_("Dijawab tanpa petugas"), plain["answered"]),
        (_("Belum terjawab"), plain["unanswered"]),
        (_("Kursi terisi"), _("%(filled)s dari %(seats)s", filled=figures.filled, seats=plain["seats"])),
        (_("Datang"), figures.attendance["came"] if figures.attendance else HIDDEN),
        (_("Kasus masuk"), _shown(figures.opened)),
        (_("Kasus ditutup"), _shown(figures.closed)),
        (_("Jawaban pertama"), _within(figures)),
    ]


def tiles_of_month(month: Month) -> list[tuple[str, Cell]]:
    """The same of one month, as far as a month may tell it."""
    plain = month.plain
    return [
        (_("Pertanyaan"), plain["asked"]),
        (_("Dijawab tanpa petugas"), plain["answered"]),
        (_("Belum terjawab"), plain["unanswered"]),
        (_("Jadwal"), plain["slots"]),
        (_("Kursi terisi"), _("%(filled)s dari %(seats)s", filled=month.filled, seats=plain["seats"])),
        (_("Datang, dari yang ditandai"), percent(None if month.no_show is None else 1 - month.no_show)),
        (_("Kasus masuk"), _shown(month.opened)),
    ]


def begun(months: Sequence[Month]) -> list[Month]:
    """From the first month in which there was anything: the empty ones before it are not drawn."""
    return list(dropwhile(lambda month: month.is_empty, months))


def of_year(found: Sequence[Table], year: int) -> list[Table]:
    """The tables as they stand under a month's report: what counts a whole year says so in its title."""
    titles = {"wilayah", "topik", "bahasa", "masalah", "puas"}
    named = _("%(table)s, sepanjang tahun %(year)s")
    return [
        replace(table, title=named % {"table": table.title, "year": year}) if table.anchor in titles else table
        for table in found
    ]


def tables(figures: PlaceFigures, titles: Mapping[str, str], people: Line) -> list[Table]:
    """Every table that has something in it."""
    found = [
        _months(begun(figures.trend)),
        _below(figures),
        Table("topik", _("Topik yang ditanyakan"), [_("Topik"), _("Pertanyaan")], _ranked(figures.topics, titles)),
        Table("bahasa", _("Bahasa"), [_("Bahasa"), _("Pertanyaan")], _ranked(figures.languages, _own_names())),
        Table("masalah", _("Jenis masalah"), [_("Masalah"), _("Kasus")], _counted(figures.categories, _problem)),
        Table("puas", _("Kata keluarga sesudah kasus ditutup"), ["", _("Kasus")], _counted(figures.ratings, rating)),
        *_people(people),
    ]
    return [table for table in found if table.rows]


def definitions() -> list[tuple[str, str]]:
    """What is counted, and from where."""
    return [
        (
            _("Pertanyaan"),
            _("Setiap pertanyaan yang diketik atau dipilih warga dalam percakapan. Sapaan tidak dihitung."),
        ),
        (
            _("Dijawab tanpa petugas"),
            _("Pertanyaan yang dijawab dengan panduan, dan warga tidak berkata bahwa jawabannya tidak membantu."),
        ),
        (
            _("Belum terjawab"),
            _("Pertanyaan yang belum ada panduannya, atau tidak dikenali."),
        ),
        (
            _("Kursi, terisi, datang"),
            _(
                "Dari jadwal yang sudah selesai dan tidak dibatalkan. "
                "Bagian tidak datang = tidak datang : (datang + tidak datang)."
            ),
        ),
        (
            _("Kasus masuk"),
            _(
                "Kasus menurut bulan dibuka di desanya. "
                "Kasus di jalur kabupaten dan kasus terbatas dihitung di kabupaten, tidak di desa."
            ),
        ),
        (
            _("Kasus ditutup"),
            _("Dari kasus yang masuk pada masa itu, yang sekarang sudah ditutup."),
        ),
        (
            _("Jawaban pertama"),
            _(
                "Berapa lama keluarga menunggu jawaban petugas yang pertama. “Separuh dalam 2 jam”: dari sepuluh keluarga, "
                "lima sudah dijawab dalam 2 jam; lima lainnya menunggu lebih lama."
            ),
        ),
        (
            HIDDEN,
            _(
                "Kurang dari lima, atau bisa dihitung kembali menjadi kurang dari lima: "
                "tidak ditampilkan, supaya tidak ada yang dikenali."
            ),
        ),
    ]


def sentences(figures: PlaceFigures, month: Month, titles: Mapping[str, str]) -> list[str]:
    """The month in words, for the head of a report."""
    plain = month.plain
    said = [
        _(
            "Pada bulan %(month)s warga mengajukan %(asked)s pertanyaan; %(answered)s dijawab tanpa petugas dan "
            "%(unanswered)s belum terjawab.",
            month=full_month_name(month.key),
            asked=plain["asked"],
            answered=plain["answered"],
            unanswered=plain["unanswered"],
        ),
        _("Ditawarkan %(slots)s jadwal dengan %(seats)s kursi.", slots=plain["slots"], seats=plain["seats"]),
    ]
    if month.topics:
        asked = [titles.get(name, name) for name in month.topics[:MOST_ASKED]]
        said.append(_("Yang paling banyak ditanyakan: %(topics)s.", topics=", ".join(asked)))
    if month.no_show is not None:
        said.append(_("Yang tidak datang: %(share)s dari yang diketahui.", share=percent(month.no_show)))
    elif month.filled:
        said.append(_("Kehadiran belum bisa dihitung: yang ditandai datang atau tidak datang belum cukup banyak."))
    if month.opened is not None:
        said.append(_("Kasus yang masuk: %(number)s.", number=month.opened))
    if figures.opened is not None:
        said.append(_("Sejak awal tahun %(year)s: %(number)s kasus masuk.", year=figures.year, number=figures.opened))
    return said


def rating(code: str) -> str:
    """What a family may say of the help."""
    return _("Lainnya") if code == OTHER else case_wording.rating(code)


def _months(months: Sequence[Month]) -> Table:
    columns = [
        _("Bulan"),
        _("Pertanyaan"),
        _("Dijawab tanpa petugas"),
        _("Belum terjawab"),
        _("Minta petugas"),
        _("Kursi"),
        _("Tidak datang"),
        _("Kasus masuk"),
    ]
    return Table("bulan", _("Dua belas bulan terakhir"), columns, [_month(month) for month in months])


def _month(month: Month) -> list[Cell]:
    plain = [month.plain[measure] for measure in ("asked", "answered", "unanswered", "person", "seats")]
    return [month_name(month.key), *plain, percent(month.no_show), _shown(month.opened)]


def _below(figures: PlaceFigures) -> Table:
    level = figures.below[0].place.level if figures.below and figures.below[0].place else "village"
    title = {"province": _("Menurut provinsi"), "regency": _("Menurut kabupaten"), "village": _("Menurut desa")}[level]
    columns = [
        _("Wilayah"),
        _("Pertanyaan"),
        _("Dijawab tanpa petugas"),
        _("Belum terjawab"),
        _("Kursi"),
        _("Terisi"),
        _("Kasus masuk"),
        _("Kasus ditutup"),
    ]
    links = {number: each.place for number, each in enumerate(figures.below) if each.place}
    return Table("wilayah", title, columns, [_line(each) for each in figures.below], links)


def _line(each: Below) -> list[Cell]:
    if each.place is None:
        return [_("Tidak di satu pun wilayah ini"), *[""] * 5, _shown(each.opened), _shown(each.closed)]
    plain = [each.plain[measure] for measure in ("asked", "answered", "unanswered", "seats")]
    return [name_of(each.place), *plain, each.filled, _shown(each.opened), _shown(each.closed)]


def _ranked(found: Sequence[tuple[str, int | None]], names: Mapping[str, str]) -> list[list[Cell]]:
    return [[names.get(name, name), _shown(count)] for name, count in found]


def _counted(found: Mapping[str, int] | None, name: Callable[[str], str]) -> list[list[Cell]]:
    return [[name(code), count] for code, count in (found or {}).items() if count]


def _problem(code: str) -> str:
    return _("Masalah lain yang sedikit, digabung") if code == OTHER else case_names.category(code)


def _people(line: Line) -> list[Table]:
    """The register of people, as far as it may be told (`centre.census_figures`)."""
    splits: tuple[tuple[str, str, Mapping[str, int] | None, Callable[[str], str]], ...] = (
        ("status", _("Warga terdata menurut status"), line.status, lambda kind: service_wording.kind(kind or None)),
        ("jenis-kelamin", _("Warga terdata menurut jenis kelamin"), line.sex, _sex),
        ("umur", _("Warga terdata menurut umur"), line.age, lambda band: band or _("tidak diketahui")),
    )
    return [Table(key, title, ["", _("Orang")], _split(counts, name)) for key, title, counts, name in splits]


def _split(counts: Mapping[str, int] | None, name: Callable[[str], str]) -> list[list[Cell]]:
    found = counts or {}
    return [[_("Lainnya, digabung") if code == OTHER else name(code), count] for code, count in found.items() if count]


def _sex(code: str) -> str:
    return {"f": _("perempuan"), "m": _("laki-laki")}.get(code, _("tidak diketahui"))


def _own_names() -> dict[str, str]:
    return {language.code: language.own_name for language in languages.LANGUAGES}


def _within(figures: PlaceFigures) -> Cell:
    return _("separuh dalam %(span)s", span=span(figures.reply_within)) if figures.reply_within else HIDDEN


def _shown(count: int | None) -> Cell:
    return HIDDEN if count is None else count
