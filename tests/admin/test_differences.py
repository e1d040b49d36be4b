"""One changed sentence in a long text is seen at once; nothing that changed is ever left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from admin.differences import _PIECES, _steps, difference

LINES = [f"Baris {number}." for number in range(1, 31)]
TEXTS = st.lists(st.sampled_from(["agen", "resmi", "izin", "\n", " ", "<b>"]), max_size=30).map("".join)


def test_what_stayed_far_from_a_change_is_left_out_and_said_to_be(desk):
    changed = [*LINES[:14], "Baris lain.", *LINES[15:]]
    with desk.app.test_request_context("/admin/"):
        shown = str(difference("\n".join(LINES), "\n".join(changed)))
    assert "lain" in shown
    assert "Baris 14." in shown
    assert "Baris 16." in shown
    assert "Baris 9." not in shown
    assert shown.count("desk-gap") == 2


def test_what_is_added_at_the_end_does_not_bring_the_whole_text_with_it(desk):
    with desk.app.test_request_context("/admin/"):
        shown = str(difference("\n".join(LINES), "\n".join([*LINES, "Baris terakhir."])))
    assert "Baris 30." in shown
    assert "Baris 20." not in shown
    assert "terakhir" in shown


@given(TEXTS, TEXTS)
def test_the_steps_lead_from_the_one_to_the_other(before, after):
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    steps = list(_steps(old, new))
    assert [piece for _, a, b, _, _ in steps for piece in old[a:b]] == old
    assert [piece for *_, c, d in steps for piece in new[c:d]] == new
    assert all(old[a:b] == new[c:d] for kind, a, b, c, d in steps if kind == "equal")
    assert all(kind == "equal" for kind, *_ in steps) == (old == new)
