# s3shard from this checkout, mounted by hand: an image file in a directory.
sys_start() {
  mkdir -p "$STATE/arena"
  AWS_ENDPOINT_URL=$S3_ENDPOINT "$BENCH/../dev" s3shard mount -f --arena-dir "$STATE/arena" --cache-dir "$STATE/cache" \
    ${S3SHARD_MOUNT_OPTIONS:-} "s3://$S3_BUCKET/bench" "$MNT" >>"$LOGS/s3shard.log" 2>&1 &
  SYS_PIDS=$!
  wait_for 60 mountpoint -q "$MNT" || return 1
  IMAGE=$MNT/image
}
sys_stop() {
  AWS_ENDPOINT_URL=$S3_ENDPOINT "$BENCH/../dev" s3shard umount "$MNT" >>"$LOGS/s3shard.log" 2>&1
  wait $SYS_PIDS 2>/dev/null
}
sys_drop_cache() { rm -rf "$STATE/cache"; }
sys_destroy() { mountpoint -q "$MNT" && umount -l "$MNT"; return 0; }
