"""Everything that comes of using a case: recorded once, corrected, never overwritten."""

from portfolio.commands.records.benefits import correct_benefit, record_benefit
from portfolio.commands.records.change_requests import (
    correct_change_request,
    record_change_request,
    settle_change_requests,
    withdraw_change_request,
)
from portfolio.commands.records.dependencies import correct_dependency, record_dependency, resolve_dependency
from portfolio.commands.records.feedback import answer_feedback, correct_feedback, record_feedback
from portfolio.commands.records.incidents import contain_incident, correct_incident, record_incident, report_incident
from portfolio.commands.records.operations import correct_operations_reading, record_operations_reading
from portfolio.commands.records.releases import record_release
from portfolio.commands.records.risks import accept_residual_risk, close_risk, correct_risk, record_risk
from portfolio.commands.records.training import correct_training, hold_training, record_training

__all__ = [
    "accept_residual_risk",
    "answer_feedback",
    "close_risk",
    "contain_incident",
    "correct_benefit",
    "correct_change_request",
    "correct_dependency",
    "correct_feedback",
    "correct_incident",
    "correct_operations_reading",
    "correct_risk",
    "correct_training",
    "hold_training",
    "record_benefit",
    "record_change_request",
    "record_dependency",
    "record_feedback",
    "record_incident",
    "record_operations_reading",
    "record_release",
    "record_risk",
    "record_training",
    "report_incident",
    "resolve_dependency",
    "settle_change_requests",
    "withdraw_change_request",
]
