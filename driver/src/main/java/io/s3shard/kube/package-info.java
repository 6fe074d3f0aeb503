/**
 * What we tell Kubernetes, and ask of it, beside CSI: events, the taint of a node that is not ready
 * yet, who is the leader, which volumes have an object. Nothing here is needed for volumes to work:
 * an API server that is away is waited for in the background. The only user of fabric8.
 */
@NullMarked
package io.s3shard.kube;

import org.jspecify.annotations.NullMarked;
