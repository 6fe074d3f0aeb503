package io.s3shard.cli;

import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Says at the start what a daemon was told, by flags or environment, and what it assumes. */
final class Settings {
  private Settings() {}

  static void log(CommandSpec command) {
    StringBuilder line = new StringBuilder(command.name()).append(" ").append(Version.program());
    for (OptionSpec option : command.options()) {
      Object value = option.getValue();
      if (value != null && !option.usageHelp() && !option.versionHelp()) {
        line.append(' ').append(option.longestName()).append('=').append(value);
      }
    }
    LoggerFactory.getLogger(Settings.class).info("{}", line);
  }
}
