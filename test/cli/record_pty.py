"""Runs a command on a terminal of its own: types lines, presses Ctrl-C, changes the window's size, and prints all that was shown.

Usage: record_pty.py COMMAND...
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios

child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])

shown = b""


def resize(rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def until(text):
    """Waits until something was shown, counted from the last call."""
    global shown
    start = len(shown)
    while text not in shown[start:]:
        if not select.select([terminal], [], [], 30)[0]:
            break
        try:
            shown += os.read(terminal, 65536)
        except OSError:
            break


resize(33, 111)
until(b"# ")
for line, answer in [
    (b"stty size; echo done-$((1))\r", b"done-1"),
    (b"sleep 100\r", b"sleep 100"),
]:
    os.write(terminal, line)
    until(answer)
# The sleep has to run before it can be interrupted.
select.select([], [], [], 1)
os.write(terminal, b"\x03")
until(b"# ")
resize(40, 90)
os.kill(child, signal.SIGWINCH)
select.select([], [], [], 2)
os.write(terminal, b"stty size; echo done-$((2))\r")
until(b"done-2")
os.write(terminal, b"exit\r")
until(b"nothing more")
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
