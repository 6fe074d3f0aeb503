package io.s3shard.store;

/** The bucket in memory keeps the contract. */
final class MemoryStoreTest extends ObjectStoreContract {
  private final MemoryStore memory = new MemoryStore();

  @Override
  ObjectStore store() {
    return memory;
  }
}
