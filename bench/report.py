#!/usr/bin/env python3
"""report.py FILE.tsv…: what runs of run.sh measured, as Markdown: medians over runs, ratios, and what they are held to.

A figure that was not measured is shown as –.
"""
import argparse
import os
import statistics
import sys
from collections import defaultdict

ME, RAW, EXPERIMENT = "s3shard", "raw", "fuse-memory"


class Figures:
    """Medians by system, latency, job and metric; ``latency``: the one that is meant where none is given."""

    def __init__(self, names, latency=25.0):
        self.latency = latency
        self.values = defaultdict(list)
        self.failures = []
        self.runs = defaultdict(int)
        for name in names:
            seen = set()
            for line in open(name):
                system, latency, job, metric, value = line.rstrip("\n").split("\t")
                try:
                    self.values[system, float(latency), job, metric].append(float(value))
                except ValueError:
                    self.values[system, float(latency), job, metric].append(value)
                    if metric == "failed":
                        self.failures.append(f"{system}, {job}: {value}")
                seen.add((system, float(latency)))
            for key in seen:
                self.runs[key] += 1

    def get(self, system, job, metric, latency=None):
        found = self.values.get((system, self.latency if latency is None else latency, job, metric))
        if not found:
            return None
        if isinstance(found[0], str):
            return found[0] if len(set(found)) == 1 else " / ".join(sorted(set(map(str, found))))
        return statistics.median(found)

    def systems(self, latency):
        return {s for (s, l, _j, _m) in self.values if l == latency}


def ratio(a, b):
    return a / b if a is not None and b else None


def best(figures, *keys):
    found = [v for v in (figures.get(*key) for key in keys) if v is not None]
    return max(found) if found else None


def shown(value, digits=2):
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.{digits}f}"


def plus(a, b):
    return None if a is None or b is None else a + b


class Line:
    """One line of a table of promises: what was measured, beside what, and the bound that it is held to."""

    def __init__(self, what, measured, unit, beside, beside_what, bound, most):
        self.what, self.measured, self.unit = what, measured, unit
        self.beside, self.beside_what = beside, beside_what
        self.bound, self.most = bound, most

    @property
    def judged(self):
        return self.measured if self.beside_what is None else ratio(self.measured, self.beside)

    @property
    def kept(self):
        if self.judged is None:
            return None
        return self.judged <= self.bound if self.most else self.judged >= self.bound

    def row(self):
        beside = "" if self.beside_what is None else f"{shown(self.beside)} {self.beside_what}".strip()
        judged = "" if self.beside_what is None else shown(self.judged)
        sign = "≤" if self.most else "≥"
        mark = {True: "yes", False: "**no**", None: "–"}[self.kept]
        return f"| {self.what} | {shown(self.measured)} {self.unit} | {beside} | {judged} | {sign} {shown(self.bound)} | {mark} |"


def at_most(what, measured, unit, bound, beside=None, beside_what=None):
    return Line(what, measured, unit, beside, beside_what, bound, True)


def at_least(what, measured, unit, bound, beside=None, beside_what=None):
    return Line(what, measured, unit, beside, beside_what, bound, False)


