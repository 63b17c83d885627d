"""`manage.py gate_check UC-0042`: may the case go on? The same answer as the API's, for scripts on the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pocgate.api.answers import encode
from pocgate.api.cases.gate_check import gate_check
from pocgate.kernel.http import REFERENCE
from portfolio.enums import Stage
from portfolio.models import UseCase

REFUSED_STATUS = 2
LONGEST_RELEASE = 100


class Command(BaseCommand):
    """Evaluates afresh and writes nothing."""

    help = (
        "Ask whether a case may go on: its next gate, another one, or a release. "
        "Exit status 0 for allow, 1 for deny, 2 when there is no such case or the question makes no sense."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The case, and what of it."""
        parser.add_argument("reference", metavar="UC-0042")
        parser.add_argument("--gate", type=int, choices=Stage.values, help="the gate; the case's next one by default")
        parser.add_argument("--release", default="", help="the release that asks")
        parser.add_argument("--json", action="store_true", help="print one JSON object, the same as the API's")

    def handle(self, *, reference: str, gate: int | None, release: str, **options: Any) -> None:
        """Print the answer; its exit status is the command's."""
        as_json: bool = options["json"]
        if len(release) > LONGEST_RELEASE or "\x00" in release:
            self._refuse("release", f"A release has at most {LONGEST_RELEASE} characters.", as_json=as_json)
        case = self._case(reference, as_json=as_json)
        found = gate_check(case, gate, release or None, now=timezone.now())
        if as_json:
            self.stdout.write(encode(found))
        else:
            for line in _lines(found):
                self.stdout.write(line)
        raise SystemExit(found["exit_status"])

    def _case(self, reference: str, *, as_json: bool) -> UseCase:
        match = REFERENCE.fullmatch(reference)
        case = UseCase.objects.filter(number=int(match.group(1))).first() if match else None
        if case is None:
            self._refuse("unknown_case", f"There is no case {reference}.", as_json=as_json)
        return case

    def _refuse(self, code: str, message: str, *, as_json: bool) -> NoReturn:
        if as_json:
            self.stdout.write(encode({"code": code, "message": message}))
            raise SystemExit(REFUSED_STATUS)
        raise CommandError(message, returncode=REFUSED_STATUS)


def _lines(found: dict[str, Any]) -> Iterator[str]:
    about = [found["reference"]]
    about += [f"gate {found['gate']}"] if found["gate"] is not None else []
    about += [f"release {found['release']}"] if found["release"] else []
    yield f"{found['verdict']}: {', '.join(about)}. {found['because']}"
    if found["rule"]:
        yield f"  policy recommends {found['recommended']} (rule {found['rule']}), readiness {found['readiness']:g}"
    for blocker in found["blockers"]:
        yield f"  - {blocker['title'] + ': ' if blocker['title'] else ''}{blocker['detail']}"
        mend = " ".join(part for part in (blocker["how"], f"({blocker['who']})" if blocker["who"] else "") if part)
        if mend:
            yield f"      {mend}"
