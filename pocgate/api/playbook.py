"""The playbook in force, what a document would change, and publishing one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.idempotency import idempotent
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, described
from pocgate.api.shapes import BOOLEAN, INTEGER, STRING, TIME, array, one_of, or_null, record
from pocgate.identity.enums import Scope
from pocgate.identity.queries import sign_in_of
from scoring.commands.playbooks import publish_playbook
from scoring.queries.playbooks import playbook_problems, playbook_text, published_playbook
from scoring.rules.canonical import ADDED, CHANGED, REMOVED, REORDERED
from scoring.rules.playbook import LARGEST_BYTES, diff_playbooks, parse_playbook

TAG = "playbook"
PLAYBOOK = record(version=INTEGER, digest=STRING, published_at=or_null(TIME), text=STRING)
PROBLEM = record(line=INTEGER, path=STRING, code=STRING, message=STRING)
CHANGE = record(path=STRING, kind=one_of([ADDED, REMOVED, CHANGED, REORDERED]), before={}, after={})
CHECKED = record(
    valid=BOOLEAN, digest=or_null(STRING), from_version=INTEGER, problems=array(PROBLEM), changes=array(CHANGE)
)


class DocumentBody(Body):
    """A playbook as its YAML text."""

    text = serializers.CharField(max_length=LARGEST_BYTES, trim_whitespace=False)


class PlaybookView(ApiView):
    """The version in force, and the next one."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ, "POST": Scope.PLAYBOOK_WRITE}

    @described(
        "read_playbook",
        "The playbook in force, as YAML",
        tag=TAG,
        parameters=ETAG_HEADERS,
        answers={200: PLAYBOOK, 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Version 0 is the shipped content, before the first was published."""
        return json_answer(request, _in_force())

    @described(
        "publish_playbook",
        "Publish a playbook as the next version",
        tag=TAG,
        parameters=(IDEMPOTENCY_KEY,),
        request=DocumentBody,
        answers={201: PLAYBOOK},
        errors=(400, 409, 415),
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """By administrators. Every fault is told with its line; the content in force already is a 409."""
        text = read_body(DocumentBody, request.data)["text"]
        publish_playbook(text=text, actor=self.person, sign_in=sign_in_of(request), now=self.now)
        return json_answer(request, _in_force(), status=201)


class PlaybookCheckView(ApiView):
    """Looking before publishing."""

    required_scopes = {"POST": Scope.PORTFOLIO_READ}

    @described(
        "check_playbook",
        "What is wrong with a playbook, and what it would change",
        tag=TAG,
        request=DocumentBody,
        answers={200: CHECKED},
        errors=(400, 415),
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Nothing is kept. `changes` are against the version in force, and empty while there are problems."""
        text = read_body(DocumentBody, request.data)["text"]
        current, problems = published_playbook(), playbook_problems(text)
        rules = None if problems else parse_playbook(text)
        payload: dict[str, Any] = {
            "valid": not problems,
            "digest": rules.digest if rules else None,
            "from_version": current.version,
            "problems": [vars(problem) for problem in problems],
            "changes": [vars(change) for change in diff_playbooks(current.rules, rules)] if rules else [],
        }
        return json_answer(request, payload)


def _in_force() -> dict[str, Any]:
    current = published_playbook()
    return {
        "version": current.version,
        "digest": current.digest,
        "published_at": current.published_at,
        "text": playbook_text(),
    }
