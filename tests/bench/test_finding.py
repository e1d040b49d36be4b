"""What the benchmark of finding measures is what it says: unknown messages, and the size that the floor is about."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from bench import finding
from content import contacts, library
from content.library import Library
from processes.guide import GUIDANCE


@pytest.fixture(scope="module")
def known() -> Library:
    return library.from_files(GUIDANCE, contacts.FILE)


def test_nothing_is_asked_that_was_learnt(known: Library, tmp_path: Path) -> None:
    learnt, asked = finding.unlearnt(known.phrasings, [])
    assert len(asked) == finding.ASKED
    assert not {each.text for each in learnt} & set(asked)
    assert len(learnt) > len(known.phrasings) / 2


def test_labelled_questions_are_asked_where_there_are_any(known: Library, tmp_path: Path) -> None:
    """But none that a phrasing says word for word."""
    file = tmp_path / "questions.jsonl"
    texts = ["bu, suami saya di Taiwan kok potongannya banyak sekali ya", known.phrasings[0].text]
    lines = [{"id": f"Q{n}", "question": text, "slugs": [], "kind": "unclear"} for n, text in enumerate(texts)]
    file.write_text("\n".join(json.dumps(line | {"urgency": "normal", "lang": "id"}) for line in lines))
    learnt, asked = finding.unlearnt(known.phrasings, [file])
    assert asked == texts[:1]
    assert learnt == known.phrasings


def test_the_size_of_the_floor_is_met_exactly(known: Library) -> None:
    phrasings, titles = finding.at_size(known, finding.ARTICLES, finding.PHRASINGS)
    of_each = Counter(each.label for each in phrasings if not each.label.startswith("@"))
    assert len(set(phrasings)) == finding.PHRASINGS
    assert set(of_each) == set(titles)
    assert len(titles) == finding.ARTICLES
    assert set(known.slugs) <= set(titles), "every article of ours is there"
    assert min(of_each.values()) >= 20
