package io.s3shard.log;

import io.s3shard.error.StoreRefused;
import io.s3shard.format.Extent;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.proto.v1.Close;
import io.s3shard.proto.v1.Commit;
import io.s3shard.proto.v1.Create;
import io.s3shard.proto.v1.Detach;
import io.s3shard.proto.v1.Hold;
import io.s3shard.proto.v1.Open;
import io.s3shard.proto.v1.Pin;
import io.s3shard.proto.v1.Release;
import io.s3shard.proto.v1.Retire;
import io.s3shard.proto.v1.Set;
import io.s3shard.proto.v1.Unpin;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The kinds of records as messages. Decoding throws {@link IllegalArgumentException} for what can't
 * be.
 */
final class KindCodec {
  private final VolumeId volume;
  private final ControlCodec control;
  private final ObjectRefs refs;

  KindCodec(VolumeId volume, ControlCodec control) {
    this.volume = volume;
    this.control = control;
    this.refs = new ObjectRefs(volume);
  }

  void encode(long slot, LogRecord record, io.s3shard.proto.v1.LogRecord.Builder to) {
    switch (record) {
      case LogRecord.Create create -> to.setCreate(encode(create));
      case LogRecord.Open open -> to.setOpen(encode(open));
      case LogRecord.Commit commit -> to.setCommit(encode(slot, commit));
      case LogRecord.Close close ->
          to.setClose(Close.newBuilder().setEpoch(close.epoch()).setReason(close.reason()));
      case LogRecord.Attach attach ->
          to.setAttach(ControlCodec.encode(attach.node(), attach.mode()));
      case LogRecord.Detach detach -> to.setDetach(Detach.newBuilder().setNode(detach.node()));
      case LogRecord.Pin pin -> to.setPin(encode(pin));
      case LogRecord.Unpin unpin -> to.setUnpin(Unpin.newBuilder().setPin(unpin.pin()));
      case LogRecord.Hold hold -> to.setHold(Hold.newBuilder().setGroup(hold.group()));
      case LogRecord.Release release ->
          to.setRelease(Release.newBuilder().setGroup(release.group()));
      case LogRecord.Set set -> to.setSet(encode(set));
      case LogRecord.Retire retire -> to.setRetire(Retire.newBuilder().setReason(retire.reason()));
    }
  }

  LogRecord decode(
      long slot, int blocks, Optional<Checkpoint> checkpoint, io.s3shard.proto.v1.LogRecord from) {
    return switch (from.getKindCase()) {
      case CREATE -> decode(from.getCreate());
      case OPEN -> decode(from.getOpen());
      case COMMIT -> decode(slot, blocks, checkpoint, from.getCommit());
      case CLOSE -> new LogRecord.Close(from.getClose().getEpoch(), from.getClose().getReason());
      case ATTACH ->
          new LogRecord.Attach(
              from.getAttach().getNode(), WriterCodec.decode(from.getAttach().getMode()));
      case DETACH -> new LogRecord.Detach(from.getDetach().getNode());
      case PIN -> decode(from.getPin());
      case UNPIN -> new LogRecord.Unpin(from.getUnpin().getPin());
      case HOLD -> new LogRecord.Hold(from.getHold().getGroup());
      case RELEASE -> new LogRecord.Release(from.getRelease().getGroup());
      case SET -> decode(from.getSet());
      case RETIRE -> new LogRecord.Retire(from.getRetire().getReason());
      case KIND_NOT_SET ->
          throw new StoreRefused(
              "object "
                  + Layout.log(volume, slot)
                  + " is a record of a kind that this s3shard does not know: upgrade s3shard");
    };
  }

  private static Create encode(LogRecord.Create create) {
    Create.Builder message =
        Create.newBuilder()
            .setChunkSizeBytes(create.chunkSizeBytes())
            .setSizeBytes(create.sizeBytes())
            .setName(create.name())
            .setRequiresAttach(create.requiresAttach())
            .putAllAttributes(create.attributes())
            .addAllFeatures(create.features())
            .setCreatedUnixMillis(create.createdUnixMillis())
            .setAbandoned(create.abandoned());
    create.source().ifPresent(source -> message.setSource(ControlCodec.encode(source)));
    return message.build();
  }

