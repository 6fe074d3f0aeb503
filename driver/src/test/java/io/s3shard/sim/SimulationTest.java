package io.s3shard.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.Fenced;
import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SimulationTest {
  /** Some tasks that take turns, wait, sleep and crash; returns the hash of all that happened. */
  private static long traceOf(long seed) {
    Simulation simulation = new Simulation(seed);
    List<SimProcess> processes = new ArrayList<>();
    for (int p = 0; p < 3; p++) {
      SimProcess process = simulation.process("p" + p);
      processes.add(process);
      Signal signal = process.execution().signal();
      for (int t = 0; t < 5; t++) {
        process.run("t" + t, () -> mill(process.execution(), signal));
      }
    }
    simulation.after(Duration.ofSeconds(1), () -> processes.getFirst().crash());
    simulation.runUntilDone();
    simulation.finish();
    return simulation.trace().hash();
  }

  private static boolean mill(Execution execution, Signal signal) {
    for (int i = 0; i < 50; i++) {
      switch ((int) execution.random(4)) {
        case 0 -> execution.sleep(Duration.ofMillis(execution.random(200)));
        case 1 -> signal.raise();
        case 2 -> signal.await(signal.version(), Duration.ofMillis(execution.random(50)));
        default -> execution.fork("child", () -> execution.random(9)).join();
      }
    }
    return true;
  }

  @Test
  void theSameSeedGivesTheSameSchedule() {
    Set<Long> hashes = new TreeSet<>();
    for (long seed = 1; seed <= 20; seed++) {
      long hash = traceOf(seed);
      assertThat(traceOf(seed)).as("seed %d", seed).isEqualTo(hash);
      hashes.add(hash);
    }
    assertThat(hashes).as("different seeds").hasSize(20);
  }

  @Test
  void timeJumpsWhenAllWait() {
    Simulation simulation = new Simulation(1);
    SimProcess process = simulation.process("p");
    SimTask<Long> slept =
        process.run(
            "sleeper",
            () -> {
              long before = process.execution().nanoTime();
              process.execution().sleep(Duration.ofDays(3));
              return process.execution().nanoTime() - before;
            });
    simulation.runUntilQuiet();

    assertThat(slept.outcome()).isEqualTo(Duration.ofDays(3).toNanos());
  }

  @Test
  void advanceStopsInBetween() {
    Simulation simulation = new Simulation(1);
    SimProcess process = simulation.process("p");
    SimTask<Boolean> task =
        process.run("sleeper", () -> process.execution().sleep(Duration.ofSeconds(10)));

    simulation.advance(Duration.ofSeconds(9));
    assertThat(task.isDone()).isFalse();
    simulation.advance(Duration.ofSeconds(1));
    assertThat(task.isDone()).isTrue();
  }

  @Test
  void aDeadlockFailsTheRunAndNamesWhoWaits() {
    Simulation simulation = new Simulation(7);
    SimProcess process = simulation.process("p");
    Signal never = process.execution().signal();
    process.run("forlorn", () -> never.await(never.version()));

    assertThatThrownBy(simulation::runUntilDone)
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContaining("seed 7")
        .hasMessageContaining("deadlock")
        .hasMessageContaining("p/forlorn: WAITING for a signal")
        .hasMessageContaining("SimulationTest");
  }

  @Test
  void aForkedTaskThatWaitsForWorkIsNoDeadlock() {
    Simulation simulation = new Simulation(7);
    SimProcess process = simulation.process("p");
    Signal work = process.execution().signal();
    process.run("starter", () -> process.execution().fork("worker", () -> await(work)) != null);

    simulation.runUntilQuiet();
    simulation.finish();
  }

  private static boolean await(Signal signal) {
    signal.await(signal.version());
    return true;
  }

  @Test
  void aCrashRunsNoFinallyAndTakesForkedTasksAlong() {
    Simulation simulation = new Simulation(3);
    SimProcess process = simulation.process("victim");
    SimProcess world = simulation.process("world");
    List<String> ran = new ArrayList<>();
    SimTask<Boolean> parent =
        process.run(
            "parent",
            () -> {
              process.execution().fork("child", () -> sleepThenNote(process.execution(), ran));
              sleepThenNote(process.execution(), ran);
            });
    SimTask<Boolean> joiner =
        world.run(
            "joiner",
            () -> {
              parent.join();
            });
    world.run(
        "killer",
        () -> {
          world.execution().sleep(Duration.ofSeconds(1));
          process.crash();
          ran.add("killed");
        });
    simulation.runUntilDone();
    simulation.advance(Duration.ofHours(1));

    assertThat(ran).containsExactly("killed");
    assertThatThrownBy(joiner::outcome).isInstanceOf(Abandoned.class);
  }

  private static boolean sleepThenNote(Execution execution, List<String> ran) {
    try {
      execution.sleep(Duration.ofSeconds(10));
      return ran.add("woke");
    } finally {
      ran.add("finally");
    }
  }

  @Test
  void aTaskCanCrashItsOwnProcess() {
    Simulation simulation = new Simulation(3);
    SimProcess process = simulation.process("p");
    List<String> ran = new ArrayList<>();
    process.run(
        "suicide",
        () -> {
          process.crash();
          ran.add("went on");
        });
    simulation.runUntilQuiet();

    assertThat(ran).isEmpty();
  }

  @Test
  void abandonedTasksAreCollected() {
    List<WeakReference<Object>> held = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Simulation simulation = new Simulation(i);
      SimProcess process = simulation.process("p");
      process.run(
          "holder",
          () -> {
            byte[] kept = new byte[1 << 20];
            held.add(new WeakReference<>(kept));
            process.execution().sleep(Duration.ofDays(1));
            kept[0]++;
          });
      simulation.advance(Duration.ofSeconds(1));
      process.crash();
    }
    for (int i = 0; i < 100 && held.stream().anyMatch(reference -> reference.get() != null); i++) {
      System.gc();
    }

    assertThat(held).allMatch(reference -> reference.get() == null);
  }

  @Test
  void aPausedProcessStandsStillWhileTimePasses() {
    Simulation simulation = new Simulation(5);
    SimProcess process = simulation.process("p");
    SimProcess world = simulation.process("world");
    SimTask<Long> woke =
        process.run(
            "sleeper",
            () -> {
              process.execution().sleep(Duration.ofSeconds(1));
              return simulation.nanos();
            });
    world.run(
        "pauser",
        () -> {
          process.pause();
          world.execution().sleep(Duration.ofSeconds(60));
          process.resume();
        });
    simulation.runUntilDone();

    assertThat(woke.outcome()).isGreaterThanOrEqualTo(Duration.ofSeconds(60).toNanos());
  }

  @Test
  void joinThrowsWhatTheTaskThrew() {
    Simulation simulation = new Simulation(5);
    SimProcess process = simulation.process("p");
    SimTask<Boolean> parent =
        process.run(
            "parent",
            () -> {
              Execution.Task<Object> child =
                  process
                      .execution()
                      .fork(
                          "child",
                          () -> {
                            throw new Fenced("another owns it");
                          });
              child.join();
            });
    simulation.runUntilDone();

    assertThatThrownBy(parent::outcome).isExactlyInstanceOf(Fenced.class);
  }

  @Test
  void anUnexpectedExceptionThatNobodyJoinsFailsTheRun() {
    Simulation simulation = new Simulation(5);
    SimProcess process = simulation.process("p");
    process.run(
        "parent",
        () ->
            process
                    .execution()
                    .fork(
                        "child",
                        () -> {
                          throw new IllegalStateException("oops");
                        })
                != null);
    simulation.runUntilQuiet();

    assertThatThrownBy(simulation::finish)
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContaining("p/child");
  }

  @Test
  void anAssertionThatFailsEndsTheRunAtOnce() {
    Simulation simulation = new Simulation(5);
    SimProcess process = simulation.process("p");
    process.run(
        "checker",
        () -> {
          throw new AssertionError("zeros for data");
        });
    process.run("forEver", () -> process.execution().sleep(Duration.ofDays(1)));

    assertThatThrownBy(simulation::runUntilDone)
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContaining("zeros for data");
  }

  @Test
  void aRunThatDoesNotEndFails() {
    Simulation simulation = new Simulation(5);
    simulation.limitSwitches(1_000);
    SimProcess process = simulation.process("p");
    process.run(
        "spinner",
        () -> {
          while (true) {
            process.execution().sleep(Duration.ofMillis(1));
          }
        });

    assertThatThrownBy(simulation::runUntilDone).hasMessageContaining("does not end");
  }

  @Test
  void aThreadThatIsNoTaskIsRefused() {
    Simulation simulation = new Simulation(5);
    SimProcess process = simulation.process("p");

    assertThatThrownBy(() -> process.execution().sleep(Duration.ofSeconds(1)))
        .isInstanceOf(IllegalStateException.class);
  }
}
