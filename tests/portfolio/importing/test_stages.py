"""Words of stages in five languages: words count, digits never, blank stays blank."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.importing.stages import TARGETS, propose_stage

WORDS = {
    "0": "Ideation|ideation|IDEATION|Idea|Planning|Planned|Initiated|Initiation|Not started|Planned (not in production)|en projet|Idée"
    "|à l'étude|en planification|in Planung|geplant|Konzeptphase|Idee|in Vorbereitung|gepland|verkenning|Ideefase|En planificación|Idea"
    "|Propuesta|en estudio|Stage 1 - Initiated (the idea is described)|a) Planned|noch nicht begonnen|nog niet gestart",
    "1": "Development|In development|Under development|Acquisition|Proof of concept|PoC|Pre-deployment|Predeployment|Prototype|Sandbox"
    "|Acquisition and/or Development|Development and Acquisition|a) Pre-deployment – The use case is in a development or acquisition status."
    "|Stage 2 - Development and Acquisition (currently under development, the tools having been provisioned)|En développement"
    "|preuve de concept|in Entwicklung|Prototyp|in der Beschaffung|In ontwikkeling|ontwikkeling|in aanbouw|En desarrollo|prueba de concepto"
    "|not yet in production, still in development|Experimentation",
    "2": "Pilot|Piloting|Pilot phase|Canary|Acceptance test|UAT|Implementation|Assessment|Implementation and Assessment|Beta|limited rollout"
    "|b)  Pilot – The use case has been deployed in a limited test or pilot capacity.|Stage 3 - Implementation (undergoing testing)"
    "|En expérimentation|Pilote|en phase pilote|recette|Pilotbetrieb|in Erprobung|Pilotphase|Pilotfase|acceptatietest|proef|Piloto|en pruebas",
    "3": "Production|In production|Deployed|DEPLOYED|Operation|Operational|In mission|Live|In use|Operation and Maintenance|In production: less than 1 year"
    "|c)  Deployed ¤ The use case is being actively authorized|Stage 4 - Operation and Maintenance (in use)|En production|En service|déployé|Déployée"
    "|im Einsatz|in Betrieb|Produktivbetrieb|wird genutzt|In gebruik|in_gebruik|Operationeel|En producción|En uso|operativo|In production / En production",
    "retired": "Retired|RETIRED |Decommissioned|No longer in use|out of use|sunset|d) Retired – The use case was reported, but its use has since been discontinued."
    "|Stage 5 - Retired (in the process of being retired)|hors service|décommissionné|n'est plus utilisé|außer Betrieb|stillgelegt|nicht mehr im Einsatz|eingestellt"
    "|Buiten gebruik|buiten_gebruik|uitgefaseerd|niet meer in gebruik|Retirado|fuera de servicio|dado de baja|Retired / Retiré",
    "closed": "Complete|Completed|Closed|Cancelled|Canceled|Research or  Administrative Action Complete|abandonné|Terminé|clôturé|annulée|abgeschlossen|abgebrochen|beendet"
    "|afgerond|geannuleerd|stopped|Finalizado|Cancelada|Cerrado",
}
UNKNOWN = (
    "|   |N/A|n/a|-|Stage 1|Stage 4|Phase 2|Phase III|3|Level 5|TRL 7|fase 1|Étape 3|Stufe 2|not yet in production|not deployed|noch nicht im Einsatz"
    "|pas encore en production|nog niet in gebruik|aún no en producción|on hold|en pause|unknown|Unbekannt|other|Blue"
)


@pytest.mark.parametrize(
    ("word", "target"), [(word, target) for target, words in WORDS.items() for word in words.split("|")]
)
def test_stage_word_known_is_proposed(word, target):
    assert propose_stage(word).target == target


@pytest.mark.parametrize("word", UNKNOWN.split("|"))
def test_stage_word_that_says_nothing_stays_unknown(word):
    found = propose_stage(word)

    assert (found.target, found.stage, found.confidence, found.imputed) == (None, None, 0.0, False)


@pytest.mark.parametrize(
    ("word", "imputed"),
    [
        ("Ideation", False),
        ("Pilot", False),
        ("In production", False),
        ("c) Deployed – in use since spring", False),
        ("Buiten gebruik", False),
        ("Déployée", False),
        ("Acquisition and/or Development", True),
        ("Operation and Maintenance", True),
        ("Research or Administrative Action Complete", True),
        ("Testing", True),
        ("Active", True),
        ("Development and pilot", True),
        ("Implementation completed", True),
    ],
)
def test_stage_word_coarse_is_marked_as_imputed(word, imputed):
    found = propose_stage(word)

    assert found.imputed is imputed
    assert found.confidence >= 0.9 or imputed


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("", "blank"),
        ("not deployed", "negated"),
        ("on hold", "paused"),
        ("Blue", "unknown_word"),
        ("Development and pilot", "mixed"),
    ],
)
def test_stage_word_says_why(word, reason):
    assert propose_stage(word).reason == reason


def test_stage_two_in_one_phrase_is_read_as_the_less_mature():
    assert (propose_stage("Development and pilot").target, propose_stage("Pilot in production").target) == ("1", "2")


def test_stage_step_that_was_finished_is_no_closed_case():
    found = propose_stage("Implementation completed")

    assert (found.target, found.imputed) == ("2", True)
    assert found.confidence < 0.5


@given(st.text(max_size=80))
def test_stage_word_of_any_kind_gives_a_bounded_proposal(word):
    found = propose_stage(word)

    assert found.target is None or found.target in TARGETS
    assert 0 <= found.confidence <= 1
    assert found.stage is None or 0 <= found.stage <= 3


@given(st.integers(0, 99), st.sampled_from(["Stage {}", "Phase {}", "{}", "Stage {} - ", "étape {}", "({})", "TRL {}"]))
def test_stage_number_of_theirs_is_never_ours(number, form):
    assert propose_stage(form.format(number)).target is None