  private LogRecord decode(Create create) {
    return new LogRecord.Create(
        create.getChunkSizeBytes(),
        create.getSizeBytes(),
        create.getName(),
        create.getRequiresAttach(),
        create.hasSource()
            ? Optional.of(ControlCodec.decode(create.getSource()))
            : Optional.empty(),
        new TreeMap<>(create.getAttributesMap()),
        control.features(create.getFeaturesList()),
        create.getCreatedUnixMillis(),
        create.getAbandoned());
  }

  private static Open encode(LogRecord.Open open) {
    return Open.newBuilder()
        .setWriter(WriterCodec.encode(open.writer()))
        .setPresumedEpoch(open.presumedEpoch())
        .setTakesOver(open.takesOver())
        .setOpenedUnixMillis(open.openedUnixMillis())
        .build();
  }

  private static LogRecord decode(Open open) {
    Writer writer = WriterCodec.decode(open.getWriter());
    return new LogRecord.Open(
        writer, open.getPresumedEpoch(), open.getTakesOver(), open.getOpenedUnixMillis());
  }

  private Commit encode(long slot, LogRecord.Commit commit) {
    Commit.Builder message =
        Commit.newBuilder()
            .setEpoch(commit.epoch())
            .setArenaSequence(commit.arenaSequence())
            .setSizeBytes(commit.sizeBytes());
    if (commit.extentsObject().isPresent()) {
      message.setExtentsObject(refs.encodeOwn(commit.extentsObject().get()));
    } else if (!commit.extents().isEmpty()) {
      message.setExtents(ExtentsCodec.encode(ObjectRef.log(volume, slot, 0), commit.extents()));
    }
    return message.build();
  }

  private LogRecord decode(long slot, int blocks, Optional<Checkpoint> checkpoint, Commit commit) {
    boolean elsewhere = commit.hasExtentsObject();
    List<Extent> extents =
        elsewhere
            ? List.of()
            : ExtentsCodec.decode(ObjectRef.log(volume, slot, blocks), commit.getExtents());
    return new LogRecord.Commit(
        commit.getEpoch(),
        commit.getArenaSequence(),
        commit.getSizeBytes(),
        extents,
        elsewhere ? Optional.of(refs.decode(commit.getExtentsObject())) : Optional.empty(),
        checkpoint);
  }

  private static Pin encode(LogRecord.Pin pin) {
    return Pin.newBuilder()
        .setName(pin.name())
        .setPurpose(pin.purpose())
        .setPosition(pin.position())
        .setHold(pin.hold())
        .setCreatedUnixMillis(pin.createdUnixMillis())
        .build();
  }

  private static LogRecord decode(Pin pin) {
    return new LogRecord.Pin(
        pin.getName(),
        pin.getPurpose(),
        pin.getPosition(),
        pin.getHold(),
        pin.getCreatedUnixMillis());
  }

  private static Set encode(LogRecord.Set set) {
    Set.Builder message =
        Set.newBuilder()
            .setSizeBytes(set.sizeBytes().orElse(0))
            .putAllAttributes(set.attributes())
            .addAllFeatures(set.features());
    set.rename().ifPresent(rename -> message.setPresumedName(rename.from()).setName(rename.to()));
    return message.build();
  }

  private LogRecord decode(Set set) {
    long size = set.getSizeBytes();
    return new LogRecord.Set(
        size == 0 ? OptionalLong.empty() : OptionalLong.of(size),
        set.getName().isEmpty()
            ? Optional.empty()
            : Optional.of(new LogRecord.Rename(set.getPresumedName(), set.getName())),
        new TreeMap<>(set.getAttributesMap()),
        control.features(set.getFeaturesList()));
  }
}
