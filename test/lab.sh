#!/bin/sh
# The stories on real hosts, in two processes at once: those of the install document, and those of plain hosts. Each mostly waits.
set -u
said=$(mktemp)
vitest run --project document >"$said" 2>&1 &
document=$!
vitest run --project hosts
hosts=$?
wait $document
document=$?
cat "$said"
rm -f "$said"
[ $hosts = 0 ] && [ $document = 0 ]
