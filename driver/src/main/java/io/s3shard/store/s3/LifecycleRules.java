package io.s3shard.store.s3;

import io.s3shard.store.Finding;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleExpiration;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.LifecycleRuleFilter;
import software.amazon.awssdk.services.s3.model.Transition;

/**
 * What a bucket's lifecycle rules would do to our objects. Ours have no tags: a rule for a tag does
 * not meet them.
 */
final class LifecycleRules {
  private static final String ABOUT = "lifecycle rules";

  /** Classes whose objects must be restored before a get. */
  private static final Set<String> ARCHIVES = Set.of("GLACIER", "DEEP_ARCHIVE");

  private LifecycleRules() {}

  /**
   * @param keyPrefix what all our keys begin with; may be empty
   */
  static Finding judge(List<LifecycleRule> rules, String keyPrefix) {
    Finding worst =
        Finding.ok(
            ABOUT,
            "none of them meets " + (keyPrefix.isEmpty() ? "this bucket's objects" : keyPrefix));
    for (LifecycleRule rule : rules) {
      if (rule.status() == ExpirationStatus.ENABLED && meets(rule, keyPrefix)) {
        Finding finding = judge(rule);
        worst = finding.verdict().compareTo(worst.verdict()) > 0 ? finding : worst;
      }
    }
    return worst;
  }

  private static Finding judge(LifecycleRule rule) {
    String name = rule.id() == null ? "a rule" : "rule \"" + rule.id() + "\"";
    if (expires(rule.expiration())) {
      return Finding.failure(
          ABOUT,
          name + " would delete the data of volumes: take it off, or limit it to other prefixes");
    }
    if (rule.transitions().stream()
        .map(Transition::storageClassAsString)
        .anyMatch(ARCHIVES::contains)) {
      return Finding.failure(
          ABOUT,
          name + " would archive the data of volumes out of reach: take it off, or limit it");
    }
    if (!rule.transitions().isEmpty()) {
      return Finding.warning(
          ABOUT,
          name + " moves data to a class with a price on each read: limit it to other prefixes");
    }
    return Finding.ok(ABOUT, "those that meet volumes delete and move nothing of them");
  }

  private static boolean expires(@Nullable LifecycleExpiration expiration) {
    return expiration != null
        && (expiration.days() != null && expiration.days() > 0 || expiration.date() != null);
  }

  private static boolean meets(LifecycleRule rule, String keyPrefix) {
    if (isForTags(rule.filter())) {
      return false;
    }
    String prefix = prefix(rule);
    return prefix.startsWith(keyPrefix) || keyPrefix.startsWith(prefix);
  }

  private static boolean isForTags(@Nullable LifecycleRuleFilter filter) {
    return filter != null
        && (filter.tag() != null || filter.and() != null && filter.and().hasTags());
  }

  private static String prefix(LifecycleRule rule) {
    LifecycleRuleFilter filter = rule.filter();
    if (filter != null && filter.prefix() != null) {
      return filter.prefix();
    }
    if (filter != null && filter.and() != null && filter.and().prefix() != null) {
      return filter.and().prefix();
    }
    @SuppressWarnings("deprecation") // old rules have it there
    String old = rule.prefix();
    return old == null ? "" : old;
  }
}
