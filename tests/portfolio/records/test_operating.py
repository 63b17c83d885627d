"""Releases, incidents and change requests: written once, said once, settled once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import DomainError, Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.commands import records
from portfolio.models import ChangeRequest, Incident, Release, UseCase
from portfolio.rules.operating import Build, Mishap, Wish
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db
BUILD = Build("2.4.0", parts={"model": "sorter 7", "prompt": "p12"}, digest="sha256:ab", note="Learns faster.")


@pytest.fixture
def member() -> User:
    person: User = TeamMemberFactory(case=UseCaseFactory(stage=3)).user
    return person


def case_of(person: User) -> UseCase:
    return UseCase.objects.get(team__user=person)


def mishap(now: datetime, **values: Any) -> Mishap:
    return replace(Mishap("serious", "Letters went to the wrong people.", now - timedelta(hours=1)), **values)


def test_release_is_recorded_once_and_the_standing_is_asked_for(
    member: User, now: datetime, sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    case = case_of(member)

    with django_capture_on_commit_callbacks(execute=True):
        first, is_new = records.record_release(case_id=case.pk, build=BUILD, actor=member, now=now)
        again, is_new_again = records.record_release(case_id=case.pk, build=BUILD, actor=member, now=now)

    assert (is_new, is_new_again, again.pk) == (True, False, first.pk)
    assert first.parts == {"model": "sorter 7", "prompt": "p12"}
    assert Activity.objects.filter(verb="release.recorded").count() == 1
    assert ("gates.check_standing", {"case_id": case.pk}) in sent_tasks


def test_release_never_changes_under_its_label(member: User, now: datetime) -> None:
    case = case_of(member)
    release, _new = records.record_release(case_id=case.pk, build=BUILD, actor=member, now=now)

    with pytest.raises(Invalid):
        records.record_release(case_id=case.pk, build=replace(BUILD, digest="other"), actor=member, now=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(kind="rollback")

    assert Release.objects.get().digest == "sha256:ab"


@pytest.mark.parametrize(
    "build",
    [
        replace(BUILD, label=" "),
        replace(BUILD, kind="hotfix"),
        replace(BUILD, parts={"weather": "1"}),
        replace(BUILD, parts={"model": "a\x00b"}),
        replace(BUILD, digest="x" * 129),
    ],
)
def test_bad_release_is_refused(build: Build, member: User, now: datetime) -> None:
    with pytest.raises(Invalid):
        records.record_release(case_id=case_of(member).pk, build=build, actor=member, now=now)

    assert Release.objects.count() == 0


def test_who_sees_the_case_records_an_incident_and_only_the_team_a_release(member: User, now: datetime) -> None:
    case, auditor = case_of(member), RoleGrantFactory(role="auditor").user

    records.record_incident(case_id=case.pk, mishap=mishap(now), actor=UserFactory(), now=now)
    refused: list[Any] = [
        lambda: records.record_incident(case_id=case.pk, mishap=mishap(now), actor=auditor, now=now),
        lambda: records.record_release(case_id=case.pk, build=BUILD, actor=auditor, now=now),
        lambda: records.record_change_request(case_id=case.pk, wish=Wish("purpose", "More"), actor=auditor, now=now),
    ]
    for act in refused:
        with pytest.raises(Forbidden):
            act()

    assert (Incident.objects.count(), Release.objects.count(), ChangeRequest.objects.count()) == (1, 0, 0)


def test_incident_is_recorded_while_a_vote_locks_the_records(member: User, now: datetime) -> None:
    case = case_of(member)
    UseCase.objects.filter(pk=case.pk).update(status="in_review", records_locked_at=now)

    records.record_incident(case_id=case.pk, mishap=mishap(now), actor=member, now=now)

    assert Incident.objects.get().severity == "serious"


def test_incident_is_contained_and_reported_once(member: User, now: datetime) -> None:
    case = case_of(member)
    row, _new = records.record_incident(case_id=case.pk, mishap=mishap(now), actor=member, now=now)
    early = row.detected_at - timedelta(minutes=1)

    with pytest.raises(Invalid):
        records.contain_incident(
            incident_id=row.pk, containment="Switched off.", contained_at=early, actor=member, now=now
        )
    records.contain_incident(incident_id=row.pk, containment="Switched off.", actor=member, now=now)
    records.report_incident(incident_id=row.pk, actor=member, now=now)

    kept = Incident.objects.get()
    assert (kept.containment, kept.contained_at, kept.reported_by) == ("Switched off.", now, member)
    for act in (
        lambda: records.contain_incident(incident_id=row.pk, containment="Again.", actor=member, now=now),
        lambda: records.report_incident(incident_id=row.pk, actor=member, now=now),
    ):
        with pytest.raises(NotAllowedNow):
            act()


def test_corrected_incident_keeps_what_was_done_about_it(member: User, now: datetime) -> None:
    case = case_of(member)
    row, _new = records.record_incident(case_id=case.pk, mishap=mishap(now), actor=member, now=now)
    records.contain_incident(incident_id=row.pk, containment="Switched off.", actor=member, now=now)

    newer = records.correct_incident(
        incident_id=row.pk, mishap=mishap(now, severity="minor"), reason="It was a test.", actor=member, now=now
    )

    assert (newer.severity, newer.containment) == ("minor", "Switched off.")
    assert Incident.objects.get(pk=row.pk).superseded_by_id == newer.pk
    with pytest.raises(NotAllowedNow):
        records.contain_incident(incident_id=row.pk, containment="Again.", actor=member, now=now)


def test_incident_from_the_future_is_refused(member: User, now: datetime) -> None:
    ahead = mishap(now, detected_at=now + timedelta(minutes=1))

    with pytest.raises(Invalid):
        records.record_incident(case_id=case_of(member).pk, mishap=ahead, actor=member, now=now)


def test_change_request_names_only_a_release_of_the_case(member: User, now: datetime) -> None:
    case = case_of(member)
    release, _new = records.record_release(case_id=case.pk, build=BUILD, actor=member, now=now)
    other = Release.objects.create(case=UseCaseFactory(), label="9", recorded_at=now)

    for wish in (Wish("release", "Newer", other.pk), Wish("purpose", "Newer", release.pk), Wish("mood", "Newer")):
        with pytest.raises(Invalid):
            records.record_change_request(case_id=case.pk, wish=wish, actor=member, now=now)
    row, _is_new = records.record_change_request(
        case_id=case.pk, wish=Wish("release", "Newer", release.pk), actor=member, now=now
    )

    assert (row.state, row.release_id) == ("open", release.pk)


def test_change_request_ends_once(member: User, now: datetime) -> None:
    case = case_of(member)
    first, second = (
        records.record_change_request(case_id=case.pk, wish=Wish("purpose", text), actor=member, now=now)[0]
        for text in ("Motor claims too", "Household claims too")
    )

    records.withdraw_change_request(change_id=first.pk, reason="Nobody wants it.", actor=member, now=now)
    settling: dict[str, Any] = {"case_id": case.pk, "change_ids": [first.pk, second.pk], "actor": member, "now": now}
    settled = [
        records.settle_change_requests(approved=True, decision="GD-2026-001", **settling),
        records.settle_change_requests(approved=False, decision="GD-2026-002", **settling),
    ]

    assert settled == [1, 0]
    states = dict(ChangeRequest.objects.values_list("pk", "state"))
    assert states == {first.pk: "withdrawn", second.pk: "approved"}
    refused: list[Any] = [
        lambda: records.withdraw_change_request(change_id=second.pk, reason="No.", actor=member, now=now),
        lambda: records.correct_change_request(
            change_id=second.pk, wish=Wish("purpose", "All"), reason="No.", actor=member, now=now
        ),
    ]
    for act in refused:
        with pytest.raises(DomainError):
            act()


def test_team_does_not_reword_what_others_wrote_down(member: User, now: datetime) -> None:
    row, _new = records.record_incident(case_id=case_of(member).pk, mishap=mishap(now), actor=UserFactory(), now=now)

    with pytest.raises(NotAllowedNow):
        records.correct_incident(
            incident_id=row.pk, mishap=mishap(now, severity="minor"), reason="It was nothing.", actor=member, now=now
        )

    assert Incident.objects.get().severity == "serious"
