"""Watching the money of cases: outlooks, notices at shares of a cap, and what owners write about them."""

from scoring.commands.costs.justify import justify_cost
from scoring.commands.costs.telling import tell_noticed
from scoring.commands.costs.watch import Watched, notice_of, shown_notice, watch_costs

__all__ = ["Watched", "justify_cost", "notice_of", "shown_notice", "tell_noticed", "watch_costs"]
