"""What nobody can do, whoever they are and whichever way they try: command, page, API, import, administration, SQL.

Elsewhere: a vote is blind on every surface (test_blind_surfaces), a veto, a missing signature and a prohibited tier are
never overridden (test_overrides), delegates and recused members (test_delegations, test_votes).
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from gates.commands.decisions import ConditionTerms, Ruling, decide
from gates.commands.reviews import close_or_extend_when_due
from gates.commands.sign_offs import sign_off
from gates.models import Decision, GateReview, SignOff, Vote, VoteChange
from pocgate.identity.models import User
from pocgate.kernel.errors import NotAllowedNow, Stale
from portfolio.models import CaseFact, StageSpell, UseCase
from scoring.models import CriterionAnswer
from tests.api.conftest import API, Caller
from tests.factories.identity import RoleGrantFactory
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory, TeamMemberFactory
from tests.factories.stage_set import FUNDING, FUNDING_IN_BODY, TOKEN, StageSet, a_stage_set

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
JSON = "application/json"
CONTENT = {
    "gates_decision": "outcome = 'stop', reason = 'Rewritten.', reason_code = 'data'",
    "gates_votechange": "outcome = 'stop', rationale = 'Rewritten.'",
    "gates_dossier": "digest = ''",
    "gates_condition": "due_date = '2035-01-01'",
    "gates_signoff": "state = 'waived', comment = 'Rewritten.'",
}
REPLACING = "INSERT OR REPLACE INTO {table} SELECT * FROM {table}"


@pytest.fixture
def stage() -> StageSet:
    """Pages and API read the clock, so the story begins now."""
    return a_stage_set(datetime.now(UTC))


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC)


def run_sql(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What is still to be checked of this test's own rows would stand in the way of a TRUNCATE.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def codes(refused: Any) -> set[str]:
    return {blocker.code for blocker in refused.value.blockers}


@pytest.mark.parametrize("table", CONTENT)
@pytest.mark.parametrize(
    "act", ["UPDATE {table} SET {content}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE", REPLACING]
)
def test_nobody_can_rewrite_what_was_voted_and_decided_by_sql(now: datetime, table: str, act: str) -> None:
    if act.startswith("TRUNCATE") and connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE; its DELETE is refused")
    if act == REPLACING and connection.vendor == "postgresql":
        pytest.skip("PostgreSQL has no REPLACE")
    stage = a_stage_set(now)
    terms = ConditionTerms("Measure it", stage.owner.pk, (now + timedelta(days=9)).date())
    review = stage.request(now)
    sign_off(
        case_id=stage.case.pk,
        criterion="tier_confirmed",
        state="accepted",
        comment="Seen.",
        revision_ids=(),
        actor=stage.officer,
        sign_in=TOKEN,
        now=now,
    )
    review = stage.closed_of(review, now, "conditional_go")
    decision = stage.decide(review, "conditional_go", now, reason="Almost.", conditions=(terms,))
    votes = list(VoteChange.objects.order_by("pk").values_list("outcome", "rationale"))

    with pytest.raises(DatabaseError, match="append-only"):
        run_sql(act.format(table=table, content=CONTENT[table]))

    kept = Decision.objects.get()
    assert (kept.outcome, kept.reason, kept.digest) == (decision.outcome, decision.reason, decision.digest)
    assert list(VoteChange.objects.order_by("pk").values_list("outcome", "rationale")) == votes
    assert kept.dossier.digest == decision.digest


def test_nobody_can_vote_twice(stage: StageSet, today: datetime, signed_in: SignedIn, caller: Caller) -> None:
    review, member = stage.voting(today), stage.members[0]

    stage.vote(review, member, "go", today)
    ballot = {"outcome": "go", "seen_revision": 2}
    assert signed_in(member).post(f"/reviews/{review.pk}/vote/", ballot).status_code == 302
    ballot = {"outcome": "go", "dossier_revision": 2}
    assert caller(member).post(f"{API}/reviews/{review.pk}/votes", ballot, content_type=JSON).status_code == 200
    vote = Vote.objects.get()
    copied = {field.name: getattr(vote, field.name) for field in Vote._meta.fields if not field.primary_key}
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(**copied)

    # Each was a change of the one vote, and the history keeps them all.
    assert (Vote.objects.count(), VoteChange.objects.count()) == (1, 3)


@pytest.mark.parametrize(
    ("table", "as_new"),
    [
        ("gates_decision", {"id": "id + 1000", "reason": "'Rewritten.'"}),
        ("gates_decision", {"id": "id + 1000", "number": "number + 1", "reason": "'Rewritten.'"}),
        ("gates_dossier", {"id": "id + 1000", "digest": "'0'"}),
        ("ledger_activity", {"verb": "'rewritten'"}),
        ("scoring_playbook", {"id": "id + 1000", "text": "'Rewritten.'"}),
        ("portfolio_evidencerevision", {"id": "id + 1000", "sha256": "'0'"}),
    ],
)
def test_nobody_can_put_another_row_in_the_place_of_one_by_sql(
    now: datetime, table: str, as_new: dict[str, str]
) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL has no REPLACE")
    stage = a_stage_set(now)
    stage.decide(stage.closed(now), "go", now)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
        before = cursor.fetchall()
        names = [column[0] for column in cursor.description]
    values = ", ".join(as_new.get(name, f'"{name}"') for name in names)

    with pytest.raises(DatabaseError, match="append-only"):
        run_sql(f"INSERT OR REPLACE INTO {table} SELECT {values} FROM {table}")

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
        assert cursor.fetchall() == before != []


@pytest.mark.parametrize("role", ["product_owner", "sponsor", "engineering"])
def test_nobody_can_vote_on_a_case_of_their_own(
    stage: StageSet, today: datetime, role: str, signed_in: SignedIn, caller: Caller
) -> None:
    review, voter = stage.voting(today), stage.chair
    if role == "product_owner":
        stage.case.team.filter(role=role, ended_at__isnull=True).update(ended_at=today)
    TeamMemberFactory(case=stage.case, user=voter, role=role)

    with pytest.raises(NotAllowedNow) as refused:
        stage.vote(review, voter, "go", today)
    page = signed_in(voter).post(f"/reviews/{review.pk}/vote/", {"outcome": "go", "seen_revision": 2})
    sent = {"outcome": "go", "dossier_revision": 2}
    program = caller(voter).post(f"{API}/reviews/{review.pk}/votes", sent, content_type=JSON)

    assert codes(refused) == {"in_conflict"}
    assert (page.status_code, program.status_code) == (409, 409)
    assert (Vote.objects.count(), VoteChange.objects.count()) == (0, 0)


def test_nobody_can_decide_without_a_quorum(today: datetime, signed_in: SignedIn, caller: Caller) -> None:
    past = today - timedelta(days=12)
    stage = a_stage_set(past)
    review = stage.voting(past, days=1)
    stage.vote(review, stage.members[0], "go", past)
    extended = close_or_extend_when_due(review_id=review.pk, now=past + timedelta(days=1))
    assert extended.voting_closes_at is not None
    closed = close_or_extend_when_due(review_id=review.pk, now=extended.voting_closes_at)
    assert (closed.state, closed.tally["quorum_met"]) == ("closed", False)

    for ruling in (
        Ruling("go", **FUNDING),
        Ruling("pause", reason="Later.", reason_code="data", revive_trigger="New data"),
        Ruling("stop", reason="Enough.", reason_code="data", learning="Ask earlier."),
    ):
        with pytest.raises(NotAllowedNow) as refused:
            decide(review_id=review.pk, ruling=ruling, actor=stage.chair, sign_in=TOKEN, now=today)
        assert "no_quorum" in codes(refused)
    page = signed_in(stage.chair).post(f"/reviews/{review.pk}/decide/", {"outcome": "go", **FUNDING_IN_BODY})
    program = caller(stage.chair).post(
        f"{API}/reviews/{review.pk}/decision", {"outcome": "go", **FUNDING_IN_BODY}, content_type=JSON
    )

    assert (page.status_code, program.status_code) == (409, 409)
    assert not Decision.objects.exists()
    assert StageSpell.objects.filter(case=stage.case).count() == 1


def test_nobody_can_sign_what_they_uploaded(stage: StageSet, signed_in: SignedIn, caller: Caller) -> None:
    CriterionAnswer.objects.filter(criterion="privacy_screening").update(superseded_at=datetime.now(UTC))
    own = EvidenceRevisionFactory(evidence=EvidenceFactory(case=stage.case), uploaded_by=stage.officer)
    item = f"{stage.case.reference}/privacy_screening"

    form = {"privacy_screening-state": "accepted", "privacy_screening-revision_ids": [own.pk]}
    page = signed_in(stage.officer).post(f"/compliance/{item}/", form)
    program = caller(stage.officer).post(
        f"{API}/use-cases/{stage.case.reference}/checklist/privacy_screening/sign-off",
        {"state": "accepted", "revisions": [own.pk]},
        content_type=JSON,
    )

    assert (page.status_code, program.status_code) == (409, 409)
    assert "own_evidence" in {error["code"] for error in program.json()["errors"]}
    assert not SignOff.objects.exists()


@pytest.mark.parametrize("outcome", ["go", "conditional_go"])
def test_nobody_can_let_a_prohibited_tier_through(now: datetime, outcome: str) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now)
    CaseFact.objects.filter(case=stage.case, key="tier").update(value="prohibited")

    with pytest.raises((Stale, NotAllowedNow)):
        stage.decide(review, outcome, now, reason="The board wants it.")

    assert not Decision.objects.exists()


def tries_by_page(stage: StageSet, browser: Client) -> None:
    reference = stage.case.reference
    browser.post(f"/cases/{reference}/edit/", {"title": "Renamed", "stage": "3", "status": "active", "version": "1"})
    browser.post(f"/cases/{reference}/edit/stage/", {"stage": "3"})
    browser.post(f"/cases/{reference}/edit/facts/", {"stage": "3", "tier": "minimal"})


def tries_by_api(stage: StageSet, program: Client) -> None:
    path = f"{API}/use-cases/{stage.case.reference}"
    tag = program.get(path)["ETag"]
    for change in ({"stage": 3}, {"status": "retired"}, {"facts": {"stage": 3}}):
        answer = program.patch(path, change, content_type=JSON, headers={"If-Match": tag})
        assert answer.status_code in {403, 422}, answer.content
    answer = program.post(f"{API}/use-cases", {"title": "Born grown up", "stage": 3}, content_type=JSON)
    assert answer.status_code in {403, 422}, answer.content


@pytest.mark.parametrize("who", ["owner", "chair", "officer", "admin"])
def test_nobody_can_skip_a_gate_by_page_or_api(stage: StageSet, who: str, signed_in: SignedIn, caller: Caller) -> None:
    person = RoleGrantFactory(role="admin").user if who == "admin" else getattr(stage, who)

    tries_by_page(stage, signed_in(person))
    tries_by_api(stage, caller(person))

    case = UseCase.objects.get(pk=stage.case.pk)
    assert (case.stage, case.status) == (0, "active")
    assert list(StageSpell.objects.filter(case=case).values_list("stage", flat=True)) == [0]
    assert not UseCase.objects.filter(title="Born grown up").exclude(stage=None).exists()


def test_nobody_can_skip_a_gate_by_importing_the_case_again_with_another_stage(tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "list.csv"
    stage = a_stage_set(now)
    lines = "Use case name,Department,Stage\nSort claims,Claims,{}\n"

    def imported(word: str) -> None:
        file.write_text(lines.format(word), encoding="utf-8")
        call_command("import_portfolio", file, "--apply", "--accept-imputed", "--json", stdout=io.StringIO())

    imported("Idea")
    case = UseCase.objects.get(title="Sort claims")
    stage.case, stage.owner = case, TeamMemberFactory(case=case).user
    review = stage.request(now, kind="out_of_cycle", proposal="stop")
    imported("In production")

    case.refresh_from_db()
    assert (case.stage, case.status) == (0, "in_review")
    assert GateReview.objects.get(pk=review.pk).gate == 0


def test_nobody_can_use_an_administration_of_tables_because_there_is_none() -> None:
    assert not apps.is_installed("django.contrib.admin")
    with pytest.raises(NoReverseMatch):
        reverse("admin:index")
    with pytest.raises(Resolver404):
        resolve("/admin/")
