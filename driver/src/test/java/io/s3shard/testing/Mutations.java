package io.s3shard.testing;

import io.s3shard.image.ArenaHome;
import io.s3shard.image.Image;
import io.s3shard.store.ObjectStore;

/** Puts the double that breaks a rule in the place of what keeps it. */
public final class Mutations {
  private Mutations() {}

  public static Image image(Mutation mutation, Image image) {
    return mutation == Mutation.FLUSH_DOES_NOTHING ? new LazyImage(image) : image;
  }

  public static ArenaHome arenas(Mutation mutation, ArenaHome arenas) {
    return switch (mutation) {
      case REPLAYS_ALL -> new RejuvenatedArenas(arenas);
      case REPLAYS_NOTHING -> new ForgetfulArenas(arenas);
      case NONE,
          FLUSH_DOES_NOTHING,
          NO_CONFIRMATION,
          TRIMS_TOO_EARLY,
          DELETES_DATA_TOO_EARLY,
          DELETES_WHAT_A_PIN_NEEDS,
          COVERS_WHAT_IS_YOUNGER ->
          arenas;
    };
  }

  /**
   * @param bucket the bucket by itself, to look into: no latency, no faults
   */
  public static ObjectStore store(Mutation mutation, ObjectStore bucket, ObjectStore store) {
    return switch (mutation) {
      case NO_CONFIRMATION -> new CredulousStore(bucket, store);
      case TRIMS_TOO_EARLY -> new HastyStore(bucket, store);
      case DELETES_DATA_TOO_EARLY -> new HastyCollector(bucket, store);
      case DELETES_WHAT_A_PIN_NEEDS -> new PinBlindStore(bucket, store);
      case COVERS_WHAT_IS_YOUNGER -> new BoastfulStore(store);
      case NONE, FLUSH_DOES_NOTHING, REPLAYS_ALL, REPLAYS_NOTHING -> store;
    };
  }
}
