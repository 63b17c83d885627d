"""Extra items for checklists, by versioned template: what compliance checks besides the criteria of the playbook."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.enums import ChecklistState
from portfolio.enums import Tier


class ChecklistTemplate(models.Model):
    """One version of a list of extra items, for the gates and tiers it names (empty: all).

    The latest version that is published and not retired is in force; a published version never changes.
    """

    key = models.SlugField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(_("title"), max_length=200)
    source = models.CharField(_("source"), max_length=300, blank=True)
    gates = models.JSONField(default=list)
    tiers = models.JSONField(default=list)
    # The headers of the spreadsheet it came from, in their order; each item keeps its cells in the same order.
    columns = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="gates_checklisttemplate_version_once"),
            models.CheckConstraint(condition=~Q(title=""), name="gates_checklisttemplate_titled"),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"

    @property
    def state(self) -> ChecklistState:
        """Where the version stands."""
        if self.published_at is None:
            return ChecklistState.DRAFT
        return ChecklistState.IN_FORCE if self.retired_at is None else ChecklistState.RETIRED

    @property
    def where(self) -> str:
        """The gates and tiers at which it is asked, in words."""
        gates = ", ".join(str(gate) for gate in self.gates) or _("all")
        names = dict(Tier.choices)
        tiers = ", ".join(str(names.get(tier, tier)) for tier in self.tiers) or _("all")
        return gettext("Gates: {gates} · tiers: {tiers}").format(gates=gates, tiers=tiers)


class ChecklistTemplateItem(models.Model):
    """One extra item. `key` names it for ever; signatures refer to it as `<template key>:<item key>`.

    `cells` keeps every cell of its row in the order of the template's columns, so that writing it out loses nothing.
    """

    template = models.ForeignKey(ChecklistTemplate, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=300)
    asks = models.TextField(blank=True)
    how = models.TextField(blank=True)
    reference = models.CharField(max_length=300, blank=True)
    is_must = models.BooleanField(default=True)
    validity_days = models.PositiveIntegerField(null=True)
    cells = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "key"], name="gates_checklisttemplateitem_key_once"),
            models.CheckConstraint(condition=~Q(title=""), name="gates_checklisttemplateitem_titled"),
        ]

    def __str__(self) -> str:
        return self.title
