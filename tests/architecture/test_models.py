"""What every model keeps to."""

from __future__ import annotations

import ast

import pytest
from django.apps import apps
from django.db import models

from tests.architecture.sources import modules, place, tree

OURS = {"kernel", "identity", "ledger", "inbox", "portfolio", "scoring", "gates"}
MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_model_names_its_constraints_and_has_no_ordering(model: type[models.Model]) -> None:
    prefix = f"{model._meta.app_label}_{model._meta.model_name}_"

    assert [item.name for item in model._meta.constraints if not item.name.startswith(prefix)] == []
    assert not model._meta.ordering
    assert not model._meta.unique_together


def test_no_model_overrides_save_or_delete() -> None:
    found = [
        place(path, function.lineno)
        for path in modules()
        if "models" in path.parts or path.stem == "models"
        for class_ in ast.walk(tree(path))
        if isinstance(class_, ast.ClassDef)
        for function in class_.body
        if isinstance(function, ast.FunctionDef) and function.name in {"save", "delete"}
    ]

    assert found == []
