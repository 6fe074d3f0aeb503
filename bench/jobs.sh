# The jobs of run.sh, which gives them its functions. A job prints rows of its own name.
# Options that are several words are meant to be split.
# shellcheck shell=bash disable=SC2046

timed() { echo "--time_based --ramp_time=$RAMP --runtime=$SECS"; }

# --- on a file of the mounted ext4
fs_job() { # fs_job JOB TIMEOUT OPTIONS…: and what it took of the bucket, at return and once settled
  local job=$1 limit=$2; shift 2
  admin reset
  run_fio "$job" "$limit" --directory="$FS" "$@"
  requests "$job" ""
  case $job in *read*) ;; *) sync -f "$FS"; settle; requests "$job" _settled ;; esac
}
random() { echo "--filename=seq --bs=4k --size=${SEQ_MB}M --ioengine=libaio --direct=1 $(timed)"; }
job_seqwrite() { fs_job seqwrite 300 --filename=seq --rw=write --bs=1M --size="${SEQ_MB}M" --end_fsync=1; }
job_seqread() { cold seqread; fs_job seqread 180 --filename=seq --rw=read --bs=1M --size="${SEQ_MB}M"; }
job_randread_cold() { cold randread_cold; fs_job randread_cold 90 $(random) --iodepth=16 --rw=randread; }
job_randread_cold64() { # over two GiB
  run_fio wide_write 300 --directory="$FS" --filename=wide --rw=write --bs=1M --size=2G --end_fsync=1
  cold randread_cold64
  fs_job randread_cold64 90 $(random) --filename=wide --size=2G --iodepth=64 --rw=randread
}
job_randread_warm() { fs_job randread_warm 90 $(random) --iodepth=16 --rw=randread; }
job_randwrite() { fs_job randwrite 300 $(random) --ramp_time=0 --iodepth=16 --rw=randwrite --end_fsync=1; }
job_fsync() { fs_job fsync 120 --filename=log --rw=write --bs=4k --size=64M --fsync=1 $(timed); }
job_untar() {
  local list=$WORK/tree.tar t
  [ -e "$list" ] || find "$TREE" -xdev -type f -size -256k 2>/dev/null | head -n $TREE_FILES | tar cf "$list" -T - 2>/dev/null
  admin reset; t=$(now)
  mkdir -p "$FS/tree" && timeout 180 tar xf "$list" -C "$FS/tree" && timeout -k 5 180 sync -f "$FS" || row untar failed timeout
  row untar wall_s "$(since "$t")"
  row untar input_MB "$(stat -c %s "$list" | awk '{printf "%.1f", $1 / 1e6}')"
  requests untar ""; settle; requests untar _settled
}
# The bucket hangs. An fsync that returns all the same is a lie. (One that doesn't may also wait for a read of the block it changes,
# so that block and the journal's are made warm first; see the fsync job's latency and PUTs too.)
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

# --- on the loop device itself, before there is a file system
device_job() {
  local job=$1; shift
  admin reset
  run_fio "$job" 180 --filename="$LOOP" "$@"
  requests "$job" ""
  settle
}
job_flush() { device_job flush --rw=randwrite --bs=4k --size=64M --fsync=1 --direct=1 $(timed); }
# 40 MiB fit into what a daemon may hold back. The first pass is a program that has just started; the others are one that runs.
job_arena() {
  local pass
  for pass in arena_first arena arena arena; do
    device_job "$pass" --rw=randwrite --bs=4k --size=40M --direct=1 --ioengine=libaio --iodepth=16
    blockdev --flushbufs "$LOOP"; settle
  done
}
# 48 MiB in 4 KiB blocks all over a GiB, and until they are durable.
job_randwrite48() {
  local _
  for _ in 1 2 3; do
    device_job randwrite48 --rw=randwrite --bs=4k --size=1G --io_size=48M --direct=1 --ioengine=libaio --iodepth=16 --end_fsync=1
  done
}

# Flushes of one image while another one that has just become idle is merged and folded at the cap, and again when nothing is copied.
job_merging() {
  local other
  truncate -s 64M "$MNT/other" || { row merging failed truncate; return; }
  other=$(losetup -f --show --direct-io=on "$MNT/other") || { row merging failed losetup; return; }
  flush_other merging_alone "$other" 0
  run_fio merging_fill 180 --filename="$LOOP" --rw=write --bs=1M --size=512M --direct=1 --end_fsync=1
  run_fio merging_overwrite 180 --filename="$LOOP" --rw=randwrite --bs=4k --size=512M --io_size=384M --norandommap --direct=1 \
    --ioengine=libaio --iodepth=16 --end_fsync=1
  flush_other merging "$other" 11 # the idle pass begins 10 s after the last write
  settle 300 || row merging failed "no rest after 300 s"
  flush_other merging_alone "$other" 0
  losetup -d "$other"
}
flush_other() { # flush_other JOB DEVICE SECONDS-BEFORE
  sleep "$3"
  admin reset
  run_fio "$1" 180 --filename="$2" --rw=randwrite --bs=4k --size=64M --fsync=1 --direct=1 --time_based --ramp_time=2 --runtime=6
  requests "$1" ""
}

