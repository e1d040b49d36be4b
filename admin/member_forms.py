"""What an administrator types about a colleague: who they are, and which role they have where.

An area is typed by its name; where the name can mean several, or only begins one, they are offered and one is chosen.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from wtforms import Form, SelectField, StringField
from wtforms.validators import InputRequired, Length

from admin.forms import clean
from admin.language import gettext
from admin.language import later as _
from admin.wording import area_choice, role_name
from centre import area_names
from centre.area_names import Area
from centre.staff import Role
from centre.staff_desk import AT_ONE_PLACE, OF_A_LANGUAGE
from content import languages


class Grant(Form):
    """One role, and where it counts."""

    role = SelectField(_("Peran"))
    area = StringField(_("Wilayah"), [Length(max=100, message=_("Paling banyak 100 huruf."))], filters=[clean])
    which = SelectField(_("Wilayah yang mana?"), validate_choice=False)
    language = SelectField(_("Bahasa (untuk penyunting dan pemeriksa)"), default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [(role.value, role_name(role)) for role in Role]
        names = [(each.code, each.own_name) for each in languages.LANGUAGES]
        self.language.choices = [("", gettext("semua bahasa")), *names]
        self.which.choices = []

    def code(self, session: Session) -> str | None:
        """Where the role counts; None when that is not clear yet, and the form says why."""
        role = Role(self.role.data)
        if role in OF_A_LANGUAGE:
            return self.language.data or ""
        if not self.area.data:
            return self._everywhere(role)
        found = area_names.meant_by(session, self.area.data)
        if not found:
            self.area.errors = [gettext("Wilayah ini tidak dikenal. Tulis nama desa, kabupaten, atau provinsi.")]
            return None
        if len(found) == 1 and area_names.is_named(found[0], self.area.data):
            return found[0].code
        return self._chosen(found)

    def _chosen(self, found: list[Area]) -> str | None:
        """The area that was picked of those the name can mean; a part of a name is never enough by itself."""
        for each in found:
            if each.code == self.which.data:
                return each.code
        # Nothing is picked beforehand: whoever only presses the button again has not chosen.
        self.which.choices = [("", gettext("Pilih…")), *((each.code, area_choice(each)) for each in found)]
        self.which.errors = [gettext("Nama ini bisa berarti wilayah berikut. Pilih yang dimaksud.")]
        return None

    def _everywhere(self, role: Role) -> str | None:
        if role not in AT_ONE_PLACE:
            return ""
        self.area.errors = [gettext("Peran ini hanya untuk satu wilayah. Tulis nama desanya.")]
        return None


class Details(Form):
    """What somebody is called, and where mail reaches them."""

    name = StringField(
        _("Nama"),
        [InputRequired(_("Isi namanya.")), Length(max=100, message=_("Paling banyak 100 huruf."))],
        filters=[clean],
    )
    email = StringField(
        _("Surel (boleh kosong)"), [Length(max=200, message=_("Paling banyak 200 huruf."))], filters=[clean]
    )


class NewMember(Grant, Details):
    """Somebody new."""

    login = StringField(_("Nama masuk"), [InputRequired(_("Isi nama masuknya."))], filters=[clean])
