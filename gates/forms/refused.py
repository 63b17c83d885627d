"""What a command refused, shown on the form it came from."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext

from pocgate.kernel.errors import FieldProblem, Invalid


class RefusableForm(forms.Form):
    """A form that can show what a command refused, at the field or above all of them."""

    def show(self, refused: Invalid) -> None:
        """Add each problem; the first part of its pointer names the field."""
        for problem in refused.problems:
            name = problem.pointer.partition("/")[0]
            self.add_error(name if name in self.fields else None, _sentence(problem))


def _sentence(problem: FieldProblem) -> str:
    return gettext(problem.message).format(**problem.params)