def promises(f):
    get = f.get
    put = get(RAW, "put4k_q1", "p50_ms")
    put4m = best(f, *((RAW, f"put4m_q{n}", "MB_s") for n in (1, 8, 32)))
    get4m = get(RAW, "get4m_q8", "MB_s")
    written = lambda job: get(ME, job, "write_MB") or get(ME, job, "MB")
    up = lambda job, when: get(ME, job, f"s3_up_MB_{when}")
    foundation = [
        at_most("flush of 4 KiB on the device, p50", get(ME, "flush", "fsync_p50_ms"), "ms", 1.15, put, "ms, a raw PUT of 4 KiB"),
        at_most("fsync of 4 KiB on ext4, p50", get(ME, "fsync", "fsync_p50_ms"), "ms", 2.35, put, "ms, the same PUT"),
        at_least("cold random reads of 4 KiB, depth 16", get(ME, "randread_cold", "iops"), "IOPS", 550),
        at_least("unsynced random writes of 4 KiB that fit the arena, depth 16", get(ME, "arena", "iops"), "IOPS", 0.6,
                 get(EXPERIMENT, "arena", "iops", 0.0), "IOPS, FUSE in Java with memory behind it"),
    ]
    writing = [
        at_most("flush of 4 KiB while another image is merged at the cap, p50", get(ME, "merging", "fsync_p50_ms"), "ms", 1.1,
                get(ME, "merging_alone", "fsync_p50_ms"), "ms, when nothing is copied"),
        at_least("sequential write of 1 GiB through ext4", get(ME, "seqwrite", "MB_s"), "MB/s", 0.85, put4m, "MB/s, raw PUTs of 4 MiB"),
        at_least("random writes of 48 MiB, depth 16, until they are durable", get(ME, "randwrite48", "iops"), "IOPS", 10_000),
        at_most("mkfs.ext4 of 1 TiB on the file", get(ME, "mkfs1t", "file_s"), "s", 5),
        at_most("mkfs.ext4 of 1 TiB on a loop device", get(ME, "mkfs1t", "loop_s"), "s", 5),
        at_most("bytes sent, random 4 KiB without fsync, all at rest", up("cost_random", "stopped"), "MB", 1.1,
                written("cost_random"), "MB written"),
        at_most("bytes sent, random 4 KiB with an fsync each, after the checkpoint", up("cost_fsync", "stopped"), "MB", 2.3,
                written("cost_fsync"), "MB written"),
    ]
    reading = [
        at_least("cold sequential read through ext4", get(ME, "seqread", "MB_s"), "MB/s", 0.75, get4m, "MB/s, raw GETs of 4 MiB, 8 at once"),
        at_least("cold random reads of 4 KiB, depth 16", get(ME, "randread_cold", "iops"), "IOPS", 580),
        at_least("cold random reads of 4 KiB, depth 64", get(ME, "randread_cold64", "iops"), "IOPS", 2000),
    ]
    opening = [
        at_most("open of a volume of 1 TiB, clean", get(ME, "open1t", "next_s"), "s", 0.5),
        at_most("the same in a daemon that has just started", get(ME, "open1t", "first_s"), "s", 0.5),
        at_most("open after a crash, 1,000 COMMITs to replay", get(ME, "crash1t", "next_s"), "s", 1),
        at_most("the same in a daemon that has just started", get(ME, "crash1t", "first_s"), "s", 1),
    ]
    return [("The foundation", foundation), ("Writing", writing), ("Reading", reading), ("Opening", opening)]


COSTS = [
    ("cost_fsync", "4 KiB at random, an fsync each, one thread"),
    ("cost_random", "4 KiB at random, 2,000 a second, no fsync"),
    ("cost_sequential", "sequential, 100 MB/s"),
    ("cost_database", "database: 1,000 × 8 KiB a second, 70 % reads, an fsync every 8 writes"),
    ("cost_tenth", "a tenth overwritten in 4 KiB, as fast as it goes"),
]


def costs(f):
    systems = [s for s in (ME, "s3backer") if s in f.systems(f.latency)]
    rows = []
    for job, label in COSTS:
        for system in systems:
            wrote = f.get(system, job, "write_MB") or f.get(system, job, "MB")
            if wrote is None:
                continue
            sent = f.get(system, job, "s3_up_MB_stopped")
            puts = sum(f.get(system, job, f"s3_{k}_stopped") or 0 for k in ("PUT", "POST", "PART", "MULTIPART", "COPY"))
            gets = sum(f.get(system, job, f"s3_{k}_stopped") or 0 for k in ("GET", "HEAD"))
            rows.append(
                f"| {label} | {system} | {shown(wrote)} | {shown(puts, 0)} | {shown(gets, 0)} | {shown(sent)} | {shown(ratio(sent, wrote))} "
                f"| {shown(f.get(system, job, 's3_down_MB_stopped'))} | {shown(ratio(f.get(system, job, 's3_dollars_stopped'), wrote / 1074), 5)} |")
    if not rows:
        return
    print("\n## What work costs\n")
    print("On a device of 1 GiB that is full; counted at the bucket until it was left alone and the system was stopped, so nothing is put off.\n")
    print("| work | system | MB written | PUTs | GETs | MB up | up a byte written | MB down | $ of requests a GiB written |\n|---|---|---|---|---|---|---|---|---|")
    print("\n".join(rows))


