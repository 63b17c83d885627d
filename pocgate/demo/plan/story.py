"""The forty cases of the demonstration. Days count back from now; `part` says what a case is there to show."""

from __future__ import annotations

from pocgate.demo.plan.people import OWNER, SPONSOR
from pocgate.demo.plan.scripts import CLOSED, DRAFT, IN_PREPARATION, UNKNOWN, VOTING, Script, Step

GO0, GO1, GO2 = Step(20, "go"), Step(36, "go"), Step(78, "go")
OPERATING = Step(90, "go")
STOPPED_WELL = Step(
    40,
    "stop",
    reason="Callers dislike it, and the questions we ask today take nine seconds once they are asked well.",
    reason_code="value",
    learning=(
        "Half of the time went into three questions in the wrong order. Asking them in another order saved what the "
        "biometric check had promised, without consent forms and without biometric data. 139,000 euros and two people "
        "are free for the call summaries."
    ),
)
PIVOT = Step(
    38,
    "pivot",
    reason="Pictures alone do not show hidden dents. Next iteration: pictures plus the workshop's light-tunnel scan.",
    reason_code="data",
    learning="Dents under ten millimetres are invisible on phone pictures; the target needs another source.",
    pivot_to=1,
)
PAUSE = Step(
    30,
    "pause",
    reason="The core system moves to its new release first; the interface changes with it.",
    reason_code="infrastructure",
    revive_in=88,
)
FORGOTTEN_PAUSE = Step(
    30,
    "pause",
    reason="Wait until the tariff team has people again after the renewal season.",
    reason_code="organisation",
    revive_in=45,
)
RETIRE = Step(
    100,
    "stop",
    reason="The new contact platform answers these questions itself; two chats confuse visitors.",
    reason_code="superseded",
    learning="Questions with a person behind them need a person within a minute; that rule moves to the new platform.",
)

STORY = (
    # In production.
    Script("call_summaries", 545, (GO0, GO1, GO2, OPERATING), part="shipped"),
    Script("broker_mail", 520, (GO0, GO1, GO2, OPERATING), part="shipped"),
    Script("glass_fraud", 500, (GO0, GO1, GO2, OPERATING), part="shipped"),
    Script("mailroom", 430, (GO0, GO1, GO2, OPERATING), part="shipped"),
    Script("submission_intake", 330, (GO0, GO1, GO2), part="shipped"),
    Script("cash_matching", 245, (GO0, GO1, GO2), part="shipped lately"),
    Script("chatbot_faq", 540, (GO0, GO1, GO2, RETIRE), part="retired"),
    # Stopped early and with dignity.
    Script("voice_id", 200, (GO0, STOPPED_WELL), spend=0.45, reach=0.3, part="stopped well"),
    Script(
        *("cv_screening", 330),
        steps=(Step(22, "stop", "Ranking applicants is not worth the duties of the high tier.", "governance"),),
        part="stopped",
    ),
    Script(
        *("solvency_text", 290),
        steps=(Step(24, "stop", "Six experts once a year: a template does the same.", "problem_choice"),),
        rating=2.6,
        part="stopped",
    ),
    Script(
        *("drone_roofs", 470),
        steps=(GO0, GO1, Step(80, "stop", "A surveyor with a drone is cheaper than our platform.", "cost")),
        part="stopped",
    ),
    # Pilots.
    Script("motor_triage", 190, (GO0, GO1), progress=0.7, part="pilot"),
    Script("health_invoices", 185, (GO0, GO1), progress=0.75, spend=1.28, part="over its cost cap"),
    Script("repair_estimates", 160, (GO0, GO1), progress=0.55, part="pilot"),
    Script(
        *("leak_location", 88),
        steps=(
            GO0,
            Step(
                *(35, "conditional_go"),
                condition="Show the missing-value tests for claims reported by phone",
                condition_due_in=9,
            ),
        ),
        progress=0.3,
        partly=("quality_tests",),
        part="open condition",
    ),
    Script("call_forecast", 150, (GO0, GO1), progress=0.6, part="pilot"),
    Script("bordereaux", 135, (GO0, GO1), progress=0.45, part="pilot"),
    Script("lapse_warning", 350, (GO0, GO1), progress=0.25, idle=120, spend=0.6, part="deep in the swamp"),
    # Prototypes.
    Script("address_changes", 160, (GO0,), progress=1.0, polishing=True, owner=OWNER, part="gold-plated"),
    Script("flood_score", 290, (GO0,), progress=0.3, idle=140, part="deep in the swamp"),
    Script("hail_pictures", 120, (GO0, PIVOT), progress=0.4, reach=0.38, part="pivoted"),
    Script("subro_finder", 85, (GO0,), state=CLOSED, progress=1.0, part="closed vote, the chair decides"),
    Script(
        *("medical_reports", 74, (GO0,)),
        state=IN_PREPARATION,
        progress=1.0,
        unsigned=("privacy_assessment",),
        part="a sign-off is outstanding",
    ),
    Script("policy_compare", 130, (GO0, PAUSE), part="paused with a date"),
    Script("renewal_prices", 195, (GO0, FORGOTTEN_PAUSE), part="paused past its date"),
    Script("fire_survey", 66, (GO0,), progress=0.75, target_in=12, part="prototype, nearly ready"),
    Script("service_desk", 60, (GO0,), progress=0.5, part="prototype"),
    Script("contract_search", 52, (GO0,), progress=0.35, part="prototype"),
    Script("legacy_code", 48, (GO0,), progress=0.3, part="prototype"),
    # Discovery.
    Script("repair_waits", 33, state=VOTING, progress=1.0, part="voting at Gate 0"),
    Script("complaint_causes", 24, progress=0.85, part="discovery"),
    Script("translate_letters", 19, progress=0.6, part="discovery"),
    Script("data_catalogue", 14, progress=0.4, promised=False, part="a technology before its promise"),
    Script("bodily_reserve", 52, progress=0.35, idle=16, part="discovery, past its time-box"),
    Script(
        *("cyber_questions", 8),
        progress=0.2,
        sponsor=SPONSOR,
        unconfirmed="sponsor",
        part="a sponsor has to confirm",
    ),
    # Drafts.
    Script("treaty_wording", 11, state=DRAFT, part="draft"),
    Script("campaign_texts", 4, state=DRAFT, progress=0, part="draft"),
    Script("expense_audit", 2, state=DRAFT, owner=OWNER, part="draft"),
    # From a spreadsheet.
    Script("tool_list_1", 30, state=UNKNOWN, part="imported, stage unknown"),
    Script("tool_list_2", 30, state=UNKNOWN, part="imported, stage unknown"),
)
