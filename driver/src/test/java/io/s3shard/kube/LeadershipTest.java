package io.s3shard.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.s3shard.testing.SteppedTime;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeadershipTest {
  private static final String LEASE =
      "/apis/coordination.k8s.io/v1/namespaces/s3shard/leases/housekeeping";
  private static final Duration MOMENT = Duration.ofSeconds(1);

  private final SteppedTime time = new SteppedTime();
  private TinyApiServer server;
  private Cluster cluster;
  private Leadership a;
  private Leadership b;

  @BeforeEach
  void begin() throws IOException {
    server = new TinyApiServer();
    cluster = Cluster.at(server.config(), "csi.s3shard.io", time);
    a = cluster.candidate("s3shard", "housekeeping", "a");
    b = cluster.candidate("s3shard", "housekeeping", "b");
  }

  @AfterEach
  void end() {
    cluster.close();
    server.close();
  }

  @Test
  void theFirstLeadsAsLongAsItRenews() {
    a.look();
    for (int i = 0; i < 20; i++) {
      b.look();
      a.look();
      assertThat(a.isLeading()).isTrue();
      assertThat(b.isLeading()).isFalse();
      time.advance(Leadership.PAUSE);
    }
    assertThat(holder()).isEqualTo("a");
  }

  @Test
  void whoEndsGivesTheLeaseUp() {
    a.look();
    b.look();
    a.close();
    assertThat(a.isLeading()).isFalse();
    b.look();
    assertThat(b.isLeading()).isTrue();
    assertThat(holder()).isEqualTo("b");
    a.look();
    assertThat(a.isLeading()).as("after its end").isFalse();
  }

  @Test
  void whoDiesIsFollowedWhenTheLeaseIsOver() {
    a.look();
    b.look();
    time.advance(Leadership.LEASE);
    b.look();
    assertThat(b.isLeading()).as("not before").isFalse();
    time.advance(MOMENT);
    b.look();
    assertThat(b.isLeading()).isTrue();
    a.look();
    assertThat(a.isLeading()).as("it wakes up again").isFalse();
  }

  @Test
  void whoCanNotRenewStopsBeforeAnotherBegins() {
    a.look();
    server.fails(503);
    time.advance(Leadership.RENEWAL);
    a.look();
    assertThat(a.isLeading()).as("not yet").isTrue();
    time.advance(MOMENT);
    a.look();
    assertThat(a.isLeading()).isFalse();
    assertThat(Leadership.RENEWAL).isLessThan(Leadership.LEASE);
    server.fails(0);
    a.look();
    assertThat(a.isLeading()).isTrue();
  }

  @Test
  void ofTwoThatTakeItAtOnceOneWins() {
    a.look();
    a.close();
    server.beforeNextWrite(b::look);
    Leadership c = cluster.candidate("s3shard", "housekeeping", "c");
    c.look();
    assertThat(b.isLeading()).isTrue();
    assertThat(c.isLeading()).isFalse();
    assertThat(holder()).isEqualTo("b");
  }

  private String holder() {
    JsonObject lease = Objects.requireNonNull(server.get(LEASE));
    return lease.getAsJsonObject("spec").get("holderIdentity").getAsString();
  }
}
