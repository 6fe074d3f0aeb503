package io.s3shard.kube;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.s3shard.execution.Execution;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Writes notices as events on the pods of this node that use the volume, and on their claims. What
 * is said again raises the event's count.
 */
public final class Announcer {
  /** Of a name in Kubernetes. */
  private static final int MAX_NAME = 253;

  private final KubernetesClient client;
  private final String driver;
  private final String node;
  private final Users users;
  private final Execution execution;

  Announcer(KubernetesClient client, String driver, String node, Execution execution) {
    this.client = client;
    this.driver = driver;
    this.node = node;
    this.users = new Users(client, driver, node);
    this.execution = execution;
  }

  /**
   * Writes them all; a volume that nobody uses here has none.
   *
   * @throws ClusterUnavailable if the API server does not do it; some may be written
   */
  public void announce(List<Notice> notices) {
    try {
      Set<String> handles = notices.stream().map(Notice::handle).collect(Collectors.toSet());
      Map<String, List<ObjectReference>> found = users.of(handles);
      for (Notice notice : notices) {
        for (ObjectReference user : found.getOrDefault(notice.handle(), List.of())) {
          write(event(notice, user));
        }
      }
    } catch (KubernetesClientException e) {
      throw new ClusterUnavailable("events of volumes can't be written", e);
    }
  }

  private void write(Event event) {
    var events = client.v1().events().inNamespace(event.getMetadata().getNamespace());
    try {
      events.resource(event).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      events
          .withName(event.getMetadata().getName())
          .edit(there ->
              new EventBuilder(there)
                  .withCount(there.getCount() == null ? 2 : there.getCount() + 1)
                  .withLastTimestamp(event.getLastTimestamp())
                  .build());
    }
  }

  private Event event(Notice notice, ObjectReference user) {
    String now = execution.now().truncatedTo(ChronoUnit.SECONDS).toString();
    return new EventBuilder()
        .withNewMetadata()
        .withName(name(notice, user))
        .withNamespace(user.getNamespace())
        .endMetadata()
        .withInvolvedObject(user)
        .withType(notice.reason().type())
        .withReason(notice.reason().name())
        .withMessage(notice.text())
        .withFirstTimestamp(now)
        .withLastTimestamp(now)
        .withCount(1)
        .withNewSource(driver, node)
        .withReportingComponent(driver)
        .withReportingInstance(node)
        .build();
  }

  /** The same for the same words about the same object. */
  private String name(Notice notice, ObjectReference user) {
    String all = String.join("\0", node, notice.reason().name(), notice.text(), user.getUid());
    String suffix =
        "."
            + UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8))
                .toString()
                .substring(0, 18);
    String name = user.getName();
    return name.substring(0, Math.min(name.length(), MAX_NAME - suffix.length())) + suffix;
  }
}
