#!/bin/sh
# 绣城 Xiucheng @VERSION@, @ARCH@: sh @NAME@ [--to DIR]      no network needed; DIR is /opt/xiucheng unless named
set -eu

usage() { echo "usage: sh $0 [--to DIR]    (/opt/xiucheng)" >&2; exit 2; }
fail() { echo "xiucheng: $1" >&2; echo "xiucheng: $2" >&2; exit 1; }

to=/opt/xiucheng
while [ $# -gt 0 ]; do
    case "$1" in
        --to) [ $# -ge 2 ] || usage; to=$2; shift 2 ;;
        *) usage ;;
    esac
done
case "$to" in /*) ;; *) to=$PWD/$to ;; esac

[ "$(uname -m)" = "@ARCH@" ] || fail "此文件用于 @ARCH@，这台机器是 $(uname -m)" "this file is for @ARCH@, this machine is $(uname -m)"
if [ -e "$to" ] && [ -n "$(ls -A "$to")" ] && [ ! -e "$to/xiucheng.bundle" ]; then
    fail "$to 里有别的东西，未动" "$to holds something else and was left as it is"
fi
whole=$(tail -n +@LINES@ "$0" | sha256sum | cut -d ' ' -f 1)
[ "$whole" = "@SHA256@" ] || fail "文件不完整，请重新拷贝" "the file is not whole: copy it again"

mkdir -p "$(dirname "$to")"
half=$(mktemp -d "$to.XXXXXX")
trap 'rm -rf "$half"' EXIT
tail -n +@LINES@ "$0" | tar -xz -C "$half"
chmod 755 "$half"
"$half/bin/python" -c 'import xiucheng, django, psycopg, shapely, pyogrio, cryptography' ||
    fail "在这台机器上不能运行" "it does not run on this machine"
# Compiled now: the accounts that it will run under may not write here.
"$half/bin/python" -m compileall -q -j 0 "$half/python/lib" || true

# The one before stays beside it, as the way back.
if [ -e "$to/xiucheng.bundle" ]; then
    rm -rf "$to.before"
    mv "$to" "$to.before"
elif [ -e "$to" ]; then
    rmdir "$to"
fi
mv "$half" "$to"
trap - EXIT
echo "已装到 $to。试用：$to/bin/xiucheng demo"
echo "Installed in $to. To try it: $to/bin/xiucheng demo"
exit 0
