package io.s3shard.testing;

import io.s3shard.image.ArenaHome;
import io.s3shard.image.Image;
import io.s3shard.store.ObjectStore;

/**
 * A rule of the engine that is broken on purpose, to show that a test notices: it puts the double
 * that breaks it in the place of what keeps it.
 */
public enum Mutation {
  NONE,
  /** A flush returns at once. */
  FLUSH_DOES_NOTHING {
    @Override
    public Image image(Image image) {
      return new LazyImage(image);
    }
  },
  /** What can't be read is zeros. */
  ZEROS_FOR_ERRORS {
    @Override
    public Image image(Image image) {
      return new ForgivingImage(image);
    }
  },
  /** A record of who is not the owner counts as soon as its put was answered. */
  NO_CONFIRMATION {
    @Override
    public ObjectStore store(ObjectStore bucket, ObjectStore store) {
      return new CredulousStore(bucket, store);
    }
  },
  /** A record that had no answer counts as written. */
  TRUSTS_SILENCE {
    @Override
    public ObjectStore store(ObjectStore bucket, ObjectStore store) {
      return new TrustingStore(store);
    }
  },
  /** A COMMIT is sent before what it names is in the bucket. */
  COMMITS_BEFORE_UPLOADS {
    @Override
    public ObjectStore store(ObjectStore bucket, ObjectStore store) {
      return new EagerStore(store);
    }
  },
  /** COMMITs are deleted before the checkpoint that covers them is in the log. */
  TRIMS_TOO_EARLY {
    @Override
    public ObjectStore store(ObjectStore bucket, ObjectStore store) {
      return new HastyStore(bucket, store);
    }
  },
  /** COMMITs that a checkpoint covers are deleted although a pin sees them. */
  TRIMS_WHAT_A_PIN_NEEDS {
    @Override
    public ObjectStore store(ObjectStore bucket, ObjectStore store) {
      return new PinlessStore(bucket, store);
    }
  },
  /** Data is deleted before the checkpoint that has replaced it is in the log. */
  DELETES_DATA_TOO_EARLY {
    @Override
    public ObjectStore store(ObjectStore bucket, ObjectStore store) {
      return new HastyCollector(bucket, store);
    }
  },
  /** Data is deleted that a pin needs. */
  DELETES_WHAT_A_PIN_NEEDS {
    @Override
    public ObjectStore store(ObjectStore bucket, ObjectStore store) {
      return new PinBlindStore(bucket, store);
    }
  },
  /** A checkpoint says that it covers COMMITs that came after it was begun. */
  COVERS_WHAT_IS_YOUNGER {
    @Override
    public ObjectStore store(ObjectStore bucket, ObjectStore store) {
      return new BoastfulStore(store);
    }
  },
  /** A successor replays the arena from its start, not from S + 1. */
  REPLAYS_ALL {
    @Override
    public ArenaHome arenas(ArenaHome arenas) {
      return DoctoredArenas.rejuvenated(arenas);
    }
  },
  /** A successor finds no arena. */
  REPLAYS_NOTHING {
    @Override
    public ArenaHome arenas(ArenaHome arenas) {
      return new ForgetfulArenas(arenas);
    }
  },
  /** A successor replays what its predecessor had not finished. */
  REPLAYS_UNFINISHED {
    @Override
    public ArenaHome arenas(ArenaHome arenas) {
      return DoctoredArenas.finished(arenas);
    }
  },
  /** An arena is not marked before an error is reported. */
  NEVER_MARKS {
    @Override
    public ArenaHome arenas(ArenaHome arenas) {
      return DoctoredArenas.unmarked(arenas);
    }
  },
  /** A writer gets into the lineage after its OPEN. */
  LINEAGE_AFTER_OPEN {
    @Override
    public ArenaHome arenas(ArenaHome arenas) {
      return new LateLineage(arenas);
    }
  };

  public Image image(Image image) {
    return image;
  }

  public ArenaHome arenas(ArenaHome arenas) {
    return arenas;
  }

  /**
   * @param bucket the bucket by itself, to look into: no latency, no faults
   */
  public ObjectStore store(ObjectStore bucket, ObjectStore store) {
    return store;
  }
}
