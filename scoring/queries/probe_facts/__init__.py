"""What rules need to know of cases, read for one or for hundreds with the same seventeen queries."""

from scoring.queries.probe_facts.basics import CaseRow, case_rows
from scoring.queries.probe_facts.states import (
    EVERYTHING,
    CaseState,
    answer_state,
    answer_states,
    case_state,
    case_states,
    states_of,
)

__all__ = [
    "EVERYTHING",
    "CaseRow",
    "CaseState",
    "answer_state",
    "answer_states",
    "case_rows",
    "case_state",
    "case_states",
    "states_of",
]
