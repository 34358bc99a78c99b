"""Writes a line of JSON for each result of a task, or of an item of its loop, and one for the recap, to the file that TOLD names."""

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: tell_results
type: notification
short_description: tells how tasks ended, and their results
description: Writes place, name, host, outcome and result of each task and item, and the recap.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "tell_results"
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
        self._tell(result, "changed" if result._result.get("changed") else "ok", "item")

    def v2_runner_item_on_failed(self, result):
        self._tell(result, "failed", "item")

    def v2_runner_item_on_skipped(self, result):
        self._tell(result, "skipped", "item")

    def v2_runner_retry(self, result):
        self._tell(result, "retried", "try")

    def v2_playbook_on_stats(self, stats):
        self._write({"recap": {host: stats.summarize(host) for host in stats.processed}})

    def _tell(self, result, status, part="task"):
        task = result._task
        self._write(
            {
                "at": task.get_path() or "",
                "name": task.get_name(),
                "type": task.action,
                "host": result._host.get_name(),
                "status": status,
                "part": part,
                "result": {key: value for key, value in result._result.items() if not key.startswith("_ansible")},
            }
        )

    def _write(self, row):
        with open(os.environ["TOLD"], "a") as file:
            file.write(json.dumps(row, default=str) + "\n")
