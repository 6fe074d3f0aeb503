package io.s3shard.csi;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.csi.Housekeeping.Round;
import io.s3shard.error.StoreRefused;
import io.s3shard.proto.shardd.v1.Credentials;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.volume.Deletions;
import io.s3shard.volume.NewVolume;
import io.s3shard.volume.VolumeLimits;
import io.s3shard.volume.Volumes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class HousekeepingTest {
  private static final int MIB = 1 << 20;

  private final Plugged plugged = new Plugged();

  @Test
  void whatADeletionThatWasCutOffHasLeftGoes() {
    String volume = plugged.create("a");
    Deletions deletions = new Deletions(plugged.volumes);
    deletions.retire(VolumeHandle.parse(volume).orElseThrow().volume(), "cut off");

    run(true, Optional.empty());
    assertThat(deletions.findRetired("a")).as("a dry run").isPresent();
    run(false, Optional.empty());
    assertThat(deletions.findRetired("a")).isEmpty();
  }

  @Test
  void aVolumeThatTheClusterHasNoObjectForIsToldOfAndKept() {
    String known = plugged.create("known");
    String lost = plugged.create("lost");
    Round round = run(false, Optional.of(Set.of(known)));
    assertThat(round.orphans()).extracting(VolumeHandle::toString).containsExactly(lost);
    assertThat(plugged.volumes.names()).hasSize(2);
  }

  @Test
  void aVolumeThatWasMadeByHandIsNoOrphan() {
    plugged.create("a");
    plugged.volumes.create(
        new NewVolume("by-hand", MIB, VolumeLimits.CHUNK_DEFAULT_BYTES, false, new TreeMap<>()));
    assertThat(run(false, Optional.of(Set.of())).orphans()).hasSize(1);
  }

  @Test
  void aClusterThatDoesNotAnswerHasNoOrphans() {
    plugged.create("a");
    assertThat(run(false, Optional.empty()).orphans()).isEmpty();
  }

  @Test
  void aPlaceThatTheControllerMayNotSeeIsAProblemAndNoEnd() {
    plugged.create("a");
    Buckets refusing =
        new Buckets() {
          @Override
          public <T> T in(StoreLocation place, Credentials credentials, Function<Volumes, T> body) {
            throw new StoreRefused("no rights");
          }

          @Override
          public <T> T enter(
              StoreLocation place, Credentials credentials, Function<Volumes, T> body) {
            throw new StoreRefused("no rights");
          }
        };
    Round round =
        new Housekeeping(plugged.home, plugged.stores, refusing, false)
            .run(() -> Optional.of(Set.of()));
    assertThat(round.problems()).isEqualTo(1);
    assertThat(round.orphans()).isEqualTo(List.of());
  }

  private Round run(boolean dryRun, Optional<Set<String>> known) {
    return new Housekeeping(plugged.home, plugged.stores, plugged.buckets, dryRun).run(() -> known);
  }
}
