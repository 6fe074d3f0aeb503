# Measures, on this machine only: ./dev bench [--quick] [PEER…]
#
# Without a peer's name all that Debian has: s3backer, s3fs, rclone. The figures go to docs/performance.md. BENCH_RUNS: how many
# interleaved runs (3). BENCH_WRAP: what each run is started by, such as "nice -n -15" on a machine that others use, too.
# --quick: every job of ours once and for a moment, to see that the harness works; its figures mean nothing and stay in target/.
BENCH_PEERS="s3backer s3fs rclone"

bench() {
  [ "$(id -u)" = 0 ] || die "benchmarks mount: be root"
  need_java
  need_mount_tools
  need_packages python3 fio
  ready
  need_go
  BENCH_OUT=$S3SHARD_CACHE/bench
  rm -rf "$BENCH_OUT"
  mkdir -p "$BENCH_OUT/program"
  # a copy: what is edited meanwhile is not what is measured
  . "$ROOT/dev.d/install.sh"
  install_program "$BENCH_OUT/program"
  install_command "$BENCH_OUT/program" >"$BENCH_OUT/s3shard"
  chmod 755 "$BENCH_OUT/s3shard"
  export S3SHARD=$BENCH_OUT/s3shard
  if [ "${1:-}" = --quick ]; then
    "$ROOT/bench/setup.sh"
    bench_quick
    return
  fi
  [ $# -gt 0 ] || set -- $BENCH_PEERS
  "$ROOT/bench/setup.sh" "$@"
  bench_full "$@"
}

# bench_run NAME OPTIONS…: rows go to NAME.tsv
bench_run() {
  local name=$1
  shift
  (cd "$ROOT/bench" && ${BENCH_WRAP:-} ./run.sh "$@" >"$BENCH_OUT/$name.tsv")
}

bench_quick() {
  local small=(--latency 5 --image-mb 1100 --seq-mb 32 --secs 1 --ramp 1)
  bench_run raw --system raw --latency 5 --secs 1 --only "put4k_q1 put4m_q8 get4m_q8"
  bench_run memory --system fuse-memory --image-mb 1024 --device-jobs arena --jobs ""
  bench_run s3shard --system s3shard "${small[@]}" --device-jobs "flush arena randwrite48" \
    --jobs "seqwrite seqread randread_cold randwrite fsync" --volume-jobs "mkfs1t open1t"
  bench_run cost --system s3shard "${small[@]}" --device-jobs "fill cost_fsync cost_database" --jobs ""
  {
    python3 "$ROOT/bench/report.py" --latency 5 "$BENCH_OUT"/*.tsv
    python3 "$ROOT/bench/compare.py" --base s3shard "$BENCH_OUT"/s3shard.tsv
  } | tee "$ROOT/target/bench-quick.md"
  ! grep -q '^FAILED' "$ROOT/target/bench-quick.md" || die "the harness fails, logs are in $S3SHARD_CACHE/logs"
}

bench_full() {
  local run peer sizes jobs="seqwrite seqread randread_cold randread_warm randwrite fsync untar cutoff"
  local costs="fill cost_fsync cost_random cost_sequential cost_database cost_tenth"
  for run in $(seq "${BENCH_RUNS:-3}"); do
    bench_run "own-raw-$run" --system raw --latency 25 --secs 5
    bench_run "own-memory-$run" --system fuse-memory --image-mb 1024 --device-jobs arena --jobs ""
    bench_run "own-s3shard-$run" --system s3shard --latency 25 --image-mb 6144 --seq-mb 1024 --device-jobs "arena flush randwrite48 merging" \
      --jobs "seqwrite seqread randread_cold fsync randread_cold64" --volume-jobs "mkfs1t open1t crash1t"
    for peer in s3shard "$@"; do
      sizes=(--image-mb 2048 --seq-mb 256)
      [ "$peer" != s3fs ] || sizes=(--image-mb 512 --seq-mb 128) # it uploads the image whole, zeros and all
      bench_run "peer-$peer-$run" --system "$peer" --latency 25 "${sizes[@]}" --jobs "$jobs"
    done
  done
  for peer in s3shard s3backer; do
    case " s3shard $* " in *" $peer "*)
      bench_run "own-cost-$peer" --system "$peer" --latency 25 --secs 20 --image-mb 1024 --device-jobs "$costs" --jobs "" ;;
    esac
  done
  bench_page | tee "$ROOT/docs/performance.md"
}

bench_page() {
  cat <<TXT
# Performance

Written by \`./dev bench\` on $(date -u +%F), $(nproc) cores, Linux $(uname -r | cut -d- -f1). Run it to get the figures of your machine.

## Method

Everything is on one machine: an S3 server (versitygw, on a tmpfs), before it a proxy that adds 25 ± 5 ms to each request, paces each
stream to 80 MB/s and counts what passes; the system; a loop device with direct I/O on its image; fio. Absolute figures are the
machine's and of what else runs on it (the load average stands in each table's rows), so what is held to something is held to a ratio
to what else was measured in the same run: the bucket by itself (\`raw\`), and an image in memory behind FUSE in Java (\`fuse-memory\`,
[bench/reference](../bench/reference)). Systems take turns; figures are medians over the runs. Jobs that run for a time are measured after
four seconds of warming up; a mount has the memory limits that it has by default. [bench/README.md](../bench/README.md) says what each job does.

TXT
  python3 "$ROOT/bench/report.py" "$BENCH_OUT"/own-*.tsv
  printf '\n## Beside its peers\n\n'
  cat <<'TXT'
A peer's figure is worth what its fsync is: see the line *fsync with the bucket away*. s3fs has a smaller image and file, since it uploads
the image whole.
TXT
  python3 "$ROOT/bench/compare.py" --base s3shard "$BENCH_OUT"/peer-*.tsv
}
