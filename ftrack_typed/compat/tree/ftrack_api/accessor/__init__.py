"""What reaches data."""

from . import base as base
from . import disk as disk
from . import server as server
