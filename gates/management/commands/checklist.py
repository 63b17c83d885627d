"""Lists of extra items from and to spreadsheets, from the command line."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gates.checklist_files.reading import MOST_BYTES, read_table
from gates.checklist_files.writing import csv_of, xlsx_of
from gates.commands.checklists import ListTerms, check_checklist, draft_checklist, publish_checklist
from gates.models import ChecklistTemplate
from gates.queries.checklist_templates import changes_of, table_of
from pocgate.kernel.errors import DomainError, Invalid
from portfolio.enums import Stage, Tier
from portfolio.importing.refusal import Refused

REFUSED_STATUS = 2


class Command(BaseCommand):
    """`checklist import FILE` says what it would keep and keeps it with `--apply`; `checklist export KEY FILE`."""

    help = (
        "Import a list of extra checklist items from CSV, XLSX or JSON, or export one as CSV or XLSX. "
        "Without --apply nothing is written. Exit status 2 when the file is refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of the command line."""
        acts = parser.add_subparsers(dest="act", required=True)
        taking = acts.add_parser("import", help="read a list")
        taking.add_argument("file", type=Path)
        taking.add_argument("--key", required=True, help="what the list is called for ever, such as nist-ai-rmf")
        taking.add_argument("--title", required=True)
        taking.add_argument("--source", default="")
        taking.add_argument("--gate", type=int, action="append", default=[], choices=Stage.values, dest="gates")
        taking.add_argument("--tier", action="append", default=[], choices=Tier.values, dest="tiers")
        taking.add_argument("--apply", action="store_true", help="keep it as a draft")
        taking.add_argument("--publish", action="store_true", help="keep it and put it in force")
        giving = acts.add_parser("export", help="write a list")
        giving.add_argument("key")
        giving.add_argument("file", type=Path, help="a name that ends in .csv or .xlsx")
        giving.add_argument("--version-number", type=int, default=None, help="an earlier version; the latest otherwise")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import or export; every refusal is exit status 2."""
        try:
            self._import(options) if options["act"] == "import" else self._export(options)
        except Refused as refused:
            raise CommandError(str(refused), returncode=REFUSED_STATUS) from refused
        except Invalid as invalid:
            lines = [f"{problem.pointer}: {problem.text}" for problem in invalid.problems]
            raise CommandError("\n".join(lines), returncode=REFUSED_STATUS) from invalid
        except DomainError as refused:
            raise CommandError(str(refused), returncode=REFUSED_STATUS) from refused

    def _import(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=REFUSED_STATUS)
        if path.stat().st_size > MOST_BYTES:
            raise Refused("too_large", {"size": path.stat().st_size >> 20, "limit": MOST_BYTES >> 20})
        names = ("key", "title", "source", "gates", "tiers")
        terms, table = ListTerms(**{name: options[name] for name in names}), read_table(path.read_bytes())
        items = check_checklist(terms=terms, table=table)
        self.stdout.write(f"{len(items)} items, {len(table.columns)} columns: {', '.join(table.columns)}")
        if not (options["apply"] or options["publish"]):
            self.stdout.write("Nothing was written; --apply keeps it as a draft, --publish puts it in force.")
            return
        template = draft_checklist(terms=terms, table=table, actor=None, now=timezone.now())
        for change in changes_of(template):
            self.stdout.write(f"{change.kind}: {change.title} {', '.join(change.fields)}".rstrip())
        if options["publish"]:
            publish_checklist(template_id=template.pk, actor=None, now=timezone.now())
        self.stdout.write(f"{template} is {'in force' if options['publish'] else 'a draft'}.")

    def _export(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        found = ChecklistTemplate.objects.filter(key=options["key"]).order_by("-version")
        if options["version_number"] is not None:
            found = found.filter(version=options["version_number"])
        template = found.first()
        if template is None:
            raise CommandError(f"There is no such list {options['key']}.", returncode=REFUSED_STATUS)
        writers = {".csv": csv_of, ".xlsx": xlsx_of}
        if path.suffix.lower() not in writers:
            raise CommandError("Name a file that ends in .csv or .xlsx.", returncode=REFUSED_STATUS)
        table = table_of(template)
        path.write_bytes(writers[path.suffix.lower()](table))
        self.stdout.write(f"{template}: {len(table.rows)} items written to {path}")
