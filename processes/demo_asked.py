"""What families of the demo asked without an answer, and what did not help them: invented, as it might stand in any chat."""

from __future__ import annotations

ASKED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "id",
        (
            "cara urus akta lahir anak yang lahir di Sabah",
            "anak lahir di sabah cara urus akta lahir gimana",
            "urus akta lahir anak yang lahir di sabah di mana bu",
            "mau urus akta lahir anak lahir di Sabah",
            "gimana cara urus akta lahir anak yg lahir di sabah",
        ),
    ),
    (
        "id",
        ("boleh bawa anak ke Hong Kong", "boleh ga bawa anak ke hong kong", "bawa anak ke hong kong boleh apa tidak"),
    ),
    ("id", ("berapa lama antre paspor di Selong", "antre paspor di selong berapa lama sekarang")),
    ("id", ("NIK saya 5203171204900001, bisa dicek sudah terdaftar atau belum?",)),
    ("id", ("ijazah SMP bisa untuk kerja di Polandia", "kerja di polandia pakai ijazah smp bisa")),
    ("sas", ("berembe carane ngirim kepeng jok bale lamun bank tutup",)),
    ("jv", ("aku pengin mulih nanging tikete sapa sing mbayar", "tikete sapa sing mbayar yen aku pengin mulih")),
    ("su", ("upami kontrak diteraskeun naha kedah uih heula",)),
)
"""Language and messages; those in one line are alike."""

UNHELPFUL: dict[str, tuple[str, ...]] = {
    "pinjaman-kur-pmi": (
        "syarat KUR apa saja kalau belum punya paspor",
        "bunga kur berapa persen setahun",
        "kur ditolak bank",
    ),
    "paspor-pmi": ("paspor hilang di perjalanan", "biaya paspor elektronik sekarang berapa"),
    "klaim-bpjs-pmi": ("klaim bpjs untuk anak saya",),
}
"""By the article that was shown: what had been asked."""
