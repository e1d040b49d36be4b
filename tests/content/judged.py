"""The publish gate's word on a draft, without building a finder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from content import drafts, gates, judging
from content.draft_records import ArticleDraft
from content.gates import GateRun
from content.judging import Change, Question, Reached, Verdict

NONE_LOST = Verdict(asked=1, reached_before=1, reached_after=1)


def judged(session: Session, draft: ArticleDraft, now: datetime, *, loses: bool = False) -> GateRun:
    """The verdict on the draft as it stands: nothing is lost, or one question of it is."""
    run = gates.request(session, drafts.candidate(session, draft), "rohani", now)
    if run.is_under_way:
        claimed = gates.claim(session, now)
        assert claimed is run
        gates.finish(session, run.id, run.attempts, one_lost(draft.article_slug) if loses else NONE_LOST, now)
    return run


def one_lost(slug: str) -> Verdict:
    question = Question(1, slug, "id", "pt ini resmi ga", "phrasing")
    return judging.compare([Change(question, Reached("answer", (slug,)), Reached("none"))])
