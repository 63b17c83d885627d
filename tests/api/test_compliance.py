"""Compliance over REST: the same commands as on the pages, with the same refusals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from portfolio.models import EvidenceRevision, Release
from scoring.models import CriterionAnswer
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.identity import RoleGrantFactory
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory
from tests.factories.stage_set import a_stage_set

pytestmark = pytest.mark.django_db
JSON = "application/json"
MILD = {"prohibited_practice": "no", "sensitive_area": "no", "affects_people": "no", "faces_people": "yes"}


def test_signing_for_a_release_and_attesting_again_until_something_changes(caller: Caller) -> None:
    now = datetime.now(UTC)
    stage = a_stage_set(now)
    seen: EvidenceRevision = EvidenceRevisionFactory(evidence=EvidenceFactory(case=stage.case))
    release = Release.objects.create(case=stage.case, label="1.0", recorded_at=now)
    path = f"{API}/use-cases/{stage.case.reference}/checklist"
    officer = caller(stage.officer)

    signature = {"state": "accepted", "revisions": [seen.pk], "release": release.pk}
    signed = officer.post(f"{path}/privacy_screening/sign-off", signature, content_type=JSON)
    again = officer.post(f"{path}/attestation", {"criteria": ["privacy_screening"]}, content_type=JSON)
    EvidenceRevisionFactory(evidence=seen.evidence, number=2)
    refused = officer.post(f"{path}/attestation", {"criteria": ["privacy_screening"]}, content_type=JSON)

    assert (signed.status_code, again.status_code, refused.status_code) == (200, 200, 409)
    assert_as_described(again, "use-cases/{ref}/checklist/attestation", "post")
    assert "has revision 2; revision 1 was signed" in refused.content.decode()


def test_own_evidence_is_refused_over_rest(caller: Caller) -> None:
    stage = a_stage_set(datetime.now(UTC))
    own = EvidenceRevisionFactory(evidence=EvidenceFactory(case=stage.case), uploaded_by=stage.officer)
    path = f"{API}/use-cases/{stage.case.reference}/checklist/privacy_screening/sign-off"

    refused = caller(stage.officer).post(path, {"state": "accepted", "revisions": [own.pk]}, content_type=JSON)

    assert refused.status_code == 409
    assert "You uploaded evidence" in refused.content.decode()


def test_answer_is_verified_and_never_by_its_author(caller: Caller) -> None:
    stage = a_stage_set(datetime.now(UTC))
    path = f"{API}/use-cases/{stage.case.reference}/answers/sources_mapped/verification"
    answer = CriterionAnswer.objects.get(criterion="sources_mapped", superseded_at__isnull=True)

    done = caller(stage.officer).post(path, {"answer": answer.pk}, content_type=JSON)
    twice = caller(stage.officer).post(path, {}, content_type=JSON)

    body = assert_as_described(done, "use-cases/{ref}/answers/{criterion}/verification", "post")
    assert (body["verified_by"], twice.status_code) == (stage.officer.username, 409)


def test_questionnaire_is_answered_and_listed_with_its_duties(caller: Caller) -> None:
    stage = a_stage_set(datetime.now(UTC))
    path = f"{API}/use-cases/{stage.case.reference}/tier-assessments"
    owner = caller(stage.owner)

    answered = owner.post(path, {"answers": MILD | {"situations": ["interacts"]}}, content_type=JSON)
    refused = owner.post(path, {"answers": {"faces_people": "yes"}}, content_type=JSON)
    listed = owner.get(path)

    body = assert_as_described(answered, "use-cases/{ref}/tier-assessments", "post")
    assert (answered.status_code, body["proposed_tier"]) == (201, "limited")
    assert body["obligations"] == ["literacy", "say_it_is_ai"]
    assert refused.status_code == 422
    assert assert_as_described(listed, "use-cases/{ref}/tier-assessments")["results"] == [body]


def test_what_ends_is_listed_by_day(caller: Caller) -> None:
    now = datetime.now(UTC)
    stage = a_stage_set(now)
    day = (now + timedelta(days=9)).date()
    EvidenceRevisionFactory(evidence=EvidenceFactory(case=stage.case, title="Contract"), valid_until=day)

    found = assert_as_described(
        caller(stage.officer).get(f"{API}/compliance/expiries?until=2999-01-01"), "compliance/expiries"
    )

    assert [(row["kind"], row["what"], row["day"]) for row in found["results"]] == [
        ("evidence", "Contract", day.isoformat())
    ]


def test_questionnaire_is_read_with_what_it_asks(caller: Caller) -> None:
    stage = a_stage_set(datetime.now(UTC))

    body = assert_as_described(caller(stage.owner).get(f"{API}/tier-questionnaire"), "tier-questionnaire")

    needed = {question["key"] for question in body["questions"] if question["needed"]}
    details = {question["key"]: question["details_of"] for question in body["questions"] if question["details_of"]}
    assert needed == set(MILD)
    assert details == {"practices": "prohibited_practice", "areas": "sensitive_area", "situations": "faces_people"}


def test_tier_is_set_by_compliance_and_leaving_prohibited_takes_two(caller: Caller) -> None:
    stage = a_stage_set(datetime.now(UTC))
    path = f"{API}/use-cases/{stage.case.reference}/tier"
    officer, second = caller(stage.officer), caller(RoleGrantFactory(role="compliance").user)

    def ruled(client: Client, tier: str) -> tuple[str, bool]:
        answer = client.post(path, {"tier": tier, "reason": "Looked at."}, content_type=JSON)
        body = assert_as_described(answer, "use-cases/{ref}/tier", "post")
        return body["tier"], body["in_force"]

    assert ruled(officer, "prohibited") == ("prohibited", True)
    assert ruled(officer, "limited") == ("prohibited", False)
    assert ruled(second, "limited") == ("limited", True)
    owner = caller(stage.owner)
    assert owner.post(path, {"tier": "minimal", "reason": "Ours."}, content_type=JSON).status_code == 403
    assert officer.post(path, {"tier": "purple", "reason": "x"}, content_type=JSON).status_code == 422
