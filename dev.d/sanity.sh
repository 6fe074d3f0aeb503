# CSI conformance: ./dev sanity [--all]
# csi-sanity, as root, against shardd, node and controller on a real bucket, with real devices and mounts. Two set-ups: a mounted volume with
# one socket, a block volume with two. --all: all four, and two more with an S3 that answers late and loses answers.

CSI_SANITY_VERSION=v5.6.0
CSI_SANITY_MODULE=github.com/kubernetes-csi/csi-test/v5

# What a Go binary was built from is recorded in it.
has_csi_sanity() {
  go version -m "$S3SHARD_CACHE/bin/csi-sanity" 2>/dev/null |
    awk -v m="$CSI_SANITY_MODULE" -v v="$CSI_SANITY_VERSION" '$1 == "mod" && $2 == m && $3 == v { found = 1 } END { exit !found }'
}

need_csi_sanity() {
  need_go
  has_csi_sanity && return
  note "building csi-sanity $CSI_SANITY_VERSION, a few minutes"
  GOBIN=$S3SHARD_CACHE/bin GOFLAGS=-trimpath go install -ldflags '-s -w' "$CSI_SANITY_MODULE/cmd/csi-sanity@$CSI_SANITY_VERSION" \
    >"$S3SHARD_CACHE/go.log" 2>&1 || die "go failed, see $S3SHARD_CACHE/go.log"
}

need_latproxy() {
  [ -x "$S3SHARD_CACHE/bin/latproxy" ] && return
  need_go
  (cd "$ROOT/bench/latproxy" && go build -o "$S3SHARD_CACHE/bin/latproxy" .) >"$S3SHARD_CACHE/go.log" 2>&1 ||
    die "go failed, see $S3SHARD_CACHE/go.log"
}

sanity() {
  if [ "$(id -u)" != 0 ]; then
    note "mounting needs root: going on with sudo"
    exec sudo -E "$ROOT/dev" sanity "$@"
  fi
  need_java
  need_mount_tools
  need_python
  need_server versitygw
  need_csi_sanity
  ready
  SANITY_PIDS=() SANITY_FAILED=0
  SANITY=$(mktemp -d "${TMPDIR:-/tmp}/sanity.XXXXXX")
  trap sanity_end EXIT
  trap 'exit 130' INT TERM
  sanity_run mount one none
  sanity_run block two none
  if [ "${1:-}" = --all ]; then
    need_latproxy
    sanity_run mount two none
    sanity_run block one none
    sanity_run mount two faults
    sanity_run block one faults
  fi
  [ "$SANITY_FAILED" = 0 ] || die "csi-sanity is not content"
}

# sanity_run mount|block one|two none|faults
sanity_run() {
  local access=$1 sockets=$2 faults=$3
  D=$SANITY/$access-$sockets-$faults
  mkdir -p "$D/bucket/sanity"
  SANITY_PIDS=()
  sanity_bucket "$faults"
  sanity_daemons "$sockets"
  printf 'commitInterval: 2s\n' >"$D/mutable.yaml"
  local options=(-csi.endpoint="unix://$D/csi.sock" -csi.mountdir="$D/mnt" -csi.stagingdir="$D/stg"
    -csi.testvolumesize=536870912 -csi.testvolumeexpandsize=1073741824 -csi.testvolumeaccesstype="$access"
    -csi.testvolumemutableparameters="$D/mutable.yaml" -csi.testnodevolumeattachlimit
    -ginkgo.junit-report="$D/junit.xml" -ginkgo.no-color -ginkgo.succinct)
  [ "$sockets" = one ] || options+=(-csi.controllerendpoint="unix://$D/controller.sock")
  "$S3SHARD_CACHE/bin/csi-sanity" "${options[@]}" >"$D/sanity.log" 2>&1 || true
  python3 "$ROOT/dev.d/sanity_report.py" "$D/junit.xml" "$access, $sockets, faults: $faults" || {
    SANITY_FAILED=1
    cp -r "$D" "$S3SHARD_CACHE/sanity-$access-$sockets-$faults" 2>/dev/null || true
    note "logs are in $S3SHARD_CACHE/sanity-$access-$sockets-$faults"
  }
  sanity_stop
}

