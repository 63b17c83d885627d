"""Roles, kinds of account and token scopes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Company-wide roles; `chair` and `committee` are written by the command that appoints to a committee."""

    PRODUCT_OWNER = "product_owner", _("product owner")
    SPONSOR = "sponsor", _("sponsor")
    COMPLIANCE = "compliance", _("compliance officer")
    AUDITOR = "auditor", _("auditor")
    ADMIN = "admin", _("administrator")
    CHAIR = "chair", _("chair")
    COMMITTEE = "committee", _("committee member")


class AccountKind(models.TextChoices):
    """A service account never votes, signs, waives or decides."""

    PERSON = "person", _("person")
    SERVICE = "service", _("service account")


class Scope(models.TextChoices):
    """What a token may do at most; its right is this and its holder's rights together."""

    PORTFOLIO_READ = "portfolio:read", _("read the portfolio")
    CASES_WRITE = "cases:write", _("register and edit use cases")
    READINGS_WRITE = "readings:write", _("record KPI readings")
    COSTS_WRITE = "costs:write", _("record costs")
    EVIDENCE_WRITE = "evidence:write", _("attach evidence")
    GATES_READ = "gates:read", _("read reviews and decisions")
    GATES_REQUEST = "gates:request", _("request gates")
    GATES_VOTE = "gates:vote", _("vote")
    GATES_DECIDE = "gates:decide", _("decide")
    COMPLIANCE_SIGN = "compliance:sign", _("sign checklists")
    PLAYBOOK_WRITE = "playbook:write", _("change the playbook")
    NOTIFICATIONS_WRITE = "notifications:write", _("change how one is told")
    AUDIT_READ = "audit:read", _("read the audit trail")
    JOBS_WRITE = "jobs:write", _("retry failed jobs")
    WEBHOOKS_WRITE = "webhooks:write", _("manage webhooks")
