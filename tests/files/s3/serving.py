"""Runs an S3 server in a process of its own, with the bucket ``studio``: prints its address, ends with its input."""

from __future__ import annotations

import sys

from tests.files.s3.storage import Storage


def main() -> None:
    """Serve until nobody writes to this process any more."""
    storage = Storage()
    storage.start()
    storage.shared_client.create_bucket(Bucket="studio")
    print(storage.url, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
