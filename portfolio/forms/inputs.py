"""Inputs that several forms share, and how a command's refusal gets onto a form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import MAXYEAR, date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pocgate.identity.models import User
from pocgate.identity.queries import active_people
from pocgate.kernel.errors import FieldProblem, Invalid
from portfolio.models import Department
from portfolio.queries.departments import units

if TYPE_CHECKING:
    _People = forms.ModelChoiceField[User]
    _Places = forms.ModelChoiceField[Department]
else:
    _People = forms.ModelChoiceField
    _Places = forms.ModelChoiceField


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DateField(forms.DateField):
    """A date as the browser sends it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=DateInput(), **options)

    def to_python(self, value: Any) -> date | None:
        """A day that has a day after it: periods end on the day after their last."""
        day = super().to_python(value)
        if day is not None and day.year == MAXYEAR:
            raise forms.ValidationError(gettext("Give a day before the year %(year)s.") % {"year": MAXYEAR})
        return day


class NumberField(forms.DecimalField):
    """A measured value; the rules say which are taken."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}), **options)

    def prepare_value(self, value: Any) -> Any:
        """Without the noughts that only the column adds."""
        return plain_number(value) if isinstance(value, Decimal) else value


class MoneyField(forms.DecimalField):
    """An amount of money."""

    def __init__(self, **options: Any) -> None:
        options = {"max_digits": 16, "decimal_places": 2, "min_value": 0, "required": False} | options
        super().__init__(widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}), **options)

    def prepare_value(self, value: Any) -> Any:
        """Whole amounts without cents."""
        return plain_number(value) if isinstance(value, Decimal) else value


class PersonField(_People):
    """One of the active people."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=active_people(), empty_label=_("– nobody yet –"), **options)

    def label_from_instance(self, obj: User) -> str:
        """Name and job, to tell people of one name apart."""
        return f"{obj} · {obj.job_title}" if obj.job_title else str(obj)


class UnitField(_Places):
    """One of the units."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=units(), **options)

    def label_from_instance(self, obj: Department) -> str:
        """The unit behind its department."""
        return f"{obj.parent} · {obj}"


def text_area(rows: int, placeholder: Any = "", *, needed: bool = False) -> forms.Textarea:
    """A text field of so many lines; `needed` ones are marked on the page."""
    return forms.Textarea(attrs={"rows": rows, "placeholder": placeholder, "class": "needed" if needed else ""})


def plain_number(value: Decimal) -> str:
    """A number without an exponent and without noughts at its end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def lines_of(text: str) -> list[str]:
    """The lines of a text that hold something."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def tags_of(text: str) -> list[str]:
    """The words between commas."""
    return list(dict.fromkeys(" ".join(part.split()) for part in text.replace("\n", ",").split(",") if part.strip()))


@contextmanager
def refused_on(form: forms.BaseForm) -> Iterator[None]:
    """Put what a command refuses as invalid onto the form; afterwards the form has errors."""
    try:
        yield
    except Invalid as error:
        for problem in error.problems:
            form.add_error(_field_of(form, problem), gettext(problem.message).format(**problem.params))


def _field_of(form: forms.BaseForm, problem: FieldProblem) -> str | None:
    """The form's field of that name; the pointer `bill/rate` is the field `bill_rate` unless the form says else."""
    known = getattr(form, "field_of_problem", None)
    named = known(problem.pointer) if known else problem.pointer.replace("/", "_")
    names = (problem.pointer, named, problem.pointer.split("/", 1)[0])
    return next((name for name in names if name in form.fields), None)
