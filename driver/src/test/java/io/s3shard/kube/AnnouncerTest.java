package io.s3shard.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.s3shard.testing.SteppedTime;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AnnouncerTest {
  private static final String EVENTS = "/api/v1/namespaces/shop/events";
  private static final Notice NOTICE =
      new Notice(Reason.BucketUnavailable, "store-volume", "volume store-volume: it waits");

  private final SteppedTime time = new SteppedTime();
  private TinyApiServer server;
  private Cluster cluster;
  private Announcer announcer;

  @BeforeEach
  void begin() throws IOException {
    server = new TinyApiServer();
    cluster = Cluster.at(server.config(), "csi.s3shard.io", time);
    announcer = cluster.announcer("node-a");
    volume("pv-1", "csi.s3shard.io", "store-volume");
    claim("data", "pv-1");
    pod("db", "node-a", "{\"name\":\"v\",\"persistentVolumeClaim\":{\"claimName\":\"data\"}}");
  }

  @AfterEach
  void end() {
    cluster.close();
    server.close();
  }

  @Test
  void thePodAndItsClaimHaveAnEvent() {
    announcer.announce(List.of(NOTICE));
    assertThat(server.list(EVENTS))
        .extracting(event -> event.getAsJsonObject("involvedObject").get("kind").getAsString())
        .containsExactlyInAnyOrder("Pod", "PersistentVolumeClaim");
    JsonObject event = server.list(EVENTS).getFirst();
    assertThat(event.get("reason").getAsString()).isEqualTo("BucketUnavailable");
    assertThat(event.get("type").getAsString()).isEqualTo("Warning");
    assertThat(event.get("message").getAsString()).isEqualTo(NOTICE.text());
    assertThat(event.getAsJsonObject("source").get("host").getAsString()).isEqualTo("node-a");
    assertThat(event.getAsJsonObject("involvedObject").get("uid").getAsString())
        .startsWith("uid-of-");
  }

  @Test
  void whatIsSaidAgainIsCounted() {
    announcer.announce(List.of(NOTICE));
    time.advance(Duration.ofMinutes(10));
    announcer.announce(List.of(NOTICE));
    assertThat(server.list(EVENTS))
        .hasSize(2)
        .allSatisfy(event -> {
          assertThat(event.get("count").getAsInt()).isEqualTo(2);
          assertThat(event.get("firstTimestamp").getAsString()).isEqualTo("2026-01-01T00:00:00Z");
          assertThat(event.get("lastTimestamp").getAsString()).isEqualTo("2026-01-01T00:10:00Z");
        });
  }

  @Test
  void podsThatShareAClaimHaveOneEventEachAndTheClaimOne() {
    pod("web", "node-a", "{\"name\":\"v\",\"persistentVolumeClaim\":{\"claimName\":\"data\"}}");
    announcer.announce(List.of(NOTICE));
    assertThat(server.list(EVENTS)).hasSize(3);
  }

  @Test
  void theClaimOfAnEphemeralVolumeIsFound() {
    volume("pv-2", "csi.s3shard.io", "store-scratch");
    claim("job-scratch", "pv-2");
    pod("job", "node-a", "{\"name\":\"scratch\",\"ephemeral\":{}}");
    announcer.announce(List.of(new Notice(Reason.VolumeFenced, "store-scratch", "gone")));
    assertThat(server.list(EVENTS))
        .extracting(event -> event.getAsJsonObject("involvedObject").get("name").getAsString())
        .containsExactlyInAnyOrder("job", "job-scratch");
  }

  @Test
  void podsOfOtherNodesAndVolumesOfOtherDriversHaveNone() {
    volume("pv-3", "csi.other.io", "store-other");
    claim("other", "pv-3");
    pod(
        "of-other",
        "node-a",
        "{\"name\":\"v\",\"persistentVolumeClaim\":{\"claimName\":\"other\"}}");
    volume("pv-4", "csi.s3shard.io", "store-far");
    claim("far", "pv-4");
    pod("far-pod", "node-b", "{\"name\":\"v\",\"persistentVolumeClaim\":{\"claimName\":\"far\"}}");
    announcer.announce(
        List.of(
            new Notice(Reason.VolumeLost, "store-other", "x"),
            new Notice(Reason.VolumeLost, "store-far", "x")));
    assertThat(server.list(EVENTS)).isEmpty();
  }

  @Test
  void aClaimThatIsNotBoundIsPassedOver() {
    server.put("/api/v1/namespaces/shop/persistentvolumeclaims/data", "{\"spec\":{}}");
    announcer.announce(List.of(NOTICE));
    assertThat(server.list(EVENTS)).isEmpty();
  }

  @Test
  void aLongNameIsCut() {
    String name = "p".repeat(253);
    pod(name, "node-a", "{\"name\":\"v\",\"persistentVolumeClaim\":{\"claimName\":\"data\"}}");
    announcer.announce(List.of(NOTICE));
    assertThat(server.list(EVENTS))
        .extracting(event -> event.getAsJsonObject("metadata").get("name").getAsString().length())
        .contains(253)
        .allMatch(length -> length <= 253);
  }

  @Test
  void whoMayNotIsToldWhatIsMissing() {
    server.fails(403);
    assertThatThrownBy(() -> announcer.announce(List.of(NOTICE)))
        .isInstanceOf(ClusterUnavailable.class)
        .hasMessageContaining("service account");
  }

  private void volume(String name, String driver, String handle) {
    server.put(
        "/api/v1/persistentvolumes/" + name,
        "{\"spec\":{\"csi\":{\"driver\":\"" + driver + "\",\"volumeHandle\":\"" + handle + "\"}}}");
  }

  private void claim(String name, String volume) {
    server.put(
        "/api/v1/namespaces/shop/persistentvolumeclaims/" + name,
        "{\"spec\":{\"volumeName\":\"" + volume + "\"}}");
  }

  private void pod(String name, String node, String volume) {
    server.put(
        "/api/v1/namespaces/shop/pods/" + name,
        "{\"spec\":{\"nodeName\":\"" + node + "\",\"volumes\":[" + volume + "]}}");
  }
}
