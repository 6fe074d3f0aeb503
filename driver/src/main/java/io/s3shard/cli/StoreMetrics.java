package io.s3shard.cli;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.s3shard.execution.Execution;
import io.s3shard.store.Purpose;
import io.s3shard.store.RequestKind;
import io.s3shard.store.StoreMeter;
import io.s3shard.store.StoreStack;
import io.s3shard.store.StoreUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What is asked of the bucket, for Prometheus: {@code s3shard_store_*}. */
final class StoreMetrics {
  private StoreMetrics() {}

  /** {@code tags} tell the bucket from others of this process. Returns what was registered. */
  static List<Meter> register(
      MeterRegistry registry, Tags tags, StoreStack stack, Execution execution) {
    long startedNanos = execution.nanoTime();
    List<Meter> meters = new ArrayList<>();
    for (RequestKind kind : RequestKind.values()) {
      for (Purpose purpose : Purpose.values()) {
        meters.addAll(register(registry, tags, stack.meter(), kind, purpose));
      }
    }
    meters.add(
        Gauge.builder(
                "s3shard.store.dollars.a.day",
                stack,
                s ->
                    s.meter()
                        .use()
                        .dollarsADay(Duration.ofNanos(execution.nanoTime() - startedNanos)))
            .tags(tags)
            .register(registry));
    meters.add(
        Gauge.builder("s3shard.store.available", stack, s -> s.store().awayFor().isZero() ? 1 : 0)
            .tags(tags)
            .register(registry));
    meters.add(
        Gauge.builder("s3shard.store.requests.at.once.limit", stack, StoreStack::requestsAtOnce)
            .tags(tags)
            .register(registry));
    return meters;
  }

  private static List<Meter> register(
      MeterRegistry registry, Tags bucket, StoreMeter meter, RequestKind kind, Purpose purpose) {
    Tags tags = bucket.and("method", label(kind), "purpose", label(purpose));
    Counters counters = new Counters(registry, meter, kind, purpose);
    return List.of(
        counters.count(
            "s3shard.store.requests",
            tags.and("code", "answered"),
            r -> r.requests() - r.failures()),
        counters.count(
            "s3shard.store.requests", tags.and("code", "failed"), StoreUse.Row::failures),
        counters.count("s3shard.store.request.seconds", tags, r -> r.nanos() / 1e9),
        counters.count(
            "s3shard.store.bytes", tags.and("direction", "sent"), StoreUse.Row::sentBytes),
        counters.count(
            "s3shard.store.bytes", tags.and("direction", "received"), StoreUse.Row::receivedBytes),
        counters.count("s3shard.store.dollars", tags, StoreUse.Row::dollars));
  }

  /** Makes the counters of one kind of request. */
  private record Counters(
      MeterRegistry registry, StoreMeter meter, RequestKind kind, Purpose purpose) {
    Meter count(String name, Tags tags, ToDoubleFunction<StoreUse.Row> value) {
      return FunctionCounter.builder(
              name, meter, m -> value.applyAsDouble(m.use().row(kind, purpose)))
          .tags(tags)
          .register(registry);
    }
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
