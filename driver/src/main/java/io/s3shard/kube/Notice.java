package io.s3shard.kube;

/**
 * What the users of a volume must know.
 *
 * @param handle the CSI volume id
 * @param text what happened, and what to do; without times and figures, so that what is said again
 *     is the same event
 */
public record Notice(Reason reason, String handle, String text) {}
