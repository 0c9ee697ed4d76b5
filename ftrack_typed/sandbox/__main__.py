"""Runs ``ftrack-sandbox`` as ``python -m ftrack_typed.sandbox``."""

import sys

from ftrack_typed.sandbox.command import main

if __name__ == "__main__":
    sys.exit(main())
