"""A whole kind at once: what its persons are told, as a statement that the inbox writes down by itself.

Tens of thousands of reminders may come due on one morning; none of them passes through Python.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from gates.queries.reminding.due import PERSON, Due, is_due
from gates.queries.reminding.source import ANY_CASE, Words, page_of
from gates.queries.reminding.wording import Text, filled
from pocgate.inbox.rules.notices import NoticeQuery

# As UseCase.reference writes it: four digits at least.
_REFERENCE = (
    "'UC-' || CASE WHEN found.number < 10000 THEN substr(CAST(10000 + found.number AS varchar(20)), 2) "
    "ELSE CAST(found.number AS varchar(20)) END"
)
_COLUMNS = {
    "gate": Text("COALESCE(CAST(found.gate AS varchar(20)), '')"),
    "case": Text(_REFERENCE),
    "title": Text("found.title"),
    "text": Text("found.text"),
}


def told_at_once(due: Due, words: Words) -> NoticeQuery:
    """What each person of the kept subjects is told today."""
    source, begin = due.source, due.beginning
    condition = is_due(source, [PERSON], many=due.many)
    what = filled(words.what, _COLUMNS)
    title = filled(_("%(when)s: %(what)s"), {"when": Text("day.said"), "what": what})
    url = filled(page_of(words.page, ANY_CASE, words.anchor).replace(ANY_CASE, "%(case)s"), _COLUMNS)
    select = (
        "SELECT found.person_id AS user_id, CAST(found.pk AS varchar(40)) AS subject_id, day.person AS occasion, "  # noqa: S608 - names of our own
        f"found.case_id AS case_id, {title.sql} AS title, {url.sql} AS url "
        f"FROM found JOIN day ON day.deadline = found.deadline WHERE {condition.sql}"
    )
    return NoticeQuery(
        kind=source.kind,
        subject_type=source.subject_type,
        reason=words.reason,
        begin=begin.sql,
        select=select,
        params=(*begin.params, *title.params, *url.params, *condition.params),
    )
