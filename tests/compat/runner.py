"""Runs scripts one after the other in this interpreter, whatever ``ftrack_api`` is here, and keeps what they print.

``runner.py OUTPUT SCRIPT...`` writes JSON: by script the lines that it printed, and None or how it failed. The official
client's interpreter runs this too, so it needs the standard library alone.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import runpy
import sys
import traceback
import warnings


def main(output: str, *scripts: str) -> None:
    """Run *scripts*, and write what they print to the file *output*."""
    outcomes: dict[str, dict[str, object]] = {}
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    for script in scripts:
        text, failure = io.StringIO(), None
        sys.argv = [script]
        with contextlib.redirect_stdout(text):
            try:
                runpy.run_path(script, run_name="__main__")
            except BaseException as error:
                # Without the frames of either client: what goes on inside of them is none of the test's business.
                own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == script]
                failure = "".join((*traceback.format_list(own), f"{type(error).__name__}: {error}"))
        outcomes[os.path.basename(script)] = {"lines": text.getvalue().splitlines(), "failure": failure}
    with open(output, "w", encoding="utf-8") as file:
        json.dump(outcomes, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
