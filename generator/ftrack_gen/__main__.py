"""Runs `ftrack-gen` as `python -m ftrack_gen`."""

from __future__ import annotations

import sys

from ftrack_gen.command import main

sys.exit(main())
