"""The table of what is kept how long, as pages for people show it: `docs/operating.md`, `docs/privacy.md`, /privasi.

Made from `centre.retention_rules` alone, so that no page promises another time than the one that is kept.
"""

from __future__ import annotations

from centre.retention_rules import BY_NAME, DAY, DEFAULTS, RULES, Keep, Rule, time_of

BEGIN, END = "<!-- kept: begin -->", "<!-- kept: end -->"
"""Between these a page carries a table; `tests/test_docs.py` holds it against the rules."""
FOR_FAMILIES = (
    *("payload", "replies", "conversation", "declined", "questions", "bookings", "wishes", "notices", "cases"),
    *("sensitive_cases", "census", "requests", "receipts", "audit"),
)
"""What is said to everybody; the rest is about machines and staff."""
_HEADS = {"id": "| apa | paling lama | mengapa |", "en": "| what | at most | why |"}


def for_families(language: str, keep: Keep = DEFAULTS) -> str:
    """What is kept, how long and why, in "id" or "en", as Markdown."""
    which = ("id", "en").index(language)
    rows = [
        f"| {rule.what[which]} | {time_of(rule, language, keep)} | {rule.why[which]} |"
        for rule in (BY_NAME[name] for name in FOR_FAMILIES)
    ]
    return "\n".join((_HEADS[language], "|---|---|---|", *rows))


def for_operators() -> str:
    """Every rule with its setting, its default in days and its range, as Markdown."""
    rows = [f"| {_setting(rule)} | {_default(rule)} | {rule.what[1]} |" for rule in RULES]
    return "\n".join(("| setting | days: default (range) | what |", "|---|---|---|", *rows))


def _setting(rule: Rule) -> str:
    return f"`{rule.setting}`" if rule.range else ""


def _default(rule: Rule) -> str:
    if rule.kept is None:
        return "as agreed" if rule.is_agreed else "not by time"
    if not rule.range:
        return f"{rule.kept / DAY:.3g}, fixed"
    if rule.range[0] == rule.range[1]:
        return f"`{rule.kept.days}`, no other"
    shortest, longest = (f"{each / DAY:.2g}" if each < DAY else str(each // DAY) for each in rule.range)
    return f"`{rule.kept.days}` ({shortest}–{longest})"
