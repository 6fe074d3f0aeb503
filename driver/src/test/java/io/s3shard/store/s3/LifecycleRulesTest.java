package io.s3shard.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.store.Finding.Verdict;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Transition;

/** Rules that would eat volumes are found, and the others are left alone. */
final class LifecycleRulesTest {
  @Test
  void aRuleThatExpiresOurObjectsFails() {
    assertThat(judge(rule -> rule.expiration(after -> after.days(30)))).isEqualTo(Verdict.FAILURE);
    assertThat(judge(rule -> rule.filter(of -> of.prefix("")).expiration(after -> after.days(30))))
        .isEqualTo(Verdict.FAILURE);
    assertThat(
            judge(rule -> rule.filter(of -> of.prefix("ours")).expiration(after -> after.days(1))))
        .isEqualTo(Verdict.FAILURE);
    assertThat(
            judge(rule ->
                rule.filter(of -> of.prefix("ours/volumes/7")).expiration(after -> after.days(1))))
        .isEqualTo(Verdict.FAILURE);
    assertThat(
            judge(rule ->
                rule.filter(of -> of.and(and -> and.prefix("ours/").objectSizeGreaterThan(9L)))
                    .expiration(after -> after.days(1))))
        .isEqualTo(Verdict.FAILURE);
  }

  @Test
  void aRuleThatDoesNotMeetThemIsFine() {
    assertThat(
            judge(rule -> rule.filter(of -> of.prefix("logs/")).expiration(after -> after.days(1))))
        .isEqualTo(Verdict.OK);
    assertThat(
            judge(
                rule -> rule.filter(of -> of.prefix("ours2/")).expiration(after -> after.days(1))))
        .isEqualTo(Verdict.OK);
    Tag tag = Tag.builder().key("k").value("v").build();
    assertThat(judge(rule -> rule.filter(of -> of.tag(tag)).expiration(after -> after.days(1))))
        .isEqualTo(Verdict.OK);
    assertThat(
            judge(rule ->
                rule.filter(of -> of.and(and -> and.prefix("ours/").tags(tag)))
                    .expiration(after -> after.days(1))))
        .isEqualTo(Verdict.OK);
    assertThat(judge(rule -> rule.status("Disabled").expiration(after -> after.days(1))))
        .isEqualTo(Verdict.OK);
    assertThat(
            judge(
                rule -> rule.abortIncompleteMultipartUpload(after -> after.daysAfterInitiation(1))))
        .isEqualTo(Verdict.OK);
    assertThat(judge(rule -> rule.expiration(markers -> markers.expiredObjectDeleteMarker(true))))
        .isEqualTo(Verdict.OK);
    assertThat(judge(rule -> rule.noncurrentVersionExpiration(after -> after.noncurrentDays(1))))
        .isEqualTo(Verdict.OK);
  }

  @Test
  void anArchiveFailsAndACheaperClassHasAPrice() {
    assertThat(judge(rule -> rule.transitions(List.of(after30Days("GLACIER")))))
        .isEqualTo(Verdict.FAILURE);
    assertThat(judge(rule -> rule.transitions(List.of(after30Days("STANDARD_IA")))))
        .isEqualTo(Verdict.WARNING);
  }

  @Test
  void theWorstRuleCounts() {
    LifecycleRule harmless = LifecycleRule.builder().status("Enabled").build();
    LifecycleRule deadly =
        LifecycleRule.builder()
            .id("tidy")
            .status("Enabled")
            .expiration(after -> after.days(7))
            .build();
    var finding = LifecycleRules.judge(List.of(harmless, deadly, harmless), "");
    assertThat(finding.verdict()).isEqualTo(Verdict.FAILURE);
    assertThat(finding.message()).contains("\"tidy\"").contains("take it off");
    assertThat(LifecycleRules.judge(List.of(), "").verdict()).isEqualTo(Verdict.OK);
  }

  private static Transition after30Days(String storageClass) {
    return Transition.builder().days(30).storageClass(storageClass).build();
  }

  private static Verdict judge(Consumer<LifecycleRule.Builder> settings) {
    LifecycleRule.Builder rule = LifecycleRule.builder().status("Enabled");
    settings.accept(rule);
    return LifecycleRules.judge(List.of(rule.build()), "ours/").verdict();
  }
}
