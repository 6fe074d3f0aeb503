#!/bin/bash
# Runs one system through the jobs and prints rows: system, latency_ms, job, metric, value (tab-separated).
#   run.sh --system NAME [--latency MS] [--server minio|versitygw] [--jobs "a b c"] [--image-mb 2048] [--seq-mb 256] [--secs 8]
#          [--device-jobs "flush arena"] [--only RAW_JOB]
# NAME is a file in systems/, or "raw": the S3 endpoint by itself. As root.
set -u
BENCH=$(cd "$(dirname "$0")" && pwd)
. "$BENCH/lib.sh"

SYSTEM= LATENCY=0 MBPS=80 SERVER=versitygw IMAGE_MB=2048 SEQ_MB=256 SECS=8 TREE=/usr/share/doc TREE_FILES=2000
DEVICE_JOBS= ONLY=
JOBS="seqwrite seqread randread_cold randread_warm randwrite fsync untar cutoff"
while [ $# -gt 0 ]; do
  case $1 in
    --system) SYSTEM=$2 ;; --latency) LATENCY=$2 ;; --mbps) MBPS=$2 ;; --server) SERVER=$2 ;; --jobs) JOBS=$2 ;;
    --image-mb) IMAGE_MB=$2 ;; --seq-mb) SEQ_MB=$2 ;; --secs) SECS=$2 ;; --device-jobs) DEVICE_JOBS=$2 ;; --only) ONLY=$2 ;;
    *) die "unknown option $1" ;;
  esac
  shift 2
done
[ -n "$SYSTEM" ] || die "--system NAME"
[ "$LATENCY" != 0 ] || MBPS=0            # no latency: no pacing either

WORK=$(mktemp -d "${TMPDIR:-/tmp}/s3bench.XXXXXX")
mount -t tmpfs -o size=12g tmpfs "$WORK" || die "cannot mount a tmpfs"
LOGS=$CACHE/logs/$SYSTEM-$LATENCY; mkdir -p "$LOGS"
MNT=$WORK/mnt STATE=$WORK/state FS=$WORK/fs
mkdir -p "$MNT" "$STATE" "$FS"
SERVER_PID= PROXY_PID= SYS_PIDS= LOOP= IMAGE=
row() { printf '%s\t%s\t%s\t%s\t%s\n' "$SYSTEM" "$LATENCY" "$1" "$2" "$3"; }

# --- the bucket: server, proxy
SERVER_PORT=$(free_port) PROXY_PORT=$(free_port) ADMIN_PORT=$(free_port)
export S3_ENDPOINT=http://127.0.0.1:$PROXY_PORT
. "$BENCH/servers/$SERVER.sh"

