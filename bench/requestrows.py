"""Turns the proxy's counts (JSON on stdin) into rows: job, metric with a suffix, value; and the price of the requests in dollars."""
import json
import sys

PRICE = {"GET": 0.0004, "HEAD": 0.0004, "DELETE": 0, "DELETES": 0}  # a thousand; all others are billed like PUT

job, suffix = sys.argv[1:]
stats = json.load(sys.stdin)
classes = {name: t for name, t in sorted(stats.items()) if isinstance(t, dict)}
rows = [(name, t["requests"]) for name, t in classes.items() if t["requests"]]
rows += [
    ("max_in_flight", stats["max_in_flight"]),
    ("requests", sum(t["requests"] for t in classes.values())),
    ("up_MB", f"{sum(t['up'] for t in classes.values()) / 1e6:.2f}"),
    ("down_MB", f"{sum(t['down'] for t in classes.values()) / 1e6:.2f}"),
    ("dollars", f"{sum(t['requests'] * PRICE.get(name, 0.005) / 1000 for name, t in classes.items()):.6f}"),
]
for metric, value in rows:
    print(f"{job}\ts3_{metric}{suffix}\t{value}")
