"""The form of an announcement: the words in each language, and whom it is for. Its rules stand in `centre.announcements`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, Field, Form, SelectMultipleField, TextAreaField

from admin import service_wording
from admin.forms import clean
from admin.language import gettext
from admin.language import later as _
from centre.announcements import LONGEST, SOURCE, Announcement, AnnouncementInvalid, Wanted
from centre.people import KINDS
from content import languages


class AnnouncementForm(Form):
    """What is to be said, and to whom."""

    villages = SelectMultipleField(_("Desa"), coerce=int, validate_choice=False)
    kinds = SelectMultipleField(_("Untuk siapa"))
    languages = SelectMultipleField(_("Bahasa warga"))
    with_template = BooleanField(_("Kirim juga lewat templat WhatsApp berbayar"))

    def __init__(self, *args: Any, villages: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.villages.choices = list(villages)
        self.kinds.choices = [(kind, service_wording.kind(kind)) for kind in KINDS]
        self.languages.choices = [(each.code, each.own_name) for each in languages.OFFERED]

    @property
    def texts(self) -> list[Field]:
        """A field for each language, Bahasa first."""
        return [self[f"text_{each.code}"] for each in languages.OFFERED]

    @property
    def wanted(self) -> Wanted:
        """What was typed."""
        return Wanted(
            {each.code: self[f"text_{each.code}"].data or "" for each in languages.OFFERED},
            self.villages.data or [],
            self.kinds.data or [],
            self.languages.data or [],
            bool(self.with_template.data),
        )

    def blame(self, error: AnnouncementInvalid) -> None:
        """Say at the field what is wrong with it."""
        known = {
            ("villages", "empty"): gettext("Pilih paling sedikit satu desa."),
            (f"text_{SOURCE}", "empty"): gettext("Tulis isinya dalam Bahasa Indonesia."),
        }
        usual = gettext("Terlalu panjang: paling banyak %(most)s huruf.", most=LONGEST)
        self[error.field].errors = [known.get((error.field, error.why)) or usual]


for _language in languages.OFFERED:
    setattr(AnnouncementForm, f"text_{_language.code}", TextAreaField(_language.own_name, filters=[clean]))


def of(announcement: Announcement) -> dict[str, Any]:
    """A draft as the form holds it."""
    texts = {f"text_{code}": text for code, text in announcement.texts.items()}
    return {
        **texts,
        "villages": announcement.villages,
        "kinds": announcement.kinds,
        "languages": announcement.languages,
        "with_template": announcement.with_template,
    }
