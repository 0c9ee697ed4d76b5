"""Data in a bucket of S3, or of storage that speaks its protocol (docs/files.md). No import of it loads boto3."""

from __future__ import annotations

from .accessor import S3Accessor

__all__ = ["S3Accessor"]
