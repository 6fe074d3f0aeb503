package io.s3shard.cli;

import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.status.StatusListener;

/**
 * Says on stderr what keeps the logging library from its work, such as a log file that can't be
 * written; it would say it on stdout itself, among the results of commands. Made by name, from
 * {@code logback.xml}.
 */
public final class LogTroubles implements StatusListener {
  @Override
  public void addStatusEvent(Status status) {
    if (status.getEffectiveLevel() >= Status.WARN) {
      System.err.println("s3shard: logging: " + status.getMessage());
    }
  }
}
