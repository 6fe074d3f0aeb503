package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.s3shard.execution.Execution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What was asked of one open image, for {@code stats} and for Prometheus: {@code s3shard_io_*}. */
final class ImageMeters {
  /** The label {@code op}. */
  enum Operation {
    READ,
    WRITE,
    DISCARD,
    FLUSH;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private record Meters(
      Counter operations, Counter bytes, Counter errors, Timer duration, AtomicLong inFlight) {}

  private final Execution execution;
  private final MeterRegistry registry;
  private final Map<Operation, Meters> byOperation = new EnumMap<>(Operation.class);
  private final List<Meter> registered = new ArrayList<>();

  ImageMeters(String volume, Execution execution, MeterRegistry registry) {
    this.execution = execution;
    this.registry = registry;
    for (Operation operation : Operation.values()) {
      byOperation.put(operation, register(Tags.of("volume", volume, "op", operation.label())));
    }
  }

  private Meters register(Tags tags) {
    AtomicLong inFlight = new AtomicLong();
    Meters meters =
        new Meters(
            Counter.builder("s3shard.io.operations").tags(tags).register(registry),
            Counter.builder("s3shard.io.bytes").tags(tags).register(registry),
            Counter.builder("s3shard.io.errors").tags(tags).register(registry),
            Timer.builder("s3shard.io.duration")
                .tags(tags)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofNanos(100_000))
                .maximumExpectedValue(Duration.ofSeconds(30))
                .register(registry),
            inFlight);
    Gauge gauge =
        Gauge.builder("s3shard.io.in.flight", inFlight, AtomicLong::get)
            .tags(tags)
            .register(registry);
    registered.addAll(
        List.of(meters.operations(), meters.bytes(), meters.errors(), meters.duration(), gauge));
    return meters;
  }

  /** Returns when it began, for {@link #done} and {@link #failed}. */
  long begin(Operation operation) {
    of(operation).inFlight().incrementAndGet();
    return execution.nanoTime();
  }

  void done(Operation operation, long bytes, long start) {
    Meters meters = of(operation);
    meters.bytes().increment(bytes);
    end(meters, start);
  }

  void failed(Operation operation, long start) {
    Meters meters = of(operation);
    meters.errors().increment();
    end(meters, start);
  }

  private void end(Meters meters, long start) {
    meters.inFlight().decrementAndGet();
    meters.operations().increment();
    meters.duration().record(execution.nanoTime() - start, TimeUnit.NANOSECONDS);
  }

  private Meters of(Operation operation) {
    Meters meters = byOperation.get(operation);
    if (meters == null) {
      throw new IllegalStateException("no meters of " + operation);
    }
    return meters;
  }

  /** {@code {"read": {"operations": …, "bytes": …, "errors": …}, …}}. */
  JsonObject json() {
    JsonObject json = new JsonObject();
    byOperation.forEach((operation, meters) -> {
      JsonObject counts = new JsonObject();
      counts.addProperty("operations", (long) meters.operations().count());
      counts.addProperty("bytes", (long) meters.bytes().count());
      counts.addProperty("errors", (long) meters.errors().count());
      counts.addProperty("seconds", meters.duration().totalTime(TimeUnit.SECONDS));
      json.add(operation.label(), counts);
    });
    return json;
  }

  /** The volume was closed: its series end. */
  void remove() {
    registered.forEach(registry::remove);
  }
}
