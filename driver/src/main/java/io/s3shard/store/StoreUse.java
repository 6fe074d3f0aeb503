package io.s3shard.store;

import java.time.Duration;
import java.util.List;

/**
 * What was asked of the bucket: requests, bytes and time, by kind and purpose, and what that costs.
 */
public record StoreUse(List<Row> rows) {
  /**
   * The requests of one kind and purpose.
   *
   * @param requests all, each try counted
   * @param failures those of them that failed or whose answer was lost
   * @param nanos how long they took in all
   */
  public record Row(
      RequestKind kind,
      Purpose purpose,
      long requests,
      long failures,
      long sentBytes,
      long receivedBytes,
      long nanos) {

    /** Of one request on average; zero when there was none. */
    public Duration meanLatency() {
      return requests == 0 ? Duration.ZERO : Duration.ofNanos(nanos / requests);
    }

    /** At list prices, in US dollars; traffic and storage are not in it. */
    public double dollars() {
      return requests * kind.dollars();
    }

    private Row minus(Row earlier) {
      return new Row(
          kind,
          purpose,
          requests - earlier.requests,
          failures - earlier.failures,
          sentBytes - earlier.sentBytes,
          receivedBytes - earlier.receivedBytes,
          nanos - earlier.nanos);
    }
  }

  public StoreUse {
    rows = List.copyOf(rows);
  }

  /** What came after {@code earlier}, which is an earlier reading of the same meter. */
  public StoreUse since(StoreUse earlier) {
    return new StoreUse(
        rows.stream().map(row -> row.minus(earlier.row(row.kind, row.purpose))).toList());
  }

  /** Zeros if there was none. */
  public Row row(RequestKind kind, Purpose purpose) {
    return rows.stream()
        .filter(row -> row.kind == kind && row.purpose == purpose)
        .findFirst()
        .orElse(new Row(kind, purpose, 0, 0, 0, 0, 0));
  }

  public long requests() {
    return rows.stream().mapToLong(Row::requests).sum();
  }

  /** Of all requests, in US dollars. */
  public double dollars() {
    return rows.stream().mapToDouble(Row::dollars).sum();
  }

  /**
   * What a day of this would cost in US dollars, if it was counted in {@code span}; zero for no
   * time.
   */
  public double dollarsADay(Duration span) {
    return span.isZero() ? 0 : dollars() * Duration.ofDays(1).toNanos() / span.toNanos();
  }
}
