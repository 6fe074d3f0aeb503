#!/usr/bin/env python3
"""A long run of mixed load with a SIGKILL every few minutes: nothing may be lost, and nothing may grow.

    endurance.py --minutes 60 --work DIR --report FILE

S3SHARD in the environment is the program, AWS_… the bucket, ENDURANCE_ARENA a folder on a tmpfs; DIR is empty and is left empty. One image with ext4 on a loop device. Each
round: fio at random and in a row, a tree that is unpacked, a database that commits, files that are synced one by one, deletions and
fstrim; then the daemon is killed, mounted again, and everything that was acknowledged is looked for. After each round a row is written of
what the daemon takes of memory and the volume of the bucket. As root.
"""
import argparse
import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

BUCKET = os.environ["S3_BUCKET"]
COLUMNS = ["round", "minute", "resident_MiB", "heap_MiB", "arenas_MiB", "live_MiB", "dead_MiB", "bucket_MiB", "objects",
           "records_since_checkpoint", "synced_files", "rows", "e2fsck"]


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def work(*command):
    """What complains when its file system dies under it."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def lost(what):
    sys.exit(f"endurance: LOST: {what}")


class Mount:
    """The daemon, the image, its loop device, and the file system on it."""

    def __init__(self, work, program, image_mib):
        self.work = work
        self.program = program
        self.dir, self.fs = f"{work}/mnt", f"{work}/fs"
        self.url = f"s3://{BUCKET}/endurance"
        self.image = f"{self.dir}/image"
        self.loop = None
        self.arena = os.environ["ENDURANCE_ARENA"]
        for folder in (self.dir, self.fs, self.arena):
            os.makedirs(folder, exist_ok=True)
        self.up()
        run("truncate", "-s", f"{image_mib}M", self.image)
        run("mkfs.ext4", "-q", "-F", self.image)

    def s3shard(self, *arguments):
        return run(*self.program, *arguments)

    def up(self):
        self.s3shard("mount", "--arena-dir", self.arena, "--cache-dir", f"{self.work}/cache", "--cache-size", "256MiB",
                     "--log-file", f"{self.work}/daemon.log", self.url, self.dir)
        self.pid = self.stats()["pid"]

    def attach(self):
        self.loop = run("losetup", "-f", "--show", "--direct-io=on", self.image).strip()
        run("mount", self.loop, self.fs)

    def detach(self):
        run("umount", self.fs)
        run("losetup", "-d", self.loop)
        self.loop = None

    def kill(self):
        """No farewell. What the file system had not synced is gone with it."""
        os.kill(self.pid, signal.SIGKILL)
        run("umount", "-l", self.fs)
        subprocess.run(["losetup", "-d", self.loop], check=False)
        self.loop = None
        while os.path.exists(f"/proc/{self.pid}"):
            time.sleep(0.1)
        run("umount", "-i", "-l", self.dir)

    def stats(self):
        return json.loads(self.s3shard("stats", self.dir, "--once", "--json"))

    def down(self):
        self.s3shard("umount", self.dir)

    def cleanup(self):
        for command in (["umount", "-l", self.fs], ["losetup", "-d", self.loop or ""], ["umount", "-i", "-l", self.dir]):
            subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
        if os.path.exists(f"/proc/{self.pid}"):
            os.kill(self.pid, signal.SIGKILL)


class Ledger:
    """What was acknowledged, kept outside: names and sums of synced files, and the newest row that was committed."""

    def __init__(self, fs):
        self.fs = fs
        self.files = {}
        self.row = 0
        self.trees = set()
        self.lock = threading.Lock()

    def check(self):
        for name, sum_ in list(self.files.items()):
            path = f"{self.fs}/{name}"
            if not os.path.exists(path):
                lost(f"{name} is not there")
            with open(path, "rb") as file:
                if hashlib.sha256(file.read()).hexdigest() != sum_:
                    lost(f"{name} has another content")
        for tree in self.trees:
            if subprocess.run(["diff", "-r", "--no-dereference", self.source, f"{self.fs}/{tree}"], check=False).returncode:
                lost(f"{tree} differs from what was unpacked")
        if self.row:
            with contextlib.closing(sqlite3.connect(f"{self.fs}/base.db")) as base:
                if base.execute("pragma integrity_check").fetchone()[0] != "ok":
                    lost("the database is damaged")
                found = base.execute("select count(*), max(id) from rows where id <= ?", (self.row,)).fetchone()
                if found != (self.row, self.row):
                    lost(f"the database shows {found} of {self.row} rows")


class Load:
    """One round's work, in threads that end when the daemon is killed."""

    def __init__(self, ledger, seed):
        self.ledger = ledger
        self.random = random.Random(seed)
        self.stopping = False
        self.threads = [threading.Thread(target=self.guarded, args=(job,)) for job in (self.files, self.database, self.trees, self.fio)]

    def guarded(self, job):
        try:
            job()
        except (OSError, sqlite3.Error, subprocess.CalledProcessError) as error:
            if not self.stopping:
                self.failure = error

    failure = None

    def start(self):
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join()

    def files(self):
        """Synced one by one; older ones are deleted now and then, and their room is given back."""
        number = 0
        while not self.stopping:
            name = f"file-{self.random.randrange(400)}"
            data = self.random.randbytes(self.random.choice((500, 4096, 70_000, 1_000_000)))
            with self.ledger.lock:
                self.ledger.files.pop(name, None)
            with open(f"{self.ledger.fs}/{name}", "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            folder = os.open(self.ledger.fs, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
            with self.ledger.lock:
                self.ledger.files[name] = hashlib.sha256(data).hexdigest()
            number += 1
            if number % 50 == 0:
                gone = self.random.choice(sorted(self.ledger.files))
                with self.ledger.lock:
                    self.ledger.files.pop(gone)
                os.unlink(f"{self.ledger.fs}/{gone}")
                work("fstrim", self.ledger.fs)

    def database(self):
        with contextlib.closing(sqlite3.connect(f"{self.ledger.fs}/base.db", timeout=60)) as base:
            self.commit_rows(base)

    def commit_rows(self, base):
        # extra, not full: that leaves the directory unsynced after the journal is unlinked, and a crash may undo the last commit
        base.execute("pragma synchronous=extra")
        base.execute("create table if not exists rows (id integer primary key, text text)")
        base.commit()
        row = base.execute("select coalesce(max(id), 0) from rows").fetchone()[0]
        self.ledger.row = row
        while not self.stopping:
            row += 1
            base.execute("insert into rows values (?, ?)", (row, self.random.randbytes(200).hex()))
            base.commit()
            self.ledger.row = row

    def trees(self):
        turn = 0
        while not self.stopping:
            name = f"tree-{turn % 2}"
            turn += 1
            self.ledger.trees.discard(name)
            shutil.rmtree(f"{self.ledger.fs}/{name}", ignore_errors=True)
            work("cp", "-a", self.ledger.source, f"{self.ledger.fs}/{name}")
            work("sync", "-f", self.ledger.fs)
            self.ledger.trees.add(name)
            time.sleep(1)

    def fio(self):
        """At random and in a row, verified as it goes."""
        while not self.stopping:
            for options in (["--rw=randrw", "--bs=4k", "--iodepth=16", "--fsync=64", "--io_size=16M"],
                            ["--rw=write", "--bs=1M", "--end_fsync=1"], ["--rw=read", "--bs=1M"]):
                if not self.stopping:
                    work("fio", "--name=fio", f"--filename={self.ledger.fs}/fio", "--size=128M", "--direct=1", "--ioengine=libaio",
                        "--randrepeat=0", *options)


def measure(mount, ledger, round_, since, e2fsck):
    stats = mount.stats()
    memory = stats["memory"]
    space = stats["volumes"][0]["space"] if stats["volumes"] else {}
    usage = json.loads(mount.s3shard("info", mount.url, "image", "--json"))["stored"]
    mib = lambda n: round(n / (1 << 20), 1)
    return {
        "round": round_, "minute": round((time.time() - since) / 60, 1),
        "resident_MiB": mib(memory["rssAnonBytes"] + memory["rssFileBytes"]), "heap_MiB": mib(memory["heapBytes"]),
        "arenas_MiB": mib(memory["arenaBytes"]), "live_MiB": mib(space.get("liveBytes", 0)), "dead_MiB": mib(space.get("deadBytes", 0)),
        "bucket_MiB": mib(sum(folder["bytes"] for folder in usage.values())),
        "objects": sum(folder["objects"] for folder in usage.values()),
        "records_since_checkpoint": stats["volumes"][0]["commitsSinceCheckpoint"] if stats["volumes"] else 0,
        "synced_files": len(ledger.files), "rows": ledger.row, "e2fsck": e2fsck,
    }


def one_round(mount, ledger, round_, seconds, since, seed):
    load = Load(ledger, seed * 1000 + round_)
    mount.attach()
    ledger.check()
    load.start()
    time.sleep(seconds)
    row = measure(mount, ledger, round_, since, "-")
    load.stopping = True
    mount.kill()
    load.join()
    if load.failure:
        sys.exit(f"endurance: a load failed before the kill: {load.failure}")
    mount.up()
    mount.attach()  # replays the journal
    ledger.check()
    mount.detach()
    row["e2fsck"] = "clean" if subprocess.run(["e2fsck", "-fn", mount.image], check=False, capture_output=True).returncode == 0 else "DAMAGED"
    if row["e2fsck"] != "clean":
        lost(f"e2fsck of round {round_}")
    return row


def grows(rows, column, share, slack):
    """Whether the last third's mean is above the middle third's by more than a share and a slack."""
    third = len(rows) // 3
    if third == 0:
        return False
    mean = lambda some: sum(row[column] for row in some) / len(some)
    return mean(rows[-third:]) > mean(rows[third:2 * third]) * share + slack


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--round-seconds", type=float, default=150)
    parser.add_argument("--image-mib", type=int, default=2048)
    parser.add_argument("--work", required=True)
    parser.add_argument("--report", required=True)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    since = time.time()
    mount = Mount(options.work, os.environ["S3SHARD"].split(), options.image_mib)
    ledger = Ledger(mount.fs)
    ledger.source = f"{options.work}/tree"
    os.makedirs(ledger.source)
    found = run("bash", "-c", "find /usr/share/doc -xdev -type f -size -200k 2>/dev/null | sort | head -n 600").split("\n")
    for path in filter(None, found):
        target = ledger.source + path
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(path, target)
    rows = []
    try:
        with open(options.report, "w", encoding="utf-8") as report:
            print("\t".join(COLUMNS), file=report, flush=True)
            while time.time() - since < options.minutes * 60:
                row = one_round(mount, ledger, len(rows) + 1, options.round_seconds, since, options.seed)
                rows.append(row)
                print("\t".join(str(row[column]) for column in COLUMNS), file=report, flush=True)
                print("  ".join(f"{column} {row[column]}" for column in COLUMNS), flush=True)
        mount.down()
    finally:
        mount.cleanup()
    growing = [column for column, share, slack in (("resident_MiB", 1.1, 16), ("dead_MiB", 1.3, 64), ("objects", 1.3, 200),
                                                   ("records_since_checkpoint", 1.3, 300)) if grows(rows, column, share, slack)]
    if growing:
        sys.exit(f"endurance: this grows: {', '.join(growing)}")
    print(f"endurance: {len(rows)} rounds and as many SIGKILLs in {(time.time() - since) / 60:.0f} minutes, seed {options.seed}: nothing lost, nothing grows")


if __name__ == "__main__":
    main()
