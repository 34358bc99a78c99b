"""Notes each task of a run of Ansible that ended well, with its place and how many conditions it asserts, and each that failed."""

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: held_asserts
type: notification
short_description: notes tasks and what they assert
description: Writes a line of JSON for each task that ended well or failed to the file that HELD_ASSERTS names.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "held_asserts"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result):
        # A loop has told of each item already.
        if not result._task.loop:
            self._note(result)

    def v2_runner_item_on_ok(self, result):
        self._note(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._note(result, failed=True)

    def _note(self, result, **more):
        task = result._task
        that = task.args.get("that") if task.action.rpartition(".")[2] == "assert" else []
        conditions = len(that) if isinstance(that, list) else 1
        with open(os.environ["HELD_ASSERTS"], "a") as file:
            file.write(json.dumps({"at": task.get_path(), "conditions": conditions, **more}) + "\n")
