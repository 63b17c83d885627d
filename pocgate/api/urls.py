"""The REST API, version 1."""

from __future__ import annotations

from django.urls import path

from pocgate.api.cases.evidence import EvidenceView
from pocgate.api.cases.measures import CostsBatchView, CostsView, ReadingsBatchView, ReadingsView
from pocgate.api.cases.views import GateCheckView, ReadinessView, SubmissionView, UseCasesView, UseCaseView
from pocgate.api.docs import SchemaView, docs
from pocgate.api.elsewhere import elsewhere
from pocgate.api.health import LiveView, ReadyView
from pocgate.api.me import MeView
from pocgate.api.reviews.records import (
    ChecklistView,
    DecisionsView,
    DecisionView,
    DossierOfDecisionView,
    DossierView,
    SignOffView,
)
from pocgate.api.reviews.views import (
    ClosingView,
    DecisionOfReviewView,
    OpeningView,
    RecusalsView,
    ReviewsView,
    ReviewView,
    VotesView,
    WithdrawalView,
)
from pocgate.api.status.views import PortfolioStatusView

app_name = "api"
urlpatterns = [
    path("portfolio/status", PortfolioStatusView.as_view(), name="status"),
    path("use-cases", UseCasesView.as_view(), name="use_cases"),
    path("use-cases/<str:ref>", UseCaseView.as_view(), name="use_case"),
    path("use-cases/<str:ref>/submission", SubmissionView.as_view(), name="submission"),
    path("use-cases/<str:ref>/readiness", ReadinessView.as_view(), name="readiness"),
    path("use-cases/<str:ref>/gate-check", GateCheckView.as_view(), name="gate_check"),
    path("use-cases/<str:ref>/kpis/<str:key>/readings", ReadingsView.as_view(), name="readings"),
    path("use-cases/<str:ref>/costs", CostsView.as_view(), name="costs"),
    path("use-cases/<str:ref>/evidence", EvidenceView.as_view(), name="evidence"),
    path("readings:batch", ReadingsBatchView.as_view(), name="readings_batch"),
    path("costs:batch", CostsBatchView.as_view(), name="costs_batch"),
    path("use-cases/<str:ref>/checklist", ChecklistView.as_view(), name="checklist"),
    path("use-cases/<str:ref>/checklist/<str:criterion>/sign-off", SignOffView.as_view(), name="sign_off"),
    path("reviews", ReviewsView.as_view(), name="reviews"),
    path("reviews/<int:review_id>", ReviewView.as_view(), name="review"),
    path("reviews/<int:review_id>/dossier", DossierView.as_view(), name="dossier"),
    path("reviews/<int:review_id>/opening", OpeningView.as_view(), name="opening"),
    path("reviews/<int:review_id>/votes", VotesView.as_view(), name="votes"),
    path("reviews/<int:review_id>/recusals", RecusalsView.as_view(), name="recusals"),
    path("reviews/<int:review_id>/closing", ClosingView.as_view(), name="closing"),
    path("reviews/<int:review_id>/withdrawal", WithdrawalView.as_view(), name="withdrawal"),
    path("reviews/<int:review_id>/decision", DecisionOfReviewView.as_view(), name="decision_of_review"),
    path("decisions", DecisionsView.as_view(), name="decisions"),
    path("decisions/<str:number>", DecisionView.as_view(), name="decision"),
    path("decisions/<str:number>/dossier", DossierOfDecisionView.as_view(), name="dossier_of_decision"),
    path("me", MeView.as_view(), name="me"),
    path("health/live", LiveView.as_view(), name="live"),
    path("health/ready", ReadyView.as_view(), name="ready"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    path("", elsewhere, name="root"),
    path("<path:rest>", elsewhere, name="elsewhere"),
]