def limits(f):
    jobs = [("put4k_q1", "PUT of 4 KiB, one at a time"), ("put4k_q8", "PUT of 4 KiB, 8 at once"), ("get4k_range_q1", "ranged GET of 4 KiB"),
            ("put4m_q1", "PUT of 4 MiB, one at a time"), ("put4m_q8", "8 at once"), ("put4m_q32", "32 at once"),
            ("get4m_q1", "GET of 4 MiB, one at a time"), ("get4m_q8", "8 at once"), ("get4m_q32", "32 at once")]
    rows = [f"| {label} | {shown(f.get(RAW, job, 'MB_s'))} | {shown(f.get(RAW, job, 'ops_s'))} | {shown(f.get(RAW, job, 'p50_ms'))} "
            f"| {shown(f.get(RAW, job, 'p99_ms'))} |" for job, label in jobs if f.get(RAW, job, "p50_ms") is not None]
    if rows:
        print("\n## The limits: the bucket by itself\n")
        print("| | MB/s | a second | p50 ms | p99 ms |\n|---|---|---|---|---|")
        print("\n".join(rows))


CPU = [("client", "s3shard; beside it the load generator"), ("fio", "fio"), ("server", "the S3 server"), ("proxy", "the proxy")]


def processors(f):
    """What a GB costs in seconds of CPU, in a long write and in raw PUTs: where all share the cores with the bucket, that bounds the ratio."""
    put = max(("put4m_q8", "put4m_q32"), key=lambda job: f.get(RAW, job, "MB_s") or 0)

    def a_gb(system, job, who):
        return ratio(f.get(system, job, f"cpu_{who}_s"), (f.get(system, job, "MB") or 0) / 1000)

    ours, raw = ([a_gb(system, job, who) or 0 for who, _label in CPU] for system, job in ((ME, "seqwrite"), (RAW, put)))
    if not sum(ours) or not sum(raw):
        return
    cores = os.cpu_count()
    print("\n## What a long write costs the machine\n")
    print("Seconds of CPU a GB, of the sequential write through ext4 and of raw PUTs of 4 MiB at as many streams as go fastest. The S3 server, the "
          "proxy, fio and s3shard share the same cores: what one spends is taken from the others.\n")
    print("| process | sequential write | raw PUTs |\n|---|---|---|")
    for (_who, label), mine, theirs in zip(CPU, ours, raw):
        print(f"| {label} | {shown(mine)} | {shown(theirs or None)} |")
    print(f"| all of them | {shown(sum(ours))} | {shown(sum(raw))} |")
    print(f"\nOn {cores} cores that never idle a GB of raw PUTs takes at least {shown(sum(raw) / cores)} s and a GB of the sequential write "
          f"{shown(sum(ours) / cores)} s, without the kernel's own threads (loop device, write-back). Where the cores are what is short, a ratio of "
          f"{shown(sum(raw) / sum(ours))} is thus the most that this machine allows; without s3shard's own share it would be "
          f"{shown(sum(raw) / (sum(ours) - ours[0]))}. A bucket on another machine leaves these cores to s3shard.")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=25.0)
    parser.add_argument("--held", action="store_true", help="end with 1 if something misses what it is held to")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    figures = Figures(options.files, options.latency)
    runs = {s: n for (s, l), n in figures.runs.items()}
    print("Runs: " + ", ".join(f"{s} {n}" for s, n in sorted(runs.items())) + ". Figures are medians of them.")
    for failure in figures.failures:
        print(f"\nFAILED: {failure}")
    missed = False
    for title, lines in promises(figures):
        if all(line.measured is None for line in lines):
            continue
        print(f"\n## {title}\n\n| what | measured | beside | ratio | held to | kept |\n|---|---|---|---|---|---|")
        for line in lines:
            missed |= line.kept is False
            print(line.row())
    costs(figures)
    processors(figures)
    limits(figures)
    sys.exit(1 if options.held and (missed or figures.failures) else 0)


if __name__ == "__main__":
    main()
