package io.s3shard.store;

import io.s3shard.execution.Execution;

/**
 * A bucket with all that the engine needs around it; the only place where the layers are put
 * together. From the engine to the bucket:
 *
 * <ol>
 *   <li>{@link RetryingStore}: whoever waits for the next try holds nothing below it;
 *   <li>{@link LimitedStore}: so many at once, the most urgent first; sees each throttled try;
 *   <li>{@link MeteredStore}: each try as the bill has it, without the time in the queue;
 *   <li>the bucket.
 * </ol>
 */
public final class StoreStack implements AutoCloseable {
  private final StoreMeter meter = new StoreMeter();
  private final LimitedStore limited;
  private final RetryingStore retrying;

  public StoreStack(ObjectStore bucket, StoreSettings settings, Execution execution) {
    this.limited =
        new LimitedStore(
            new MeteredStore(bucket, execution, meter), execution, settings.requestsAtOnce());
    this.retrying = new RetryingStore(limited, execution, settings.outageDeadline());
  }

  /**
   * The bucket through all layers. Its {@link RetryingStore#gaveUp} is the engine's sign to stop
   * waiting.
   */
  public RetryingStore store() {
    return retrying;
  }

  public StoreMeter meter() {
    return meter;
  }

  /** How many requests may be on their way at once by now. */
  public int requestsAtOnce() {
    return limited.limit();
  }

  /**
   * Ends all waiting for the bucket; requests still go through, once. The bucket itself is its
   * maker's to close.
   */
  @Override
  public void close() {
    retrying.close();
  }
}
