"""Ending at once when asked to: a library that computes for a minute does not keep Ctrl-C waiting."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from contextlib import suppress

from extractscan.errors import EXIT_INTERRUPTED

PATIENCE = 0.5
"""Seconds in which the program may end by itself, closing what it has open."""


def end_soon() -> None:
    """See to it that an interruption ends the program within a second, whatever it is computing.

    Python runs a handler only between two steps of its own. So a thread waits for the signal itself; if the program is
    still there a moment later it removes the temporary files, says so, and ends the process.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "set_wakeup_fd"):
        return
    hears, tells = socket.socketpair()
    tells.setblocking(False)
    signal.set_wakeup_fd(tells.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_wait, args=(hears, tells), daemon=True).start()


def _wait(hears: socket.socket, _tells: socket.socket) -> None:
    while True:
        heard = hears.recv(1)
        if heard == bytes([signal.SIGINT]):
            break
    threading.Event().wait(PATIENCE)
    _end()


def _end() -> None:
    scratch = sys.modules.get("extractscan.scratch")  # not loaded: nothing to remove
    if scratch is not None:
        scratch.clear()
    with suppress(OSError):
        os.write(2, b"error: interrupted\nhint: an output that was not finished is as it was before\n")
    os._exit(EXIT_INTERRUPTED)
