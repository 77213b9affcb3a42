"""Where the program starts: `extractscan`, and `python -m extractscan`."""

from __future__ import annotations

import os

from extractscan.errors import EXIT_INTERRUPTED


def main() -> None:
    """Run the command line; an interruption while it is still being loaded ends with 130 like any later one."""
    try:
        from extractscan.cli import main as run
    except KeyboardInterrupt:
        os.write(2, b"error: interrupted\n")
        os._exit(EXIT_INTERRUPTED)  # nothing is open yet, and Python would end itself by the signal
    run()


if __name__ == "__main__":
    main()
