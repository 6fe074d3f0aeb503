package io.s3shard.store;

import io.s3shard.execution.ThreadExecution;
import io.s3shard.testing.Fault;
import io.s3shard.testing.FaultPlan;
import io.s3shard.testing.FaultyStore;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** The layers keep the contract, and hide what fails below them. */
final class StackedStoreTest {
  @Nested
  final class OverMemory extends ObjectStoreContract {
    private final StoreStack stack =
        new StoreStack(new MemoryStore(), StoreSettings.DEFAULTS, new ThreadExecution());

    @Override
    protected ObjectStore store() {
      return stack.store();
    }
  }

  @Nested
  final class OverFaults extends ObjectStoreContract {
    private final ThreadExecution execution = new ThreadExecution();
    private final FaultPlan plan =
        new FaultPlan(20261124, Duration.ofMillis(5))
            .with(Fault.DELAYED, 0.1)
            .with(Fault.UNAVAILABLE, Fault.Kind.READ, 0.2)
            .with(Fault.ANSWER_LOST, Fault.Kind.READ, 0.1)
            .with(Fault.UNAVAILABLE, Fault.Kind.OTHER, 0.2)
            .with(Fault.ANSWER_LOST, Fault.Kind.OTHER, 0.1)
            .with(Fault.THROTTLED, Fault.Kind.OTHER, 0.05);
    private final FaultyStore faulty = new FaultyStore(new MemoryStore(), execution, plan);
    private final StoreStack stack = new StoreStack(faulty, StoreSettings.DEFAULTS, execution);

    @Override
    protected ObjectStore store() {
      return stack.store();
    }

    @AfterEach
    void printSeed() {
      System.out.println(plan);
    }
  }
}
