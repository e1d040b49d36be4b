"""The table of languages: what people choose, what is only recognised, where a missing text is looked for."""

import pytest

from content import languages


def test_sasak_text_that_is_missing_is_looked_for_in_bahasa() -> None:
    assert languages.fallback_chain("sas") == ("sas", "id")
    assert languages.fallback_chain("id") == ("id",)


def test_every_language_ends_in_bahasa_and_fits_a_button() -> None:
    for language in languages.LANGUAGES:
        assert languages.fallback_chain(language.code)[-1] == languages.SOURCE
        assert 0 < len(language.own_name) <= 20


def test_five_languages_are_offered_and_five_only_recognised() -> None:
    assert [language.code for language in languages.OFFERED] == ["id", "jv", "su", "sas", "en"]
    assert [language.code for language in languages.LANGUAGES if not language.offered] == [
        "mad",
        "bbc",
        "min",
        "bjn",
        "mkn",
    ]


def test_a_language_nobody_knows_is_named_in_the_error() -> None:
    with pytest.raises(languages.UnknownLanguage, match="'tlh'"):
        languages.get("tlh")
