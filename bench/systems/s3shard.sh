# s3shard, mounted by hand in the background as a user does: with its own memory limits. S3SHARD: the program, else this checkout's.
s3shard() { AWS_ENDPOINT_URL=$S3_ENDPOINT ${S3SHARD:-"$BENCH/../dev" s3shard} "$@"; }
sys_start() {
  mkdir -p "$STATE/arena"
  s3shard mount --arena-dir "$STATE/arena" --cache-dir "$STATE/cache" --log-file "$LOGS/s3shard-daemon.log" \
    ${S3SHARD_MOUNT_OPTIONS:-} "s3://$S3_BUCKET/bench" "$MNT" >>"$LOGS/s3shard.log" 2>&1 || return 1
  SYS_PIDS=$(s3shard stats "$MNT" --once --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["pid"])')
  IMAGE=$MNT/image
}
sys_stop() {
  s3shard umount "$MNT" >>"$LOGS/s3shard.log" 2>&1
  wait_for 120 test ! -d "/proc/$SYS_PIDS"
}
sys_drop_cache() { rm -rf "$STATE/cache"; }
# The machine is gone, with all that it had not committed: the next start takes its volumes away from it.
sys_lose() {
  kill -9 "$SYS_PIDS"
  SYS_PIDS=
  umount -l "$MNT"
  rm -rf "$STATE/arena" "$STATE/cache"
  S3SHARD_MOUNT_OPTIONS="${S3SHARD_MOUNT_OPTIONS:-} --takeover"
}
sys_destroy() { mountpoint -q "$MNT" && umount -l "$MNT"; return 0; }
