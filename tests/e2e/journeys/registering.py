"""How an owner registers a case in the browser: four steps that save themselves, then the hand-in."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.journeys.organisation import DEPARTMENT, PEOPLE

TITLE = "Sort incoming motor claims by urgency"
PROBLEM = (
    "Claims arrive as letters, mails and photographs and are sorted by hand into forty kinds. Sorting takes three "
    "days, and urgent claims of injured people wait as long as a scratched mirror."
)
STEP_FOUR = {
    "The one number that must get better": "Claims sorted on the day they arrive",
    "Unit": "%",
    "Baseline": "40",
    "Target": "85",
    "Where the baseline comes from": "Count of intake, October",
    "Benefit a year, low": "200000",
    "likely": "300000",
    "high": "400000",
    "Cost a year once it runs for all": "90000",
    "Budget line": "MC-1200",
    "Cap for the whole case": "250000",
    "Cap for the prototype": "40000",
    "Cap per month once it runs": "9000",
    "In scope": "Letters and mails about motor claims",
    "Out of scope": "Deciding about a claim",
    "The thin slice to prove first": "Mails of one region",
}
TEAM = {
    "Business owner": "business",
    "Sponsor": "sponsor",
    "Budget holder": "budget",
    "Engineering": "engineer",
    "Data science": "scientist",
    "Operations": "operator",
}


def register_case(page: Page) -> str:
    """The reference of the case that the signed-in owner registers and hands in."""
    page.goto("/")
    page.get_by_role("link", name="Register").first.click()
    reference = _state_problem(page)
    _name_people(page)
    _answer_questions(page)
    _promise(page)
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.get_by_role("button", name="Hand in the case").click()
    expect(page.get_by_role("status")).to_contain_text(f"{reference} is registered")
    return reference


def labelled(label: str) -> re.Pattern[str]:
    """A label as it is written, with or without the word that it is optional."""
    return re.compile(rf"^{re.escape(label)}(\s+optional)?$")


def _state_problem(page: Page) -> str:
    expect(page.locator("#saved")).to_contain_text("Saves by itself once there is a title.")
    _fill(page, "Title", TITLE)
    # The draft exists after the first field: nobody pressed a button.
    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(page).to_have_url(re.compile(r"/register/UC-\d{4,}/1/$"))
    _fill(page, "Which problem does it solve?", PROBLEM)
    _fill(page, "Which process does it touch?", "Intake of motor claims")
    _fill(page, "Who will use it, and who is affected?", "Forty clerks in intake")
    _fill(page, "What will be better?", "Urgent claims are seen within the hour")
    found = re.search(r"UC-\d+", page.url)
    assert found is not None
    # What was typed is there again after a reload, although it was never sent by a button.
    expect(page.locator("#saved")).to_contain_text("Saved")
    _next(page, f"/register/{found[0]}/2/")
    page.goto(f"/register/{found[0]}/1/")
    expect(page.get_by_label(labelled("Which problem does it solve?"))).to_have_value(PROBLEM)
    _next(page, f"/register/{found[0]}/2/")
    return found[0]


def _name_people(page: Page) -> None:
    page.get_by_label(labelled("Department")).select_option(label=DEPARTMENT)
    for role, name in TEAM.items():
        person = PEOPLE[name]
        page.get_by_label(labelled(role)).select_option(label=f"{person.full_name} · {person.job}")
    expect(page.locator("#saved")).to_contain_text("Saved")
    _next(page, "/3/")


def _answer_questions(page: Page) -> None:
    _choose(page, "How does the model come to us?", "built here")
    _choose(page, "Does it use personal data?", "No, as far as I know")
    _choose(page, "Will the prototype already see real personal data?", "No")
    for question in ("Does it prepare or take decisions about people?", "Does it work in one of these areas?"):
        _choose(page, question, "No")
    _choose(page, "Does it talk to people, or make texts, pictures or voices for them?", "No")
    _choose(page, "Does it come near one of these practices?", "No")
    # The proposed tier follows the answers while one still looks at them.
    expect(page.locator("#proposed-tier")).to_contain_text("minimal")
    _next(page, "/4/")


def _promise(page: Page) -> None:
    for label, value in STEP_FOUR.items():
        _fill(page, label, value)
    expect(page.locator("#saved")).to_contain_text("Saved")
    _next(page, "/hand-in/")


def _fill(page: Page, label: str, value: str) -> None:
    page.get_by_label(labelled(label)).fill(value)


def _choose(page: Page, question: str, answer: str) -> None:
    page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()


def _next(page: Page, ending: str) -> None:
    page.get_by_role("button", name=re.compile("^(Next|Look it over)$")).click()
    expect(page).to_have_url(re.compile(f"{re.escape(ending)}$"))
