"""Check, compare, publish and export the playbook."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pocgate.kernel.errors import DomainError
from portfolio.models import UseCase
from scoring.commands.playbooks import publish_playbook
from scoring.commands.playbooks.effects import totals_under
from scoring.models import Playbook as PlaybookRow
from scoring.queries.playbooks import default_playbook_text, playbook_problems, playbook_text, published_playbook
from scoring.rules.canonical import Change
from scoring.rules.playbook import diff_playbooks, parse_playbook
from scoring.rules.playbook_effect import CaseEffect

REFUSED, UNREADABLE = 1, 2
LISTED, MOVED_SHOWN = 50, 3


class Command(BaseCommand):
    """One subcommand per verb."""

    help = (
        "Work on the playbook: check FILE, diff FILE (against the version in force), effect FILE (which cases change "
        "and how), publish FILE (shows the effect first), publish-default, export. Exit status: 0 fine, 1 refused or "
        "different, 2 the file can not be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The verbs and what each takes."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        for verb, text in (
            ("check", "list everything wrong with FILE, with its line"),
            ("diff", "what FILE would change"),
            ("effect", "which cases FILE would change, and how; nothing is written"),
            ("publish", "show which cases change, then put FILE in force as a new version"),
        ):
            with_file = verbs.add_parser(verb, help=text)
            with_file.add_argument("file", metavar="FILE", type=Path)
            with_file.add_argument("--json", action="store_true", help="print one JSON object")
        default = verbs.add_parser("publish-default", help="put the shipped playbook in force as a new version")
        default.add_argument("--json", action="store_true", help="print one JSON object")
        default.add_argument("--if-none", action="store_true", help="do nothing when a playbook is in force already")
        export = verbs.add_parser("export", help="print the YAML in force")
        export.add_argument("--of-version", type=int, metavar="N", help="an earlier version")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb."""
        getattr(self, "_" + options["verb"].replace("-", "_"))(options)

    def _check(self, options: dict[str, Any]) -> None:
        text = _read(options["file"])
        problems = playbook_problems(text)
        shown = {
            "file": str(options["file"]),
            "valid": not problems,
            "digest": None if problems else parse_playbook(text).digest,
            "problems": [vars(problem) for problem in problems],
        }
        lines = [f"{options['file']}:{problem.line}: {problem.path}: {problem.message}" for problem in problems]
        self._show(shown, lines or ["The playbook may be published."], options)
        if problems:
            sys.exit(REFUSED)

    def _diff(self, options: dict[str, Any]) -> None:
        text = _read(options["file"])
        if playbook_problems(text):
            self._check(options)
        current = published_playbook()
        changes = diff_playbooks(current.rules, parse_playbook(text))
        shown = {"from_version": current.version, "changes": [vars(change) for change in changes]}
        lines = [_change_line(change) for change in changes]
        self._show(shown, lines or [f"No difference to version {current.version}."], options)
        if changes:
            sys.exit(REFUSED)

    def _effect(self, options: dict[str, Any]) -> None:
        text = _read(options["file"])
        if playbook_problems(text):
            self._check(options)
        shown, lines = _effect_shown(text)
        self._show(shown, lines, options)

    def _publish(self, options: dict[str, Any]) -> None:
        text = _read(options["file"])
        if playbook_problems(text):
            self._check(options)
        shown, lines = _effect_shown(text)
        if not options["json"]:
            self._show(shown, lines, options)
        self._put_in_force(text, options, {"effect": shown})

    def _publish_default(self, options: dict[str, Any]) -> None:
        if options["if_none"] and PlaybookRow.objects.filter(version__isnull=False).exists():
            return
        self._put_in_force(default_playbook_text(), options)

    def _put_in_force(self, text: str, options: dict[str, Any], more: dict[str, Any] | None = None) -> None:
        try:
            row = publish_playbook(text=text, actor=None, now=timezone.now())
        except DomainError as refused:
            raise CommandError(str(refused), returncode=REFUSED) from refused
        shown = {"version": row.version, "digest": row.digest, **(more or {})}
        self._show(shown, [f"Published as version {row.version}; every case is being recomputed."], options)

    def _export(self, options: dict[str, Any]) -> None:
        try:
            self.stdout.write(playbook_text(options["of_version"]), ending="")
        except PlaybookRow.DoesNotExist as unknown:
            raise CommandError(f"There is no version {options['of_version']}.", returncode=REFUSED) from unknown

    def _show(self, shown: dict[str, Any], lines: list[str], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2))
            return
        for line in lines:
            self.stdout.write(line)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} can not be read: {error}", returncode=UNREADABLE) from error


def _effect_shown(text: str) -> tuple[dict[str, Any], list[str]]:
    """The effect as JSON and as lines: the totals, then the cases, those that fall most first."""
    totals, changing = totals_under(published_playbook().rules, parse_playbook(text), now=timezone.now())
    changing.sort(key=lambda pair: (pair[1].change, pair[0]))
    references = UseCase.objects.in_bulk([case_id for case_id, _effect in changing[:LISTED]])
    cases = [_case_shown(references[case_id].reference, effect) for case_id, effect in changing[:LISTED]]
    lines = [f"{totals.changed} of {totals.cases} cases change: {totals.rising} rise, {totals.falling} fall."]
    lines += [_case_line(case) for case in cases]
    if len(changing) > LISTED:
        lines.append(f"… and {len(changing) - LISTED} more")
    return {**asdict(totals), "changing": cases}, lines


def _case_shown(reference: str, effect: CaseEffect) -> dict[str, Any]:
    return {
        "reference": reference,
        "gate": effect.gate,
        "before": str(effect.before),
        "after": str(effect.after),
        "reached_bar": effect.reached_bar,
        "reaches_bar": effect.reaches_bar,
        "opening": list(effect.opening),
        "closing": list(effect.closing),
        "moved": {key: str(points) for key, points in effect.moved},
    }


def _case_line(case: dict[str, Any]) -> str:
    why = [f"opens {key}" for key in case["opening"]] + [f"closes {key}" for key in case["closing"]]
    if case["reached_bar"] != case["reaches_bar"]:
        why.append("reaches the bar" if case["reaches_bar"] else "falls under the bar")
    why += [f"{key} {Decimal(points):+}" for key, points in list(case["moved"].items())[:MOVED_SHOWN]]
    return f"{case['reference']} gate {case['gate']}: {case['before']} → {case['after']}; {', '.join(why)}"


def _change_line(change: Change) -> str:
    return f"{change.kind} {change.path}: {_short(change.before)} → {_short(change.after)}"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"  # noqa: PLR2004 - one terminal line
