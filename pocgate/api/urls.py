"""The REST API, version 1."""

from __future__ import annotations

from django.urls import path

from pocgate.api.calendar import CalendarView
from pocgate.api.cases.evidence import EvidenceView
from pocgate.api.cases.findings import FindingAnswersView, FindingsView
from pocgate.api.cases.measures import CostsBatchView, CostsView, JustificationView, ReadingsBatchView, ReadingsView
from pocgate.api.cases.proposals import DismissalView, ProposalsView
from pocgate.api.cases.readiness_views import ReadinessChangesView, ReadinessView
from pocgate.api.cases.records.releases import ReleasesView
from pocgate.api.cases.records.views import record_urls
from pocgate.api.cases.revivals import RevivalReportView, RevivalsView
from pocgate.api.cases.views import GateCheckView, SubmissionView, UseCasesView, UseCaseView
from pocgate.api.cases.waivers import WaiverEndView, WaiverSignatureView, WaiversView
from pocgate.api.docs import SchemaView, docs
from pocgate.api.elsewhere import elsewhere
from pocgate.api.events import EventsView
from pocgate.api.health import LiveView, ReadyView
from pocgate.api.jobs import JobRetryView, JobsView, JobView, ScheduleView
from pocgate.api.me import MeView
from pocgate.api.metrics import MetricsView
from pocgate.api.notification_preferences import NotificationPreferencesView
from pocgate.api.playbook import PlaybookCheckView, PlaybookView
from pocgate.api.reviews.checklists import (
    ChecklistPublicationView,
    ChecklistRetirementView,
    ChecklistTemplatesView,
    ChecklistTemplateView,
)
from pocgate.api.reviews.committees import (
    CommitteesView,
    DissolutionView,
    SeatEndView,
    SeatsView,
)
from pocgate.api.reviews.compliance import (
    AttestationView,
    ExpiriesView,
    TierAssessmentsView,
    TierQuestionnaireView,
    TierRulingView,
    VerificationView,
)
from pocgate.api.reviews.corrections import ClearingView, CorrectionView
from pocgate.api.reviews.health import GateHealthView
from pocgate.api.reviews.meeting_acts import (
    AgendaItemMoveView,
    AgendaItemRemovalView,
    AgendaView,
    AttendanceView,
    MeetingCancellationView,
    MeetingEndView,
    MeetingStartView,
    MinutesView,
)
from pocgate.api.reviews.meetings import MeetingsView, MeetingView
from pocgate.api.reviews.overrides import (
    OverrideConsentView,
    OverrideRefusalView,
    OverrideSignatureView,
    OverridesOfReviewView,
    OverridesView,
    OverrideView,
    OverrideWithdrawalView,
)
from pocgate.api.reviews.papers import (
    DecisionPdfView,
    DossierDifferenceView,
    DossierPdfView,
    MeetingCalendarView,
    MeetingMinutesView,
    MeetingPackView,
)
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
from pocgate.api.reviews.voting import (
    AppealAnswerView,
    ConfirmationView,
    DelegationsView,
    QuestionAnswerView,
    QuestionsView,
    RevocationView,
    VetoAppealView,
    VetoLiftingView,
)
from pocgate.api.scorecards.views import AssessorsView, MatrixView, RatingsView, ScorecardView
from pocgate.api.status.views import PortfolioStatusView
from pocgate.api.webhooks.deliveries import DeliveriesView, DeliveryView, FailedView, ReplayView, TestView
from pocgate.api.webhooks.views import (
    DisablingView,
    EnablingView,
    RemovalView,
    RotationView,
    WebhooksView,
    WebhookView,
)

