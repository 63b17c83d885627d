"""The references of cases, which the portfolio above hangs in when it starts: the ledger names cases by id alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from pocgate.ledger.models import Activity

CaseNames = Callable[[Collection[int]], Mapping[int, str]]

_readers: list[CaseNames] = []


def hang_in_case_names(reader: CaseNames) -> None:
    """Called once, by the portfolio, with a reader of references (`UC-0042`) by id."""
    _readers[:] = [reader]


def cases_of(acts: Iterable[Activity]) -> Mapping[int, str]:
    """The references of the acts' cases, by id."""
    wanted = {act.case_id for act in acts if act.case_id is not None}
    if not wanted:
        return {}
    if not _readers:
        raise RuntimeError("no portfolio is installed to name these cases")
    return _readers[0](wanted)
