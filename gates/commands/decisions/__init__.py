"""Deciding a review, and clearing the conditions a decision set."""

from gates.commands.decisions.conditions import clear_condition
from gates.commands.decisions.decide import decide
from gates.commands.decisions.terms import ConditionTerms, Ruling

__all__ = ["ConditionTerms", "Ruling", "clear_condition", "decide"]
