"""The pages of a playbook draft: who gets them, checks by line, conflicts, difference, effect, publishing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pocgate.identity.queries import SIGNED_IN_AT
from pocgate.kernel.models import Job
from scoring import tasks
from scoring.commands.playbooks import begin_draft, ensure_default_playbook, publish_playbook, save_draft
from scoring.models import Playbook, PlaybookEffect, PlaybookEffectCase
from scoring.queries.playbooks import default_playbook_text, published_playbook
from scoring.urls import urlpatterns
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import UseCaseFactory
from tests.factories.scoring import full_case

pytestmark = pytest.mark.django_db

ROLES = ("stranger", "product_owner", "committee", "chair", "sponsor", "auditor", "compliance", "admin")
SEE = {"auditor": 200, "compliance": 200, "admin": 200}
DO = {"auditor": 403, "compliance": 302, "admin": 302}
# Method, who gets what (everybody else 404), and what is sent beside the revision.
TABLE: Mapping[str, tuple[str, Mapping[str, int], Mapping[str, str]]] = {
    "draft_begin": ("post", DO, {"name": "Another"}),
    "draft": ("get", SEE, {}),
    "draft_check": ("post", SEE, {"name": "Mine", "text": "a: 1"}),
    "draft_difference": ("get", SEE, {}),
    "draft_carry_on": ("post", DO, {"version": "1"}),
    "draft_effect": ("get", SEE, {}),
    "draft_progress": ("get", SEE, {}),
    "draft_publish": ("post", {"auditor": 403, "compliance": 403, "admin": 409}, {}),
    "draft_discard": ("post", {"auditor": 403, "compliance": 403, "admin": 302}, {}),
    "draft_download": ("get", SEE, {}),
}


def _client(*roles: str) -> Client:
    user = UserFactory()
    for role in roles:
        RoleGrantFactory(user=user, role=role)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[SIGNED_IN_AT] = timezone.now().isoformat()
    session.save()
    client.person = user  # type: ignore[attr-defined]
    return client


def _easier() -> str:
    return default_playbook_text().replace("readiness_bar: 70", "readiness_bar: 60")


def _draft(text: str | None = None) -> Playbook:
    now = timezone.now()
    ensure_default_playbook(now=now)
    author = RoleGrantFactory(role="admin").user
    return begin_draft(name="Lower bar", text=_easier() if text is None else text, actor=author, now=now)


def _at(draft: Playbook, page: str = "") -> str:
    return reverse("scoring:draft" + (f"_{page}" if page else ""), args=[draft.pk])


def _compute() -> None:
    for job in Job.objects.filter(subject_type="playbook_effect"):
        tasks.playbook_effect(job_id=job.pk)


def test_every_address_of_a_draft_has_a_row() -> None:
    assert {pattern.name for pattern in urlpatterns if pattern.name.startswith("draft")} == set(TABLE)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("role", ROLES)
def test_draft_page_by_role_answers_as_the_table_says(name: str, role: str) -> None:
    draft = _draft()
    method, expected, values = TABLE[name]
    client = _client(*([] if role == "stranger" else [role]))
    args = [] if name == "draft_begin" else [draft.pk]

    response = getattr(client, method)(reverse(f"scoring:{name}", args=args), {"revision": "1", **values})

    assert response.status_code == expected.get(role, 404)


def test_draft_page_without_sign_in_leads_to_the_sign_in() -> None:
    assert Client().get(_at(_draft())).status_code == 302


def test_saving_by_an_auditor_is_refused() -> None:
    draft = _draft()

    response = _client("auditor").post(_at(draft), {"name": "Mine", "text": "x", "revision": "1"})

    assert response.status_code == 403
    assert Playbook.objects.get(pk=draft.pk).text == _easier()


def test_playbook_page_offers_drafts_to_those_who_write_them() -> None:
    draft = _draft()

    shown = {role: _client(role).get("/playbook/").content.decode() for role in ("compliance", "auditor", "sponsor")}

    assert [_at(draft) in page for page in shown.values()] == [True, True, False]
    assert ["Begin a draft" in page for page in shown.values()] == [True, False, False]


def test_check_while_writing_names_the_line_and_saves_nothing() -> None:
    draft = _draft()
    text = _easier().replace("    weight: 2\n", "    weight: 0\n", 1).replace("\n", "\r\n")

    answer = _client("compliance").post(_at(draft, "check"), {"text": text}, headers={"HX-Request": "true"})

    page = answer.content.decode()
    assert 'data-problems="1"' in page
    assert 'data-line="194" data-code="weight_out_of_range"' in page
    assert "A weight is above 0" in page
    assert Playbook.objects.get(pk=draft.pk).revision == 1


def test_check_without_javascript_shows_the_page_with_what_was_written() -> None:
    draft = _draft()

    page = _client("compliance").post(_at(draft, "check"), {"name": "Mine", "text": "a: [", "revision": "1"})

    assert page.status_code == 200
    assert page.context["form"]["text"].value() == "a: ["
    assert [problem.code for problem in page.context["problems"]] == ["yaml"]


def test_save_keeps_plain_line_ends_and_leads_back() -> None:
    draft = _draft()

    response = _client("compliance").post(_at(draft), {"name": "Mine", "text": "a: 1\r\nb: 2\r\n", "revision": "1"})

    assert (response.status_code, response["Location"]) == (302, _at(draft))
    assert Playbook.objects.get(pk=draft.pk).text == "a: 1\nb: 2\n"


def test_save_over_somebody_elses_save_keeps_both_texts() -> None:
    draft = _draft()
    client = _client("compliance")
    save_draft(draft_id=draft.pk, revision=1, name="T", text="theirs", actor=draft.created_by, now=timezone.now())  # type: ignore[arg-type]

    conflict = client.post(_at(draft), {"name": "Mine", "text": "mine", "revision": "1"})
    own = client.post(reverse("scoring:draft_begin"), {"name": "Mine", "text": "mine"})

    assert conflict.status_code == 409
    assert conflict.context["form"]["text"].value() == "mine"
    assert own.status_code == 302
    assert list(Playbook.objects.filter(version=None).order_by("pk").values_list("text", flat=True)) == [
        "theirs",
        "mine",
    ]


@pytest.mark.parametrize("values", [{"name": ""}, {"text": "a\0b"}, {"revision": "x"}, {"revision": ""}])
def test_save_of_what_can_not_be_kept_shows_the_form_again(values: dict[str, str]) -> None:
    draft = _draft()

    answer = _client("admin").post(_at(draft), {"name": "Mine", "text": "x", "revision": "1", **values})

    assert answer.status_code == 422
    assert Playbook.objects.get(pk=draft.pk).revision == 1


def test_difference_says_in_words_what_changes() -> None:
    text = _easier().replace("    weight: 2\n", "    weight: 7.5\n", 1).replace("stage_0: 28", "stage_0: 21", 1)
    start = text.index("  - key: scope_bounded")
    text = text[:start] + text[text.index("  - key:", start + 5) :]

    sections = _client("auditor").get(_at(_draft(text), "difference")).context["sections"]

    shown = [(line.subject, line.key, line.field, line.before, line.after) for part in sections for line in part.lines]
    assert [part.title for part in sections] == ["Readiness criteria", "Gates", "Time-boxes and pace"]
    assert shown[0] == ("Problem stated", "problem_stated", "weight", "2", "7.5")
    assert (sections[0].lines[1].subject, sections[0].lines[1].kind) == ("Scope bounded", "removed")
    assert shown[2:] == [
        ("Gate 0", "", "readiness asked for", "70", "60"),
        ("Time-boxes and pace", "", "days in a time-box", "28, 42, 84", "21, 42, 84"),
    ]


def test_difference_of_a_faulty_draft_leads_to_its_lines() -> None:
    page = _client("admin").get(_at(_draft("a: ["), "difference"))

    assert page.status_code == 200
    assert "Mend it in the text" in page.content.decode()


def test_effect_is_computed_by_a_job_and_lists_the_cases_with_why() -> None:
    case = full_case(timezone.now(), title="Sort the claims")
    draft = _draft(_easier().replace("    weight: 2\n", "    weight: 20\n", 1))
    client = _client("compliance")

    asked = client.post(_at(draft, "effect"), {"revision": "1"})
    running = client.get(_at(draft, "progress"), headers={"HX-Request": "true"})
    _compute()
    over = client.get(_at(draft, "progress"), headers={"HX-Request": "true"})
    page = client.get(_at(draft, "effect"))

    assert asked.status_code == 302
    assert (b"Waiting for a worker" in running.content, over["HX-Refresh"]) == (True, "true")
    assert [(row.case.pk, row.moved[0][0]) for row in page.context["rows"]] == [(case.pk, "Problem stated")]
    assert page.context["chart"].title == "1 cases rise, 0 fall"
    assert "Sort the claims" in page.content.decode()


def test_effect_of_a_faulty_draft_is_refused_with_its_lines() -> None:
    draft = _draft("a: [")

    answer = _client("admin").post(_at(draft, "effect"), {"revision": "1"})

    assert answer.status_code == 422
    assert "Line 1: This is no valid YAML" in " ".join(answer.content.decode().split())
    assert not PlaybookEffect.objects.exists()


def test_effect_page_takes_the_same_queries_for_one_case_and_for_three(django_assert_num_queries: Any) -> None:
    draft = _draft()
    client = _client("admin")
    client.post(_at(draft, "effect"), {"revision": "1"})
    _compute()
    effect = PlaybookEffect.objects.get()
    client.get(_at(draft, "effect"))

    for added in (1, 2):
        for _case in range(added):
            PlaybookEffectCase.objects.create(
                effect=effect,
                case=UseCaseFactory(),
                gate=0,
                before=50,
                after=40,
                reached_bar=False,
                reaches_bar=False,
                opening_count=0,
            )
        with django_assert_num_queries(15):
            client.get(_at(draft, "effect"))


def test_publish_from_the_page_puts_the_seen_draft_in_force() -> None:
    draft = _draft()
    client = _client("admin")
    client.post(_at(draft, "effect"), {"revision": "1"})
    unseen = client.post(_at(draft, "publish"), {"revision": "1"})
    _compute()

    response = client.post(_at(draft, "publish"), {"revision": "1"}, follow=True)

    assert unseen.status_code == 409
    assert "Version 2 is in force" in response.content.decode()
    assert published_playbook().pk == draft.pk
    assert client.get(_at(draft)).status_code == 404


def test_publish_with_an_old_sign_in_asks_for_a_new_one() -> None:
    draft = _draft()
    client = _client("admin")
    session = client.session
    session[SIGNED_IN_AT] = "2020-01-01T00:00:00+00:00"
    session.save()

    response = client.post(_at(draft, "publish"), {"revision": "1"})

    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")
    assert published_playbook().version == 1


def test_outdated_draft_says_so_and_is_carried_on() -> None:
    draft = _draft()
    text = default_playbook_text().replace("readiness_bar: 85", "readiness_bar: 80")
    publish_playbook(text=text, actor=None, now=timezone.now())
    client = _client("admin")

    before = client.get(_at(draft)).content.decode()
    client.post(_at(draft, "carry_on"), {"revision": "1", "version": "2"})

    assert "Version 2 came into force after this draft was begun from version 1" in before
    assert "came into force after" not in client.get(_at(draft)).content.decode()
