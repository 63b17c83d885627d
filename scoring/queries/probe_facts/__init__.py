"""What rules need to know of cases, read for one or for hundreds with the same thirteen queries."""

from scoring.queries.probe_facts.states import CaseState, answer_states, case_state, case_states

__all__ = ["CaseState", "answer_states", "case_state", "case_states"]
