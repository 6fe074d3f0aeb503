package io.s3shard.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * How far a command is that goes through an image, on stderr, and only where a person looks at it.
 */
final class ByteProgress implements AutoCloseable {
  private static final long MIB = 1 << 20;

  private final @Nullable ProgressBar bar;

  private ByteProgress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /** {@code sizeBytes}: -1 if nobody knows. */
  static ByteProgress of(String name, long sizeBytes, boolean terminal) {
    if (!terminal) {
      return new ByteProgress(null);
    }
    return new ByteProgress(
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(sizeBytes)
            .setUnit(" MiB", MIB)
            .setStyle(ProgressBarStyle.ASCII)
            .clearDisplayOnFinish()
            .build());
  }

  void at(long bytes) {
    if (bar != null) {
      bar.stepTo(bytes);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
