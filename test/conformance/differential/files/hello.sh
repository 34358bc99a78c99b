#!/bin/sh
echo "hello $* in $(pwd)"
echo "warned" >&2
