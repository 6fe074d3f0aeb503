# A long run of mixed load with kills, recorded: ./dev endurance MINUTES. Its rows go to target/endurance.tsv; bench/endurance.py says more.
endurance() {
  local minutes=${1:-60}
  [ "$(id -u)" = 0 ] || die "it mounts: be root"
  need_java
  need_mount_tools
  need_packages python3 fio
  need_server versitygw
  ready
  ENDURANCE=$(mktemp -d "${TMPDIR:-/tmp}/s3shard-endurance.XXXXXX")
  ENDURANCE_SERVER=
  # a tmpfs, as a mount chooses by itself: else its pages count as the daemon's own
  export ENDURANCE_ARENA
  ENDURANCE_ARENA=$(mktemp -d /dev/shm/s3shard-endurance.XXXXXX)
  trap endurance_end EXIT
  trap 'exit 130' INT TERM
  mkdir -p "$ENDURANCE/bucket/endurance" "$ENDURANCE/work" "$ENDURANCE/program" "$ROOT/target"
  # a copy: what is edited meanwhile is not what is tried
  . "$ROOT/dev.d/install.sh"
  install_program "$ENDURANCE/program"
  install_command "$ENDURANCE/program" >"$ENDURANCE/s3shard"
  chmod 755 "$ENDURANCE/s3shard"
  export AWS_ACCESS_KEY_ID=endurance AWS_SECRET_ACCESS_KEY=endurance-secret AWS_REGION=us-east-1 S3_BUCKET=endurance
  export S3SHARD_RUN_DIR=$ENDURANCE/run S3SHARD=$ENDURANCE/s3shard
  local port
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  export AWS_ENDPOINT_URL=http://127.0.0.1:$port
  ROOT_ACCESS_KEY=$AWS_ACCESS_KEY_ID ROOT_SECRET_KEY=$AWS_SECRET_ACCESS_KEY \
    "$S3SHARD_CACHE/bin/versitygw" --port "127.0.0.1:$port" --quiet posix "$ENDURANCE/bucket" >"$ENDURANCE/server.log" 2>&1 &
  ENDURANCE_SERVER=$!
  for _ in $(seq 100); do
    curl -so /dev/null "$AWS_ENDPOINT_URL" && break
    sleep 0.1
  done
  python3 "$ROOT/bench/endurance.py" --minutes "$minutes" ${ENDURANCE_OPTIONS:-} --work "$ENDURANCE/work" --report "$ROOT/target/endurance.tsv"
}

endurance_end() {
  local status=$?
  [ "$status" = 0 ] || cp "$ENDURANCE/work/daemon.log" "$ROOT/target/endurance-daemon.log" 2>/dev/null || true
  kill "$ENDURANCE_SERVER" 2>/dev/null || true
  rm -rf "$ENDURANCE" "$ENDURANCE_ARENA"
}