# --- what work costs: the workloads of a cost table, each on a device of 1 GiB that is full. Counted until the bucket is left alone,
# and again after a clean stop, when nothing is put off any more.
job_fill() { device_job fill --rw=write --bs=1M --size=1G --direct=1 --end_fsync=1; settle 300; }
cost_job() {
  local job=$1 t; shift
  admin reset
  run_fio "$job" 300 --filename="$LOOP" --size=1G --direct=1 "$@"
  timeout 60 blockdev --flushbufs "$LOOP"
  settle 300 || row "$job" failed "no rest after 300 s"
  requests "$job" _settled
  losetup -d "$LOOP"; sleep 1; sys_stop; SYS_PIDS=
  requests "$job" _stopped
  t=$(now); start; attach
  row "$job" restart_s "$(since "$t")"
}
job_cost_fsync() { cost_job cost_fsync --rw=randwrite --bs=4k --fsync=1 --io_size=$((SECS * 300))k; }
job_cost_random() { cost_job cost_random --rw=randwrite --bs=4k --ioengine=libaio --iodepth=16 --rate_iops=2000 --io_size=$((SECS * 8000))k; }
job_cost_sequential() { cost_job cost_sequential --rw=write --bs=1M --ioengine=libaio --iodepth=4 --rate=100m --io_size=$((SECS * 100))m; }
job_cost_database() {
  cost_job cost_database --rw=randrw --rwmixread=70 --bs=8k --ioengine=libaio --iodepth=16 --rate_iops=700,300 --fsync=8 --io_size=$((SECS * 8000))k
}
job_cost_tenth() { cost_job cost_tenth --rw=randwrite --bs=4k --ioengine=libaio --iodepth=16 --io_size=102m --norandommap --end_fsync=1; }

# --- on images of a TiB, in the mounted directory
clock() { # clock JOB METRIC PROGRAM…: how long it took, and what it asked of the bucket; no figure of what failed
  local job=$1 metric=$2 t; shift 2
  admin reset; t=$(now)
  if ! timeout -k 5 120 "$@" >"$LOGS/$job-$metric.log" 2>&1; then
    row "$job" failed "$metric"
    return
  fi
  row "$job" "${metric}_s" "$(since "$t")"
  requests "$job" "_$metric"
}
job_mkfs1t() {
  local device
  truncate -s 1T "$MNT/file1t" && truncate -s 1T "$MNT/loop1t" || { row mkfs1t failed truncate; return; }
  clock mkfs1t file mkfs.ext4 -q -F "$MNT/file1t"
  settle
  device=$(losetup -f --show --direct-io=on "$MNT/loop1t") || { row mkfs1t failed losetup; return; }
  clock mkfs1t loop mkfs.ext4 -q -F "$device"
  mkdir -p "$WORK/fs1t" && mount "$device" "$WORK/fs1t" && dd if=/dev/zero of="$WORK/fs1t/x" bs=1M count=1 status=none && umount "$WORK/fs1t" ||
    row mkfs1t failed "the file system can't be used"
  losetup -d "$device"
  settle
  row mkfs1t stored_MB "$(du -sm "$WORK/server" | cut -f1)"
}
open_image() { clock "$1" "$2" bash -c 'exec 7<>"$1"' open "$3"; }
# Opened for writing, which is when a volume is loaded: first in a daemon that has just started, then in one that runs.
open_job() {
  open_image "$1" first "$MNT/$2"
  open_image "$1" next "$MNT/$3"
}
restart() { sys_stop; SYS_PIDS=; sys_drop_cache; start; }
job_open1t() { restart; open_job open1t file1t loop1t; }
# A thousand COMMITs that no checkpoint covers, and the machine with them is gone.
job_crash1t() {
  local image
  for image in file1t loop1t; do
    run_fio crash1t_writes 300 --filename="$MNT/$image" --rw=randwrite --bs=4k --size=64M --io_size=4000k --fsync=1
  done
  sys_lose
  start
  open_job crash1t file1t loop1t
}
