"""What changes resource identifiers on their way."""

from . import base as base
