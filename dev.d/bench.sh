# Measures, on this machine only: ./dev bench [SYSTEM…], e.g. ./dev bench s3shard s3backer. Without a name: the foundation, whose
# figures go to docs/performance.md. BENCH_RUNS: how many interleaved runs, 3 by default.
bench() {
  [ "$(id -u)" = 0 ] || die "benchmarks mount: be root"
  need_java
  need_mount_tools
  need_packages python3 fio
  ready
  need_go
  "$ROOT/bench/setup.sh" "$@"
  local out=$S3SHARD_CACHE/bench i system
  rm -rf "$out"
  mkdir -p "$out"
  if [ $# -gt 0 ]; then
    for system in raw "$@"; do
      (cd "$ROOT/bench" && ./run.sh --system "$system" --latency 25 >"$out/$system.tsv")
    done
    python3 "$ROOT/bench/compare.py" --base "$1" "$out"/*.tsv
    return
  fi
  for i in $(seq "${BENCH_RUNS:-3}"); do
    (cd "$ROOT/bench" &&
      ./run.sh --system raw --latency 25 --only put4k_q1 >"$out/raw-$i.tsv" &&
      ./run.sh --system fuse-memory --image-mb 1024 --device-jobs arena --jobs "" >"$out/memory-$i.tsv" &&
      ./run.sh --system s3shard --latency 25 --device-jobs "arena flush" --jobs "seqwrite randread_cold fsync" >"$out/s3shard-$i.tsv")
  done
  {
    printf '# Performance\n\nWritten by `./dev bench`: an S3 server (versitygw) on this machine behind a proxy that adds 25 ± 5 ms to each request and\npaces each stream to 80 MB/s; a loop device with direct I/O on the image; fio. Absolute figures are this machine'"'"'s (%s cores) and\nmean little; ratios are to what else was measured in the same run.\n\n' "$(nproc)"
    python3 "$ROOT/bench/foundation.py" "$out"/*.tsv
  } | tee "$ROOT/docs/performance.md"
}
