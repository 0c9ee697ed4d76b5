"""Files: where the data of components lies, how it is reached, and what is said of it on the server (docs/files.md)."""

from __future__ import annotations

from .accessor import Accessor
from .disk import DiskAccessor
from .s3 import S3Accessor
from .standard_structure import StandardStructure
from .structure import EntityIdStructure, IdStructure, OriginStructure, Structure
from .transfer_options import TransferOptions, TransferProgress, transferring
from .transformer import ResourceIdentifierTransformer

__all__ = [
    "Accessor",
    "DiskAccessor",
    "EntityIdStructure",
    "IdStructure",
    "OriginStructure",
    "ResourceIdentifierTransformer",
    "S3Accessor",
    "StandardStructure",
    "Structure",
    "TransferOptions",
    "TransferProgress",
    "transferring",
]