cleanup() {
  admin 'set?fault=none' >/dev/null
  mountpoint -q "$FS" && umount -l "$FS"
  [ -n "$LOOP" ] && losetup -d "$LOOP" 2>/dev/null
  [ -n "$SYS_PIDS" ] && { sys_stop; for p in $SYS_PIDS; do stop "$p"; done; }
  declare -F sys_destroy >/dev/null && sys_destroy
  stop "$PROXY_PID"; stop "$SERVER_PID"
  mountpoint -q "$MNT" && umount -l "$MNT"
  umount "$WORK" 2>/dev/null || umount -l "$WORK"
  rmdir "$WORK"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

server_start "$WORK/server" "$SERVER_PORT"
wait_for 20 curl -so /dev/null "http://127.0.0.1:$SERVER_PORT/" || die "$SERVER did not start, see $LOGS"
latproxy -listen "127.0.0.1:$PROXY_PORT" -admin "127.0.0.1:$ADMIN_PORT" -target "http://127.0.0.1:$SERVER_PORT" \
  -latency "${LATENCY}ms" -jitter "$(awk -v l="$LATENCY" 'BEGIN{print l / 5}')ms" -mbps "$MBPS" >"$LOGS/latproxy.log" 2>&1 &
PROXY_PID=$!
wait_for 10 admin stats || die "latproxy did not start"
s3load mkbucket "$S3_BUCKET" || die "no bucket"
row env load_before "$(cut -d' ' -f1-3 /proc/loadavg)"

if [ "$SYSTEM" = raw ]; then
  s3load raw -secs "$SECS" -only "$ONLY" | while IFS=$'\t' read -r j m v; do row "$j" "$m" "$v"; done
  row env load_after "$(cut -d' ' -f1-3 /proc/loadavg)"
  exit
fi
. "$BENCH/systems/$SYSTEM.sh" || die "no systems/$SYSTEM.sh"

# --- what the bucket saw
requests() { # requests JOB SUFFIX: a row for each class, and bytes
  admin stats | python3 -c '
import json, sys
job, suffix = sys.argv[1:]
s = json.load(sys.stdin)
up = down = total = 0
for k, t in sorted(s.items()):
    if isinstance(t, dict):
        up += t["up"]; down += t["down"]; total += t["requests"]
        if t["requests"]: print(f"{job}\ts3_{k}{suffix}\t{t['"'requests'"']}")
print(f"{job}\ts3_max_in_flight{suffix}\t{s['"'max_in_flight'"']}")
print(f"{job}\ts3_requests{suffix}\t{total}\n{job}\ts3_up_MB{suffix}\t{up / 1e6:.1f}\n{job}\ts3_down_MB{suffix}\t{down / 1e6:.1f}")
' "$1" "$2" | while IFS=$'\t' read -r j m v; do row "$j" "$m" "$v"; done
}
total() { admin stats | python3 -c 'import json,sys; s=json.load(sys.stdin); print(s["in_flight"], sum(t["requests"]+t["up"] for t in s.values() if isinstance(t,dict)))'; }
settle() { # until the bucket was left alone for 3 s, at most 90 s
  local last= seen quiet=0 end=$((SECONDS + 90))
  while [ $quiet -lt 3 ] && [ $SECONDS -lt $end ]; do
    seen=$(total)
    [ "$seen" = "$last" ] && [ "${seen%% *}" = 0 ] && quiet=$((quiet + 1)) || quiet=0
    last=$seen
    sleep 1
  done
}

# --- up and down
attach() {
  [ -e "$IMAGE" ] || truncate -s "${IMAGE_MB}M" "$IMAGE" || return 1
  LOOP=$(losetup -f --show --direct-io=on "$IMAGE" 2>/dev/null) || LOOP=$(losetup -f --show "$IMAGE") || return 1
}
up() { sys_start || { row env failed "sys_start, see $LOGS"; exit 1; }; attach || { row env failed attach; exit 1; }; mount "$LOOP" "$FS"; }
down() { umount "$FS" && losetup -d "$LOOP"; sleep 1; settle; sys_stop; LOOP= SYS_PIDS=; }
cold() {
  [ "$SYSTEM" = tmpfs ] && { umount "$FS"; echo 3 >/proc/sys/vm/drop_caches; mount "$LOOP" "$FS"; return; }
  local t; t=$(now)
  down
  row "$1" stop_s "$(since "$t")"
  sys_drop_cache
  echo 3 >/proc/sys/vm/drop_caches
  admin reset
  t=$(now); up || { row "$1" failed remount; exit 1; }
  row "$1" start_and_mount_s "$(since "$t")"
  requests "$1" _mount
}
rss() { for p in $SYS_PIDS; do awk '/^VmHWM/{print $2}' "/proc/$p/status" 2>/dev/null; done | awk '{s += $1} END {printf "%.0f", s / 1024}'; }

# fio_job JOB TIMEOUT OPTIONS...: rows for rate and latency, and what it took of the bucket at return and once settled
fio_job() {
  local job=$1 limit=$2 t; shift 2
  admin reset; t=$(now)
  timeout -k 5 "$limit" fio --name="$job" --directory="$FS" --output-format=json --output="$LOGS/$job.json" "$@" >/dev/null 2>"$LOGS/$job.err"
  local rc=$?
  row "$job" wall_s "$(since "$t")"
  [ $rc -eq 0 ] || row "$job" failed "rc=$rc after ${limit}s"
  python3 "$BENCH/fiorows.py" "$LOGS/$job.json" 2>/dev/null | while IFS=$'\t' read -r m v; do row "$job" "$m" "$v"; done
  requests "$job" ""
  case $job in *read*) ;; *) sync -f "$FS"; settle; requests "$job" _settled ;; esac
}

