"""What `tell` of the differential playbooks writes, with the whole results, retries as parts of their own, and one line for the recap."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../differential"))

import tell  # noqa: E402 (found through the line above)

DOCUMENTATION = """
name: tell_results
type: notification
short_description: tells how tasks ended, and their results
description: Writes place, name, host, outcome and result of each task and item, and the recap.
"""


class CallbackModule(tell.CallbackModule):
    CALLBACK_NAME = "tell_results"

    def v2_playbook_on_stats(self, stats):
        self._write({"recap": {host: stats.summarize(host) for host in stats.processed}})

    def _tell(self, result, status, item=False):
        task = result._task
        part = "item" if item else "task"
        self._write(
            {
                "at": task.get_path() or "",
                "name": task.get_name(),
                "type": task.action,
                "host": result._host.get_name(),
                "status": status,
                "part": "try" if status == "retried" else part,
                "result": {key: value for key, value in result._result.items() if not key.startswith("_ansible")},
            }
        )

    def _write(self, row):
        with open(os.environ["TOLD"], "a") as file:
            file.write(json.dumps(row, default=str) + "\n")
