"""What commands that record rows of a CSV file have in common: each row by itself, as the page and the API do."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from django.core.management.base import BaseCommand, CommandError
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from pocgate.identity.models import User
from pocgate.kernel.errors import DomainError, FieldProblem
from pocgate.kernel.http import number_of
from portfolio.commands.rows import RowOutcome, RowResult

REFUSED_STATUS = 2
Row = TypeVar("Row")


class BadRow(Exception):
    """A row that can not be read, with what is wrong."""

    def __init__(self, problem: FieldProblem) -> None:
        super().__init__(problem.text)
        self.problem = problem


class RowsCommand(BaseCommand, Generic[Row]):
    """Good rows are recorded although others are refused; repeated under their external ids they change nothing."""

    needed: ClassVar[Sequence[str]]
    columns: ClassVar[Sequence[str]]

    def row_of(self, given: Mapping[str, str]) -> Row:
        """The row from its cells. Raises `BadRow`."""
        raise NotImplementedError

    def record(self, rows: Sequence[Row], *, actor: User, now: datetime) -> list[RowResult]:
        """Record the rows, and say what became of each."""
        raise NotImplementedError

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of the command line."""
        parser.add_argument("file", type=Path, help="the rows, CSV in UTF-8")
        parser.add_argument("--as", dest="username", required=True, help="user name to record as")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Record, and print what became of the rows that were refused."""
        actor = User.objects.filter(username=options["username"], is_active=True).first()
        if actor is None:
            raise CommandError(f"There is no active person {options['username']}.")
        good, refused = self._read(options["file"])
        try:
            results = self.record(list(good.values()), actor=actor, now=timezone.now()) if good else []
        except DomainError as error:
            raise CommandError(str(error), returncode=REFUSED_STATUS) from error
        for line, result in zip(good, results, strict=True):
            if result.problems:
                refused[line] = result.problems[0]
        for line, problem in sorted(refused.items()):
            self.stderr.write(f"line {line}: {problem.pointer}: {problem.text} [{problem.code}]")
        counts = Counter(result.outcome for result in results)
        made, known = counts[RowOutcome.CREATED], counts[RowOutcome.UNCHANGED]
        self.stdout.write(f"{made} recorded, {known} known before, {len(refused)} refused.")
        if refused:
            raise CommandError(f"{len(refused)} rows were refused.", returncode=REFUSED_STATUS)

    def _read(self, path: Path) -> tuple[dict[int, Row], dict[int, FieldProblem]]:
        """The rows that can be read and the problems of the others, by line."""
        good: dict[int, Row] = {}
        refused: dict[int, FieldProblem] = {}
        try:
            for line, cells in self._cells(path):
                try:
                    good[line] = self.row_of(cells)
                except BadRow as bad:
                    refused[line] = bad.problem
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{path} can not be read: {error}", returncode=REFUSED_STATUS) from error
        return good, refused

    def _cells(self, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            unknown = sorted(set(reader.fieldnames or ()) - set(self.columns))
            lacking = [name for name in self.needed if name not in (reader.fieldnames or ())]
            if unknown or lacking:
                raise csv.Error(f"unknown columns {unknown}, missing columns {lacking}")
            for row in reader:
                yield reader.line_num, {name: (value or "").strip() for name, value in row.items() if name}


def case_number_of(given: Mapping[str, str]) -> int:
    """The number in the column `reference`."""
    try:
        return number_of(given["reference"])
    except Http404:
        raise BadRow(FieldProblem("reference", "unknown_case", "There is no such case.")) from None


def decimal_of(name: str, text: str) -> Decimal:
    """A number; whether it may be one is for the rules to say."""
    if not text:
        raise BadRow(FieldProblem(name, "required", "This is needed."))
    try:
        return Decimal(text)
    except InvalidOperation:
        raise BadRow(FieldProblem(name, "not_a_number", "Give a number.")) from None


def count_of(name: str, text: str) -> int:
    """A whole number."""
    if not text.isascii() or not text.isdigit():
        raise BadRow(FieldProblem(name, "count", "Give a whole number."))
    return int(text)


def day_of(name: str, text: str) -> date:
    """A day."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise BadRow(FieldProblem(name, "not_a_day", "Give a day such as 2026-03-01."))
    return day


def moment_of(name: str, text: str) -> datetime:
    """A moment with its zone; a day alone is its midnight in the time zone of the installation."""
    try:
        day = parse_date(text)
        moment = parse_datetime(text) if day is None else datetime.combine(day, datetime.min.time())
    except ValueError:
        moment = None
    if moment is None:
        raise BadRow(FieldProblem(name, "not_a_moment", "Give a moment such as 2026-03-01T00:00:00Z."))
    return timezone.make_aware(moment, timezone.get_default_timezone()) if day else moment
