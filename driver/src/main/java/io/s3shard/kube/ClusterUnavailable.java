package io.s3shard.kube;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;

/** The API server is away, or refuses. Trying again may help; nobody's volume depends on it. */
public final class ClusterUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ClusterUnavailable(String what, KubernetesClientException cause) {
    super(what + ": " + why(cause), cause);
  }

  private static String why(KubernetesClientException cause) {
    return cause.getCode() == HttpURLConnection.HTTP_FORBIDDEN
        ? "the service account may not, give it the rules of the chart: " + cause.getMessage()
        : "the API server: " + cause.getMessage();
  }
}
