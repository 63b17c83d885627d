"""Import: receive a file, check it, correct its mapping, apply it. Nothing is ever half imported."""

from portfolio.commands.imports.applying import APPLY_TASK, apply_blockers, apply_run, start_apply
from portfolio.commands.imports.checking import CHECK_TASK, check_run, correct_run, start_check
from portfolio.commands.imports.mappings import delete_mapping, save_mapping
from portfolio.commands.imports.receiving import receive_file

__all__ = [
    "APPLY_TASK",
    "CHECK_TASK",
    "apply_blockers",
    "apply_run",
    "check_run",
    "correct_run",
    "delete_mapping",
    "receive_file",
    "save_mapping",
    "start_apply",
    "start_check",
]
