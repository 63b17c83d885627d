"""The record of a decision on paper: what was decided, by whom, on which dossier, and how the committee voted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from gates.documents import blocks
from gates.documents.blocks import Block
from gates.documents.tones import OUTCOME_TONES, VERDICT_TONES, outcome_word, verdict_word
from gates.documents.track import track
from gates.documents.typesetting import Document, typeset
from gates.models import Condition, Decision, Vote, VoteChange
from gates.queries.dossier import content_of
from gates.queries.figures import day_text, figure_text, money_text, time_text
from gates.queries.overrides import override_of
from gates.queries.reading import read_dossier, title_of
from gates.queries.votes import Place
from gates.queries.wording import override_text, rule_text
from scoring.queries.playbooks import playbook_of
from scoring.rules.playbook import Playbook


def decision_pdf(decision: Decision, places: Sequence[Place]) -> bytes:
    """The record as PDF. `places` are the votes that the reader may see, which after the close are all."""
    review = decision.review
    with timezone.override(timezone.get_default_timezone()):
        document = Document(
            title=f"{decision.reference} · {review.case.reference} {review.case.title}",
            footer=f"{decision.reference} · SHA-256 {decision.digest}",
            at=decision.decided_at,
            blocks=list(_blocks(decision, places)),
        )
        return typeset(document)


def _blocks(decision: Decision, places: Sequence[Place]) -> Iterator[Block]:
    content = content_of(decision.dossier)
    yield blocks.heading(decision.reference, 1)
    title = f"{content['case']['reference']} {content['case']['title']}"
    yield blocks.outcome(outcome_word(decision.outcome), OUTCOME_TONES.get(decision.outcome, "plain"), title)
    if decision.is_override:
        yield blocks.note(_override(decision))
    if decision.corrects is not None:
        corrected = {"number": decision.corrects.reference, "why": decision.correction_note}
        yield blocks.note(_("This decision corrects %(number)s. %(why)s") % corrected)
    yield track(content)
    yield blocks.facts(_facts(decision))
    conditions = list(decision.conditions.select_related("owner").order_by("due_date", "pk"))
    if conditions:
        yield blocks.heading(_("Conditions"))
        yield blocks.items(_condition(condition) for condition in conditions)
    yield from _failing(decision)
    yield from _votes(decision, places)
    yield blocks.heading(_("What it rests on"))
    shown = {"revision": decision.dossier.revision, "digest": decision.digest}
    text = _("Revision %(revision)s of the dossier, whose canonical JSON has the SHA-256 %(digest)s.")
    yield blocks.paragraph(text % shown, faint=True)


def _facts(decision: Decision) -> Iterator[tuple[str, str]]:
    review, currency = decision.review, decision.review.case.currency
    yield _("Gate"), str(review.gate)
    yield _("Committee"), review.committee.name
    yield _("Decided"), f"{time_text(decision.decided_at)}, {decision.decided_by}"
    yield _("Policy recommended"), f"{outcome_word(decision.recommended)}: {rule_text(decision.dossier.rule)}"
    yield _("Reason"), decision.reason
    yield _("Reason code"), str(decision.get_reason_code_display()) if decision.reason_code else ""
    yield _("What was learnt"), decision.learning
    if decision.funding_amount is not None:
        until = f", {_('until')} {day_text(decision.funding_until)}" if decision.funding_until else ""
        yield _("Funding released"), f"{money_text(decision.funding_amount, currency)}{until}"
    if decision.funding_people is not None:
        yield _("People"), figure_text(decision.funding_people)
    if decision.freed_amount is not None:
        yield _("Money freed"), money_text(decision.freed_amount, currency)
    if decision.freed_people is not None:
        yield _("People freed"), figure_text(decision.freed_people)
    yield _("Release approved"), decision.release.label if decision.release else ""


def _override(decision: Decision) -> str:
    request = override_of(decision.review)
    if request is None:
        return _("This decision is more lenient than policy or vote; it was signed by a second person.")
    shown = {
        "what": ", ".join(override_text(name) for name in request.passes_over),
        "asked": str(request.requested_by),
        "signed": str(request.settled_by),
    }
    text = _("This decision passes over %(what)s. Asked for by %(asked)s, signed second by %(signed)s.")
    return text % shown


def _condition(condition: Condition) -> dict[str, str]:
    """As decided: whether it was cleared since is no part of the record."""
    text = f"{condition.owner} · {_('due')} {day_text(condition.due_date)}"
    return blocks.item(condition.text, text)


def _failing(decision: Decision) -> Iterator[Block]:
    read = read_dossier(content_of(decision.dossier), playbook_of(decision.review.playbook_id))
    if read.failing:
        yield blocks.heading(_("Must-meets that did not pass"))
        yield blocks.items(
            blocks.item(row.title, row.reason, verdict_word(row.verdict), VERDICT_TONES.get(row.verdict, "plain"))
            for row in read.failing
        )


def _votes(decision: Decision, places: Sequence[Place]) -> Iterator[Block]:
    yield blocks.heading(_("The vote"))
    if not decision.tally:
        yield blocks.paragraph(_("Decided without a vote."))
        return
    tally = decision.tally
    shown = {"voters": tally["voters"], "seats": tally["seats"], "needed": tally["voters_needed"]}
    yield blocks.paragraph(_("%(voters)s of %(seats)s voted, %(needed)s were needed.") % shown)
    playbook = playbook_of(decision.review.playbook_id)
    yield blocks.items(_vote(place, playbook) for place in places if place.vote)


def _said(cast: Vote | VoteChange) -> Iterator[str]:
    yield cast.rationale
    for condition in cast.conditions:
        yield f"+ {condition}"


def _before(cast: VoteChange, playbook: Playbook) -> str:
    """An earlier ballot of the seat, in one line."""
    shown = {"outcome": outcome_word(cast.outcome), "person": str(cast.cast_by), "at": time_text(cast.cast_at)}
    vetoed = {"criterion": title_of(cast.veto_criterion, playbook)} if cast.veto_criterion else None
    veto = [_("Veto: %(criterion)s") % vetoed] if vetoed else []
    said = " ".join(line for line in (*_said(cast), *veto) if line)
    before = _("Before: %(outcome)s, %(person)s, %(at)s.") % shown
    return f"{before} {said}".strip()


def _vote(place: Place, playbook: Playbook) -> dict[str, str]:
    vote = place.vote
    if vote is None:
        raise AssertionError("only votes that are there are printed")
    said = [*_said(vote), *(_before(cast, playbook) for cast in place.history)]
    text = "\n".join(line for line in said if line)
    return blocks.item(str(vote.cast_by), text, outcome_word(vote.outcome), OUTCOME_TONES.get(vote.outcome, "plain"))
