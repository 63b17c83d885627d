"""The portfolio's words: stages, states, roles, kinds."""

from enum import IntFlag

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.IntegerChoices):
    """Gate n closes stage n."""

    DISCOVERY = 0, _("Discovery & planning")
    PROTOTYPE = 1, _("Prototype")
    PILOT = 2, _("Pilot")
    PRODUCTION = 3, _("Production")


class Status(models.TextChoices):
    """Where a case stands beside its stage."""

    DRAFT = "draft", _("draft")
    ACTIVE = "active", _("active")
    IN_REVIEW = "in_review", _("in review")
    PAUSED = "paused", _("paused")
    STOPPED = "stopped", _("stopped")
    RETIRED = "retired", _("retired")


class Origin(models.TextChoices):
    """How a case came in."""

    ENTERED = "entered", _("entered here")
    IMPORTED = "imported", _("imported")


class FactKey(models.TextChoices):
    """Facts that switch criteria; each is a dated row."""

    DELIVERY = "delivery", _("delivery")
    PERSONAL_DATA = "personal_data", _("personal data")
    AFFECTS_PEOPLE = "affects_people", _("decisions about people")
    TIER = "tier", _("risk tier")
    ROLE = "role", _("role under the law")
    STAGE1_REAL_DATA = "stage1_real_data", _("real personal data in the prototype")
    PROHIBITED_PRACTICE = "prohibited_practice", _("comes near a prohibited practice")
    SENSITIVE_AREA = "sensitive_area", _("works in a sensitive area")
    FACES_PEOPLE = "faces_people", _("talks to people or makes content for them")


class Delivery(models.TextChoices):
    BUILT = "built", _("built here")
    CONFIGURED = "configured", _("configured")
    API_MODEL = "api_model", _("model behind an API")
    BOUGHT = "bought", _("bought")


