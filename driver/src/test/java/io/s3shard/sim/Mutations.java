package io.s3shard.sim;

import io.s3shard.image.ArenaHome;
import io.s3shard.image.Image;
import io.s3shard.store.ObjectStore;

/** Puts the double that breaks a rule in the place of what keeps it. */
final class Mutations {
  private Mutations() {}

  static Image image(Mutation mutation, Image image) {
    return mutation == Mutation.FLUSH_DOES_NOTHING ? new LazyImage(image) : image;
  }

  static ArenaHome arenas(Mutation mutation, ArenaHome arenas) {
    return switch (mutation) {
      case REPLAYS_ALL -> new RejuvenatedArenas(arenas);
      case REPLAYS_NOTHING -> new ForgetfulArenas(arenas);
      case NONE, FLUSH_DOES_NOTHING, NO_CONFIRMATION, TRIMS_TOO_EARLY -> arenas;
    };
  }

  static ObjectStore store(ImageWorld world, ObjectStore store) {
    return switch (world.mutation) {
      case NO_CONFIRMATION -> new CredulousStore(world.bucket, store);
      case TRIMS_TOO_EARLY -> new HastyStore(world.bucket, store);
      case NONE, FLUSH_DOES_NOTHING, REPLAYS_ALL, REPLAYS_NOTHING -> store;
    };
  }
}
