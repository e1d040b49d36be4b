"""What an editor types of an article: its words in one language, and what is true of it in every language.

Only what could not be kept at all is refused here (a date that is none, far too long a text); what guidance may say is
checked by the rules of the files (`content.checking`), whose problems are put beside the field they are about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields import Field
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from admin import article_wording
from admin.forms import Day, clean
from admin.language import gettext
from admin.language import later as _
from content import languages
from content.checking import LIMITS, RELATED_LIMIT
from content.draft_records import ArticleDraft
from content.drafts import Wanted
from content.pages import Problem

MOST = 20_000
"""Letters of a text that are kept at all: far more than may be published."""
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TAKEN = frozenset(
    {
        "baru",
        "coba",
        "dasar-hukum",
        "frasa",
        "gerbang",
        "naskah",
        "pertanyaan",
        "pratinjau",
        "rekaman",
        "semua",
        "tabel",
        "tanya",
        "terjemahan",
        "tinjau",
        "tukar",
        "uji",
    }
)
"""Addresses of pages beside the articles."""
BLANK_SOURCES = 2


class ArticleText(Form):
    """The words of one language."""

    edits = HiddenField()
    """The state of the draft that was before the editor; empty where she begins one."""
    title = StringField(_("Judul"), [Length(max=500, message=_("Terlalu panjang."))], filters=[clean])
    label = StringField(_("Tombol"), [Length(max=200, message=_("Terlalu panjang."))], filters=[clean])
    short = TextAreaField(
        _("Jawaban pendek"), [Length(max=MOST, message=_("Terlalu panjang untuk disimpan."))], filters=[clean]
    )
    body = TextAreaField(
        _("Selengkapnya"), [Length(max=MOST, message=_("Terlalu panjang untuk disimpan."))], filters=[clean]
    )
    phrasings = TextAreaField(
        _("Kalimat tanya baru, satu per baris (boleh kosong)"),
        [Length(max=MOST, message=_("Terlalu panjang untuk disimpan."))],
        filters=[clean],
    )

    def wanted(self, source_revision: str = "") -> Wanted:
        """What was typed."""
        return Wanted(
            title=_one_line(self.title.data),
            label=_one_line(self.label.data),
            short=self.short.data or "",
            body=self.body.data or "",
            phrasings=tuple(lines(self.phrasings.data)),
            source_revision=source_revision,
        )

    def blame(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside the field it is about; what has none here stands at the text."""
        for problem in problems:
            field = self._field_of(problem.field)
            said = article_wording.problem(problem)
            if said not in field.errors:
                field.errors = [*field.errors, said]

    def _field_of(self, name: str) -> Field:
        first = name.partition(".")[0]
        return self[first] if first in self._fields else self["body"]


class SourceFields(Form):
    """One source."""

    title = StringField(_("Nama sumber"), [Length(max=300, message=_("Terlalu panjang."))], filters=[clean])
    date = StringField(
        _("Tanggal (2025, 2025-07, atau 2025-07-10)"), [Length(max=10, message=_("Terlalu panjang."))], filters=[clean]
    )
    url = StringField(_("Alamat (boleh kosong)"), [Length(max=500, message=_("Terlalu panjang."))], filters=[clean])
    facts = StringField(
        _("Kode fakta, dipisah koma"), [Length(max=300, message=_("Terlalu panjang."))], filters=[clean]
    )


class SourceArticle(ArticleText):
    """The source language: the words, and what is true in every language."""

    topic = SelectField(_("Rak"), choices=article_wording.shelves)
    owner = StringField(_("Penanggung jawab"), [Length(max=200, message=_("Terlalu panjang."))], filters=[clean])
    valid_from = Day(_("Berlaku sejak"), [InputRequired(_("Isi tanggalnya."))])
    valid_until = Day(_("Berlaku sampai (boleh kosong)"), [Optional()])
    review_due = Day(_("Tinjau ulang paling lambat"), [InputRequired(_("Isi tanggalnya."))])
    legal_basis = TextAreaField(
        _("Dasar hukum, satu per baris"), [Length(max=2000, message=_("Terlalu panjang."))], filters=[clean]
    )
    sources = FieldList(FormField(SourceFields), label=_("Sumber"))
    related = FieldList(
        SelectField(_("Panduan terkait"), [Optional()], validate_choice=False), label=_("Panduan terkait")
    )
    check_before_use = BooleanField(_("Petugas harus memeriksa dulu sebelum isinya dijadikan pegangan"))
    check_note = StringField(
        _("Apa yang harus diperiksa, dan ke mana"), [Length(max=500, message=_("Terlalu panjang."))], filters=[clean]
    )

    def offer(self, titles: Mapping[str, str], but: str = "") -> None:
        """The articles that may stand as related; room for as many as may be, and for two sources more."""
        choices = [("", gettext("– tidak ada –")), *((slug, title) for slug, title in titles.items() if slug != but)]
        while len(self.related) < RELATED_LIMIT:
            self.related.append_entry("")
        for entry in self.related:
            entry.choices = choices if entry.data in titles or not entry.data else [*choices, (entry.data, entry.data)]
        blank = sum(1 for entry in self.sources if not any(entry.form.data.values()))
        for _number in range(BLANK_SOURCES - blank):
            self.sources.append_entry({})

    def wanted(self, source_revision: str = "") -> Wanted:
        """What was typed, the subject too."""
        words = super().wanted()
        return Wanted(words.title, words.label, words.short, words.body, self._subject(), words.phrasings)

    def _subject(self) -> dict[str, Any]:
        named = list(dict.fromkeys(entry.data for entry in self.related if entry.data))
        return {
            "topic": self.topic.data,
            "owner": _one_line(self.owner.data),
            "valid_from": self.valid_from.data.isoformat() if self.valid_from.data else None,
            "valid_until": self.valid_until.data.isoformat() if self.valid_until.data else None,
            "review_due": self.review_due.data.isoformat() if self.review_due.data else None,
            "legal_basis": lines(self.legal_basis.data),
            "sources": [_source(entry.form.data) for entry in self.sources if any(entry.form.data.values())],
            "related": named,
            "check_before_use": bool(self.check_before_use.data),
            "check_note": _one_line(self.check_note.data),
        }

    def _field_of(self, name: str) -> Field:
        first, *rest = name.split(".")
        if first == "sources" and rest and int(rest[0]) < len(self.sources):
            inner = self.sources[int(rest[0])].form
            return inner[rest[1]] if len(rest) > 1 and rest[1] in inner._fields else inner["title"]
        if first == "related" and rest and int(rest[0]) < len(self.related):
            return self.related[int(rest[0])]
        return super()._field_of(name)


