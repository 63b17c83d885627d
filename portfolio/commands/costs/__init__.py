"""Money: the plan with its caps, and the entries booked against it."""

from portfolio.commands.costs.entries import CostRow, correct_cost, record_cost, record_costs
from portfolio.commands.costs.plans import agree_plan, fund_stage, propose_plan

__all__ = ["CostRow", "agree_plan", "correct_cost", "fund_stage", "propose_plan", "record_cost", "record_costs"]
