#!/bin/bash
# Installs what the benchmarks need into ${S3SHARD_CACHE:-~/.cache/s3shard}/bin, from package registries only. As root, on Debian.
# Run it again at will: what is there stays.   setup.sh [SERVER|PEER…]   versitygw is always there; minio, s3backer, s3fs, rclone if named
set -eu
BENCH=$(cd "$(dirname "$0")" && pwd)
. "$BENCH/lib.sh"
mkdir -p "$CACHE/bin"
export GOBIN=$CACHE/bin GOTOOLCHAIN=local GOFLAGS=-buildvcs=false

install() {
  local need= p
  for p in "$@"; do dpkg -s "$p" >/dev/null 2>&1 || need="$need $p"; done
  [ -z "$need" ] || { apt-get update -q; DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $need; } >/dev/null
}

# Debian 12's 1.60 is old; the newest suite's package needs nothing but Debian 12's libc
install_rclone() {
  command -v rclone >/dev/null && return
    apt=$(mktemp -d)
    mkdir -p "$apt"/{parts,lists/partial,cache/archives/partial}
    cat >"$apt/parts/sid.sources" <<EOF
Types: deb
URIs: $(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/debian.sources)
Suites: sid
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
EOF
    cat >"$apt/conf" <<EOF
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/parts";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
EOF
    (cd "$apt" && export APT_CONFIG=$apt/conf && chmod 755 "$apt" && apt-get update -q && apt-get download rclone) >/dev/null
    dpkg -i "$apt"/rclone_*.deb >/dev/null
    rm -rf "$apt"
}

build() {
  [ -x "$CACHE/bin/$1" ] && return
  note "building $1, a few minutes"
  nice go install "$2"
}

install fio curl attr python3
build versitygw github.com/versity/versitygw/cmd/versitygw@v1.8.0
for t in latproxy s3load; do
  [ -x "$CACHE/bin/$t" ] && [ -z "$(find "$BENCH/$t" -newer "$CACHE/bin/$t" -print -quit)" ] || (cd "$BENCH/$t" && go build -o "$CACHE/bin/$t" .)
done
for s in "$@"; do
  case $s in
    versitygw | s3shard | fuse-memory | tmpfs | raw) ;;
    minio) build minio github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c ;;
    s3backer | s3fs)
      install "$s" fuse3
      grep -qs '^user_allow_other' /etc/fuse.conf || echo user_allow_other >>/etc/fuse.conf
      ;;
    rclone) install fuse3; install_rclone ;;
    *) die "unknown server or peer $s" ;;
  esac
done
