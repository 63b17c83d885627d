"""A file or a setting that cannot be taken, said as what, where and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# English templates keyed by code, so that callers may translate them with the same parameters.
MESSAGES: dict[str, str] = {
    "empty_file": "The file is empty. Export it again and upload the new file.",
    "too_large": "The file has {size} MiB; at most {limit} MiB are read. Split it by department or remove columns.",
    "not_text": ("The file is {kind}, whatever its name says. Save the inventory as CSV (UTF-8), XLSX or JSON."),
    "old_workbook": "This old or protected workbook cannot be read ({detail}). Save it as XLSX without a password.",
    "nul_bytes": (
        "A NUL byte stands at byte {offset}, line {line}: the file is damaged or not text. "
        "Export it again as CSV (UTF-8)."
    ),
    "wrong_encoding": (
        "The file is not {encoding}: byte {offset}, line {line} does not fit. Choose one of: {choices}."
    ),
    "unknown_encoding": "{encoding} is not a known encoding. Choose one of: {choices}.",
    "truncated": "The file ends in the middle of {what}. It was cut off; download or export it again.",
    "damaged_workbook": "The workbook is damaged or cut off ({detail}). Open it in a spreadsheet and save it again.",
    "unpacks_too_large": "Unpacked, the workbook would take {size} MiB; at most {limit} MiB are read.",
    "sheet_too_large": (
        "The sheet reaches to row {rows}, column {columns}. Delete the empty rows and columns beyond the table."
    ),
    "unknown_sheet": "There is no sheet named {sheet}. The file has: {choices}.",
    "no_sheet": "No sheet of the workbook has any cells.",
    "bad_delimiter": "{delimiter} cannot separate columns. Use one character, such as a comma, semicolon or tab.",
    "cell_too_long": (
        "A cell in the record that begins on line {line} has more than {limit} characters. "
        "A quotation mark that is never closed does this; correct that record."
    ),
    "too_many_columns": "The table has {columns} columns; at most {limit} are read.",
    "bad_table": "Line {line} cannot be read as a table ({detail}).",
    "bad_json": "The JSON cannot be read: {detail} at line {line}, column {column}.",
    "no_records": "The JSON holds no list of records. Give an array of objects, or an object that contains one.",
    "no_header": "No row names the columns. Put the column names into one row above the data.",
    "bad_header_row": "Row {row} cannot be the header: {detail}.",
    "no_rows": "There is no data below the header in row {row}.",
    "not_inventory": (
        "This does not look like an inventory of use cases: {detail}. Columns found: {columns}. "
        "If it is one, name its columns in a mapping."
    ),
    "unknown_mapping": "There is no mapping named {name}. Saved and shipped mappings: {choices}.",
    "unmapped_title": "The mapping names no column for the title.",
    "missing_columns": "The mapping expects columns that this file does not have: {columns}.",
}


@dataclass(frozen=True)
class Refused(Exception):
    """A refusal. ``code`` is a key of MESSAGES, ``where`` says the place in words ("" if the whole file)."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    where: str = ""

    @property
    def message(self) -> str:
        """The English sentence: what is wrong and how to mend it."""
        return MESSAGES[self.code].format(**self.params)

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message
