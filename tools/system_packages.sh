#!/usr/bin/env bash
# Sees to what the tests need from Debian itself: PostgreSQL's server programs, Chromium, GNU gettext, openssl, libfaketime,
# a Chinese font, Go with the code of its module database's log, which checks ours, an EPP client, a DNS server, a resolver
# and an IMAP server.
#
# As root it installs what is missing; as anybody else it prints the line to run and fails.  Touches nothing that is there.
# The program needs none of these: only its tests do.
set -euo pipefail

missing=()
if ! command -v initdb >/dev/null && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then missing+=(postgresql); fi
command -v systemd-analyze >/dev/null || missing+=(systemd)
command -v chromium >/dev/null || missing+=(chromium)
if ! command -v msgfmt >/dev/null || ! command -v xgettext >/dev/null; then missing+=(gettext); fi
command -v openssl >/dev/null || missing+=(openssl)
compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null || missing+=(faketime)
# Without one, Chinese pages are drawn in boxes and what the reflow check measures is not what people see.
if ! compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null && ! compgen -G '/usr/share/fonts/truetype/wqy/*' >/dev/null; then
    missing+=(fonts-wqy-microhei)
fi
command -v go >/dev/null || missing+=(golang-go)
perl -MNet::EPP::Client -e 1 2>/dev/null || missing+=(libnet-epp-perl) # somebody else's EPP client, beside pyepp
command -v knotd >/dev/null || [ -x /usr/sbin/knotd ] || missing+=(knot) # a real DNS server to ask
command -v named >/dev/null || [ -x /usr/sbin/named ] || missing+=(bind9) # a real resolver that fetches our zones
command -v dovecot >/dev/null || [ -x /usr/sbin/dovecot ] || missing+=(dovecot-imapd) # a real mailbox to read
[ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ] || missing+=(golang-golang-x-mod-dev)

if [ ${#missing[@]} -eq 0 ]; then
    echo "system packages: all there"
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "system packages: the tests need ${missing[*]} (Debian's names); install them and run again" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "system packages: the tests need ${missing[*]}; run: sudo apt-get install --yes --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

echo "system packages: installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    echo "system packages: could not install ${missing[*]} (above: the end of what apt-get said)" >&2
    exit 1
fi
echo "system packages: all there"
