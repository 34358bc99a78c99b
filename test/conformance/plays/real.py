"""Runs playbooks with Ansible: a line of JSON for each on stdin, its exit code on stdout.

Ansible is imported once, and each run is a fork: to start it anew for each playbook would take most of the time. For the same
reason, a module that would be sent to a new Python on this machine runs in a fork as well (not with PLAYS_PLAIN in the environment).
"""

import gc
import json
import os
import signal
import sys
import tempfile

import ansible.constants as C
from ansible.cli.playbook import PlaybookCLI
from ansible.module_utils import basic  # noqa: F401 (modules find it imported)
from ansible.plugins.connection import local

# The shell command for a module that comes on stdin, without variables of the environment.
PLAIN = "/bin/sh -c '%s && sleep 0'" % "/usr/bin/python3"

REAL_EXEC = local.Connection.exec_command


def exec_command(self, cmd, in_data=None, sudoable=True):
    if in_data is None or str(cmd) != PLAIN:
        return REAL_EXEC(self, cmd, in_data=in_data, sudoable=sudoable)
    out_read, out_write = os.pipe()
    # A file, since two pipes would have to be read at the same time.
    errors = tempfile.TemporaryFile()
    child = os.fork()
    if child == 0:
        os.setsid()
        for end, number in ((os.open(os.devnull, os.O_RDONLY), 0), (out_write, 1), (errors.fileno(), 2)):
            os.dup2(end, number)
        os.closerange(3, 256)
        run_module(in_data)
    os.close(out_write)
    with os.fdopen(out_read, "rb") as pipe:
        out = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with errors:
        errors.seek(0)
        return code, out, errors.read()


def run_module(payload):
    """What `python3` does with a program on stdin."""
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        sys.argv = [""]
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(number, mode, closefd=False) for number, mode in ((0, "r"), (1, "w"), (2, "w"))
        )
        main = type(sys)("__main__")
        sys.modules["__main__"] = main
        exec(compile(payload, "<stdin>", "exec"), main.__dict__)
        code = 0
    except SystemExit as end:
        code = code_of(end)
    except BaseException:
        # As Python itself does: modules set a hook that tells of their own errors.
        try:
            sys.excepthook(*sys.exc_info())
        except SystemExit as end:
            code = code_of(end)
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def code_of(end):
    return end.code if isinstance(end.code, int) else 0 if end.code is None else 1


def run_playbook(case):
    """In a fork: everything that it leaves in memory ends with it."""
    os.chdir(case["folder"])
    output = os.open(case["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ["TOLD"] = case["told"]
    code = 250
    try:
        PlaybookCLI.cli_executor(["ansible-playbook", *case["args"]])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main():
    # Made before the first fork, so that all runs share the modules that are packed there.
    os.makedirs(C.DEFAULT_LOCAL_TMP, exist_ok=True)
    if "PLAYS_PLAIN" not in os.environ:
        local.Connection.exec_command = exec_command
    # Pages that no collection touches stay shared with the forks.
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run_playbook(json.loads(line))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write("%d\n" % code)
        sys.stdout.flush()


main()
