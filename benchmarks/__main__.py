"""Runs the benchmark of the client, or, where the first argument says so, of the sandbox, of files or of events."""

import sys

from .command import main

if sys.argv[1:2] == ["sandbox"]:
    from .scale.command import main as measure_sandbox

    sys.exit(measure_sandbox(sys.argv[2:]))
if sys.argv[1:2] == ["files"]:
    from .files.command import main as measure_files

    sys.exit(measure_files(sys.argv[2:]))
if sys.argv[1:2] == ["events"]:
    from .events.command import main as measure_events

    sys.exit(measure_events(sys.argv[2:]))
sys.exit(main())
