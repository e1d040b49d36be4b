"""What stands on the poster of a village, in each language: few words, large, for somebody who has never heard of Balai."""

from __future__ import annotations

from dataclasses import dataclass

from bot.phrases import Phrases


@dataclass(frozen=True)
class PosterWords:
    """The sentences of one language on a poster."""

    title: str
    how: str
    promise: str


def words(language: str) -> PosterWords:
    """The poster in a language that has a catalogue. Raises `UnknownLanguage`."""
    say = Phrases(language)
    return PosterWords(
        say._("Ada pertanyaan soal kerja ke luar negeri? Tanya di sini."),
        say._("Arahkan kamera HP ke salah satu gambar kotak ini."),
        say._("Gratis, tanpa mendaftar. Bisa juga minta bantuan petugas desa."),
    )
