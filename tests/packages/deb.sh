#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# deb.sh FLOWLOG.deb LIBFLOWLOG-DEV.deb FOLDER: tests the Debian packages. lintian has nothing to say; in a new Debian 12, made in FOLDER,
# apt installs the command, which answers within 30 s; and a program is compiled with the other package there.
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
command=$(realpath "$1")
library=$(realpath "$2")
mkdir -p "$3"
root=$(cd "$3" && pwd)/bookworm
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

# lintian as it is run on packages that are not Debian's own: no bug report closes their first upload
lintian --suppress-tags initial-upload-closes-no-bugs --fail-on error,warning "$command" "$library" >"$room/lintian" 2>&1 || {
    cat "$room/lintian"
    fail "lintian"
}
! grep '^[EW]:' "$room/lintian" || fail "lintian"
ok "lintian"

new_debian bookworm "$root"
inside() { "${as_root[@]}" chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive FLOWLOG_CONFIG= "$@"; }
inside apt-get -qq purge -y flowlog libflowlog-dev >/dev/null 2>&1 || true
inside apt-get -qq update
"${as_root[@]}" cp "$command" "$library" "$data/flow_logs.txt" "$here/../../examples/count_ports.cpp" "$root/tmp"

from=$(date +%s.%N)
inside apt-get -qq install -y --no-install-recommends "/tmp/$(basename "$command")" >"$room/apt" 2>&1 || { cat "$room/apt"; fail "apt"; }
inside sh -c 'cd /tmp && exec "$@"' sh flowlog "${question[@]}" >"$room/out"
has_answer "$room/out"
ok "installed and answers after $(seconds_since "$from") s"

inside flowlog --version >"$room/out"
says "$room/out" 'components: bzip2 gzip json lz4 lzo re2 zstd'
inside dpkg -L flowlog >"$room/files"
for file in bin/flowlog share/man/man1/flowlog.1.gz share/man/man1/flowlog-top.1.gz share/bash-completion/completions/flowlog \
    share/zsh/vendor-completions/_flowlog share/fish/vendor_completions.d/flowlog.fish share/doc/flowlog/copyright; do
    grep -qxF "/usr/$file" "$room/files" || fail "there is no /usr/$file"
done
# one page for each command that `flowlog --help` names
inside flowlog man | sed -n 's/^\.BR flowlog\\-\([a-z]*\) .*/\1/p' >"$room/commands"
[ "$(grep -c '/man1/flowlog-' "$room/files")" = "$(wc -l <"$room/commands")" ] || fail "pages are missing"
ok "manual pages, completions"

inside apt-get -qq install -y --no-install-recommends g++ pkg-config "/tmp/$(basename "$library")" >"$room/apt" 2>&1 || { cat "$room/apt"; fail "apt"; }
# shellcheck disable=SC2016
inside sh -c 'cd /tmp && g++ -std=c++20 count_ports.cpp $(pkg-config --cflags --libs flowlog) -o count_ports && ./count_ports flow_logs.txt' >"$room/out"
diff "$here/../../examples/expected/count_ports.txt" "$room/out" || fail "count_ports"
# shellcheck disable=SC2016
inside sh -c 'cd /tmp && g++ -std=c++20 count_ports.cpp $(pkg-config --cflags --libs flowlog-compiled) -o count_ports && ./count_ports flow_logs.txt' >"$room/out"
diff "$here/../../examples/expected/count_ports.txt" "$room/out" || fail "count_ports, compiled"
ok "compiles a program with the headers, and with flowlog::compiled"
inside apt-get -qq install -y --no-install-recommends cmake make >"$room/apt" 2>&1 || { cat "$room/apt"; fail "apt"; }
"${as_root[@]}" rm -rf "$root/tmp/consumer"
"${as_root[@]}" cp -r "$here/../package" "$root/tmp/consumer"
inside sh -c 'cd /tmp/consumer && cmake -B build >/dev/null && cmake --build build >/dev/null && build/consumer' >"$room/out"
says "$room/out" 'flowlog 0.'
ok "find_package"

inside apt-get -qq purge -y flowlog libflowlog-dev >/dev/null 2>&1
! inside sh -c 'find /usr -name "*flowlog*" | grep .' || fail "files are left"
ok "is removed without a rest"