class NewArticle(SourceArticle):
    """An article that is not there yet."""

    slug = StringField(
        _("Nama pendek untuk alamat"),
        [
            InputRequired(_("Isi nama pendeknya, misalnya cek-izin-agen.")),
            Length(max=48, message=_("Paling banyak 48 huruf.")),
        ],
        filters=[clean],
    )

    def validate_slug(self, field: StringField) -> None:
        """What stands in addresses and in the codes of buttons."""
        if not SLUG.fullmatch(field.data or "") or field.data in TAKEN:
            raise ValidationError(gettext("Pakai huruf kecil, angka, dan tanda hubung, misalnya cek-izin-agen."))


def text_data(words: Any, phrasings: Sequence[str] = (), edits: int | str = "") -> dict[str, Any]:
    """What the fields of the words show of a draft, a revision or nothing."""
    return {name: getattr(words, name, "") for name in LIMITS} | {
        "phrasings": "\n".join(phrasings),
        "edits": str(edits),
    }


def subject_data(subject: Mapping[str, Any]) -> dict[str, Any]:
    """The same of what is true in every language."""
    days = ("valid_from", "valid_until", "review_due")
    return {
        **subject,
        **{name: date.fromisoformat(subject[name]) if subject.get(name) else None for name in days},
        "legal_basis": "\n".join(subject["legal_basis"]),
        "sources": [source | {"facts": ", ".join(source["facts"])} for source in subject["sources"]],
    }


def of_draft(draft: ArticleDraft) -> dict[str, Any]:
    """A draft as the fields show it."""
    return text_data(draft, draft.phrasings, draft.edits) | (subject_data(draft.subject) if draft.subject else {})


def posted(form: MultiDict[str, str], language: str) -> ArticleText:
    """The form that was sent for this language of an article that is there."""
    return (SourceArticle if language == languages.SOURCE else ArticleText)(form)


def lines(typed: str | None) -> list[str]:
    """One item a line, none twice."""
    return list(dict.fromkeys(line.strip() for line in (typed or "").splitlines() if line.strip()))


def _source(typed: Mapping[str, str | None]) -> dict[str, Any]:
    codes = [code.strip() for code in (typed["facts"] or "").split(",") if code.strip()]
    return {"title": _one_line(typed["title"]), "date": typed["date"] or "", "url": typed["url"] or "", "facts": codes}


def _one_line(typed: str | None) -> str:
    return " ".join((typed or "").split())


class SendBack(Form):
    """It needs more work."""

    note = TextAreaField(
        _("Apa yang perlu dibetulkan?"),
        [InputRequired(_("Tulis apa yang perlu dibetulkan.")), Length(5, 1000, _("Tulis 5 sampai 1.000 huruf."))],
        filters=[clean],
    )


class GoLiveAt(Form):
    """When it is to go live by itself."""

    on = Day(_("Tanggal terbit"), [InputRequired(_("Isi tanggalnya."))])
    at = TimeField(_("Jam"), [InputRequired(_("Isi jamnya, misalnya 06:00."))])

    def moment(self, zone: str) -> datetime:
        """The moment on the clock of whoever typed it."""
        assert self.on.data
        assert self.at.data
        return datetime.combine(self.on.data, self.at.data, ZoneInfo(zone))


class Withdrawal(Form):
    """An article is to be answered no more."""

    successor = SelectField(_("Penggantinya"), [Optional()])


class LawChanged(Form):
    """A law or rule says something else."""

    basis = StringField(
        _("Dasar hukum yang berubah"),
        [
            InputRequired(_("Tulis dasar hukumnya, misalnya UU 18/2017.")),
            Length(3, 200, _("Tulis 3 sampai 200 huruf.")),
        ],
        filters=[clean],
    )
    changed_on = Day(_("Berubah sejak"), [InputRequired(_("Isi tanggalnya."))])
    note = TextAreaField(
        _("Apa yang berubah, dan di mana bisa dibaca?"),
        [InputRequired(_("Tulis apa yang berubah.")), Length(5, 1000, _("Tulis 5 sampai 1.000 huruf."))],
        filters=[clean],
    )
