"""Owns one measurement: a fresh process that imports one client, does one thing with it, and prints what it cost.

Called with ``name=value`` pairs: ``client``, ``url``, ``cache``, ``measure`` (a function of `benchmarks.measures`), and
what that takes. The import of the client is part of what is measured, so that nothing it may need is imported before.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module


def main() -> None:
    """Measure, and print the figures as one line of JSON."""
    given = dict(pair.split("=", 1) for pair in sys.argv[1:])
    started = time.perf_counter()
    client_type = import_module(f"benchmarks.clients.{given['client']}").Client
    imported = time.perf_counter()
    client = client_type(given["url"], given["cache"])
    opened = time.perf_counter()
    if given["measure"] == "start":
        client.query("flat", 1)
        first = time.perf_counter()
        modules = len(sys.modules)
        figures: dict[str, float | str] = {
            "import": imported - started,
            "session": opened - imported,
            "first_row": first - opened,
        }
        figures.update(seconds=first - started, modules=modules)
    else:
        # After the client has been timed, and not for the measurement of the start at all.
        from benchmarks import measures

        figures = measures.run(client, given)
    client.close()

    import json

    print(json.dumps(figures))


if __name__ == "__main__":
    main()
