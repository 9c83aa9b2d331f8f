#!/usr/bin/env bash
# Puts the packages of one pin file into .venv, made first where it is missing, and the programme itself.
# Usage: deploy/venv.sh constraints.txt. Safe to repeat; what is already there stays.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

command -v "$python" >/dev/null || fail "There is no $python here. On Debian: apt-get install python3 python3-venv"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "This needs Python 3.11 or later; $python is $("$python" -V). Name another one: make setup PYTHON=python3.12"

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  rm -rf .venv
  if ! "$python" -m venv .venv >/dev/null 2>&1; then
    # Debian keeps the parts that make an environment in a package of their own.
    rm -rf .venv
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
      fail "$python cannot make a virtual environment. On Debian, as root: apt-get install python3-venv"
    fi
    say "Installing Debian's python3-venv ..."
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; } >/dev/null ||
      fail "apt-get could not install python3-venv; the lines above say why."
    "$python" -m venv .venv || { rm -rf .venv; fail "$python still cannot make a virtual environment."; }
  fi
fi

say "Installing the packages of $1 into .venv (about half a minute) ..."
export PIP_DISABLE_PIP_VERSION_CHECK=1
# Compiling afterwards on all cores is faster than pip's own compiling, and a first start finds everything compiled.
.venv/bin/python -m pip install -qq --no-deps --no-compile --require-hashes -r "$1"
.venv/bin/python -m pip install -qq --no-deps --no-compile --no-build-isolation --no-index -e .
.venv/bin/python -m compileall -q -j 0 .venv/lib || say "Some packages could not be compiled ahead; they still work."
