"""What was found of a case, and what its owner answered, is frozen with what a vote is cast on."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gates.queries.dossier import content_of
from gates.queries.reading import read_dossier
from scoring.commands.findings import answer_finding
from scoring.models import Finding
from scoring.queries.playbooks import current_playbook
from tests.factories.findings import FindingFactory
from tests.factories.stage_set import a_stage_set

pytestmark = pytest.mark.django_db


def test_dossier_freezes_findings_with_the_answer_that_stands(now: datetime) -> None:
    stage = a_stage_set(now)
    signal = {"code": "no_operations_person", "strong": True, "state": "fired", "params": {"stage": 2}, "records": []}
    FindingFactory(case=stage.case, detector="sandbox_heroics", signals=[signal], first_seen_at=now)
    FindingFactory(case=stage.case, detector="weak_metrics", state="cannot_tell", severity="")
    promised = now.date() + timedelta(days=3)
    answer_finding(
        case_id=stage.case.pk, detector="sandbox_heroics", reply="mend", mend_by=promised, reason="Hired",
        actor=stage.owner, now=now,
    )  # fmt: skip
    review = stage.request(now)
    Finding.objects.filter(case=stage.case).delete()

    content = content_of(review.dossiers.get(revision=1))
    (shown,) = read_dossier(content, current_playbook()).findings

    assert {entry["key"]: entry["state"] for entry in content["findings"]} == {
        "sandbox_heroics": "fired",
        "weak_metrics": "cannot_tell",
    }
    assert (shown.title, shown.severity, shown.mend_by) == ("Sandbox heroics", "serious", promised)
    assert shown.why == ("In stage 2, and nobody from operations is on the team.",)
    assert shown.answer is not None
    assert (shown.answer["reason"], shown.answer["by"]) == ("Hired", str(stage.owner))
