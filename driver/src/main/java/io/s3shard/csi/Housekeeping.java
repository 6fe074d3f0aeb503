package io.s3shard.csi;

import io.s3shard.error.S3ShardException;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.volume.DriverHome;
import io.s3shard.volume.GarbageCollection;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back what nobody needs, in every place that volumes of this cluster lie in: what deleted
 * volumes still have, what those who died halfway have left. And counts volumes that the cluster
 * knows nothing of: those are only told of, since a claim with the policy Retain leaves such ones
 * on purpose.
 */
public final class Housekeeping {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  private final DriverHome home;
  private final Stores stores;
  private final Buckets buckets;
  private final boolean dryRun;

  /**
   * @param dryRun only tell what would be deleted
   */
  public Housekeeping(DriverHome home, Stores stores, Buckets buckets, boolean dryRun) {
    this.home = home;
    this.stores = stores;
    this.buckets = buckets;
    this.dryRun = dryRun;
  }

  /**
   * What one round came to.
   *
   * @param objects how many were deleted, or would be
   * @param bytes of these
   * @param pins that nobody needs any more
   * @param orphans volumes that the plugin made and the cluster has no object for
   * @param problems volumes and places that nothing could be done for
   */
  public record Round(
      long objects, long bytes, int pins, List<VolumeHandle> orphans, int problems) {
    static final Round NOTHING = new Round(0, 0, 0, List.of(), 0);

    Round plus(Round other) {
      List<VolumeHandle> both = new ArrayList<>(orphans);
      both.addAll(other.orphans);
      return new Round(
          objects + other.objects,
          bytes + other.bytes,
          pins + other.pins,
          both,
          problems + other.problems);
    }
  }

  /**
   * Goes through all places, with the process's own rights.
   *
   * @param known the volume ids that the cluster has objects for; asked after the volumes are
   *     listed, so that one which is made meanwhile is no orphan. Empty: it can't be said
   */
  public Round run(Supplier<Optional<Set<String>>> known) {
    Round all = Round.NOTHING;
    for (String store : home.stores()) {
      all = all.plus(round(store, known));
    }
    return all;
  }

  private Round round(String store, Supplier<Optional<Set<String>>> known) {
    Optional<StoreLocation> place = stores.find(store);
    if (place.isEmpty()) {
      return Round.NOTHING;
    }
    try {
      return buckets.in(
          place.get(),
          Secrets.NONE.credentials(),
          volumes -> collected(volumes).plus(orphans(store, volumes, known)));
    } catch (S3ShardException e) {
      LOG.warn(
          "s3://{}/{} can't be tidied with the controller's own rights: {}",
          place.get().getBucket(),
          place.get().getPrefix(),
          e.getMessage());
      return new Round(0, 0, 0, List.of(), 1);
    }
  }

  private Round collected(Volumes volumes) {
    Round all = Round.NOTHING;
    for (GarbageCollection.Collected one :
        new GarbageCollection(volumes, dryRun).run(Housekeeping::tell)) {
      all =
          all.plus(
              new Round(
                  one.swept().objects(),
                  one.swept().bytes(),
                  one.pinsRemoved(),
                  List.of(),
                  one.problem().isEmpty() ? 0 : 1));
    }
    return all;
  }

  private static void tell(GarbageCollection.Collected one) {
    if (!one.problem().isEmpty()) {
      LOG.warn("volume {} ({}) keeps what it has: {}", one.id(), one.name(), one.problem());
    } else if (one.swept().objects() > 0 || one.pinsRemoved() > 0) {
      LOG.info(
          "volume {} ({}): {} objects, {} bytes, {} stale pins",
          one.id(),
          one.name(),
          one.swept().objects(),
          one.swept().bytes(),
          one.pinsRemoved());
    }
  }

  private static Round orphans(
      String store, Volumes volumes, Supplier<Optional<Set<String>>> known) {
    // of damaged ones the collection has told
    List<VolumeHandle> made =
        volumes.list((_, _) -> {}).stream()
            .filter(Housekeeping::isOurs)
            .map(volume -> new VolumeHandle(store, volume.id()))
            .toList();
    Optional<Set<String>> claimed = made.isEmpty() ? Optional.empty() : known.get();
    if (claimed.isEmpty()) {
      return Round.NOTHING;
    }
    List<VolumeHandle> orphans =
        made.stream().filter(handle -> !claimed.get().contains(handle.toString())).toList();
    return new Round(0, 0, 0, orphans, 0);
  }

  private static boolean isOurs(Volume volume) {
    return volume.state().attributes().containsKey(PluginAttributes.NAME);
  }
}
