"""Events, see docs/events.md."""

from . import base as base
from . import expression as expression
from . import hub as hub
from . import subscriber as subscriber
from . import subscription as subscription
