# The main job, on an embedded S3: ./dev try
# A bucket is mounted, an ext4 made in an image on it, a source tree copied in, the daemon killed with SIGKILL, mounted again,
# and every file compared byte for byte.

try() {
  if [ "$(id -u)" != 0 ]; then
    note "mounting needs root: going on with sudo"
    exec sudo -E "$ROOT/dev" try
  fi
  need_java
  need_mount_tools
  ready
  TRY=$(mktemp -d "${TMPDIR:-/tmp}/s3shard-try.XXXXXX")
  TRY_SERVER= TRY_DAEMON= TRY_STEP=start
  trap try_end EXIT
  trap 'exit 130' INT TERM
  mkdir "$TRY/mnt" "$TRY/fs" "$TRY/bucket" "$TRY/arena"

  step "an embedded S3 over $TRY/bucket"
  try_server
  step "s3shard mount s3://s3shard/try $TRY/mnt"
  try_mount
  step "a sparse image of 1 GiB, mkfs.ext4, mount -o loop"
  run dd if=/dev/zero of="$TRY/mnt/fs.img" bs=1M seek=1023 count=1 status=none
  run mkfs.ext4 -q "$TRY/mnt/fs.img"
  run mount -o loop "$TRY/mnt/fs.img" "$TRY/fs"
  step "a source tree: this checkout and the machine's documentation"
  mkdir "$TRY/tree"
  (cd "$ROOT" && tar cf - --exclude target --exclude .git .) | tar xf - -C "$TRY/tree"
  find /usr/share/doc -xdev -type f -size -200k | awk 'NR <= 1500' | tar cf - -T - 2>/dev/null | tar xf - -C "$TRY/tree"
  run cp -a "$TRY/tree" "$TRY/fs/"
  run sync -f "$TRY/fs"
  echo "  $(find "$TRY/tree" -type f | wc -l) files, $(du -sm "$TRY/tree" | cut -f1) MiB, synced"
  run_s3shard stats "$TRY/mnt" --once || true
  step "kill -9 $TRY_DAEMON: no farewell"
  kill -9 "$TRY_DAEMON"
  wait "$TRY_DAEMON" 2>/dev/null || true
  TRY_DAEMON=
  umount -l "$TRY/fs"
  try_detach_loops
  umount -l "$TRY/mnt"
  step "s3shard mount again: it finds its dead predecessor's arena and goes on"
  try_mount
  run mount -o loop "$TRY/mnt/fs.img" "$TRY/fs"
  step "every file, byte for byte"
  diff -r --no-dereference "$TRY/tree" "$TRY/fs/tree" || die "the trees differ"
  echo "  identical: $(cd "$TRY/fs/tree" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)…"
  step "what it cost since the second mount"
  run_s3shard stats "$TRY/mnt" --once || true
  umount "$TRY/fs"
  run e2fsck -fn "$TRY/mnt/fs.img" >/dev/null 2>&1
  echo "  e2fsck: clean"
  run_s3shard umount "$TRY/mnt"
  wait "$TRY_DAEMON" 2>/dev/null || true
  TRY_DAEMON=
  step "what lies in the bucket"
  run_s3shard ls s3://s3shard/try
  try_objects
  printf '\nIt works. By hand: ./dev s3 DIR PORT, then ./dev s3shard mount s3://s3shard/demo /mnt/s3\n'
}

step() { TRY_STEP=$*; printf '\n==> %s\n' "$*"; }
run() { "$@" || die "failed: $*"; }
run_s3shard() { (run_main io.s3shard.cli.Main "$@"); }

try_server() {
  (run_main io.s3shard.e2e.EmbeddedS3 "$TRY/bucket" 0) >"$TRY/s3.env" 2>"$TRY/s3.log" &
  TRY_SERVER=$!
  for _ in $(seq 300); do
    grep -q AWS_REGION "$TRY/s3.env" && break
    kill -0 "$TRY_SERVER" 2>/dev/null || die "the embedded S3 did not start: $(tail -n 3 "$TRY/s3.log")"
    sleep 0.1
  done
  # shellcheck disable=SC1091
  . "$TRY/s3.env"
}

# In the foreground of a background job: so the daemon's process id is known, and can be killed.
try_mount() {
  (run_main io.s3shard.cli.Main mount -f --arena-dir "$TRY/arena" s3://s3shard/try "$TRY/mnt") >>"$TRY/daemon.log" 2>&1 &
  TRY_DAEMON=$!
  for _ in $(seq 600); do
    mountpoint -q "$TRY/mnt" && return
    kill -0 "$TRY_DAEMON" 2>/dev/null || die "the daemon did not mount: $(tail -n 5 "$TRY/daemon.log")"
    sleep 0.1
  done
  die "no mount after a minute, see $TRY/daemon.log"
}

try_detach_loops() {
  local loop
  for loop in $(losetup -nO NAME,BACK-FILE | awk -v dir="$TRY/" 'index($2, dir) == 1 {print $1}'); do losetup -d "$loop"; done
}

try_objects() {
  local kind
  for kind in log data map; do
    printf '  %-5s %6d objects %10s\n' "$kind" "$(find "$TRY/bucket" -path "*/$kind/*" -type f | wc -l)" \
      "$(find "$TRY/bucket" -path "*/$kind/*" -type f -printf '%s\n' | awk '{s += $1} END {printf "%.1f MiB", s / 1048576}')"
  done
}

try_end() {
  local status=$?
  set +e # a step of the clean-up that fails must not end it
  mountpoint -q "$TRY/fs" && umount -l "$TRY/fs"
  try_detach_loops
  if [ -n "$TRY_DAEMON" ]; then
    kill "$TRY_DAEMON" 2>/dev/null
    wait "$TRY_DAEMON" 2>/dev/null
  fi
  mountpoint -q "$TRY/mnt" && umount -l "$TRY/mnt"
  [ -n "$TRY_SERVER" ] && kill "$TRY_SERVER" 2>/dev/null && wait "$TRY_SERVER" 2>/dev/null
  if [ "$status" = 0 ]; then rm -rf "$TRY"; else note "failed at: $TRY_STEP; logs are in $TRY"; fi
  exit "$status"
}
