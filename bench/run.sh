#!/bin/bash
# Runs one system through jobs and prints rows: system, latency_ms, job, metric, value (tab-separated).
#   run.sh --system NAME [--latency MS] [--mbps N] [--server minio|versitygw] [--image-mb 2048] [--seq-mb 256] [--secs 8] [--ramp 4]
#          [--device-jobs "flush arena"] [--jobs "seqwrite fsync"] [--volume-jobs "mkfs1t open1t"] [--only "put4k_q1"]
# NAME is a file in systems/, or "raw": the S3 endpoint by itself, all of its jobs or --only some. Jobs are in jobs.sh. --ramp: seconds
# that a job with a running time goes before it is measured. As root.
set -u
BENCH=$(cd "$(dirname "$0")" && pwd)
. "$BENCH/lib.sh"
. "$BENCH/jobs.sh"

SYSTEM= LATENCY=0 MBPS=80 SERVER=versitygw IMAGE_MB=2048 SEQ_MB=256 SECS=8 RAMP=4 TREE=/usr/share/doc TREE_FILES=2000
DEVICE_JOBS= VOLUME_JOBS= ONLY= JOBS="seqwrite seqread randread_cold randread_warm randwrite fsync untar cutoff"
while [ $# -gt 0 ]; do
  case $1 in
    --system) SYSTEM=$2 ;; --latency) LATENCY=$2 ;; --mbps) MBPS=$2 ;; --server) SERVER=$2 ;; --jobs) JOBS=$2 ;;
    --image-mb) IMAGE_MB=$2 ;; --seq-mb) SEQ_MB=$2 ;; --secs) SECS=$2 ;; --ramp) RAMP=$2 ;; --only) ONLY=$2 ;;
    --device-jobs) DEVICE_JOBS=$2 ;; --volume-jobs) VOLUME_JOBS=$2 ;;
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
load() { row env "load_$1" "$(cut -d' ' -f1 /proc/loadavg)"; }
load before

if [ "$SYSTEM" = raw ]; then
  S3LOAD_CPU="server=$SERVER_PID proxy=$PROXY_PID" s3load raw -secs "$SECS" -only "$ONLY" | while IFS=$'\t' read -r j m v; do row "$j" "$m" "$v"; done
  load after
  exit
fi
. "$BENCH/systems/$SYSTEM.sh" || die "no systems/$SYSTEM.sh"

# --- what the bucket saw
requests() { # requests JOB SUFFIX: a row for each class, and bytes
  admin stats | python3 "$BENCH/requestrows.py" "$1" "$2" | while IFS=$'\t' read -r j m v; do row "$j" "$m" "$v"; done
}
total() { admin stats | python3 -c 'import json,sys; s=json.load(sys.stdin); print(s["in_flight"], sum(t["requests"]+t["up"] for t in s.values() if isinstance(t,dict)))'; }
# shellcheck disable=SC2120 # jobs.sh gives it a time
settle() { # until the bucket was left alone for 3 s, at most ${1:-90} s
  local last= seen quiet=0 end=$((SECONDS + ${1:-90}))
  while [ $quiet -lt 3 ] && [ $SECONDS -lt $end ]; do
    seen=$(total)
    [ "$seen" = "$last" ] && [ "${seen%% *}" = 0 ] && quiet=$((quiet + 1)) || quiet=0
    last=$seen
    sleep 1
  done
  [ $quiet -ge 3 ]
}

# --- up and down
attach() {
  [ -e "$IMAGE" ] || truncate -s "${IMAGE_MB}M" "$IMAGE" || return 1
  LOOP=$(losetup -f --show --direct-io=on "$IMAGE" 2>/dev/null) || LOOP=$(losetup -f --show "$IMAGE") || return 1
}
start() { sys_start || { row env failed "sys_start, see $LOGS"; exit 1; }; }
up() { start; attach || { row env failed attach; exit 1; }; mount "$LOOP" "$FS"; }
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

# Seconds of CPU so far, of processes or of the whole machine.
cpu() { for p in $1; do sed 's/.*) //' "/proc/$p/stat"; done 2>/dev/null | awk -v hz="$(getconf CLK_TCK)" '{s += $12 + $13} END {print s / hz}'; }
cpu_machine() { awk -v hz="$(getconf CLK_TCK)" '/^cpu /{print ($2 + $3 + $4 + $7 + $8) / hz}' /proc/stat; }
cpus() { echo "$(cpu "$SYS_PIDS") $(cpu "$SERVER_PID") $(cpu "$PROXY_PID") $(cpu_machine)"; }

# run_fio JOB TIMEOUT OPTIONS…: rows for rate, latency and CPU; false if fio failed
run_fio() {
  local job=$1 limit=$2 t before; shift 2
  before=$(cpus)
  t=$(now)
  timeout -k 5 "$limit" fio --name="$job" --output-format=json --output="$LOGS/$job.json" "$@" >/dev/null 2>"$LOGS/$job.err"
  local rc=$?
  row "$job" wall_s "$(since "$t")"
  [ $rc -eq 0 ] || row "$job" failed "rc=$rc after ${limit}s"
  echo "$before $(cpus)" | awk '{print "client", $5 - $1; print "server", $6 - $2; print "proxy", $7 - $3; print "machine", $8 - $4}' |
    while read -r who s; do row "$job" "cpu_${who}_s" "$s"; done
  python3 "$BENCH/fiorows.py" "$LOGS/$job.json" 2>/dev/null | while IFS=$'\t' read -r m v; do row "$job" "$m" "$v"; done
}

# --- the run
t=$(now); start
row setup start_s "$(since "$t")"
attach || { row env failed attach; exit 1; }
row setup direct_io "$(losetup -nO DIO "$LOOP" | tr -d ' ')"
for j in $DEVICE_JOBS; do
  note "$SYSTEM at ${LATENCY} ms: $j"
  "job_$j"
done
if [ -n "$JOBS" ]; then
  admin reset; t=$(now)
  timeout -k 5 180 mkfs.ext4 -q -F ${MKFS_OPTIONS:-} "$LOOP" >"$LOGS/mkfs.log" 2>&1 || { row setup failed mkfs; exit 1; }
  row setup mkfs_s "$(since "$t")"
  requests setup _mkfs
  settle; requests setup _mkfs_settled
  t=$(now); mount "$LOOP" "$FS" || { row setup failed mount; exit 1; }
  row setup mount_s "$(since "$t")"
fi
for j in $JOBS; do
  [ "$SYSTEM" = tmpfs ] && [ "$j" = cutoff ] && continue
  note "$SYSTEM at ${LATENCY} ms: $j"
  "job_$j"
  row "$j" rss_peak_MB "$(rss)"
done
if [ -n "$VOLUME_JOBS" ]; then
  mountpoint -q "$FS" && umount "$FS"
  losetup -d "$LOOP"; LOOP=; settle
fi
for j in $VOLUME_JOBS; do
  note "$SYSTEM at ${LATENCY} ms: $j"
  "job_$j"
done
load after
