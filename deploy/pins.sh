#!/usr/bin/env bash
# Renews constraints.txt (what the programme runs on) and constraints-dev.txt (what its tests need besides).
# Names, versions and hashes only: where the packages come from is the machine's business, never the project's.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install -q uv

# One file for Python 3.11 and all later ones: markers choose where versions must differ.
compile() {
  "$scratch/venv/bin/uv" pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate "$@"
}

# The editable install is built in the environment itself, so its build tools are pinned like the rest.
printf 'hatchling\neditables\n' >"$scratch/build.in"
compile pyproject.toml "$scratch/build.in" -o constraints.txt >/dev/null
compile pyproject.toml "$scratch/build.in" --extra dev -c constraints.txt -o "$scratch/all.txt" >/dev/null

# What constraints.txt already holds is not said twice.
awk '
  NR == FNR { if (match($0, /^[^ ]+==[^ ]+/)) pinned[substr($0, RSTART, RLENGTH)]; next }
  match($0, /^[^ ]+==[^ ]+/) { keep = !(substr($0, RSTART, RLENGTH) in pinned) }
  keep
' constraints.txt "$scratch/all.txt" >constraints-dev.txt
