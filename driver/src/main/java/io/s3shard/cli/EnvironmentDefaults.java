package io.s3shard.cli;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Gives each option {@code --some-name} that is not on the command line the value of {@code
 * S3SHARD_SOME_NAME}, if that is set.
 */
record EnvironmentDefaults(Map<String, String> environment)
    implements CommandLine.IDefaultValueProvider {
  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    String value = environment.get(variable(option.longestName()));
    return value == null || value.isEmpty() ? null : value;
  }

  /** {@code --cache-dir}: {@code S3SHARD_CACHE_DIR}. */
  static String variable(String option) {
    return "S3SHARD_" + option.replaceFirst("^-+", "").replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