class YesNoUnknown(models.TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")
    UNKNOWN = "unknown", _("not known")


class YesNo(models.TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")


class Tier(models.TextChoices):
    """Risk category; `unassessed` counts as high."""

    UNASSESSED = "unassessed", _("not assessed")
    MINIMAL = "minimal", _("minimal")
    LIMITED = "limited", _("limited")
    HIGH = "high", _("high")
    PROHIBITED = "prohibited", _("prohibited")


class LegalRole(models.TextChoices):
    PROVIDER = "provider", _("provider")
    DEPLOYER = "deployer", _("deployer")


FACT_VALUES: dict[str, type[models.TextChoices]] = {
    FactKey.DELIVERY: Delivery,
    FactKey.PERSONAL_DATA: YesNoUnknown,
    FactKey.AFFECTS_PEOPLE: YesNo,
    FactKey.TIER: Tier,
    FactKey.ROLE: LegalRole,
    FactKey.STAGE1_REAL_DATA: YesNo,
    FactKey.PROHIBITED_PRACTICE: YesNoUnknown,
    FactKey.SENSITIVE_AREA: YesNoUnknown,
    FactKey.FACES_PEOPLE: YesNoUnknown,
}


class TeamRole(models.TextChoices):
    """A person's part in a case."""

    PRODUCT_OWNER = "product_owner", _("product owner")
    BUSINESS_OWNER = "business_owner", _("business owner")
    SPONSOR = "sponsor", _("sponsor")
    BUDGET_HOLDER = "budget_holder", _("budget holder")
    ENGINEERING = "engineering", _("engineering")
    DATA_SCIENCE = "data_science", _("data science")
    DATA_OWNER = "data_owner", _("data owner")
    COMPLIANCE = "compliance", _("compliance")
    SECURITY = "security", _("security")
    OPERATIONS = "operations", _("operations")
    USER_REPRESENTATIVE = "user_representative", _("user representative")


class Sees(models.TextChoices):
    """How far a department member sees."""

    OWN = "own", _("own department")
    SUBTREE = "subtree", _("department and those under it")
    ALL = "all", _("whole portfolio")


class Precision(models.TextChoices):
    """How exactly a time is known."""

    EXACT = "exact", _("exact")
    DAY = "day", _("day")
    MONTH = "month", _("month")
    QUARTER = "quarter", _("quarter")
    YEAR = "year", _("year")
    UNKNOWN = "unknown", _("unknown")


class ExitReason(models.TextChoices):
    """Why a stay in a stage ended; blank while it lasts."""

    PROMOTED = "promoted", _("promoted")
    PIVOTED = "pivoted", _("pivoted")
    STOPPED = "stopped", _("stopped")
    RETIRED = "retired", _("retired")


class ReasonCode(models.TextChoices):
    """Reasons of every pivot, pause and stop: the seven root causes, then the second level."""

    VALUE = "value", _("value")
    DATA = "data", _("data")
    INFRASTRUCTURE = "infrastructure", _("infrastructure")
    GOVERNANCE = "governance", _("governance")
    PROBLEM_CHOICE = "problem_choice", _("problem choice")
    ORGANISATION = "organisation", _("organisation")
    COST = "cost", _("cost")
    PRIORITY = "priority", _("priority")
    SUPERSEDED = "superseded", _("superseded")
    DUPLICATE = "duplicate", _("duplicate")
    EXTERNAL = "external", _("external")


class ScopeKind(models.TextChoices):
    IN = "in", _("in scope")
    OUT = "out", _("out of scope")
    THIN_SLICE = "thin_slice", _("thin slice")


class KpiDirection(models.TextChoices):
    HIGHER = "higher", _("higher is better")
    LOWER = "lower", _("lower is better")


class KpiRole(models.TextChoices):
    PRIMARY = "primary", _("primary")
    ACCEPTANCE = "acceptance", _("acceptance")
    GUARDRAIL = "guardrail", _("guardrail")


class KpiKind(models.TextChoices):
    OUTCOME = "outcome", _("outcome")
    QUALITY = "quality", _("quality")
    LATENCY = "latency", _("latency")
    ADOPTION = "adoption", _("adoption")
    COST_PER_UNIT = "cost_per_unit", _("cost per unit")


class SloOf(models.TextChoices):
    LATENCY = "latency", _("latency")
    QUALITY = "quality", _("quality")
    COST = "cost", _("cost")


class KpiStatistic(models.TextChoices):
    """What a reading's value is, where the unit does not say it: it decides how its bound is computed."""

    MEAN = "mean", _("mean of measurements")
    PROPORTION = "proportion", _("share of cases")
    RATE = "rate", _("events per case")


class CostLine(models.TextChoices):
    """The nine lines of total cost of ownership."""

    LICENCES = "licences", _("licences")
    PEOPLE = "people", _("people")
    INFERENCE = "inference", _("inference")
    STORAGE = "storage", _("storage")
    MODEL_TRAINING = "model_training", _("model training")
    HUMAN_OVERSIGHT = "human_oversight", _("human oversight")
    MONITORING = "monitoring", _("monitoring")
    INTEGRATION = "integration", _("integration")
    CHANGE_TRAINING = "change_training", _("change and training")


class CostState(models.TextChoices):
    ACTUAL = "actual", _("actual")
    COMMITTED = "committed", _("committed")


class CostRecurrence(models.TextChoices):
    ONE_OFF = "one_off", _("one-off")
    RECURRING = "recurring", _("recurring")


class FeedbackChannel(models.TextChoices):
    """The way a user's words came in."""

    CONVERSATION = "conversation", _("conversation")
    SURVEY = "survey", _("survey")
    MAIL = "mail", _("mail")
    IN_PRODUCT = "in_product", _("in the product")
    SUPPORT = "support", _("support desk")
    OTHER = "other", _("other")


class OperationsFigure(models.TextChoices):
    """The four figures of operation."""

    THROUGHPUT = "throughput", _("throughput")
    LATENCY = "latency", _("latency")
    ERROR_RATE = "error_rate", _("error rate")
    AVAILABILITY = "availability", _("availability")


class DependencyOn(models.TextChoices):
    """What a case waits for."""

    CASE = "case", _("another case")
    DATA = "data", _("data")
    TEAM = "team", _("a team")


class ImportState(models.TextChoices):
    """A run's way: read, check (dry run), apply."""

    UPLOADED = "uploaded", _("uploaded")
    CHECKING = "checking", _("checking")
    CHECKED = "checked", _("checked")
    APPLYING = "applying", _("applying")
    APPLIED = "applied", _("applied")
    REFUSED = "refused", _("refused")


class ImportAction(models.TextChoices):
    CREATE = "create", _("create")
    UPDATE = "update", _("update")
    UNCHANGED = "unchanged", _("unchanged")
    CONFLICT = "conflict", _("conflict")
    REFUSED = "refused", _("refused")


class Section(IntFlag):
    """The groups of a case's records that readiness is computed from; combined, what changed since it last was.

    Stored as a number: a member keeps its bit for ever. Stage, facts and whatever else switches criteria on and off are
    no section of their own, as they change everything.
    """

    TEXT = 1 << 0
    TEAM = 1 << 1
    SCOPE = 1 << 2
    BUSINESS_CASE = 1 << 3
    KPIS = 1 << 4
    COST_PLAN = 1 << 5
    COSTS = 1 << 6
    HORIZON = 1 << 7
    ANSWERS = 1 << 8
    FEEDBACK = 1 << 9
    BENEFITS = 1 << 10
    TRAINING = 1 << 11
    OPERATIONS = 1 << 12
    # Every bit there is room for, so that a section that is added later is part of it already.
    EVERYTHING = (1 << 31) - 1


class ReleaseKind(models.TextChoices):
    """What a release is for; rollbacks and security fixes are never held up."""

    FEATURE = "feature", _("new or changed behaviour")
    SECURITY_FIX = "security_fix", _("security fix")
    ROLLBACK = "rollback", _("rollback")


class IncidentSeverity(models.TextChoices):
    MINOR = "minor", _("minor")
    MAJOR = "major", _("major")
    SERIOUS = "serious", _("serious")


class ChangeKind(models.TextChoices):
    """What a change request would widen."""

    DATA_SOURCE = "data_source", _("new data source")
    USER_GROUP = "user_group", _("new user group")
    PURPOSE = "purpose", _("new purpose")
    RELEASE = "release", _("new release")


class ChangeState(models.TextChoices):
    OPEN = "open", _("open")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
