package io.s3shard.volume;

import com.google.protobuf.InvalidProtocolBufferException;
import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.StoreRefused;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.proto.v1.PrefixFormat;
import io.s3shard.store.BehaviourProbe;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import java.util.List;
import java.util.Optional;

/**
 * The mark that makes a prefix ours: object {@code s3shard} with the format version of everything
 * below it, put if absent. A prefix that holds other things and no mark is foreign, and is never
 * written to.
 */
public final class Prefix {
  /** The format version that this s3shard reads and writes. */
  public static final int VERSION = 1;

  /** Tries of a put whose answer was lost; each is settled by a read. */
  private static final int CLAIM_TRIES = 3;

  /**
   * A probe that goes on, or was cut off, has fewer scratch objects than this: whatever else is
   * there shows.
   */
  private static final int LOOK_AT = 200;

  private final ObjectStore store;
  private final String location;

  /** {@code location}: for messages, as the user writes it: {@code s3://bucket/prefix}. */
  public Prefix(ObjectStore store, String location) {
    this.store = store;
    this.location = location;
  }

  public String location() {
    return location;
  }

  /**
   * Returns when the prefix is ours: it was, or was empty and is marked now.
   *
   * @throws StoreRefused if it is foreign, or of a version that this s3shard does not know
   */
  public void claim() {
    for (int i = 0; i < CLAIM_TRIES; i++) {
      if (isClaimed()) {
        return;
      }
      byte[] mark = PrefixFormat.newBuilder().setVersion(VERSION).build().toByteArray();
      Body body =
          ObjectFormat.encode(
              ObjectFormat.Kind.PREFIX_FORMAT, Layout.PREFIX_FORMAT, List.of(), mark);
      if (store.putIfAbsent(Layout.PREFIX_FORMAT, body, Purpose.MAP) == PutOutcome.WON) {
        return;
      }
    }
    if (!isOurs()) {
      throw new StoreUnavailable(
          location
              + " could not be marked as an s3shard prefix: the bucket's answers were lost; try again");
    }
  }

  /**
   * Returns if the prefix is ours already; writes nothing.
   *
   * @throws VolumeMissing if there is nothing at the prefix
   * @throws StoreRefused as {@link #claim} does
   */
  public void require() {
    if (!isClaimed()) {
      throw new VolumeMissing(
          location
              + " holds no volumes: check bucket and prefix, or make the first one with 's3shard create'");
    }
  }

  /**
   * Whether it is ours; if not, it is empty and can be claimed. Writes nothing.
   *
   * @throws StoreRefused as {@link #claim} does
   */
  public boolean isClaimed() {
    if (isOurs()) {
      return true;
    }
    refuseForeign();
    return false;
  }

  private boolean isOurs() {
    Optional<Integer> version = version();
    if (version.isPresent() && version.get() != VERSION) {
      throw new StoreRefused(
          location
              + " has format version "
              + version.get()
              + ", this s3shard knows "
              + VERSION
              + ": upgrade s3shard");
    }
    return version.isPresent();
  }

  private Optional<Integer> version() {
    try {
      var mark = store.get(Layout.PREFIX_FORMAT, Purpose.MAP);
      var decoded =
          ObjectFormat.decode(ObjectFormat.Kind.PREFIX_FORMAT, Layout.PREFIX_FORMAT, mark.body());
      return Optional.of(PrefixFormat.parseFrom(decoded.metadata()).getVersion());
    } catch (ObjectMissing nothing) {
      return Optional.empty();
    } catch (Damaged | InvalidProtocolBufferException e) {
      throw new Damaged(
          "object s3shard of "
              + location
              + " is no mark of ours: use another prefix, or restore it ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  /** Another may be claiming it at this moment: then the mark is what is listed. */
  private void refuseForeign() {
    for (var found : store.list("", null, LOOK_AT, Purpose.MAP)) {
      boolean foreign =
          !found.key().equals(Layout.PREFIX_FORMAT)
              && !found.key().value().startsWith(BehaviourProbe.PLACE);
      if (foreign && !isOurs()) {
        throw new StoreRefused(
            location
                + " holds other things ("
                + found.key()
                + ") and no s3shard mark: use an empty prefix");
      }
    }
  }
}
