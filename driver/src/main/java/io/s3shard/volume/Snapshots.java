package io.s3shard.volume;

import io.s3shard.error.VolumeMissing;
import io.s3shard.format.VolumeId;
import io.s3shard.log.Appended;
import io.s3shard.log.LivePin;
import io.s3shard.log.VolumeState;
import java.util.List;
import java.util.Optional;

/** The snapshots of volumes: a snapshot is a PIN in the volume's log, and costs no data. */
public final class Snapshots {
  private final Volumes volumes;
  private final LogPinning anybody;
  private final OwnersAtHand owners;

  /**
   * Takes them as anybody can: of the state that the log shows. What a volume's owner has written
   * and not yet synced is not in it.
   */
  public Snapshots(Volumes volumes) {
    this.volumes = volumes;
    this.anybody = new LogPinning(volumes);
    this.owners = OwnersAtHand.NONE;
  }

  private Snapshots(Snapshots other, OwnersAtHand owners) {
    this.volumes = other.volumes;
    this.anybody = other.anybody;
    this.owners = owners;
  }

  /**
   * The same; snapshots of a volume that {@code atHand} can pin are taken by it: it answers empty
   * for others.
   */
  public Snapshots preferring(OwnersAtHand atHand) {
    return new Snapshots(this, atHand);
  }

  /** Owners that can be asked. */
  public interface OwnersAtHand {
    /** Empty: none of them has this volume. */
    Optional<Snapshot> pin(String volume, PinRequest request);

    /**
     * Has all committed that was written to a volume before, and then a HOLD of {@code group} in
     * its log. False: none of them has this volume.
     */
    boolean hold(String volume, String group);

    /** None. */
    OwnersAtHand NONE =
        new OwnersAtHand() {
          @Override
          public Optional<Snapshot> pin(String volume, PinRequest request) {
            return Optional.empty();
          }

          @Override
          public boolean hold(String volume, String group) {
            return false;
          }
        };
  }

  /** The volumes that they are of. */
  public Volumes volumes() {
    return volumes;
  }

  /** Who takes them. */
  Pinning pinning() {
    return (volume, request) ->
        owners.pin(volume, request).orElseGet(() -> anybody.pin(volume, request));
  }

  OwnersAtHand owners() {
    return owners;
  }

  LogPinning anybody() {
    return anybody;
  }

  /**
   * Takes a snapshot of the volume that is called {@code volume}.
   *
   * @throws io.s3shard.error.VolumeExists if it has one of this name
   */
  public Snapshot create(String volume, String name) {
    return pinning()
        .pin(volume, PinRequest.of(name, new PinPurpose.OfSnapshot(), volumes.execution().now()));
  }

  /** The same by the volume's id, as anybody. */
  public Snapshot create(VolumeId id, String name) {
    return anybody.pin(
        id, PinRequest.of(name, new PinPurpose.OfSnapshot(), volumes.execution().now()));
  }

  /** What was pinned by the PIN that was appended. */
  public static Snapshot at(VolumeId id, Appended appended) {
    VolumeState state = appended.log().state();
    LivePin pin =
        state.pins().live().stream()
            .filter(live -> live.slot() == appended.slot())
            .findFirst()
            .orElseThrow();
    return new Snapshot(id, state.name(), pin);
  }

  /** The snapshots of a volume, oldest first. */
  public List<Snapshot> of(Volume volume) {
    return volumes.pins(volume).stream()
        .map(pin -> new Snapshot(volume.id(), volume.reference(), pin))
        .filter(snapshot -> snapshot.purpose().isSnapshot())
        .toList();
  }

  public Optional<Snapshot> find(Volume volume, String name) {
    return of(volume).stream().filter(snapshot -> snapshot.name().equals(name)).findFirst();
  }

  /**
   * @throws VolumeMissing if there is none
   */
  public Snapshot get(Volume volume, String name) {
    return find(volume, name).orElseThrow(() -> missing(volume.reference(), name));
  }

  /**
   * Removes a snapshot. Clones of it are not harmed. What it alone has kept is still there: a sweep
   * takes it away.
   *
   * @throws VolumeMissing if somebody has removed it
   */
  public void remove(Snapshot snapshot) {
    if (!anybody.unpin(snapshot.volume(), snapshot.pin().slot())) {
      throw missing(snapshot.volumeName(), snapshot.name());
    }
  }

  private static VolumeMissing missing(String volume, String name) {
    return new VolumeMissing(
        "\""
            + volume
            + "\" has no snapshot \""
            + name
            + "\": 's3shard snapshot ls' lists those that there are");
  }
}
