"""The names of the official client, which mean ftrack_typed here; docs/migration.md says how that is switched on."""

from ftrack_typed import __version__ as __version__
from ftrack_typed.compat.finder import warn_where_hidden
from ftrack_typed.compat.mixing import mixin as mixin

from . import accessor as accessor
from . import attribute as attribute
from . import cache as cache
from . import collection as collection
from . import data as data
from . import entity as entity
from . import event as event
from . import exception as exception
from . import formatter as formatter
from . import inspection as inspection
from . import logging as logging
from . import operation as operation
from . import plugin as plugin
from . import query as query
from . import resource_identifier_transformer as resource_identifier_transformer
from . import session as session
from . import structure as structure
from . import symbol as symbol
from .session import Session as Session

warn_where_hidden()
