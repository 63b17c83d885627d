"""The documents that show a criterion to be met: which of them a case needs, and what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pocgate.demo.plan.subjects import Subject

MARKDOWN, TEXT, CSV = ("md", "text/markdown"), ("txt", "text/plain"), ("csv", "text/csv")


@dataclass(frozen=True)
class Document:
    """A kind of document with the criteria it answers. `by` is the part on the team that writes it."""

    key: str
    title: str
    criteria: tuple[str, ...]
    by: str
    body: str
    form: tuple[str, str] = MARKDOWN

    def file_name(self, number: int) -> str:
        """The name under which it is uploaded."""
        return f"{self.key.replace('_', '-')}-v{number}.{self.form[0]}"


DOCUMENTS = (
    Document(
        *("method_note", "Method note: what works today", ("ai_justified",), "data_science"),
        "We compared a list of rules, the present way and {technology} on 400 past items. Rules stop at half of the "
        "items; {technology} is in use for the same kind of text and pictures elsewhere. Simpler ways were tried first.",
    ),
    Document(
        *("source_list", "Data sources with owner and legal basis", ("sources_mapped",), "data_owner"),
        "source;owner;access;legal basis\n{unit} case system;Petra Vosslund;read replica;performance of contract\n"
        "Correspondence archive;Document services;export;legitimate interest, balanced\n"
        "Reference tables;Data office;warehouse;no personal data",
        CSV,
    ),
    Document(
        *("platform_note", "Platforms and compute", ("compute_mapped",), "engineering"),
        "Runs on the shared analytics cluster; {delivery}. Peak load four times the daily mean, on Monday mornings. "
        "No graphics cards are needed outside training.",
    ),
    Document(
        *("governance_plan", "Draft governance plan", ("preliminary_plan",), "product_owner"),
        "Tier {tier}. Who signs what until Gate 2, when the privacy and security reviews take place, and who is told "
        "about an incident. Owner of the plan: the product owner; second line: compliance.",
    ),
    Document(
        *("risk_sheet", "Risk tier and privacy screening", ("tier_confirmed", "privacy_screening"), "product_owner"),
        "Questionnaire of risk: tier {tier}. Personal data: {personal}. Decisions about people: {affects}. Legal basis "
        "and retention are named per source in the list of sources.",
    ),
    Document(
        *("privacy_assessment", "Privacy impact assessment", ("privacy_assessment",), "product_owner"),
        "Processing described, necessity weighed, eleven risks rated, nine mended, two accepted by the business owner "
        "with a date. The data protection officer was heard.",
    ),
    Document(
        *("sample_report", "Sample and data quality report"),
        ("representative_sample", "quality_tests", "labels_quality"),
        "data_science",
        "4,200 items drawn from production over all months of a year. Missing values 1.8 %, doubles 0.4 %. Old contracts "
        "are under-represented by a third and weighted. Two people labelled 300 items: agreement 0.87.",
    ),
    Document(
        *("evaluation", "Early evaluation", ("early_evaluation",), "data_science"),
        "{quality}: first result on the sample with a range. Answer time 1.9 s at the 95th percentile. No difference "
        "between regions beyond chance. Twelve errors are shown in full.",
    ),
    Document(
        *("production_path", "Path to production", ("production_path", "versioned", "instrumented"), "engineering"),
        "How it will be deployed, watched and renewed: pipeline, registry of models and prompts, logs per request, "
        "on-call with operations. Agreed with Samir Coldwell.",
    ),
    Document(
        *("pilot_design", "Pilot design and place in the workflow", ("pilot_design", "workflow_fit"), "product_owner"),
        "Pilot on “{slice}” with half of the desk, the other half as comparison, eight weeks. Stop rule: the guardrail "
        "fails two weeks in a row. Fallback: the present way, switched by a lead.",
    ),
    Document(
        *("vendor_file", "Vendor assurance", ("vendor_assurance",), "product_owner"),
        "Contract of {vendor}: processing in the home region, no training on our data, sub-processors listed, exit within "
        "90 days with deletion confirmed.",
    ),
    Document(
        *("regulatory_file", "Duties of the high tier", ("regulatory_check",), "product_owner"),
        "Rights impact assessment, registration, logging for two years and human oversight, each with its proof and the "
        "person who answers for it.",
    ),
    Document(
        *(
            "data_contract",
            "Data contract and drift plan",
            ("quality_sla", "lineage", "drift_schema_plan"),
            "data_owner",
        ),
        "Delivery by six in the morning on 99 of 100 days; changes of schema are announced ten days ahead; lineage from "
        "the case system to inference; what happens with late data.",
    ),
    Document(
        *("delivery_pipeline", "Test and deployment pipeline", ("ci_cd", "scalable_infrastructure"), "engineering"),
        "Every change runs 214 tests and the evaluation set, then goes to five per cent of the load. Load test at twice "
        "the target scale passed.",
    ),
    Document(
        *("vendor_change", "Notice of version changes", ("vendor_change_control",), "engineering"),
        "The vendor announces versions 30 days ahead; our 300 regression items run before we switch. Last run: no item "
        "worse.",
    ),
    Document(
        *("monitoring", "Monitoring with alerts and drift", ("monitoring_alerts", "drift_monitored"), "engineering"),
        "Alerts on latency, cost and quality; drift of inputs and outputs computed each night on live data. Three alerts "
        "last month, all answered within the hour.",
    ),
    Document(
        *("runbook", "Runbook: rollback and incidents", ("rollback_tested", "incident_response"), "operations"),
        "Rollback rehearsed: 4 minutes 20 seconds. On-call rota, first steps, whom to tell. Last exercise with the desk "
        "leads.",
        TEXT,
    ),
    Document(
        *("instructions", "Working instructions"),
        ("exceptions_handled", "interface_stable", "human_in_loop"),
        "product_owner",
        "Where doubtful items go, who may override and how it is noted, screens as settled with the user representatives.",
    ),
    Document(
        *("training_plan", "Training plan", ("training_plan",), "product_owner"),
        "{users}: two hours each in groups of eight, material on the intranet, a first week with a colleague beside.",
    ),
    Document(
        *("saving_plan", "How cost falls with use", ("optimisation_plan",), "engineering"),
        "Smaller model for easy items (−35 %), batches at night (−10 %), cache of repeated questions (−8 %).",
    ),
    Document(
        *("fairness_report", "Fairness and safety evaluation", ("fairness_safety",), "data_science"),
        "Results by group and of harmful output. Largest difference 1.1 points, within the bound agreed beforehand.",
    ),
    Document(
        *("model_card", "Model documentation", ("model_documentation",), "data_science"),
        "Purpose, limits, data, evaluation, people to ask. Not to be used outside: {scope_out}.",
    ),
    Document(
        *("security_report", "Security review", ("security_review",), "security"),
        "Adversarial input, prompt injection, access. Seven findings, six mended, one accepted until the next release.",
    ),
    Document(
        *("user_notice", "Notice to users", ("transparency",), "product_owner"),
        "Wording of the notice and the mark on output, as shown to users and customers.",
        TEXT,
    ),
    Document(
        *("operations_board", "Dashboards in operation", ("observability",), "operations"),
        "One board with quality, cost, latency and drift; who looks at it and when.",
    ),
    Document(
        *("refresh_plan", "Renewal of the model", ("model_refresh",), "data_science"),
        "Re-evaluated monthly, retrained each quarter or on drift, released by approval of the business owner.",
    ),
    Document(
        *("procedure", "Changed procedure", ("process_updated",), "product_owner"),
        "{process}: procedure in force with the new step, the old one archived.",
        TEXT,
    ),
    Document(
        *("exit_plan", "How it would be switched off", ("decommission_plan",), "operations"),
        "Fallback, deletion of data, end of contract, move of users, with an owner for each of the four.",
    ),
)


def content(document: Document, subject: Subject, title: str, number: int, at: datetime | None) -> bytes:
    """The file's text."""
    body = document.body.format(
        technology=subject.technology[0],
        unit=subject.unit,
        delivery=subject.delivery.replace("_", " "),
        tier=subject.tier,
        personal="yes" if subject.personal_data else "no",
        affects="yes" if subject.affects_people else "no",
        quality=subject.quality.name,
        slice=subject.slice,
        vendor=subject.vendor or "the vendor",
        users=subject.users,
        scope_out=subject.scope_out,
        process=subject.process,
    )
    if document.form == CSV:
        return f"{body}\n".encode()
    day = f", {at:%d %B %Y}" if at else ""
    return f"# {document.title}\n\n{title or subject.title}\nVersion {number}{day}\n\n{body}\n".encode()
