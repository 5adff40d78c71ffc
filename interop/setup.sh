#!/bin/sh
# Make the Python environment that `make interop` and the fixture builders use.
#   interop/setup.sh              what the comparisons need (interop/requirements.txt)
#   interop/setup.sh --builders   also what the fixtures are built with (requirements-builders.txt: torch and friends, gigabytes)
# HUGH_INTEROP_VENV says where (default: .venv-interop in the checkout), PYTHON which interpreter (default: python3).
# Packages are installed one by one: those that cannot be had are named at the end, and the exit status is then 1.
set -u
here=$(cd "$(dirname "$0")" && pwd)
venv=${HUGH_INTEROP_VENV:-$here/../.venv-interop}
lists=$here/requirements.txt
case ${1-} in
  '') ;;
  --builders) lists="$lists $here/requirements-builders.txt" ;;
  *) sed -n '2,6s/^# //p' "$0" >&2; exit 2 ;;
esac

if [ ! -x "$venv/bin/pip" ]; then
  "${PYTHON:-python3}" -m venv "$venv" || { echo "interop: cannot make $venv (Debian: apt-get install python3-venv)" >&2; exit 2; }
fi

missing=
while IFS= read -r line; do
  package=${line%%#*}
  package=$(echo $package)
  [ -n "$package" ] || continue
  case $line in *'# no-deps'*) flags=--no-deps ;; *) flags= ;; esac
  "$venv/bin/pip" install --quiet --disable-pip-version-check $flags "$package" || missing="$missing $package"
done <<LINES
$(cat $lists)
LINES

if [ -n "$missing" ]; then
  echo "interop: could not install:$missing" >&2
  exit 1
fi
touch "$venv/ready" # newer than the lists: interop/run need not come here again
echo "interop: $venv is ready"
