#!/bin/sh
# All tests, in two lanes at once. The stories about the install document depend on each other and use little more than one core; the other
# lane runs the fast tests and then the stories on plain hosts. The first lane takes longest, so the fast tests only get the time that it leaves.
# Its output is printed at the end, in one piece.
set -u
said=$(mktemp)
vitest run --project document >"$said" 2>&1 &
document=$!
trap 'kill $document; rm -f "$said"; exit 130' INT TERM
nice -n 10 vitest run --project fast
fast=$?
vitest run --project hosts
hosts=$?
wait $document
document=$?
cat "$said"
rm -f "$said"
[ "$fast$hosts$document" = 000 ]
