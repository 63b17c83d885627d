"""The forms of an import: upload, how the file is read, which column is which field, what their words mean."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.importing.fields import ANSWER, FIELDS
from portfolio.importing.mapping import Mapping, Source, with_words
from portfolio.importing.mapping_yaml import dump_mapping

FIELD_LABELS = {
    "title": _("Title"),
    "problem_statement": _("Problem statement"),
    "expected_benefit": _("Expected benefit"),
    "outputs": _("Outputs (kept as text)"),
    "affected_process": _("Affected process"),
    "affected_users": _("Affected users"),
    "department": _("Department"),
    "department_abbreviation": _("Department, abbreviated"),
    "unit": _("Unit"),
    "category": _("Category"),
    "technology": _("Technology"),
    "vendor": _("Vendor"),
    "stage": _("Stage"),
    "status": _("Status"),
    "tier": _("Risk tier"),
    "personal_data": _("Personal data"),
    "date_started": _("Date: started"),
    "date_development": _("Date: development began"),
    "date_implemented": _("Date: went live"),
    "date_retired": _("Date: retired"),
    "external_id": _("Their own number (kept as text)"),
    "contact": _("Contact (kept as text)"),
    "owner": _("Owner (kept as text)"),
}
FIELD_CHOICES = [("", _("— keep as raw cell —")), *((name, FIELD_LABELS[name]) for name in FIELDS)]
STAGE_CHOICES = [
    ("unknown", _("unknown, ask later")),
    ("0", _("0 · Discovery & planning")),
    ("1", _("1 · Prototype")),
    ("2", _("2 · Pilot")),
    ("3", _("3 · Production")),
    ("retired", _("retired")),
    ("closed", _("closed")),
]
TIER_CHOICES = [
    ("unassessed", _("not assessed")),
    ("minimal", _("minimal")),
    ("limited", _("limited")),
    ("high", _("high")),
    ("prohibited", _("prohibited")),
]
ENCODINGS = (
    "utf-8",
    "utf-16",
    "cp1252",
    "cp1250",
    "iso-8859-1",
    "iso-8859-15",
    "cp1251",
    "cp1253",
    "cp1254",
    "mac_roman",
    "cp850",
)
DELIMITER_CHOICES = [
    ("", _("as detected")),
    (",", _("comma")),
    (";", _("semicolon")),
    ("\t", _("tab")),
    ("|", _("bar")),
]


class UploadForm(forms.Form):
    """The file to import."""

    file = forms.FileField(
        label=_("Inventory file"),
        help_text=_("CSV, XLSX or JSON, at most 64 MiB. Nothing is written before you have seen what would happen."),
    )


class ReadingForm(forms.Form):
    """How the file is read; blank means as detected."""

    encoding = forms.ChoiceField(label=_("Encoding"), required=False)
    delimiter = forms.ChoiceField(label=_("Columns are separated by"), required=False, choices=DELIMITER_CHOICES)
    sheet = forms.CharField(label=_("Sheet"), required=False, max_length=100)
    header_row = forms.IntegerField(label=_("Row that names the columns"), required=False, min_value=1)
    mapping_name = forms.ChoiceField(label=_("Mapping"), required=False)

    def __init__(self, *args: Any, mappings: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        encoding = cast("forms.ChoiceField", self.fields["encoding"])
        encoding.choices = [("", _("as detected")), *((name, name) for name in ENCODINGS)]
        mapping = cast("forms.ChoiceField", self.fields["mapping_name"])
        mapping.choices = [("", _("the one that fits, else guessed")), *((name, name) for name in mappings)]


class MappingForm(forms.Form):
    """One choice per column and per word, built from the dry run's summary."""

    save_as = forms.CharField(
        label=_("Save this mapping as"),
        required=False,
        max_length=100,
        help_text=_("The next file with these columns then needs no work."),
    )

    def __init__(self, *args: Any, summary: MappingOf[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.summary = summary
        for column in summary.get("mapping", []):
            self.fields[f"column_{column['position']}"] = forms.ChoiceField(
                label=column["column"] or f"[{column['position']}]",
                choices=[*FIELD_CHOICES, *_answer_choices(column["field"])],
                required=False,
                initial=column["field"] or "",
            )
        for number, word in enumerate(summary.get("words", [])):
            self.fields[f"word_{number}"] = forms.ChoiceField(
                label=word["word"],
                choices=STAGE_CHOICES if word["kind"] == "stage" else TIER_CHOICES,
                required=False,
                initial=word["target"] or "unknown",
                disabled=not word["word"],
            )

    def columns(self) -> list[dict[str, Any]]:
        """Each column with its field of the form, in the order of the file."""
        return [
            {**column, "input": self[f"column_{column['position']}"], "percent": round(100 * column["confidence"])}
            for column in self.summary.get("mapping", [])
        ]

    def mapped_columns(self) -> list[dict[str, Any]]:
        """Columns that fill a field."""
        return [column for column in self.columns() if column["field"]]

    def other_columns(self) -> list[dict[str, Any]]:
        """Columns that are kept as raw cells only."""
        return [column for column in self.columns() if not column["field"]]

    def words(self) -> list[dict[str, Any]]:
        """Each word with its field of the form; guessed ones first."""
        rows = [
            {**word, "input": self[f"word_{number}"], "percent": round(100 * word["confidence"])}
            for number, word in enumerate(self.summary.get("words", []))
            if word["word"]
        ]
        return sorted(rows, key=lambda row: (row["kind"] != "stage", not row["imputed"], -row["count"]))

    def clean(self) -> dict[str, Any]:
        """Each field is filled by one column, and the title by some."""
        cleaned = super().clean() or {}
        taken: dict[str, str] = {}
        for column in self.summary.get("mapping", []):
            name = f"column_{column['position']}"
            field = cleaned.get(name, "")
            if field and field in taken:
                label = {"field": FIELD_LABELS.get(field, field), "other": taken[field]}
                self.add_error(name, _("“%(field)s” is already taken by the column “%(other)s”.") % label)
            elif field:
                taken[field] = column["column"]
        if "title" not in taken:
            self.add_error(None, _("Choose the column that holds the title."))
        return cleaned

    def mapping_text(self, base: Mapping) -> str:
        """The corrected mapping as YAML, on top of what the base says beside columns and words."""
        cleaned = self.cleaned_data
        columns = {
            cleaned[f"column_{column['position']}"]: Source((column["column"],), column["position"])
            if column["column"]
            else Source((), column["position"])
            for column in self.summary["mapping"]
            if cleaned.get(f"column_{column['position']}")
        }
        stages: dict[str, Any] = {}
        tiers: dict[str, Any] = {}
        for number, word in enumerate(self.summary.get("words", [])):
            target = cleaned.get(f"word_{number}")
            if word["word"] and target:
                chosen = None if target == "unknown" else target
                (stages if word["kind"] == "stage" else tiers)[word["word"]] = chosen
        name = cleaned.get("save_as") or base.name or self.summary["file"][:100]
        corrected = with_words(replace(base, name=name, columns=columns, confirmed=True), stages=stages, tiers=tiers)
        return dump_mapping(corrected)


def _answer_choices(name: str | None) -> list[tuple[str, str]]:
    """A column that the mapping reads as the answer to a criterion stays one."""
    if not name or not name.startswith(ANSWER):
        return []
    return [(name, _("Answer to %(criterion)s") % {"criterion": name.removeprefix(ANSWER)})]
