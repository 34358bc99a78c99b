"""Runs playbooks under ansible-runner, with the ansible-playbook that PATH finds: what was told of each, as one object of JSON.

Usage: told_by_runner.py FOLDER NAME... where FOLDER/NAME is a private data directory with project/p.yml. Several run at a time.
"""

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor

import ansible_runner


def told(place):
    folder, name = place
    run = ansible_runner.run(
        private_data_dir=os.path.join(folder, name),
        playbook="p.yml",
        quiet=True,
        cmdline=" ".join(json.load(open(os.path.join(folder, name, "words.json")))),
        settings={"job_timeout": 120, "idle_timeout": 60},
    )
    events = [
        [event["event"], *(event.get("event_data", {}).get(key) for key in ("play", "task", "host"))]
        for event in run.events
    ]
    texts = [event.get("stdout", "") for event in run.events]
    return name, {"status": run.status, "rc": run.rc, "stats": run.stats, "events": events, "texts": texts}


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as pool:
        print(json.dumps(dict(pool.map(told, [(sys.argv[1], name) for name in sys.argv[2:]]))))