sanity_bucket() {
  local port
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  ROOT_ACCESS_KEY=sanity ROOT_SECRET_KEY=sanity-secret \
    "$S3SHARD_CACHE/bin/versitygw" --port "127.0.0.1:$port" --quiet posix "$D/bucket" >"$D/bucket.log" 2>&1 &
  SANITY_PIDS+=($!)
  if [ "$1" = faults ]; then
    local proxy=$((port + 1)) admin=$((port + 2))
    "$S3SHARD_CACHE/bin/latproxy" -listen "127.0.0.1:$proxy" -admin "127.0.0.1:$admin" -target "http://127.0.0.1:$port" \
      -latency 10ms >"$D/proxy.log" 2>&1 &
    SANITY_PIDS+=($!)
    sanity_wait "the proxy" curl -fsS "http://127.0.0.1:$admin/set?latency=10ms&jitter=20ms&fault=lostreply&rate=0.05"
    port=$proxy
  fi
  export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_ACCESS_KEY_ID=sanity AWS_SECRET_ACCESS_KEY=sanity-secret AWS_REGION=us-east-1
  sanity_wait "the bucket" curl -sS -o /dev/null "$AWS_ENDPOINT_URL"
}

sanity_daemons() {
  local home=s3://sanity/home
  sanity_start shardd --socket "unix://$D/shardd.sock" --volumes-dir "$D/volumes" --arena-dir "$D/arenas" --cache-dir "$D/cache"
  local node=(node --home "$home" --csi-endpoint "unix://$D/csi.sock" --socket "unix://$D/shardd.sock" --volumes-dir "$D/volumes"
    --node-id sanity --max-volumes 4 --no-registration --controller-dir "$D/authorities")
  if [ "$1" = one ]; then
    sanity_start "${node[@]}" --controller
  else
    sanity_start "${node[@]}"
    sanity_start controller --home "$home" --csi-endpoint "unix://$D/controller.sock" --controller-dir "$D/authorities"
    sanity_wait "the controller" test -S "$D/controller.sock"
  fi
  sanity_wait "the node" test -S "$D/csi.sock"
  sanity_wait "the node's entry" test -e "$D/bucket/sanity/home/nodes/sanity"
}

sanity_start() {
  (S3SHARD_JAVA_OPTIONS="-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1" run_main io.s3shard.cli.Main "$@") >"$D/$1.log" 2>&1 &
  SANITY_PIDS+=($!)
}

sanity_wait() {
  local what=$1
  shift
  for _ in $(seq 600); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  local log
  for log in "$D"/*.log; do echo "== $log"; tail -n 5 "$log"; done >&2
  die "$what did not come up"
}

# The last started is the first to end: what is mounted is the suite's to unmount.
sanity_stop() {
  local i
  for ((i = ${#SANITY_PIDS[@]} - 1; i >= 0; i--)); do
    kill -9 "${SANITY_PIDS[i]}" 2>/dev/null || true
    wait "${SANITY_PIDS[i]}" 2>/dev/null || true
  done
  SANITY_PIDS=()
}

sanity_end() {
  local status=$?
  set +e # a step of the clean-up that fails must not end it
  sanity_stop
  awk -v dir="$SANITY/" 'index($5, dir) == 1 {print $5}' /proc/self/mountinfo | sort -r | while read -r place; do umount -l "$place"; done
  losetup -nO NAME,BACK-FILE | awk -v dir="$SANITY/" 'index($2, dir) == 1 {print $1}' | while read -r loop; do losetup -d "$loop"; done
  rm -rf "$SANITY"
  exit "$status"
}
