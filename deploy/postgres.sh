#!/usr/bin/env bash
# Makes sure that the PostgreSQL server the tests start for themselves is installed; Debian's package will do.
set -euo pipefail

server() { ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null || command -v initdb; }

if server >/dev/null; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "The tests need PostgreSQL's server programs. On Debian, as root: apt-get install postgresql" >&2
  exit 1
fi
echo "Installing Debian's PostgreSQL for the tests ..." >&2
{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } >/dev/null
