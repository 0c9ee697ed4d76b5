"""Owns how what boto3 raises becomes an error of accessors, which names bucket and key and tells no secret."""

from __future__ import annotations

import importlib
from typing import Any, Final

from ...errors import (
    AccessorError,
    AccessorOperationFailedError,
    AccessorPermissionDeniedError,
    AccessorResourceExistsError,
    AccessorResourceNotFoundError,
    TransferVerificationError,
)
from ...redaction import origin

_ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})

_DENIED: Final = frozenset(
    {
        *("401", "403", "AccessDenied", "AllAccessDisabled", "AccountProblem", "ExpiredToken", "Forbidden"),
        *("InvalidAccessKeyId", "InvalidToken", "RequestTimeTooSkewed", "SignatureDoesNotMatch", "UnauthorizedAccess"),
    }
)

_TAKEN: Final = frozenset({"409", "412", "ConditionalRequestConflict", "PreconditionFailed"})

_ALTERED: Final = frozenset({"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"})

_WITHOUT_CREDENTIALS: Final = frozenset(
    {
        *("CredentialRetrievalError", "NoCredentialsError", "PartialCredentialsError", "SSOTokenLoadError"),
        *("TokenRetrievalError", "UnauthorizedSSOTokenError"),
    }
)

_OF_CONNECTIONS: Final = frozenset({"ConnectionError", "HTTPClientError"})
"""Classes of boto3's errors whose texts hold whole addresses."""


def expected_errors() -> tuple[type[Exception], ...]:
    """Return what boto3 raises where something is wrong outside; needs boto3."""
    botocore: Any = importlib.import_module("botocore.exceptions")
    boto3: Any = importlib.import_module("boto3.exceptions")
    return botocore.BotoCoreError, botocore.ClientError, boto3.Boto3Error


def failure(error: Exception, operation: str, identifier: str, address: str, endpoint: str) -> AccessorError:
    """Return what *error* means of *operation* with the resource *identifier*, which lies at *address*.

    What is returned has no cause: boto3's errors and the variables around them hold signed addresses and tokens.
    """
    code, message = said(error)
    if not code:
        return _unanswered(error, operation, identifier, address, endpoint)
    reason = f"{code}: {message}" if message else code
    if code in _ABSENT:
        return AccessorResourceNotFoundError(operation, identifier, address=address)
    if code == "NoSuchBucket":
        return AccessorOperationFailedError(operation, identifier, "there is no such bucket", address=address)
    if code in _DENIED:
        return AccessorPermissionDeniedError(operation, identifier, f"The storage says {reason}", address=address)
    if code in _TAKEN and operation == "create":
        return AccessorResourceExistsError(operation, identifier, address=address)
    if code in _TAKEN:
        reason = f"it was replaced by something else meanwhile ({code})"
    if code in _ALTERED:
        reason = f"what arrived is not what was sent ({reason})"
        return TransferVerificationError(operation, identifier, reason, address=address)
    return AccessorOperationFailedError(operation, identifier, reason, address=address)


def said(error: Exception) -> tuple[str, str]:
    """Return the code and the message of what a server answered; both are empty where none did."""
    response = getattr(error, "response", None)
    told = response.get("Error") if isinstance(response, dict) else None
    if not isinstance(told, dict):
        return "", ""
    return str(told.get("Code") or "unknown"), str(told.get("Message") or "")[:200]


def _unanswered(error: Exception, operation: str, identifier: str, address: str, endpoint: str) -> AccessorError:
    name = type(error).__name__
    if name in _WITHOUT_CREDENTIALS:
        reason = f"boto3 finds no credentials that are good ({name}): set them up as its documentation says."
        return AccessorPermissionDeniedError(operation, identifier, reason, address=address)
    if name == "FlexibleChecksumError":
        reason = "what arrived has another checksum than what is stored"
        return TransferVerificationError(operation, identifier, reason, address=address)
    if not _OF_CONNECTIONS.isdisjoint(each.__name__ for each in type(error).__mro__):
        inner = getattr(error, "kwargs", {}).get("error") if name == "HTTPClientError" else None
        why = f"{name} at {origin(endpoint)}" + ("" if inner is None else f" ({type(inner).__name__})")
    else:
        why = f"{name}: {' '.join(str(error).split())[:200]}"
    return AccessorOperationFailedError(operation, identifier, why, address=address)
