"""Texts of mails: changed by administrators in a language that runs nothing, checked line by line."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from pocgate.inbox import tasks
from pocgate.inbox.commands import notify
from pocgate.inbox.commands.mail_texts import edit_mail_text, reset_mail_text, text_problems
from pocgate.inbox.enums import MailTextKind
from pocgate.inbox.models import MailText
from pocgate.inbox.queries.mail_texts import shipped, texts_of
from pocgate.inbox.rules.mail_texts import Texts
from pocgate.inbox.rules.placeholders import filled_html, filled_text
from pocgate.kernel.errors import Forbidden, Invalid, Stale
from pocgate.ledger.models import Activity
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.inbox.test_notifications import a_notice

OURS = Texts("News: $title", "Dear $name,\n$title for $$5\n$link\n", '<p>$title</p>\n<p><a href="$link">Go</a></p>\n')


@pytest.mark.parametrize("kind", MailTextKind.values)
def test_shipped_texts_have_nothing_wrong(kind: str) -> None:
    assert text_problems(kind, shipped(kind)) == []


@pytest.mark.django_db
def test_mail_uses_the_edited_text_and_after_a_reset_the_shipped_one(now: datetime) -> None:
    administrator, person = RoleGrantFactory(role="admin").user, UserFactory(full_name="Ada Muster")
    edit_mail_text(kind="notification", texts=OURS, version=0, actor=administrator, now=now)
    notify(a_notice(), user_ids=[person.pk], now=now)
    tasks.send_mail()
    assert reset_mail_text(kind="notification", actor=administrator, now=now) is True
    assert reset_mail_text(kind="notification", actor=administrator, now=now) is False

    sent = mail.outbox[0]
    assert sent.subject == "News: Your vote on “Sorting claims” & more is outstanding"
    assert sent.body.startswith("Dear Ada,\nYour vote on “Sorting claims” & more is outstanding for $5\nhttp")
    assert "<p>Your vote on “Sorting claims” &amp; more is outstanding</p>" in sent.alternatives[0][0]
    assert texts_of("notification") == shipped("notification")
    assert [row.verb for row in Activity.objects.order_by("sequence")] == ["mail_text.edited", "mail_text.reset"]
    assert Activity.objects.earliest("sequence").after["subject"] == "News: $title"


@pytest.mark.django_db
def test_edit_of_a_text_that_somebody_changed_meanwhile_is_stale(now: datetime) -> None:
    administrator = RoleGrantFactory(role="admin").user
    for version in (0, 1):
        edit_mail_text(kind="digest", texts=Texts("a", "b", "c"), version=version, actor=administrator, now=now)

    for version in (0, 1):
        with pytest.raises(Stale):
            edit_mail_text(kind="digest", texts=Texts("x", "y", "z"), version=version, actor=administrator, now=now)
    assert (MailText.objects.get().subject, MailText.objects.get().version) == ("a", 2)


@pytest.mark.django_db
def test_text_is_changed_by_administrators_alone(now: datetime) -> None:
    person = RoleGrantFactory(role="auditor").user

    with pytest.raises(Forbidden):
        edit_mail_text(kind="digest", texts=Texts("a", "b", "c"), version=0, actor=person, now=now)
    with pytest.raises(Forbidden):
        reset_mail_text(kind="digest", actor=person, now=now)
    assert not MailText.objects.exists()


@pytest.mark.parametrize(
    ("part", "text", "line", "code"),
    [
        ("subject", "$titel", 1, "placeholder_unknown"),
        ("text", "one\ntwo ${titel}", 2, "placeholder_unknown"),
        ("text", "one\n\ncosts $5", 3, "dollar_alone"),
        ("text", "$Title", 1, "dollar_alone"),
        ("html", "<p>\n$unknown</p>", 2, "placeholder_unknown"),
        ("html", "<p>x</p>\n<script>go()</script>", 2, "tag_refused"),
        ("html", '<p onclick="go()">x</p>', 1, "attribute_refused"),
        ("html", '<a href="javascript:go()">x</a>', 1, "address_refused"),
        ("html", '<a href="$title">x</a>', 1, "address_refused"),
        ("html", '<a href="https://x.example.org/?q=$title">x</a>', 1, "value_in_address"),
        ("html", '<p title="$title">x</p>', 1, "value_in_tag"),
        ("html", "<a href=$link>x</a>", 1, "value_unquoted"),
        ("html", '<iframe src="https://x.example.org"></iframe>', 1, "tag_refused"),
    ],
)
def test_mistake_in_a_text_is_named_with_its_line(part: str, text: str, line: int, code: str) -> None:
    parts = {"subject": "a", "text": "b", "html": "c", part: text}

    problems = text_problems("notification", Texts(**parts))

    assert [(problem.pointer, problem.code, problem.params["line"]) for problem in problems] == [(part, code, line)]
    assert problems[0].text.startswith(f"Line {line}: ")


@pytest.mark.django_db
def test_text_with_mistakes_is_refused_and_nothing_changes(now: datetime) -> None:
    administrator = RoleGrantFactory(role="admin").user

    with pytest.raises(Invalid) as refused:
        edit_mail_text(kind="digest", texts=Texts(" ", "$x", "c"), version=0, actor=administrator, now=now)

    assert {problem.pointer for problem in refused.value.problems} == {"subject", "text"}
    assert not MailText.objects.exists()


@given(st.text(max_size=80), st.text(max_size=80))
def test_filling_runs_nothing_and_values_are_shown_as_they_are(text: str, value: str) -> None:
    shown = filled_text(f"$title|{text.replace('$', '')}", {"title": value})

    assert shown == f"{value}|{text.replace('$', '')}"
    assert "<" not in filled_html("$title", {"title": value})


@pytest.mark.parametrize("text", ["{{ title }}", "{% debug %}", "%(title)s", "{title.__class__}", "${title.x}"])
def test_other_template_languages_are_plain_text(text: str) -> None:
    assert filled_text(text, {"title": "x"}) == text
