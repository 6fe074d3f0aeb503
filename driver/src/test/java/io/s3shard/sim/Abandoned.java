package io.s3shard.sim;

/** Thrown to who joins a task of a process that has crashed. */
final class Abandoned extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Abandoned(String task) {
    super("task " + task + " was abandoned by the crash of its process");
  }
}