app_name = "api"
urlpatterns = [
    path("portfolio/status", PortfolioStatusView.as_view(), name="status"),
    path("use-cases", UseCasesView.as_view(), name="use_cases"),
    path("use-cases/<str:ref>", UseCaseView.as_view(), name="use_case"),
    path("use-cases/<str:ref>/submission", SubmissionView.as_view(), name="submission"),
    path("use-cases/<str:ref>/readiness", ReadinessView.as_view(), name="readiness"),
    path("use-cases/<str:ref>/readiness/changes", ReadinessChangesView.as_view(), name="readiness_changes"),
    path("use-cases/<str:ref>/findings", FindingsView.as_view(), name="findings"),
    path("use-cases/<str:ref>/findings/<str:detector>/answers", FindingAnswersView.as_view(), name="finding_answers"),
    path("use-cases/<str:ref>/scorecard", ScorecardView.as_view(), name="scorecard"),
    path("use-cases/<str:ref>/ratings", RatingsView.as_view(), name="ratings"),
    path("matrix", MatrixView.as_view(), name="matrix"),
    path("matrix/assessors", AssessorsView.as_view(), name="assessors"),
    path("use-cases/<str:ref>/gate-check", GateCheckView.as_view(), name="gate_check"),
    path("use-cases/<str:ref>/kpis/<str:key>/readings", ReadingsView.as_view(), name="readings"),
    path("use-cases/<str:ref>/costs", CostsView.as_view(), name="costs"),
    path(
        "use-cases/<str:ref>/cost-notices/<int:notice_id>/justification",
        JustificationView.as_view(),
        name="cost_justification",
    ),
    path("use-cases/<str:ref>/evidence", EvidenceView.as_view(), name="evidence"),
    *record_urls(),
    path("use-cases/<str:ref>/waivers", WaiversView.as_view(), name="waivers"),
    path(
        "use-cases/<str:ref>/waivers/<int:waiver_id>/signature",
        WaiverSignatureView.as_view(),
        name="waiver_signature",
    ),
    path("use-cases/<str:ref>/waivers/<int:waiver_id>/end", WaiverEndView.as_view(), name="waiver_end"),
    path("use-cases/<str:ref>/proposals", ProposalsView.as_view(), name="proposals"),
    path(
        "use-cases/<str:ref>/proposals/<int:proposal_id>/dismissal",
        DismissalView.as_view(),
        name="proposal_dismissal",
    ),
    path("use-cases/<str:ref>/revive-triggers", RevivalsView.as_view(), name="revive_triggers"),
    path(
        "use-cases/<str:ref>/revive-triggers/<int:trigger_id>/report",
        RevivalReportView.as_view(),
        name="revive_report",
    ),
    path("use-cases/<str:ref>/releases", ReleasesView.as_view(), name="releases"),
    path("readings:batch", ReadingsBatchView.as_view(), name="readings_batch"),
    path("costs:batch", CostsBatchView.as_view(), name="costs_batch"),
    path("checklist-templates", ChecklistTemplatesView.as_view(), name="checklist_templates"),
    path("checklist-templates/<int:template_id>", ChecklistTemplateView.as_view(), name="checklist_template"),
    path(
        "checklist-templates/<int:template_id>/publication",
        ChecklistPublicationView.as_view(),
        name="checklist_publication",
    ),
    path(
        "checklist-templates/<int:template_id>/retirement",
        ChecklistRetirementView.as_view(),
        name="checklist_retirement",
    ),
    path("compliance/expiries", ExpiriesView.as_view(), name="expiries"),
    path("tier-questionnaire", TierQuestionnaireView.as_view(), name="tier_questionnaire"),
    path("use-cases/<str:ref>/tier", TierRulingView.as_view(), name="tier_ruling"),
    path("use-cases/<str:ref>/tier-assessments", TierAssessmentsView.as_view(), name="tier_assessments"),
    path("use-cases/<str:ref>/answers/<str:criterion>/verification", VerificationView.as_view(), name="verification"),
    path("use-cases/<str:ref>/checklist/attestation", AttestationView.as_view(), name="attestation"),
    path("use-cases/<str:ref>/checklist", ChecklistView.as_view(), name="checklist"),
    path("use-cases/<str:ref>/checklist/<str:criterion>/sign-off", SignOffView.as_view(), name="sign_off"),
    path("reviews", ReviewsView.as_view(), name="reviews"),
    path("reviews/<int:review_id>", ReviewView.as_view(), name="review"),
    path("reviews/<int:review_id>/dossier", DossierView.as_view(), name="dossier"),
    path("reviews/<int:review_id>/dossier/difference", DossierDifferenceView.as_view(), name="dossier_difference"),
    path("reviews/<int:review_id>/dossier.pdf", DossierPdfView.as_view(), name="dossier_pdf"),
    path("reviews/<int:review_id>/opening", OpeningView.as_view(), name="opening"),
    path("reviews/<int:review_id>/votes", VotesView.as_view(), name="votes"),
    path("reviews/<int:review_id>/votes/confirmation", ConfirmationView.as_view(), name="vote_confirmation"),
    path("reviews/<int:review_id>/questions", QuestionsView.as_view(), name="questions"),
    path(
        "reviews/<int:review_id>/questions/<int:question_id>/answer",
        QuestionAnswerView.as_view(),
        name="question_answer",
    ),
    path("reviews/<int:review_id>/vetoes/<int:seat_id>/lifting", VetoLiftingView.as_view(), name="veto_lifting"),
    path("reviews/<int:review_id>/vetoes/<int:seat_id>/appeal", VetoAppealView.as_view(), name="veto_appeal"),
    path("reviews/<int:review_id>/appeals/<int:appeal_id>/answer", AppealAnswerView.as_view(), name="appeal_answer"),
    path("committees", CommitteesView.as_view(), name="committees"),
    path("committees/<int:committee_id>/dissolution", DissolutionView.as_view(), name="committee_dissolution"),
    path("committees/<int:committee_id>/seats", SeatsView.as_view(), name="seats"),
    path("seats/<int:seat_id>/end", SeatEndView.as_view(), name="seat_end"),
    path("delegations", DelegationsView.as_view(), name="delegations"),
    path("delegations/<int:delegation_id>/revocation", RevocationView.as_view(), name="delegation_revocation"),
    path("reviews/<int:review_id>/recusals", RecusalsView.as_view(), name="recusals"),
    path("reviews/<int:review_id>/closing", ClosingView.as_view(), name="closing"),
    path("reviews/<int:review_id>/withdrawal", WithdrawalView.as_view(), name="withdrawal"),
    path("reviews/<int:review_id>/decision", DecisionOfReviewView.as_view(), name="decision_of_review"),
    path("reviews/<int:review_id>/overrides", OverridesOfReviewView.as_view(), name="overrides_of_review"),
    path("overrides", OverridesView.as_view(), name="overrides"),
    path("overrides/<int:override_id>", OverrideView.as_view(), name="override"),
    path("overrides/<int:override_id>/signature", OverrideSignatureView.as_view(), name="override_signature"),
    path("overrides/<int:override_id>/consent", OverrideConsentView.as_view(), name="override_consent"),
    path("overrides/<int:override_id>/refusal", OverrideRefusalView.as_view(), name="override_refusal"),
    path("overrides/<int:override_id>/withdrawal", OverrideWithdrawalView.as_view(), name="override_withdrawal"),
    path("gates/health", GateHealthView.as_view(), name="gate_health"),
    path("decisions", DecisionsView.as_view(), name="decisions"),
    path("decisions/<str:number>", DecisionView.as_view(), name="decision"),
    path("decisions/<str:number>/correction", CorrectionView.as_view(), name="correction"),
    path("conditions/<int:condition_id>/clearing", ClearingView.as_view(), name="condition_clearing"),
    path("decisions/<str:number>/dossier", DossierOfDecisionView.as_view(), name="dossier_of_decision"),
    path("decisions/<str:number>/decision.pdf", DecisionPdfView.as_view(), name="decision_pdf"),
    path("meetings", MeetingsView.as_view(), name="meetings"),
    path("meetings/<int:meeting_id>", MeetingView.as_view(), name="meeting"),
    path("meetings/<int:meeting_id>/agenda", AgendaView.as_view(), name="agenda"),
    path(
        "meetings/<int:meeting_id>/agenda/<int:item_id>/removal",
        AgendaItemRemovalView.as_view(),
        name="agenda_item_removal",
    ),
    path("meetings/<int:meeting_id>/agenda/<int:item_id>/move", AgendaItemMoveView.as_view(), name="agenda_item_move"),
    path("meetings/<int:meeting_id>/attendance", AttendanceView.as_view(), name="attendance"),
    path("meetings/<int:meeting_id>/start", MeetingStartView.as_view(), name="meeting_start"),
    path("meetings/<int:meeting_id>/cancellation", MeetingCancellationView.as_view(), name="meeting_cancellation"),
    path("meetings/<int:meeting_id>/minutes", MinutesView.as_view(), name="minutes"),
    path("meetings/<int:meeting_id>/end", MeetingEndView.as_view(), name="meeting_end"),
    path("meetings/<int:meeting_id>/pack.pdf", MeetingPackView.as_view(), name="meeting_pack"),
    path("meetings/<int:meeting_id>/minutes.pdf", MeetingMinutesView.as_view(), name="meeting_minutes"),
    path("meetings/<int:meeting_id>/calendar.ics", MeetingCalendarView.as_view(), name="meeting_calendar"),
    path("playbook", PlaybookView.as_view(), name="playbook"),
    path("playbook:check", PlaybookCheckView.as_view(), name="playbook_check"),
    path("events", EventsView.as_view(), name="events"),
    path("jobs", JobsView.as_view(), name="jobs"),
    path("jobs/<int:job_id>", JobView.as_view(), name="job"),
    path("jobs/<int:job_id>/retry", JobRetryView.as_view(), name="job_retry"),
    path("schedule", ScheduleView.as_view(), name="schedule"),
    path("metrics", MetricsView.as_view(), name="metrics"),
    path("webhooks", WebhooksView.as_view(), name="webhooks"),
    path("webhooks/<int:webhook_id>", WebhookView.as_view(), name="webhook"),
    path("webhooks/<int:webhook_id>/rotation", RotationView.as_view(), name="webhook_rotation"),
    path("webhooks/<int:webhook_id>/disabling", DisablingView.as_view(), name="webhook_disabling"),
    path("webhooks/<int:webhook_id>/enabling", EnablingView.as_view(), name="webhook_enabling"),
    path("webhooks/<int:webhook_id>/removal", RemovalView.as_view(), name="webhook_removal"),
    path("webhooks/<int:webhook_id>/test", TestView.as_view(), name="webhook_test"),
    path("webhooks/<int:webhook_id>/replay-failed", FailedView.as_view(), name="webhook_replay_failed"),
    path("webhooks/<int:webhook_id>/deliveries", DeliveriesView.as_view(), name="webhook_deliveries"),
    path("webhooks/<int:webhook_id>/deliveries/<int:delivery_id>", DeliveryView.as_view(), name="webhook_delivery"),
    path("webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/replay", ReplayView.as_view(), name="webhook_replay"),
    path("calendar.ics", CalendarView.as_view(), name="calendar"),
    path("me", MeView.as_view(), name="me"),
    path("me/notification-preferences", NotificationPreferencesView.as_view(), name="notification_preferences"),
    path("health/live", LiveView.as_view(), name="live"),
    path("health/ready", ReadyView.as_view(), name="ready"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    path("", elsewhere, name="root"),
    path("<path:rest>", elsewhere, name="elsewhere"),
]
