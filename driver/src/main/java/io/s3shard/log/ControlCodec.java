package io.s3shard.log;

import io.s3shard.error.StoreRefused;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.proto.v1.Attach;
import io.s3shard.proto.v1.ControlState;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The control state as a record carries it. Decoding throws {@link IllegalArgumentException} for
 * what can't be.
 */
final class ControlCodec {
  /** The most changes of pins since their table that a record carries (RFC 0001 §2). */
  static final int MAX_PIN_CHANGES = 64;

  private final VolumeId volume;
  private final Set<String> knownFeatures;
  private final ObjectRefs refs;

  ControlCodec(VolumeId volume, Set<String> knownFeatures) {
    this.volume = volume;
    this.knownFeatures = Set.copyOf(knownFeatures);
    this.refs = new ObjectRefs(volume);
  }

  ControlState encode(VolumeState state) {
    if (state.pins().changes() > MAX_PIN_CHANGES) {
      throw new IllegalArgumentException(
          state.pins().changes() + " changes of pins must go to a table first");
    }
    ControlState.Builder control =
        ControlState.newBuilder()
            .setChunkSizeBytes(state.chunkSizeBytes())
            .setSizeBytes(state.sizeBytes())
            .setName(state.name())
            .setRequiresAttach(state.requiresAttach())
            .putAllAttributes(state.attributes())
            .addAllFeatures(state.features())
            .setCreatedUnixMillis(state.createdUnixMillis())
            .setAbandoned(state.abandoned())
            .setRetired(state.retired())
            .setHold(state.hold().orElse(""))
            .addAllPinsRemoved(state.pins().removed())
            .setPinCount(state.pins().count())
            .setLastEpoch(state.lastEpoch());
    state.source().ifPresent(source -> control.setSource(encode(source)));
    state.owner().ifPresent(owner -> control.setOwner(encode(owner)));
    state.attachments().forEach((node, mode) -> control.addAttachments(encode(node, mode)));
    state.pins().table().ifPresent(table -> control.setPinTable(refs.encodeOwn(table)));
    state.pins().added().values().forEach(pin -> control.addPinsAdded(encode(pin)));
    return control.build();
  }

  VolumeState decode(long tail, ControlState control) {
    return new VolumeState(
        tail,
        control.hasOwner() ? Optional.of(decode(control.getOwner())) : Optional.empty(),
        control.getSizeBytes(),
        control.getChunkSizeBytes(),
        control.getName(),
        pins(control),
        Optional.of(control.getHold()).filter(hold -> !hold.isEmpty()),
        attachments(control.getAttachmentsList()),
        new TreeMap<>(control.getAttributesMap()),
        features(control.getFeaturesList()),
        control.getRequiresAttach(),
        control.getRetired(),
        control.getAbandoned(),
        control.hasSource() ? Optional.of(decode(control.getSource())) : Optional.empty(),
        control.getLastEpoch(),
        control.getCreatedUnixMillis());
  }

  /**
   * @throws StoreRefused if this version does not know one of them
   */
  SortedSet<String> features(List<String> features) {
    for (String feature : features) {
      if (!knownFeatures.contains(feature)) {
        throw new StoreRefused(
            "volume "
                + volume
                + " uses the feature \""
                + feature
                + "\", which this s3shard does not know: upgrade s3shard");
      }
    }
    return new TreeSet<>(features);
  }

  io.s3shard.proto.v1.Checkpoint encode(Checkpoint checkpoint) {
    return io.s3shard.proto.v1.Checkpoint.newBuilder()
        .setRoot(refs.encodeOwn(checkpoint.root()))
        .setCovers(checkpoint.covers())
        .build();
  }

  Checkpoint decode(io.s3shard.proto.v1.Checkpoint checkpoint) {
    return new Checkpoint(refs.decode(checkpoint.getRoot()), checkpoint.getCovers());
  }

  static io.s3shard.proto.v1.CloneSource encode(CloneSource source) {
    return io.s3shard.proto.v1.CloneSource.newBuilder()
        .setVolumeId(source.volume().value())
        .setPosition(source.position())
        .setPin(source.pin())
        .setSourceAncestors(source.sourceAncestors())
        .build();
  }

  static CloneSource decode(io.s3shard.proto.v1.CloneSource source) {
    return new CloneSource(
        new VolumeId(source.getVolumeId()),
        source.getPosition(),
        source.getPin(),
        source.getSourceAncestors());
  }

  static Attach encode(String node, AttachMode mode) {
    return Attach.newBuilder().setNode(node).setMode(WriterCodec.encode(mode)).build();
  }

  static io.s3shard.proto.v1.LivePin encode(LivePin pin) {
    return io.s3shard.proto.v1.LivePin.newBuilder()
        .setSlot(pin.slot())
        .setPosition(pin.position())
        .setName(pin.name())
        .setPurpose(pin.purpose())
        .setCreatedUnixMillis(pin.createdUnixMillis())
        .setSizeBytes(pin.sizeBytes())
        .build();
  }

  static LivePin decode(io.s3shard.proto.v1.LivePin pin) {
    return new LivePin(
        pin.getSlot(),
        pin.getPosition(),
        pin.getName(),
        pin.getPurpose(),
        pin.getCreatedUnixMillis(),
        pin.getSizeBytes());
  }

  private static io.s3shard.proto.v1.Owner encode(Owner owner) {
    return io.s3shard.proto.v1.Owner.newBuilder()
        .setEpoch(owner.epoch())
        .setWriter(WriterCodec.encode(owner.writer()))
        .setArenaSequence(owner.arenaSequence())
        .setOpenedUnixMillis(owner.openedUnixMillis())
        .build();
  }

  private static Owner decode(io.s3shard.proto.v1.Owner owner) {
    Writer writer = WriterCodec.decode(owner.getWriter());
    return new Owner(
        owner.getEpoch(), writer, owner.getArenaSequence(), owner.getOpenedUnixMillis());
  }

  private static SortedMap<String, AttachMode> attachments(List<Attach> attachments) {
    SortedMap<String, AttachMode> byNode = new TreeMap<>();
    attachments.forEach(
        attach -> byNode.put(attach.getNode(), WriterCodec.decode(attach.getMode())));
    return byNode;
  }

  private Pins pins(ControlState control) {
    Optional<ObjectRef> table =
        control.hasPinTable() ? Optional.of(refs.decode(control.getPinTable())) : Optional.empty();
    SortedMap<Long, LivePin> added = new TreeMap<>();
    control.getPinsAddedList().forEach(pin -> added.put(pin.getSlot(), decode(pin)));
    SortedSet<Long> removed = new TreeSet<>(control.getPinsRemovedList());
    int inTable = control.getPinCount() - added.size() + removed.size();
    if (added.size() + removed.size() > MAX_PIN_CHANGES
        || inTable < 0
        || table.isEmpty() && inTable + removed.size() > 0) {
      throw new IllegalArgumentException(
          control.getPinCount()
              + " pins, "
              + added.size()
              + " more and "
              + removed.size()
              + " fewer than in their table");
    }
    return new Pins(table, added, removed, control.getPinCount(), Optional.empty());
  }
}
