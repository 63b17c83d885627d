"""What detectors need to know of cases, read for one or for hundreds with the same number of queries."""

from scoring.queries.detector_facts.states import CaseToJudge, cases_to_judge

__all__ = ["CaseToJudge", "cases_to_judge"]
