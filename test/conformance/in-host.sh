#!/bin/sh
# Runs one target in a throw-away host: in-host.sh FOLDER TARGET [TOLERANT], with the programs to test first in PATH.
# TOLERANT: a script goes on after what fails, and notes it in its trace.
# Leaves in /tmp/conformance/TARGET: log (what was printed), asserts (a line for each assert of Ansible's), events (ours), trace, exit.
set -u
folder=$1 target=$2 tolerant=${3:-}
out=/tmp/conformance/$target
rm -rf "$out"
mkdir -p "$out/output"
targets=$folder/test/integration/targets
printf '[local]\ntesthost ansible_connection=local ansible_pipelining="true" ansible_python_interpreter=/usr/bin/python3\n' \
  >"$folder/test/integration/inventory"
# As ansible-test sets them.
export ANSIBLE_FORCE_HANDLERS=true ANSIBLE_HOST_PATTERN_MISMATCH=error ANSIBLE_DEPRECATION_WARNINGS=false \
  ANSIBLE_INVENTORY=/dev/null ANSIBLE_RETRY_FILES_ENABLED=false ANSIBLE_DEVEL_WARNING=false \
  OUTPUT_DIR="$out/output" INVENTORY_PATH="$folder/test/integration/inventory" \
  ANSIBLE_TEST_PYTHON_INTERPRETER=/usr/bin/python3 ANSIBLE_TEST_PYTHON_VERSION=3.11 \
  LC_ALL=C.UTF-8 HOME=/root PAGER=/bin/cat
# How the two programs tell of asserts: ours by its events, Ansible by a callback plugin.
export RETRACE_EVENTS="$out/events" ANSIBLE_CALLBACKS_ENABLED=held_asserts ANSIBLE_CALLBACK_PLUGINS=/opt/conformance \
  HELD_ASSERTS="$out/asserts"
cd "$targets/$target" || exit 1
if [ -e runme.sh ]; then
  if [ -n "$tolerant" ]; then
    note='trap '\''echo "- failed" >\&9'\'' ERR'
    sed -E -i -e "s/^( *)set -([a-z]*)e([a-z]*)( |\$)/\1$note; set -E\2\3\4/" -e "s/^( *)set (.*)-o errexit/\1$note; set \2-E/" \
      -e 's/^( *)set \+e$/\1trap - ERR/' runme.sh
  fi
  exec 9>"$out/trace"
  BASH_XTRACEFD=9 timeout -k 5 1800 bash -x ./runme.sh >"$out/log" 2>&1 </dev/null
else
  export ANSIBLE_ROLES_PATH="$targets"
  facts=true
  grep -qs '^gather_facts/no' aliases && facts=false
  printf -- '- hosts: testhost\n  gather_facts: %s\n  vars: {output_dir: %s}\n  roles: [{role: %s}]\n' "$facts" "$out/output" "$target" \
    >"$out/play.yml"
  timeout -k 5 1800 ansible-playbook -i "$INVENTORY_PATH" "$out/play.yml" >"$out/log" 2>&1 </dev/null
fi
echo $? >"$out/exit"
