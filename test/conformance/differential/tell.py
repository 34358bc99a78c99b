"""Writes a line of JSON for each result of a task, or of an item of its loop, to the file that TOLD names."""

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: tell
type: notification
short_description: tells how tasks ended
description: Writes place, name, host and outcome of each task and item.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "tell"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result):
        self._tell(result, "changed" if result._result.get("changed") else "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._tell(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_skipped(self, result):
        self._tell(result, "skipped")

    def v2_runner_on_unreachable(self, result):
        self._tell(result, "unreachable")

    def v2_runner_item_on_ok(self, result):
        self._tell(result, "changed" if result._result.get("changed") else "ok", True)

    def v2_runner_item_on_failed(self, result):
        self._tell(result, "failed", True)

    def v2_runner_item_on_skipped(self, result):
        self._tell(result, "skipped", True)

    def v2_runner_retry(self, result):
        self._tell(result, "retried")

    def _tell(self, result, status, item=False):
        task = result._task
        row = {
            "at": task.get_path() or "",
            "name": task.get_name(),
            "type": task.action,
            "host": result._host.get_name(),
            "status": status,
            "item": item,
        }
        if status in ("failed", "ignored", "unreachable"):
            row["why"] = str(result._result.get("msg", ""))
        with open(os.environ["TOLD"], "a") as file:
            file.write(json.dumps(row) + "\n")
