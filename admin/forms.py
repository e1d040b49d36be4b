"""What staff type: each field with its rules and what is said when one is broken.

Words are cleaned of what could hide or turn them as those of families are. Passwords are taken as they are.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from markupsafe import Markup, escape
from wtforms import (
    BooleanField,
    DateField,
    Form,
    HiddenField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError
from wtforms.widgets import Select, html_params

from admin.language import gettext
from admin.language import later as _
from centre import staff
from centre.messages import readable
from centre.staff import WeakPassword

PICK_ONE: dict[str, Any] = {
    "invalid_value_message": _("Pilih salah satu."),
    "invalid_choice_message": _("Pilih salah satu."),
}
WHOLE: dict[str, Any] = {"invalid_value_message": _("Tulis angka.")}


def clean(typed: str | None) -> str:
    """What was typed, without what could hide or turn it; nothing typed is the empty word."""
    return readable(typed or "")


class _Written(Select):
    """A list of choices written in one go; the library's own makes an object of each, and there are five hundred villages."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        options = (
            f'<option value="{escape(value)}"{" selected" if str(value) == str(field.data) else ""}>{escape(name)}</option>'
            for value, name in field.choices
        )
        return Markup(f"<select {html_params(name=field.name, id=field.id, **kwargs)}>{''.join(options)}</select>")  # nosec B704  # noqa: S704  escaped above


class PlaceField(SelectField):
    """A village or an area, one of as many as there may be: (value, name)."""

    widget = _Written()


class SignIn(Form):
    """Who are you?"""

    login = StringField(_("Nama masuk"), [InputRequired(_("Isi nama masuk Anda."))], filters=[clean])
    password = PasswordField(_("Kata sandi"), [InputRequired(_("Isi kata sandi Anda."))])
    own = BooleanField(_("Perangkat ini milik saya sendiri, bukan komputer bersama"))


class NewPassword(Form):
    """A password of one's own."""

    current = PasswordField(_("Kata sandi sekarang"), [InputRequired(_("Isi kata sandi yang sekarang."))])
    new = PasswordField(_("Kata sandi baru"), [InputRequired(_("Isi kata sandi baru."))])
    again = PasswordField(
        _("Kata sandi baru, sekali lagi"),
        [InputRequired(_("Tulis kata sandi baru sekali lagi.")), EqualTo("new", _("Tidak sama dengan yang di atas."))],
    )

    def __init__(self, *args: Any, login: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._login = login

    def validate_new(self, field: PasswordField) -> None:
        """Long enough, and not among the first that are guessed."""
        if field.data == self.current.data:
            raise ValidationError(gettext("Harus lain dari kata sandi sekarang."))
        try:
            staff.check_password(field.data or "", self._login)
        except WeakPassword as weak:
            raise ValidationError(why_weak(weak)) from weak


class CurrentPassword(Form):
    """It is really you who asks for this?"""

    current = PasswordField(_("Kata sandi Anda"), [InputRequired(_("Isi kata sandi Anda."))])


class SecondStep(Form):
    """The code that only the right telephone knows."""

    code = StringField(
        _("Kode"),
        [InputRequired(_("Isi kodenya.")), Length(max=40, message=_("Kodenya lebih pendek dari ini."))],
        filters=[clean],
    )


class NewFactor(SecondStep):
    """A first code of an app that is being set up, with the password where another factor is replaced."""

    sealed = HiddenField()
    """The secret that was offered, readable for the server alone."""
    current = PasswordField(_("Kata sandi Anda"))


class Promise(Form):
    """Somebody accepts the code of conduct."""

    version = HiddenField()
    """The wording that was read."""
    agreed = BooleanField(
        _("Saya sudah membaca semuanya dan akan menaatinya."),
        [InputRequired(_("Centang bila Anda setuju. Bila ada yang belum jelas, tanyakan dulu kepada koordinator."))],
    )


class ArticleCheck(Form):
    """An officer stands by what an article says."""

    digest = HiddenField()
    """The mark of the text that was read."""
    basis = TextAreaField(
        _("Diperiksa ke mana?"),
        [
            InputRequired(_("Tulis ke siapa atau ke sumber mana Anda memeriksa.")),
            Length(5, 500, _("Tulis 5 sampai 500 huruf.")),
        ],
        filters=[clean],
    )
    sure = BooleanField(
        _("Saya sudah membaca panduan ini dan isinya benar."),
        [InputRequired(_("Centang bila isinya benar. Bila tidak, jangan dicatat dulu."))],
    )


class NativeReading(Form):
    """A native speaker stands by the words of a translation."""

    marks = HiddenField()
    """The marks of the two texts that were read."""
    native = BooleanField(
        _("Saya penutur asli bahasa ini dan sudah membaca seluruhnya. Isinya sama dengan teks Bahasa, dan wajar."),
        [InputRequired(_("Centang bila Anda penutur asli dan sudah membaca. Bila tidak, jangan ditandatangani."))],
    )
    note = TextAreaField(
        _("Catatan (boleh kosong)"),
        [Length(max=500, message=_("Paling banyak 500 huruf."))],
        filters=[clean],
    )


class Day(DateField):
    """A date, with what is wrong with it in Bahasa."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the date."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(gettext("Tulis tanggal yang ada, misalnya 2026-11-21.")) from error


class ContactTest(Form):
    """A contact was called and answered."""

    on = Day(_("Tanggal menelepon"), [InputRequired(_("Isi tanggal Anda menelepon."))])
    note = TextAreaField(
        _("Catatan (boleh kosong)"),
        [Length(max=500, message=_("Paling banyak 500 huruf."))],
        filters=[clean],
    )

    def __init__(self, *args: Any, earliest: date, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._earliest, self._latest = earliest, latest

    def validate_on(self, field: DateField) -> None:
        """Not in the future, and recent enough to mean something."""
        if field.data and field.data > self._latest:
            raise ValidationError(gettext("Tanggal ini belum tiba."))
        if field.data and field.data < self._earliest:
            raise ValidationError(gettext("Lebih dari setahun lalu. Telepon sekali lagi, lalu catat."))


def why_weak(weak: WeakPassword) -> str:
    """What is said of a password that is guessed too soon."""
    return {
        "short": gettext(
            "Terlalu pendek: paling sedikit 12 huruf. Beberapa kata biasa yang tidak berhubungan sudah baik."
        ),
        "long": gettext("Terlalu panjang: paling banyak 128 huruf."),
        "common": gettext(
            "Terlalu mudah ditebak: ada di daftar kata sandi yang sering dipakai. Pakai tiga kata yang tidak berhubungan."
        ),
        "login": gettext("Jangan memakai nama masuk Anda di dalamnya."),
    }[weak.why]
