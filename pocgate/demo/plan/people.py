"""The people of Lindmoor Assurance, all invented; the personas among them come first."""

from __future__ import annotations

from dataclasses import dataclass

COMPANY = "Lindmoor Assurance"
MAIL_DOMAIN = "lindmoor.example"
PASSWORD = "lindmoor-at-the-gate"  # noqa: S105 - printed on purpose; these sign-ins exist on one's own machine only


@dataclass(frozen=True)
class Person:
    """A person; `waits` says what a persona finds at the first sign-in."""

    username: str
    full_name: str
    job_title: str
    roles: tuple[str, ...] = ()
    department: str = ""
    sees: str = "own"
    waits: str = ""

    @property
    def email(self) -> str:
        """An address that can not exist."""
        return f"{self.username}@{MAIL_DOMAIN}"


PERSONAS = (
    Person(
        *("maren.oldekop", "Maren Oldekop", "Product owner, Claims", ("product_owner",), "Claims", "subtree"),
        waits="a draft to finish, a condition to clear, a prototype that is good enough for its gate",
    ),
    Person(
        *("tomas.birkeland", "Tomas Birkeland", "Committee member, business"),
        waits="a vote at Gate 0; four colleagues have voted, unseen until he has",
    ),
    Person(
        *("ingrid.saltveit", "Ingrid Saltveit", "Chair, head of the AI programme office"),
        waits="a closed vote to decide at Gate 1, her own vote at Gate 0, a review to prepare",
    ),
    Person(
        *("noor.halvari", "Noor Halvari", "Compliance officer", ("compliance",), "People and legal"),
        waits="a privacy assessment to sign before Gate 1",
    ),
    Person(
        *("edgar.wynholt", "Edgar Wynholt", "Sponsor, chief operating officer", ("sponsor",)),
        waits="a part on a new case to confirm, and the portfolio with its swamp",
    ),
    Person(
        *("ruth.ackervale", "Ruth Ackervale", "Auditor", ("auditor",)),
        waits="every decision with its dossier and digest, read-only",
    ),
    Person(
        *("piet.lomberg", "Piet Lomberg", "Administrator", ("admin",), "Operations and IT"),
        waits="imported cases whose stage nobody knows",
    ),
)
COLLEAGUES = (
    # Product owners beside Maren, by department.
    Person(*("hanna.quist", "Hanna Quist", "Product owner, Underwriting", ("product_owner",), "Underwriting")),
    Person(*("ilja.brandow", "Ilja Brandow", "Product owner, Service", ("product_owner",), "Customer service")),
    Person(*("selma.torvik", "Selma Torvik", "Product owner, Finance and sales", ("product_owner",), "Finance")),
    Person(*("david.ormeau", "David Ormeau", "Product owner, Operations", ("product_owner",), "Operations and IT")),
    # Business owners.
    Person(*("greta.holmqvist", "Greta Holmqvist", "Head of motor claims", (), "Claims")),
    Person(*("anton.pryde", "Anton Pryde", "Head of commercial underwriting", (), "Underwriting")),
    Person(*("leila.marchmont", "Leila Marchmont", "Head of the contact centre", (), "Customer service")),
    Person(*("viktor.aasen", "Viktor Aasen", "Head of accounting", (), "Finance")),
    # Money.
    Person(*("cora.linnholm", "Cora Linnholm", "Sponsor, chief financial officer", ("sponsor",))),
    Person(*("basil.trent", "Basil Trenthorpe", "Budget holder, change portfolio")),
    # Makers.
    Person(*("yara.nielson", "Yara Nielsvang", "Machine learning engineer", (), "Operations and IT")),
    Person(*("oskar.dembele", "Oskar Dembrook", "Platform engineer", (), "Operations and IT")),
    Person(*("mei.arundel", "Mei Arundel", "Data scientist", (), "Operations and IT")),
    Person(*("jonas.kettley", "Jonas Kettley", "Data scientist", (), "Operations and IT")),
    Person(*("petra.vossloh", "Petra Vosslund", "Data owner, claims and policies", (), "Operations and IT")),
    Person(*("samir.coldwell", "Samir Coldwell", "Operations lead", (), "Operations and IT")),
    Person(*("dora.fenwick", "Dora Fenwicke", "Security engineer", (), "Operations and IT")),
    Person(*("lukas.tamsin", "Lukas Tamsin", "Privacy counsel on projects", (), "People and legal")),
    Person(*("amira.stenholt", "Amira Stenholt", "Claims handler, user representative", (), "Claims")),
    Person(*("bruno.eckvall", "Bruno Eckvall", "Clerk, user representative", (), "Customer service")),
    # Committees beside Ingrid, Tomas and Noor.
    Person(*("harald.nybakk", "Harald Nybakk", "Deputy chair, chief architect")),
    Person(*("judith.oakhurst", "Judith Oakhurst", "Committee member, technology")),
    Person(*("renzo.valdmar", "Renzo Valdmar", "Committee member, operations")),
    Person(*("agnes.thorley", "Agnes Thorley", "Compliance seat, second line", ("compliance",))),
    Person(*("kaspar.wilde", "Kaspar Wildermoor", "Security seat, information security")),
    Person(*("nadia.frostad", "Nadia Frostad", "Finance seat, controlling")),
)
PEOPLE = PERSONAS + COLLEAGUES
BY_NAME = {person.username: person for person in PEOPLE}

OWNER = "maren.oldekop"
MEMBER = "tomas.birkeland"
CHAIR = "ingrid.saltveit"
COMPLIANCE = "noor.halvari"
SPONSOR = "edgar.wynholt"
ADMINISTRATOR = "piet.lomberg"
SECOND_COMPLIANCE = "agnes.thorley"


@dataclass(frozen=True)
class SeatPlan:
    """A seat on the committees of these gates."""

    person: str
    role: str
    discipline: str
    gates: tuple[int, ...]


SEATS = (
    SeatPlan(CHAIR, "chair", "business", (0, 1, 2, 3)),
    SeatPlan("harald.nybakk", "deputy", "technical", (0, 1, 2, 3)),
    SeatPlan(MEMBER, "member", "business", (0, 1, 2)),
    SeatPlan("judith.oakhurst", "member", "technical", (0, 1, 2)),
    SeatPlan("renzo.valdmar", "member", "operations", (2, 3)),
    SeatPlan(SECOND_COMPLIANCE, "compliance", "compliance", (0, 1, 2, 3)),
    SeatPlan("kaspar.wilde", "security", "security", (1, 2, 3)),
    SeatPlan("nadia.frostad", "finance", "finance", (0, 3)),
)
COMMITTEES = {
    0: "Intake committee (Gate 0)",
    1: "Prototype committee (Gate 1)",
    2: "Scaling committee (Gate 2)",
    3: "Operating review (Gate 3)",
}


def seats_of(gate: int) -> tuple[SeatPlan, ...]:
    """The seats of a gate's committee, in order of appointment."""
    return tuple(seat for seat in SEATS if gate in seat.gates)
