"""The expressions of subscriptions and targets."""

from ftrack_typed.compat.parsing import Parser
from ftrack_typed.events.expression import All, Condition, Expression, Not
from ftrack_typed.events.expression import Either as Any

__all__ = ["All", "Any", "Condition", "Expression", "Not", "Parser"]
