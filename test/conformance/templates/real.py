"""Evaluates templates with Ansible: a line of JSON for each on stdin, a line of JSON with its result or error on stdout."""

import json
import re
import signal
import sys
import warnings

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

warnings.simplefilter("ignore")


class TooLong(Exception):
    pass


def too_long(*_):
    raise TooLong


def evaluate(templar, kind, text):
    if kind == "value":
        value = templar.template(text)
    else:
        value = templar.do_template(text, preserve_trailing_newlines=True, escape_backslashes=False)
    # Jinja's Markup is text as far as anyone can tell who is not Python.
    return re.sub(r"Markup\(((['\"]).*?\2)\)", r"\1", repr(str(value) if isinstance(value, str) else value))


def main():
    signal.signal(signal.SIGALRM, too_long)
    variables = json.loads(sys.stdin.readline())
    for line in sys.stdin:
        source = json.loads(line)
        # A new one each time: it remembers what it has evaluated.
        templar = Templar(loader=DataLoader(), variables=variables)
        signal.setitimer(signal.ITIMER_REAL, 5)
        try:
            told = {"is": evaluate(templar, source["kind"], source["text"])}
        except Exception as error:  # whatever it is, the template fails
            told = {"fails": f"{type(error).__name__}: {error}"}
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout.write(json.dumps(told) + "\n")


main()
