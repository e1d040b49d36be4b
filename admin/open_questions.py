"""What the bot could not answer, and answers that did not help: read in groups, and made into something by editors.

Officers read what their own villages asked; editors read their languages everywhere, without the names of villages where few
asked. Words come masked; nothing of a case is ever among them (`centre.open_questions`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form, SelectField, TextAreaField

from admin.access import MAY_READ_CONTENT, MAY_TEST, MAY_VOUCH, administers_all, me, only
from admin.articles import as_people_read_it
from admin.asked import ROW
from admin.forms import PICK_ONE, clean
from admin.language import gettext
from admin.language import later as _
from admin.questions import kind, why_not
from centre import audit, open_questions
from centre.db import Database
from centre.open_questions import QuestionGroup, Reader, State, Why
from centre.staff import Role
from content import articles, languages, proposals, test_questions
from content.proposals import PhrasingNotAllowed
from content.test_questions import KINDS, QuestionNotAllowed

NEW_ARTICLE = "admin.editing.begin"
VIEWS: dict[str, Why] = {"belum": "unanswered", "kurang": "not_helped"}


class UseForm(Form):
    """What becomes of a group: its words, and the article they belong to."""

    text = TextAreaField(_("Kalimat"), filters=[clean])
    article = SelectField(_("Panduan"), **PICK_ONE)
    language = SelectField(_("Bahasa"), **PICK_ONE)
    kind = SelectField(_("Jenis pertanyaan uji"), **PICK_ONE)

    def __init__(
        self, *args: Any, titles: dict[str, str], spoken: str, likely: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(titles.items(), key=lambda pair: pair[1])
        near = [slug for slug in likely if slug in titles]
        first = [(slug, gettext("Paling mungkin: %(title)s", title=titles[slug])) for slug in near]
        rest = [(slug, title) for slug, title in named if slug not in near]
        self.article.choices = [("", gettext("Pilih panduan")), *first, *rest]
        self.language.choices = [(each.code, each.own_name) for each in languages.to_pick({spoken})]
        self.kind.choices = [(each, kind(each)) for each in KINDS if each != "danger"]


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The groups, one of them, and what an editor makes of it."""
    pages = Blueprint("open_questions", __name__)

    @pages.get("/panduan/pertanyaan")
    @only(*MAY_READ_CONTENT)
    def every() -> str:
        view = request.args.get("lihat", "belum")
        why, language = VIEWS.get(view, "unanswered"), request.args.get("bahasa", "")
        with database.reading() as session:
            rows = open_questions.listed(session, reader(), why, language if language in languages.CODES else "")
            titles = articles.titles(session, languages.SOURCE)
        return render_template(
            "admin/open_questions.html",
            rows=rows,
            why=why,
            titles=titles,
            language=language,
            every_language=languages.to_pick({language, *(each.group.language for each in rows)}),
        )

    @pages.get(f"/panduan/pertanyaan/<{ROW}:number>")
    @only(*MAY_READ_CONTENT)
    def one(number: int) -> str:
        now = clock()
        with database.transaction() as session:
            group = _found(session, number)
            audit.record(session, me().staff_id, "question_group_read", now, f"question_group:{number}")
            return _page(session, group, None)

    @pages.post(f"/panduan/pertanyaan/<{ROW}:number>/pelajari")
    @only(*MAY_TEST)
    def learn(number: int) -> ResponseReturnValue:
        if (said := request.form.get("menjawab")) is None:
            return _asked_first(number)
        if said != "ya":
            with database.reading() as session:
                group = _found(session, number)
                return _page(session, group, _form(session, group))

        def use(session: Session, form: UseForm) -> None:
            wanted = (form.article.data or "", form.language.data or "", form.text.data or "")
            made = proposals.propose(session, *wanted, me().staff_id, clock())
            audit.record(session, me().staff_id, "phrasing_proposed", clock(), f"phrasing:{made.id}")

        done = gettext("Diusulkan. Orang lain harus menyetujuinya; lalu kalimat itu diuji, dan bot mempelajarinya.")
        return _used(number, use, done)

    @pages.post(f"/panduan/pertanyaan/<{ROW}:number>/jadi-uji")
    @only(*MAY_TEST)
    def test(number: int) -> ResponseReturnValue:
        def use(session: Session, form: UseForm) -> None:
            wanted = (form.article.data or "", form.language.data or "", form.text.data or "", form.kind.data or "")
            made = test_questions.add(session, *wanted, by=me().staff_id, now=clock())
            audit.record(session, me().staff_id, "test_question_changed", clock(), f"test_question:{made.id}")

        return _used(number, use, gettext("Menjadi pertanyaan uji."), is_done=False)

    @pages.post(f"/panduan/pertanyaan/<{ROW}:number>/sisihkan")
    @only(*MAY_TEST)
    def put_aside(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            _settle(session, _found(session, number), State.ASIDE)
        flash(gettext("Disisihkan. Pertanyaan yang mirip tidak muncul lagi."), "success")
        return redirect(url_for(".every"), 303)

    @pages.post(f"/panduan/pertanyaan/<{ROW}:number>/selesai")
    @only(*MAY_TEST)
    def finish(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            _settle(session, _found(session, number), State.DONE)
        flash(gettext("Ditandai selesai. Kalau ditanyakan lagi, ia muncul lagi."), "success")
        return redirect(url_for(".every"), 303)

    def _asked_first(number: int) -> ResponseReturnValue:
        """What families would read then, before anybody teaches it: the title alone does not tell."""
        with database.reading() as session:
            group = _found(session, number)
            form = _form(session, group)
            article, language = form.article.data or "", form.language.data or ""
            try:
                text = proposals.check(session, article, language, form.text.data or "")
            except PhrasingNotAllowed as error:
                _blame(form, error)
                return _page(session, group, form), 422
            read = articles.text_read_in(session, article, language)
            return render_template(
                "admin/teach.html", group=group, form=form, text=text, read=read, shown=as_people_read_it
            )

    def _used(
        number: int, use: Callable[[Session, UseForm], None], said: str, *, is_done: bool = True
    ) -> ResponseReturnValue:
        with database.reading() as session:
            form = _form(session, _found(session, number))
        try:
            with database.transaction() as session:
                group = _found(session, number)
                use(session, form)
                if is_done:
                    _settle(session, group, State.DONE)
        except (PhrasingNotAllowed, QuestionNotAllowed) as error:
            _blame(form, error)
            with database.reading() as session:
                return _page(session, _found(session, number), form), 422
        flash(said, "success")
        return redirect(url_for(".every") if is_done else url_for(".one", number=number), 303)

    def _settle(session: Session, group: QuestionGroup, state: State) -> None:
        open_questions.settle(session, group, state, me().staff_id, clock())
        audit.record(session, me().staff_id, "question_group_changed", clock(), f"question_group:{group.id}", state)

    return pages


def reader() -> Reader:
    """As whom somebody reads: as an editor in their languages, else as an officer of their villages."""
    grants = [area for role, area in me().roles if role in (Role.EDITOR, Role.REVIEWER)]
    if administers_all(me()) or "" in grants:
        return Reader()
    if grants:
        return Reader(languages=frozenset(grants))
    return Reader(scope=me().scope(*MAY_VOUCH))


def _found(session: Session, number: int) -> QuestionGroup:
    try:
        return open_questions.group_for(session, reader(), number)
    except LookupError:
        abort(404)


def _form(session: Session, group: QuestionGroup) -> UseForm:
    likely = open_questions.likely(open_questions.examples(session, reader(), group.id))
    return UseForm(
        request.form, titles=articles.titles(session, languages.SOURCE), spoken=group.language, likely=likely
    )


def _blame(form: UseForm, error: PhrasingNotAllowed | QuestionNotAllowed) -> None:
    """Say at the field what is wrong with it."""
    name = {"language": "language", "kind": "kind", "article": "article", "label": "article"}.get(error.why, "text")
    said = why_not(error.why)
    if error.why in ("article", "label"):
        said = gettext("Pilih panduannya.")
    if error.why == "elsewhere":
        said = gettext("Kalimat ini sudah berarti panduan lain. Tambahkan kata yang membedakannya.")
    form[name].errors = [said]


def _page(session: Session, group: QuestionGroup, form: UseForm | None) -> str:
    shown = open_questions.examples(session, reader(), group.id)
    words = [(each, open_questions.words_of(session, each)) for each in shown]
    first = next((said for _, said in reversed(words) if said), "")
    titles = articles.titles(session, languages.SOURCE)
    published = articles.published_of(session, group.slug) if group.slug else {}
    return render_template(
        "admin/open_question.html",
        group=group,
        words=words,
        villages=open_questions.by_village(session, reader(), group.id),
        title=titles.get(group.slug or "", group.slug or ""),
        is_same=group.revision in {each.digest for each in published.values()},
        form=form
        or UseForm(
            titles=titles,
            spoken=group.language,
            likely=open_questions.likely(shown),
            text=first,
            language=group.language,
            article=group.slug or "",
        ),
        first=first,
        new_article=_new_article(group),
    )


def first_words(session: Session, number: int) -> str:
    """The first words of a group that whoever is signed in may read; empty where there is none such."""
    shown = open_questions.examples(session, reader(), number)
    return next((said for each in reversed(shown) if (said := open_questions.words_of(session, each))), "")


def _new_article(group: QuestionGroup) -> str:
    """The form for a new article; it finds the question by its number, for words stand in no address."""
    return url_for(NEW_ARTICLE, pertanyaan=group.id) if NEW_ARTICLE in current_app.view_functions else ""
