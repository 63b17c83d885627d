"""What each activity is called on screen. A verb is `noun.act`; a vote's content is never in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Word = str | Promise


@dataclass(frozen=True)
class Wording:
    """An icon and what somebody did, to be read after their name."""

    icon: str
    text: Word


VERBS: Mapping[str, Wording] = {
    "case.registered": Wording("circle-plus", _("registered the case")),
    "case.edited": Wording("pencil", _("edited the case")),
    "case.submitted": Wording("flag", _("handed the case in")),
    "case.archived": Wording("archive", _("archived the draft")),
    "case.unarchived": Wording("archive", _("took the draft out of the archive")),
    "case.imported": Wording("file-up", _("imported the case")),
    "case.import_updated": Wording("file-up", _("updated the case from a newer file")),
    "case.stage_identified": Wording("compass", _("said in which stage the case is")),
    "case.entered_review": Wording("gavel", _("brought the case into review")),
    "case.left_review": Wording("undo-2", _("took the case out of review")),
    "case.moved": Wording("route", _("moved the case by decision")),
    "case.resumed": Wording("refresh-cw", _("resumed the case")),
    "case.time_box_extended": Wording("calendar-clock", _("extended the time-box")),
    "case.records_locked": Wording("lock", _("froze the records for a vote")),
    "case.records_unlocked": Wording("lock", _("released the records after a vote")),
    "fact.set": Wording("info", _("stated a fact of the case")),
    "fact.leaving_prohibited_proposed": Wording("shield-alert", _("proposed to leave the tier “prohibited”")),
    "team.joined": Wording("user-round", _("added somebody to the team")),
    "team.left": Wording("user-round", _("ended a part on the team")),
    "team.role_confirmed": Wording("check", _("confirmed a part on the team")),
    "scope.added": Wording("target", _("added to the scope")),
    "scope.removed": Wording("target", _("removed from the scope")),
    "business_case.set": Wording("coins", _("stated the business case")),
    "kpi.defined": Wording("chart-line", _("defined a KPI")),
    "kpi.redefined": Wording("chart-line", _("redefined a KPI")),
    "kpi.renamed": Wording("pencil", _("renamed a KPI")),
    "kpi.retired": Wording("archive", _("retired a KPI")),
    "kpi.threshold_set": Wording("target", _("set a threshold")),
    "kpi.reading_recorded": Wording("activity", _("recorded a KPI reading")),
    "kpi.readings_recorded": Wording("activity", _("recorded KPI readings")),
    "kpi.reading_corrected": Wording("pencil", _("corrected a KPI reading")),
    "cost_plan.proposed": Wording("wallet", _("proposed a cost plan")),
    "cost_plan.agreed": Wording("wallet", _("agreed to a cost plan")),
    "cost.recorded": Wording("coins", _("recorded a cost")),
    "costs.recorded": Wording("coins", _("recorded costs")),
    "cost.corrected": Wording("pencil", _("corrected a cost")),
    "evidence.attached": Wording("paperclip", _("attached evidence")),
    "evidence.revised": Wording("paperclip", _("attached a new revision of evidence")),
    "evidence.withdrawn": Wording("undo-2", _("withdrew evidence")),
    "answer.given": Wording("file-check", _("answered a criterion")),
    "answer.verified": Wording("badge-check", _("verified an answer")),
    "answer.evidence_linked": Wording("paperclip", _("linked evidence to an answer")),
    "answers.imported": Wording("file-up", _("took imported answers over")),
    "scorecard.rated": Wording("gauge", _("rated value and feasibility")),
    "review.requested": Wording("gavel", _("requested the gate")),
    "review.preparation_begun": Wording("clipboard-check", _("began to prepare the review")),
    "review.dossier_frozen": Wording("lock", _("froze the dossier")),
    "review.voting_opened": Wording("vote", _("opened the vote")),
    "review.voting_extended": Wording("calendar-clock", _("extended the vote")),
    "review.voting_closed": Wording("lock", _("closed the vote")),
    "review.voted": Wording("vote", _("voted")),
    "review.vote_changed": Wording("vote", _("changed their vote")),
    "review.recused": Wording("hand", _("stepped back from the vote")),
    "review.withdrawn": Wording("undo-2", _("withdrew the review")),
    "decision.made": Wording("stamp", _("decided the gate")),
    "condition.cleared": Wording("list-checks", _("cleared a condition")),
    "sign_off.accepted": Wording("shield-check", _("accepted a checklist item")),
    "sign_off.returned": Wording("undo-2", _("returned a checklist item")),
    "sign_off.outdated": Wording("clock-alert", _("attached new evidence: a sign-off has to be looked at again")),
    "committee.created": Wording("users", _("set up a committee")),
    "committee.dissolved": Wording("users", _("dissolved a committee")),
    "committee.seat_given": Wording("users", _("gave a seat on a committee")),
    "committee.seat_ended": Wording("users", _("ended a seat on a committee")),
    "department.created": Wording("building-2", _("added a department")),
    "department.renamed": Wording("building-2", _("renamed a department")),
    "department.member_set": Wording("building-2", _("changed who belongs to a department")),
    "import.received": Wording("file-up", _("uploaded a file")),
    "import.started": Wording("file-up", _("started an import")),
    "import.applied": Wording("file-check", _("applied an import")),
    "mapping.saved": Wording("table-2", _("saved a mapping")),
    "mapping.deleted": Wording("table-2", _("deleted a mapping")),
    "playbook.published": Wording("book-open", _("published the playbook")),
    "user.created": Wording("user-round", _("added a person")),
    "user.edited": Wording("pencil", _("changed their own details")),
    "user.password_changed": Wording("key-round", _("changed their password")),
    "user.activated": Wording("check", _("opened an account")),
    "user.deactivated": Wording("ban", _("closed an account")),
    "role.granted": Wording("badge-check", _("granted a role")),
    "role.revoked": Wording("ban", _("revoked a role")),
    "token.created": Wording("key-round", _("made an API token")),
    "token.revoked": Wording("ban", _("revoked an API token")),
    "token.rotated": Wording("refresh-cw", _("rotated an API token")),
    "job.retried": Wording("refresh-cw", _("put a failed job back to work")),
}
FALLBACK_ICON = "activity"


def wording_of(verb: str) -> Wording:
    """The wording of a verb; one that is not listed is shown in its own words."""
    known = VERBS.get(verb)
    if known is not None:
        return known
    noun, _dot, act = verb.replace("_", " ").partition(".")
    return Wording(FALLBACK_ICON, gettext("%(noun)s: %(act)s") % {"noun": noun, "act": act or noun})
