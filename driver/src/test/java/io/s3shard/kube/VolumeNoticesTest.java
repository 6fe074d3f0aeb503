package io.s3shard.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.kube.VolumeCondition.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VolumeNoticesTest {
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final VolumeNotices notices = new VolumeNotices();
  private Duration now = Duration.ZERO;

  @Test
  void anOutageIsToldOnceItHasLastedAndWhenItEnds() {
    assertThat(look(away(Duration.ofSeconds(5)))).isEmpty();
    assertThat(look(away(Duration.ofSeconds(10)))).containsExactly(Reason.BucketUnavailable);
    assertThat(look(away(Duration.ofSeconds(15)))).isEmpty();
    assertThat(look(good("a"))).containsExactly(Reason.BucketRecovered);
    assertThat(look(good("a"))).isEmpty();
  }

  @Test
  void aFailureThatIsOverSoonIsNotTold() {
    assertThat(look(away(Duration.ofSeconds(9)))).isEmpty();
    assertThat(look(good("a"))).isEmpty();
  }

  @Test
  void anOutageThatLastsIsToldAgainEveryTenMinutes() {
    List<Reason> told = new ArrayList<>();
    for (Duration away = LOOK; away.toMinutes() < 25; away = away.plus(LOOK)) {
      told.addAll(look(away(away)));
    }
    assertThat(told)
        .containsExactly(
            Reason.BucketUnavailable, Reason.BucketUnavailable, Reason.BucketUnavailable);
  }

  @Test
  void ofABucketThatComesAndGoesOneOutageInTenMinutesIsTold() {
    List<Reason> told = new ArrayList<>();
    for (Duration passed = Duration.ZERO; passed.toMinutes() < 15; passed = passed.plus(LOOK)) {
      told.addAll(look(away(Duration.ofSeconds(20))));
      passed = passed.plus(LOOK);
      told.addAll(look(good("a")));
    }
    assertThat(told)
        .containsExactly(
            Reason.BucketUnavailable,
            Reason.BucketRecovered,
            Reason.BucketUnavailable,
            Reason.BucketRecovered);
  }

  @Test
  void whatIsBrokenIsToldAtOnceAndNotItsBucket() {
    assertThat(look(broken(Health.FENCED))).containsExactly(Reason.VolumeFenced);
    assertThat(look(broken(Health.FENCED))).isEmpty();
    assertThat(look(broken(Health.POISONED))).containsExactly(Reason.VolumePoisoned);
    assertThat(look(broken(Health.LOST))).containsExactly(Reason.VolumeLost);
  }

  @Test
  void aVolumeThatWasClosedIsForgotten() {
    assertThat(look(broken(Health.FENCED))).containsExactly(Reason.VolumeFenced);
    assertThat(look()).isEmpty();
    assertThat(look(broken(Health.FENCED))).containsExactly(Reason.VolumeFenced);
  }

  @Test
  void eachVolumeIsToldOf() {
    VolumeCondition a = broken(Health.FENCED);
    VolumeCondition b = new VolumeCondition("b", "s3://x", Health.FENCED, "", Duration.ZERO);
    List<Notice> told = notices.after(List.of(a, b), now.toNanos());
    assertThat(told).extracting(Notice::handle).containsExactly("a", "b");
  }

  @Test
  void theTextIsTheSameEachTimeAndNamesVolumeBucketAndProblem() {
    List<Notice> first = notices.after(List.of(away(Duration.ofSeconds(11))), 0);
    List<Notice> again =
        notices.after(List.of(away(Duration.ofMinutes(20))), Duration.ofMinutes(20).toNanos());
    assertThat(again).isEqualTo(first).hasSize(1);
    assertThat(first.getFirst().text()).contains("volume a", "s3://bucket/prefix");
    VolumeCondition lost =
        new VolumeCondition("b", "s3://x", Health.LOST, "the key is wrong", Duration.ZERO);
    assertThat(notices.after(List.of(lost), 0).getFirst().text()).endsWith("(the key is wrong)");
  }

  private List<Reason> look(VolumeCondition... volumes) {
    now = now.plus(LOOK);
    return notices.after(List.of(volumes), now.toNanos()).stream().map(Notice::reason).toList();
  }

  private static VolumeCondition good(String handle) {
    return new VolumeCondition(handle, "s3://bucket/prefix", Health.GOOD, "", Duration.ZERO);
  }

  private static VolumeCondition away(Duration away) {
    return new VolumeCondition("a", "s3://bucket/prefix", Health.GOOD, "", away);
  }

  private static VolumeCondition broken(Health health) {
    return new VolumeCondition("a", "s3://bucket/prefix", health, "", Duration.ofMinutes(1));
  }
}
