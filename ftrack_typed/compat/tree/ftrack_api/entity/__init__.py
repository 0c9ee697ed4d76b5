"""Entities, by the classes that old code knows them by."""

from . import asset_version as asset_version
from . import base as base
from . import component as component
from . import job as job
from . import location as location
from . import note as note
from . import project_schema as project_schema
from . import user as user
