package io.s3shard.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Counts requests by kind and purpose. Thread-safe. */
public final class StoreMeter {
  private final Cell[][] cells = new Cell[RequestKind.values().length][Purpose.values().length];

  public StoreMeter() {
    for (Cell[] row : cells) {
      for (int i = 0; i < row.length; i++) {
        row[i] = new Cell();
      }
    }
  }

  /** One request that got an answer, be it "no such object" or "lost". */
  void answered(RequestKind kind, Purpose purpose, long nanos, long sentBytes, long receivedBytes) {
    Cell cell = cells[kind.ordinal()][purpose.ordinal()];
    cell.requests.increment();
    cell.nanos.add(nanos);
    cell.sent.add(sentBytes);
    cell.received.add(receivedBytes);
  }

  /** One request that failed or whose answer was lost. */
  void failed(RequestKind kind, Purpose purpose, long nanos, long sentBytes) {
    answered(kind, purpose, nanos, sentBytes, 0);
    cells[kind.ordinal()][purpose.ordinal()].failures.increment();
  }

  /** What has been counted by now; kinds and purposes that had no request are left out. */
  public StoreUse use() {
    List<StoreUse.Row> rows = new ArrayList<>();
    for (RequestKind kind : RequestKind.values()) {
      for (Purpose purpose : Purpose.values()) {
        Cell cell = cells[kind.ordinal()][purpose.ordinal()];
        if (cell.requests.sum() > 0) {
          rows.add(cell.row(kind, purpose));
        }
      }
    }
    return new StoreUse(rows);
  }

  private static final class Cell {
    final LongAdder requests = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder nanos = new LongAdder();
    final LongAdder sent = new LongAdder();
    final LongAdder received = new LongAdder();

    StoreUse.Row row(RequestKind kind, Purpose purpose) {
      return new StoreUse.Row(
          kind, purpose, requests.sum(), failures.sum(), sent.sum(), received.sum(), nanos.sum());
    }
  }
}
