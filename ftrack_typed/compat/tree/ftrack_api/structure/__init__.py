"""What says where data goes."""

from . import base as base
from . import entity_id as entity_id
from . import id as id
from . import origin as origin
from . import standard as standard
