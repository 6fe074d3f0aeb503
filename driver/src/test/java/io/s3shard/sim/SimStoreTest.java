package io.s3shard.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.StoreUnavailable;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SimStoreTest {
  private static final ObjectKey KEY = new ObjectKey("slot");
  private static final Faults ROUGH =
      new Faults(
          Duration.ofMillis(30),
          0.1,
          Duration.ofSeconds(5),
          0.1,
          0.1,
          0.2,
          0.2,
          0.5,
          Duration.ofSeconds(3),
          0.5,
          0.01);

  private static Body body(String text) {
    return Body.of(text.getBytes());
  }

  private static String text(ObjectStore store, ObjectKey key) {
    byte[] bytes = new byte[store.get(key, Purpose.LOG).body().remaining()];
    store.get(key, Purpose.LOG).body().get(bytes);
    return new String(bytes);
  }

  @Test
  void oneOfTwoPutsIfAbsentWinsAndWhoIsToldSoIsRight() {
    Set<String> seen = new TreeSet<>();
    for (long seed = 0; seed < 300; seed++) {
      Simulation simulation = new Simulation(seed);
      SimBucket bucket = new SimBucket(simulation, ROUGH);
      List<SimTask<PutOutcome>> puts =
          List.of(put(simulation, bucket, "a"), put(simulation, bucket, "b"));
      simulation.runUntilQuiet();

      PutOutcome a = puts.get(0).outcome();
      PutOutcome b = puts.get(1).outcome();
      seen.add(a + " " + b);
      assertThat(a == PutOutcome.WON && b == PutOutcome.WON).as("seed %d", seed).isFalse();
      if (a == PutOutcome.WON) {
        assertThat(text(bucket.objects(), KEY)).isEqualTo("a");
      }
      simulation.finish();
    }
    assertThat(seen)
        .contains("WON LOST", "LOST WON", "UNKNOWN LOST", "UNKNOWN UNKNOWN", "WON UNKNOWN");
  }

  private static SimTask<PutOutcome> put(Simulation simulation, SimBucket bucket, String text) {
    SimProcess process = simulation.process(text);
    SimStore store = bucket.reachedBy(process);
    return process.run("put", () -> store.putIfAbsent(KEY, body(text), Purpose.LOG));
  }

  @Test
  void aPutOfACrashedProcessMayStillLandAndMayNot() {
    Set<Boolean> landed = new TreeSet<>();
    for (long seed = 0; seed < 200; seed++) {
      Simulation simulation = new Simulation(seed);
      SimBucket bucket = new SimBucket(simulation, ROUGH);
      SimProcess process = simulation.process("p");
      process.run("put", () -> bucket.reachedBy(process).putIfAbsent(KEY, body("x"), Purpose.LOG));
      simulation.after(Duration.ofNanos(1), process::crash);
      simulation.runUntilQuiet();
      landed.add(!bucket.objects().list("", null, 10, Purpose.LOG).isEmpty());
    }
    assertThat(landed).containsExactly(false, true);
  }

  @Test
  void aPutMayLandOnceMoreAfterADelete() {
    int reborn = 0;
    for (long seed = 0; seed < 200; seed++) {
      Simulation simulation = new Simulation(seed);
      SimBucket bucket = new SimBucket(simulation, ROUGH);
      SimProcess process = simulation.process("p");
      PatientStore store = new PatientStore(bucket.reachedBy(process), process.execution());
      process.run(
          "p",
          () -> {
            store.put(KEY, body("x"), Purpose.FLUSH);
            store.delete(List.of(KEY), Purpose.BACKGROUND);
          });
      simulation.runUntilQuiet();
      reborn += bucket.objects().list("", null, 10, Purpose.LOG).size();
    }
    assertThat(reborn).isBetween(1, 199);
  }

  @Test
  void nothingIsAnsweredInAnOutage() {
    Simulation simulation = new Simulation(1);
    SimBucket bucket = new SimBucket(simulation, Faults.NONE);
    SimProcess process = simulation.process("p");
    SimStore store = bucket.reachedBy(process);
    bucket.outage(Duration.ofMinutes(1));
    SimTask<Boolean> refused =
        process.run("list", () -> store.list("", null, 1, Purpose.LOG).isEmpty());
    PatientStore patient = new PatientStore(store, process.execution());
    SimTask<Long> answered =
        process.run(
            "patient",
            () -> {
              patient.list("", null, 1, Purpose.LOG);
              return simulation.nanos();
            });
    simulation.runUntilQuiet();

    assertThatThrownBy(refused::outcome).isInstanceOf(StoreUnavailable.class);
    assertThat(answered.outcome()).isGreaterThan(Duration.ofMinutes(1).toNanos());
  }

  @Test
  void bytesThatChangeWhileTheyAreSentFailTheRun() {
    Simulation simulation = new Simulation(1);
    SimBucket bucket = new SimBucket(simulation, Faults.NONE);
    SimProcess process = simulation.process("p");
    byte[] bytes = {1, 2, 3};
    process.run("put", () -> bucket.reachedBy(process).put(KEY, Body.of(bytes), Purpose.FLUSH));
    process.run(
        "spoiler",
        () -> {
          process.execution().sleep(Duration.ofMillis(1));
          bytes[0]++;
        });

    assertThatThrownBy(simulation::runUntilDone)
        .hasMessageContaining("changed while they were sent");
  }
}