job_seqwrite() { fio_job seqwrite 180 --filename=seq --rw=write --bs=1M --size="${SEQ_MB}M" --end_fsync=1; }
job_seqread() { cold seqread; fio_job seqread 180 --filename=seq --rw=read --bs=1M --size="${SEQ_MB}M"; }
# On the device itself, before there is a file system. arena: fits into what a daemon may hold back.
job_flush() { device_job flush --rw=randwrite --bs=4k --size=64M --fsync=1 --direct=1 --time_based --runtime="$SECS"; }
job_arena() { device_job arena --rw=randwrite --bs=4k --size=40M --direct=1 --ioengine=libaio --iodepth=16; }
device_job() {
  local job=$1; shift
  admin reset
  timeout -k 5 120 fio --name="$job" --filename="$LOOP" --output-format=json --output="$LOGS/$job.json" "$@" >/dev/null 2>"$LOGS/$job.err" || row "$job" failed "rc=$?"
  python3 "$BENCH/fiorows.py" "$LOGS/$job.json" 2>/dev/null | while IFS=$'\t' read -r m v; do row "$job" "$m" "$v"; done
  requests "$job" ""
  settle
}
rand="--filename=seq --bs=4k --size=${SEQ_MB}M --ioengine=libaio --iodepth=16 --direct=1 --time_based --runtime=$SECS"
job_randread_cold() { cold randread_cold; fio_job randread_cold 90 $rand --rw=randread; }
job_randread_cold64() { cold randread_cold64; fio_job randread_cold64 90 ${rand/iodepth=16/iodepth=64} --rw=randread; }
job_randread_warm() { fio_job randread_warm 90 $rand --rw=randread; }
job_randwrite() { fio_job randwrite 180 $rand --rw=randwrite --end_fsync=1; }
job_fsync() { fio_job fsync 120 --filename=log --rw=write --bs=4k --size=64M --fsync=1 --time_based --runtime="$SECS"; }
job_untar() {
  local list=$WORK/tree.tar t
  [ -e "$list" ] || find "$TREE" -xdev -type f -size -256k 2>/dev/null | head -n $TREE_FILES | tar cf "$list" -T - 2>/dev/null
  admin reset; t=$(now)
  mkdir -p "$FS/tree" && timeout 180 tar xf "$list" -C "$FS/tree" && timeout -k 5 180 sync -f "$FS" || row untar failed timeout
  row untar wall_s "$(since "$t")"
  row untar input_MB "$(stat -c %s "$list" | awk '{printf "%.1f", $1 / 1e6}')"
  requests untar ""; settle; requests untar _settled
}
# cutoff: the bucket hangs. An fsync that returns all the same is a lie. (One that doesn't may also wait for a read of the
# block it changes, so that block and the journal's are made warm first; see the fsync job's latency and PUTs too.)
job_cutoff() {
  for _ in 1 2 3 4 5; do dd if=/dev/urandom of="$FS/truth" bs=4k count=1 conv=notrunc,fsync 2>/dev/null; done
  sync -f "$FS"; settle
  admin 'set?fault=hang' >/dev/null; admin reset
  (timeout -k 1 10 dd if=/dev/urandom of="$FS/truth" bs=4k count=1 conv=notrunc,fsync 2>/dev/null; echo $? >"$WORK/truth.rc") &
  local pid=$!
  sleep 8
  if [ -e "$WORK/truth.rc" ] && [ "$(cat "$WORK/truth.rc")" = 0 ]; then row cutoff fsync LIES; else row cutoff fsync honest; fi
  requests cutoff ""
  admin 'set?fault=none' >/dev/null
  wait $pid
}

# --- the run
t=$(now); sys_start || { row env failed "sys_start, see $LOGS"; exit 1; }
row setup start_s "$(since "$t")"
attach || { row env failed attach; exit 1; }
for j in $DEVICE_JOBS; do
  note "$SYSTEM at ${LATENCY} ms: $j"
  "job_$j"
done
row setup direct_io "$(losetup -nO DIO "$LOOP" | tr -d ' ')"
admin reset; t=$(now)
timeout -k 5 180 mkfs.ext4 -q -F ${MKFS_OPTIONS:-} "$LOOP" >"$LOGS/mkfs.log" 2>&1 || { row setup failed mkfs; exit 1; }
row setup mkfs_s "$(since "$t")"
requests setup _mkfs
settle; requests setup _mkfs_settled
t=$(now); mount "$LOOP" "$FS" || { row setup failed mount; exit 1; }
row setup mount_s "$(since "$t")"
for j in $JOBS; do
  [ "$SYSTEM" = tmpfs ] && [ "$j" = cutoff ] && continue
  note "$SYSTEM at ${LATENCY} ms: $j"
  "job_$j"
  row "$j" rss_peak_MB "$(rss)"
done
row env load_after "$(cut -d' ' -f1-3 /proc/loadavg)"
