package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What {@code stats} makes of two answers of a mount. */
class MountRatesTest {
  private static final String MEMORY =
      """
      "memory": {"rssAnonBytes": 300, "rssFileBytes": 40, "rssSharedBytes": 50, "heapBytes": 60, "heapLimitBytes": 70,
        "arenaBytes": 8, "arenaLimitBytes": 9, "cacheBytes": 1, "cacheLimitBytes": 2, "ioBufferBytes": 3,
        "ioBufferLimitBytes": 4, "readAheadBytes": 5, "readAheadLimitBytes": 6},
      "cache": {"memory": {"bytes": 1, "limitBytes": 2, "hits": 30, "misses": 10, "evictions": 0},
        "disk": {"bytes": 100, "limitBytes": 200, "hits": 5, "misses": 5, "evictions": 0, "damaged": 0, "leftOut": 0}},
      """;

  private static JsonObject answer(double seconds, long reads, long puts, double away) {
    String io = "{\"operations\": %d, \"bytes\": %d, \"errors\": 0, \"seconds\": 0.5}";
    String none = io.formatted(0, 0);
    return JsonParser.parseString(
            """
            {"exit": 0, "location": "s3://b/p", "mountPoint": "/mnt", "pid": 7, "version": "1", "time": "2026-01-01T00:00:00Z",
             "seconds": %s, "bucketAwaySeconds": %s, %s
             "volumes": [{"name": "fs.img", "state": "open", "sizeBytes": 9, "dirtyBytes": 2097152, "oldestDirtySeconds": 1.5,
               "writersWaiting": 0, "commits": 3, "committedBytes": 4, "commitsSinceCheckpoint": 3, "earlyUploads": 2,
               "staleUploads": 1, "arena": "/a",
               "space": {"counted": true, "liveBytes": 4194304, "deadBytes": 1048576, "segments": 2, "gatheredBytes": 1,
                 "mergedBytes": 2, "foldedBytes": 3, "deletedObjects": 4},
               "io": {"read": %s, "write": %s, "discard": %s, "flush": %s}}],
             "requests": [{"kind": "PUT", "purpose": "LOG", "requests": %d, "failures": 0, "sentBytes": 1, "receivedBytes": 0,
               "meanMillis": 3.5, "dollars": %s}]}
            """
                .formatted(
                    seconds,
                    away,
                    MEMORY,
                    io.formatted(reads, reads * 4096),
                    none,
                    none,
                    none,
                    puts,
                    puts * 0.000005))
        .getAsJsonObject();
  }

  @Test
  void ratesAreDifferencesOverTheTimeBetween() throws IOException {
    Document document =
        new MountRates(answer(10, 100, 1000, 0), answer(12, 300, 1010, 0)).document();
    assertThat(JsonSchema.problems(document.json())).isEmpty();
    JsonObject rates = document.json().getAsJsonObject("rates");
    assertThat(rates.get("readsPerSecond").getAsDouble()).isEqualTo(100);
    assertThat(rates.get("readBytesPerSecond").getAsDouble()).isEqualTo(409_600);
    assertThat(rates.getAsJsonObject("requestsPerSecondByPurpose").get("log").getAsDouble())
        .isEqualTo(5);
    // 5 PUTs a second at $0.005 a thousand
    assertThat(rates.get("dollarsADay").getAsDouble()).isBetween(2.15, 2.17);
    assertThat(document.rows().toString())
        .contains(
            "read 400KiB/s (100/s)",
            "not committed 2MiB, oldest 1.5 s",
            "live 4MiB, dead 1MiB",
            "log 5.0/s",
            "$2.16 a day at this rate",
            "answers");
  }

  @Test
  void anIdleMountCostsNothing() {
    Document document =
        new MountRates(answer(10, 100, 1000, 0), answer(11, 100, 1000, 0)).document();
    assertThat(document.rows().toString()).contains("requests, none", "$0.00 a day");
  }

  @Test
  void onceCountsFromTheStart() throws IOException {
    Document document = MountRates.sinceStart(answer(100, 100, 1000, 0)).document();
    assertThat(JsonSchema.problems(document.json())).isEmpty();
    assertThat(document.json().getAsJsonObject("rates").get("readsPerSecond").getAsDouble())
        .isEqualTo(1);
    assertThat(document.rows().toString())
        .contains("log 1000 requests in 100 s", "$0.0050 since the start");
  }

  @Test
  void anOutageIsSaid() {
    Document document = new MountRates(answer(10, 0, 0, 61), answer(11, 0, 0, 62)).document();
    assertThat(document.rows().toString()).contains("away for 62 s, I/O waits");
  }
}
