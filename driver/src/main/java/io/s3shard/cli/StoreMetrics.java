package io.s3shard.cli;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.s3shard.store.Purpose;
import io.s3shard.store.RequestKind;
import io.s3shard.store.StoreMeter;
import io.s3shard.store.StoreStack;
import io.s3shard.store.StoreUse;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What is asked of the bucket, for Prometheus: {@code s3shard_store_*}. */
final class StoreMetrics {
  private StoreMetrics() {}

  static void register(MeterRegistry registry, Location location, StoreStack stack) {
    for (RequestKind kind : RequestKind.values()) {
      for (Purpose purpose : Purpose.values()) {
        register(registry, location, stack.meter(), kind, purpose);
      }
    }
    Tags bucket = Tags.of("bucket", location.bucket());
    Gauge.builder("s3shard.store.available", stack, s -> s.store().awayFor().isZero() ? 1 : 0)
        .tags(bucket)
        .register(registry);
    Gauge.builder("s3shard.store.requests.at.once.limit", stack, StoreStack::requestsAtOnce)
        .tags(bucket)
        .register(registry);
  }

  private static void register(
      MeterRegistry registry,
      Location location,
      StoreMeter meter,
      RequestKind kind,
      Purpose purpose) {
    Tags tags =
        Tags.of("bucket", location.bucket(), "method", label(kind), "purpose", label(purpose));
    counter(
        registry,
        "s3shard.store.requests",
        tags.and("code", "answered"),
        meter,
        kind,
        purpose,
        r -> r.requests() - r.failures());
    counter(
        registry,
        "s3shard.store.requests",
        tags.and("code", "failed"),
        meter,
        kind,
        purpose,
        StoreUse.Row::failures);
    counter(
        registry,
        "s3shard.store.request.seconds",
        tags,
        meter,
        kind,
        purpose,
        r -> r.nanos() / 1e9);
    counter(
        registry,
        "s3shard.store.bytes",
        tags.and("direction", "sent"),
        meter,
        kind,
        purpose,
        StoreUse.Row::sentBytes);
    counter(
        registry,
        "s3shard.store.bytes",
        tags.and("direction", "received"),
        meter,
        kind,
        purpose,
        StoreUse.Row::receivedBytes);
    counter(registry, "s3shard.store.dollars", tags, meter, kind, purpose, StoreUse.Row::dollars);
  }

  private static void counter(
      MeterRegistry registry,
      String name,
      Tags tags,
      StoreMeter meter,
      RequestKind kind,
      Purpose purpose,
      ToDoubleFunction<StoreUse.Row> value) {
    FunctionCounter.builder(name, meter, m -> value.applyAsDouble(m.use().row(kind, purpose)))
        .tags(tags)
        .register(registry);
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
