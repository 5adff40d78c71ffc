#!/bin/sh
# The example Hub against the real huggingface_hub client: hub.sh PYTHON
set -eu
cd "$(dirname "$0")/.."
root=$(mktemp -d); trap 'rm -rf "$root"' EXIT
ln -s "$PWD/examples/models" "$root/examples"
examples/hub/with "$root" "$1" interop/hub.py "$root"
