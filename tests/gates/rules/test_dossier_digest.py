"""The digest of a dossier."""

from __future__ import annotations

from decimal import Decimal

from gates.rules.digest import canonical_json, difference, sha256_of
from scoring.rules.readiness import readiness
from tests.scoring.rules.examples import NOW, PLAIN_CASE, default_playbook, passing_answers


def test_readiness_has_a_canonical_form_that_does_not_depend_on_order():
    playbook = default_playbook()
    answers = passing_answers(playbook)

    digests = {
        sha256_of(readiness(playbook, 1, PLAIN_CASE, order, NOW)) for order in (answers, list(reversed(answers)))
    }

    assert len(digests) == 1


def test_digest_is_that_of_the_canonical_bytes():
    assert canonical_json({"b": Decimal("1.0"), "a": None}) == b'{"a":null,"b":"1"}'
    assert sha256_of({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_difference_of_two_dossiers_names_the_criterion():
    playbook = default_playbook()
    before, after = (
        readiness(playbook, 0, PLAIN_CASE, answers, NOW)
        for answers in (passing_answers(playbook), passing_answers(playbook)[1:])
    )

    paths = [change.path for change in difference({"results": before.results}, {"results": after.results})]

    assert "results[problem_stated].verdict" in paths
