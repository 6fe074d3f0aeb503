package io.s3shard.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.s3shard.error.InvalidRequest;
import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.image.Image;
import io.s3shard.image.ImageOpener;
import io.s3shard.image.ImageStatus;
import io.s3shard.image.VolumeImage;
import io.s3shard.volume.ImageSource;
import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Opens images for a mount, meters them, and knows which are open for writing. */
final class OpenVolumes implements ImageSource {
  private static final List<String> STATES =
      List.of("open", "held", "poisoned", "fenced", "closed");

  private final ImageOpener opener;
  private final MountOptions options;
  private final Execution execution;
  private final MeterRegistry registry;
  private final SortedMap<VolumeId, OpenVolume> open = new TreeMap<>();
  private volatile boolean userAsks;

  OpenVolumes(
      ImageOpener opener, MountOptions options, Execution execution, MeterRegistry registry) {
    this.opener = opener;
    this.options = options;
    this.execution = execution;
    this.registry = registry;
  }

  /**
   * From now on it is users who open: {@code --takeover} is meant for what they open, not for what
   * a dead process left.
   */
  void usersAsk() {
    userAsks = true;
  }

  /** One of them: what it is called, what it is doing, and its meters. */
  private record OpenVolume(String name, VolumeImage image, ImageMeters io, List<Meter> gauges) {}

  @Override
  public Image openForWriting(Volume volume) {
    if (options.readOnly) {
      throw new InvalidRequest("this mount is read-only: mount it without --read-only to write");
    }
    VolumeImage image =
        opener.openForWriting(volume.id(), volume.log(), userAsks && options.takeover);
    ImageMeters io = new ImageMeters(volume.name(), execution, registry);
    OpenVolume opened = new OpenVolume(volume.name(), image, io, gauges(volume.name(), image));
    synchronized (this) {
      open.put(volume.id(), opened);
    }
    return new MeteredImage(image, io, () -> forget(volume.id()));
  }

  @Override
  public Image openForReading(Volume volume) {
    return opener.openForReading(volume.id(), false);
  }

  @Override
  public Image openSnapshot(Snapshot snapshot) {
    return opener.openPinned(
        snapshot.volume(), snapshot.pin(), "snapshot \"" + snapshot.path() + "\"");
  }

  /** The image of a volume that is open for writing here. */
  synchronized Optional<VolumeImage> find(VolumeId id) {
    return Optional.ofNullable(open.get(id)).map(OpenVolume::image);
  }

  private List<Meter> gauges(String name, VolumeImage image) {
    List<Meter> gauges = new ArrayList<>();
    Tags tags = Tags.of("volume", name);
    gauges.add(gauge("s3shard.volume.size.bytes", tags, image, ImageStatus::sizeBytes));
    gauges.add(gauge("s3shard.dirty.bytes", tags, image, ImageStatus::arenaBytes));
    gauges.add(
        gauge(
            "s3shard.oldest.dirty.seconds",
            tags,
            image,
            status -> status.oldestDirty().toNanos() / 1e9));
    gauges.add(gauge("s3shard.writers.waiting", tags, image, ImageStatus::writersWaiting));
    gauges.add(gauge("s3shard.commits", tags, image, ImageStatus::commits));
    gauges.add(
        gauge(
            "s3shard.log.records.since.checkpoint",
            tags,
            image,
            ImageStatus::commitsSinceCheckpoint));
    gauges.add(gauge("s3shard.early.uploads", tags, image, ImageStatus::earlyUploads));
    gauges.add(gauge("s3shard.early.uploads.stale", tags, image, ImageStatus::staleUploads));
    SpaceFigures.GAUGES.forEach((metric, value) ->
        gauges.add(gauge(metric, tags, image, status -> value.applyAsDouble(status.space()))));
    for (String state : STATES) {
      gauges.add(
          gauge(
              "s3shard.volume.state",
              tags.and("state", state),
              image,
              status -> status.state().equals(state) ? 1 : 0));
    }
    return gauges;
  }

  private Gauge gauge(
      String name, Tags tags, VolumeImage image, ToDoubleFunction<ImageStatus> value) {
    return Gauge.builder(name, image, i -> value.applyAsDouble(i.status()))
        .tags(tags)
        .register(registry);
  }

  /** Empty: it is not open for writing. */
  synchronized Optional<ImageStatus> status(VolumeId id) {
    return Optional.ofNullable(open.get(id)).map(volume -> volume.image().status());
  }

  private void forget(VolumeId id) {
    OpenVolume gone;
    synchronized (this) {
      gone = open.remove(id);
    }
    if (gone != null) {
      gone.io().remove();
      gone.gauges().forEach(registry::remove);
    }
  }

  private synchronized List<OpenVolume> all() {
    return List.copyOf(open.values());
  }

  /** Where bytes wait that may not be in the bucket yet. */
  List<String> arenas() {
    return all().stream().map(volume -> volume.image().arenaLocation()).toList();
  }

  JsonArray json() {
    JsonArray volumes = new JsonArray();
    all().forEach(volume -> volumes.add(json(volume)));
    return volumes;
  }

  private static JsonObject json(OpenVolume volume) {
    ImageStatus status = volume.image().status();
    JsonObject json = new JsonObject();
    json.addProperty("name", volume.name());
    json.addProperty("state", status.state());
    json.addProperty("sizeBytes", status.sizeBytes());
    json.addProperty("dirtyBytes", status.arenaBytes());
    json.addProperty("oldestDirtySeconds", status.oldestDirty().toNanos() / 1e9);
    json.addProperty("writersWaiting", status.writersWaiting());
    json.addProperty("commits", status.commits());
    json.addProperty("committedBytes", status.committedBytes());
    json.addProperty("commitsSinceCheckpoint", status.commitsSinceCheckpoint());
    json.addProperty("earlyUploads", status.earlyUploads());
    json.addProperty("staleUploads", status.staleUploads());
    json.add("space", SpaceFigures.json(status.space()));
    json.addProperty("arena", volume.image().arenaLocation());
    json.add("io", volume.io().json());
    return json;
  }
}
