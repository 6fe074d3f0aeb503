package io.s3shard.volume;

import io.s3shard.log.LivePin;
import java.util.List;

/** Who needs a volume's data besides the volume itself: its snapshots, and what was cloned. */
public final class Dependents {
  private final Volumes volumes;

  public Dependents(Volumes volumes) {
    this.volumes = volumes;
  }

  /** A phrase for each, such as {@code clone "copy.img"}; oldest first. */
  public List<String> of(Volume volume) {
    return volumes.pins(volume).stream().map(pin -> text(volume, pin)).toList();
  }

  private String text(Volume volume, LivePin pin) {
    return switch (PinPurpose.of(pin.purpose())) {
      case PinPurpose.OfClone clone -> "clone " + name(clone);
      case PinPurpose.OfSnapshot _, PinPurpose.OfGroup _, PinPurpose.OfSchedule _ ->
          "snapshot \"" + volume.reference() + "@" + pin.name() + "\"";
      case PinPurpose.OfExport _ -> "an export";
      case PinPurpose.OfUnfinishedGroup _, PinPurpose.OfGroupOutcome _ ->
          "a group snapshot that is being taken";
      case PinPurpose.Unknown _ -> "pin \"" + pin.name() + "\"";
    };
  }

  private String name(PinPurpose.OfClone clone) {
    return volumes
        .find(clone.volume())
        .map(volume -> "\"" + volume.name() + "\"")
        .orElse(clone.volume() + ", which is half-made");
  }
}
