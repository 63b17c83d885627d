"""A dossier on paper: made of the frozen content alone, so that it is the same whenever it is printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gates.documents import blocks
from gates.documents.blocks import Block
from gates.documents.charts import kpi_chart
from gates.documents.tones import OUTCOME_TONES, VERDICT_TONES, outcome_word, verdict_word
from gates.documents.track import track
from gates.documents.typesetting import Document, typeset
from gates.models import Dossier
from gates.queries.dossier import content_of
from gates.queries.figures import day_text, figure_text, money_text, time_text
from gates.queries.reading import CriterionRow, ReadDossier, read_dossier
from gates.queries.wording import FROZEN, rule_text
from portfolio.enums import Tier
from scoring.queries.playbooks import playbook_of

# Per cent of a cap: all of it, and nearly.
_WHOLE, _NEARLY = 100, 90


def dossier_pdf(dossier: Dossier) -> bytes:
    """The revision as PDF with its digest on each page. Draws charts: not in a process that forks afterwards."""
    content = content_of(dossier)
    with timezone.override(timezone.get_default_timezone()):
        document = Document(
            title=title_of_dossier(content),
            footer=footer_of(dossier, content),
            at=dossier.frozen_at,
            blocks=list(dossier_blocks(dossier)),
        )
        return typeset(document)


def title_of_dossier(content: Mapping[str, Any]) -> str:
    """`Gate 1 · UC-0042 Letters sorted`."""
    case = content["case"]
    return f"{_('Gate %(gate)s') % {'gate': content['gate']}} · {case['reference']} {case['title']}"


def footer_of(dossier: Dossier, content: Mapping[str, Any]) -> str:
    """Which revision of what, and the digest of its canonical JSON."""
    shown = {"reference": content["case"]["reference"], "gate": content["gate"], "revision": dossier.revision}
    return _("%(reference)s, gate %(gate)s, revision %(revision)s") % shown + f" · SHA-256 {dossier.digest}"


def dossier_blocks(dossier: Dossier) -> Iterator[Block]:
    """The blocks of a revision; those of several make a pack."""
    content, playbook = content_of(dossier), playbook_of(dossier.review.playbook_id)
    read = read_dossier(content, playbook)
    yield blocks.heading(content["case"]["title"], 1)
    yield blocks.facts(_head(dossier, content, read))
    yield track(content)
    yield from _recommended(content, read)
    yield from _since_last_gate(read)
    yield from _kpis(content, read)
    yield from _cost(read)
    yield from _criteria(read)
    yield from _about(content)
    yield from _records(read)
    yield from _signed(read)
    yield blocks.heading(_("How to check this dossier"))
    yield blocks.paragraph(
        _(
            "The canonical JSON of this revision (RFC 8785) has the SHA-256 %(digest)s. It was frozen %(at)s, "
            "%(reason)s, under version %(version)s of the playbook."
        )
        % {
            "digest": dossier.digest,
            "at": time_text(dossier.frozen_at),
            "reason": str(FROZEN.get(dossier.reason, dossier.reason)),
            "version": content["playbook"]["version"],
        },
        faint=True,
    )


def _head(dossier: Dossier, content: Mapping[str, Any], read: ReadDossier) -> Iterator[tuple[str, str]]:
    case = content["case"]
    tier = case["facts"].get("tier")
    yield _("Case"), case["reference"]
    yield _("Gate"), str(content["gate"])
    yield _("Department"), " · ".join(part for part in (case["department"], case["unit"]) if part)
    yield _("Risk tier"), str(dict(Tier.choices).get(tier, tier or ""))
    yield _("Iteration"), str(case["iteration"])
    yield _("Value and feasibility"), read.quadrant
    yield _("Frozen"), f"{time_text(dossier.frozen_at)}, {_('revision %(number)s') % {'number': dossier.revision}}"
    consent = content.get("consent")
    if consent:
        yield _("Budget agreed"), f"{consent['agreed_by']}, {day_text(consent['agreed_at'])}"


def _recommended(content: Mapping[str, Any], read: ReadDossier) -> Iterator[Block]:
    yield blocks.heading(_("Policy recommends"))
    found = content["recommended"]
    yield blocks.outcome(
        outcome_word(found["outcome"]), OUTCOME_TONES.get(found["outcome"], "plain"), rule_text(found["rule"])
    )
    if content["convened_reason"]:
        yield blocks.note(f"{_('Convened out of turn:')} {content['convened_reason']}")
    overall, bar = float(content["readiness"]["overall"]), float(content["readiness"]["bar"])
    shown = {"overall": figure_text(content["readiness"]["overall"]), "bar": figure_text(content["readiness"]["bar"])}
    yield blocks.progress(_("Readiness"), _("%(overall)s of 100, bar %(bar)s") % shown, overall, bar=bar)
    if read.failing:
        yield blocks.heading(_("Must-meets that do not pass"), 3)
        yield blocks.items(_criterion(row) for row in read.failing)


def _since_last_gate(read: ReadDossier) -> Iterator[Block]:
    if not read.changes:
        return
    changes, currency = read.changes, read.content["costs"]["currency"]
    yield blocks.heading(_("Since the last gate"))
    yield blocks.facts(
        [
            (_("Decision"), f"{changes['since']}, {outcome_word(changes['outcome'])}"),
            (_("Decided"), day_text(changes["decided_at"])),
            (_("Readiness"), " → ".join(figure_text(value) for value in changes["readiness"])),
            (_("Spent in all"), " → ".join(money_text(value, currency) for value in changes["case_actual"])),
        ]
    )
    moved = [each for each in read.verdict_changes if each.before]
    fresh = len(read.verdict_changes) - len(moved)
    if moved:
        rows = [(each.title, verdict_word(each.before), verdict_word(each.after)) for each in moved]
        yield blocks.table([_("Criterion"), _("Then"), _("Now")], rows, widths=(4, 2, 2))
    if fresh:
        shown = ngettext(
            "%(count)s criterion counts at this gate that did not at the last.",
            "%(count)s criteria count at this gate that did not at the last.",
            fresh,
        )
        yield blocks.paragraph(shown % {"count": fresh}, faint=True)


def _kpis(content: Mapping[str, Any], read: ReadDossier) -> Iterator[Block]:
    if not read.kpis:
        return
    yield blocks.heading(_("KPIs"))
    head = [_("KPI"), _("Baseline"), _("Threshold"), _("Target"), _("Latest"), _("Result")]
    rows = [
        (
            f"{kpi.name} ({kpi.unit})" if kpi.unit else kpi.name,
            figure_text(kpi.baseline),
            figure_text(kpi.threshold),
            figure_text(kpi.target),
            figure_text(kpi.value),
            verdict_word(kpi.verdict) if kpi.verdict else _("does not count here"),
        )
        for kpi in read.kpis
    ]
    yield blocks.table(head, rows, numbers=(1, 2, 3, 4), widths=(5, 2, 2, 2, 2, 3))
    for entry in content["kpis"]:
        drawn = kpi_chart(entry)
        if drawn is not None:
            yield blocks.chart(drawn)


def _cost(read: ReadDossier) -> Iterator[Block]:
    currency = read.content["costs"]["currency"]
    yield blocks.heading(_("Cost"))
    names = {"stage": _("This stage"), "case": _("All stages and iterations")}
    rows = [
        (
            names[row.scope],
            money_text(row.spent, currency),
            money_text(row.committed, currency),
            money_text(row.cap, currency),
            f"{row.percent} %" if row.percent is not None else "–",
        )
        for row in read.costs
    ]
    head = [_("Scope"), _("Spent"), _("Committed"), _("Cap"), _("Used")]
    yield blocks.table(head, rows, numbers=(1, 2, 3, 4), widths=(4, 3, 3, 3, 2))
    for row in read.costs:
        if row.percent is not None:
            tone = "stop" if row.percent > _WHOLE else ("warn" if row.percent > _NEARLY else "accent")
            text = _("%(percent)s %% of the cap") % {"percent": row.percent}
            yield blocks.progress(names[row.scope], text, row.percent, tone=tone)


def _criteria(read: ReadDossier) -> Iterator[Block]:
    if read.shoulds_open:
        yield blocks.heading(_("Should-meets that do not pass"))
        yield blocks.items(_criterion(row) for row in read.shoulds_open)
    yield blocks.heading(_("Criteria that pass"))
    yield blocks.items(_criterion(row) for row in read.passing)
    if read.findings:
        yield blocks.heading(_("Anti-patterns found"))
        yield blocks.items(
            blocks.item(row.title, "\n".join(row.why), str(row.severity), "warn") for row in read.findings
        )


def _criterion(row: CriterionRow) -> dict[str, str]:
    return blocks.item(row.title, row.reason, verdict_word(row.verdict), VERDICT_TONES.get(row.verdict, "plain"))


def _about(content: Mapping[str, Any]) -> Iterator[Block]:
    case = content["case"]
    yield blocks.heading(_("What it is about"))
    yield blocks.facts(
        [
            (_("Problem"), case["problem"]),
            (_("Process"), case["process"]),
            (_("Users"), case["users"]),
            (_("Expected benefit"), case["benefit"]),
            (_("Technology"), ", ".join(case["technology"] or [])),
            (_("Vendor"), case["vendor"]),
        ]
    )
    if content["scope"]:
        yield blocks.heading(_("Scope"), 3)
        yield blocks.facts((_scope_name(item), item["text"]) for item in content["scope"])


def _scope_name(item: Mapping[str, Any]) -> str:
    if item["thin_slice"]:
        return _("First slice")
    return _("In scope") if item["inside"] else _("Out of scope")


def _records(read: ReadDossier) -> Iterator[Block]:
    for found in read.records:
        if found.entries and found.part != "consent":
            yield blocks.heading(found.title)
            yield blocks.items(blocks.item(each.name, each.text) for each in found.entries)


def _signed(read: ReadDossier) -> Iterator[Block]:
    if not read.sign_offs:
        return
    yield blocks.heading(_("Signed by compliance"))
    rows: Sequence[dict[str, str]] = [_sign_off(row) for row in read.sign_offs]
    yield blocks.items(rows)


def _sign_off(row: Mapping[str, Any]) -> dict[str, str]:
    signed = f"{row['signed_by']}, {day_text(datetime.fromisoformat(row['signed_at']))}"
    text = f"{signed}: {row['comment']}" if row["comment"] else signed
    if row["outdated"]:
        return blocks.item(row["title"], text, _("outdated"), "warn")
    tones = {"accepted": "go", "returned": "stop", "waived": "pivot"}
    words = {"accepted": _("accepted"), "returned": _("returned"), "waived": _("waived")}
    return blocks.item(row["title"], text, words.get(row["state"], row["state"]), tones.get(row["state"], "plain"))
