package io.s3shard.kube;

import java.time.Duration;

/**
 * How an open volume of a node is, as its daemon sees it.
 *
 * @param handle the CSI volume id
 * @param place where its objects are, for people
 * @param health what its users get
 * @param problem in one line, if that is not good; may be empty
 * @param away for how long its bucket has not answered; zero: it answers, or nobody asked
 */
public record VolumeCondition(
    String handle, String place, Health health, String problem, Duration away) {

  /** What the users of a volume get. */
  public enum Health {
    GOOD,
    /** A flush was reported failed: it can only be read. */
    POISONED,
    /** Another node has it: everything fails. */
    FENCED,
    /** It could not be taken over from a daemon that died: everything fails. */
    LOST
  }
}
