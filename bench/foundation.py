#!/usr/bin/env python3
"""foundation.py FILE.tsv...: medians over runs of run.sh, and the four ratios that the foundation is held to, as Markdown."""
import statistics
import sys
from collections import defaultdict

values = defaultdict(list)
for name in sys.argv[1:]:
    for line in open(name):
        system, _latency, job, metric, value = line.rstrip("\n").split("\t")
        try:
            values[system, job, metric].append(float(value))
        except ValueError:
            if metric == "failed":
                print(f"FAILED: {system} {job}: {value}")


def median(*key):
    return statistics.median(values[key]) if values[key] else None


def shown(value, digits=2):
    return "–" if value is None else f"{value:.{digits}f}"


def ratio(a, b):
    return a / b if a and b else None


put = median("raw", "put4k_q1", "p50_ms")
flush = median("s3shard", "flush", "fsync_p50_ms")
fsync = median("s3shard", "fsync", "fsync_p50_ms")
cold = median("s3shard", "randread_cold", "iops")
ours = median("s3shard", "arena", "iops")
limit = median("fuse-memory", "arena", "iops")
runs = max((len(v) for v in values.values()), default=0)
print(f"Medians of {runs} interleaved runs.\n")
print("| what | measured | beside | ratio | held to |\n|---|---|---|---|---|")
print(f"| flush of 4 KiB on the raw device, p50 | {shown(flush)} ms | raw PUT of 4 KiB {shown(put)} ms | {shown(ratio(flush, put))} | ≤ 1.15 |")
print(f"| fsync of 4 KiB on ext4, p50 | {shown(fsync)} ms | the same PUT | {shown(ratio(fsync, put))} | ≤ 2.35 |")
print(f"| cold random 4 KiB reads, depth 16 | {shown(cold, 0)} IOPS | 640: sixteen at 25 ms | {shown(ratio(cold, 640))} | ≥ 550 IOPS |")
print(f"| unsynced random 4 KiB writes that fit the arena, depth 16 | {shown(ours, 0)} IOPS | FUSE with memory behind it {shown(limit, 0)} IOPS | {shown(ratio(ours, limit))} | ≥ 0.60 |")
