package io.s3shard.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.s3shard.cache.FrameCache;
import io.s3shard.error.StoreRefused;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.image.ArenaPool;
import io.s3shard.image.Host;
import io.s3shard.image.Image;
import io.s3shard.image.ImageOpener;
import io.s3shard.image.ImageOptions;
import io.s3shard.store.Finding;
import io.s3shard.testing.HeapArenas;
import io.s3shard.testing.Page;
import io.s3shard.testing.S3Server;
import io.s3shard.volume.Deletions;
import io.s3shard.volume.NewVolume;
import io.s3shard.volume.Prefix;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The policy of docs/security.md is enough, and none of it can be left out. */
@Tag("s3")
class LeastPolicyTest {
  private static final String USER = "volumes-user";
  private static final String SECRET = "volumes-secret";

  private final ThreadExecution execution = new ThreadExecution();
  private final HeapArenas arenas = new HeapArenas(1 << 18, 64);
  private S3Server server;
  private S3Store bucket;

  @BeforeEach
  void start() {
    server = S3Server.startedWithUsers(Map.of(USER, SECRET));
    bucket = as(server.settings("p"));
  }

  @AfterEach
  void end() {
    bucket.close();
    server.close();
  }

  /** The user's own, whose keys are found where all are. */
  private static S3Store as(S3Settings settings) {
    System.setProperty("aws.accessKeyId", USER);
    System.setProperty("aws.secretAccessKey", SECRET);
    return new S3Store(settings);
  }

  @Test
  void itIsEnough() throws Exception {
    allow(Set.of("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"));
    assertThat(new CapabilityProbe(bucket, execution).run())
        .noneMatch(finding -> finding.verdict() == Finding.Verdict.FAILURE);
    new Prefix(bucket, "s3://b/p").claim();
    Volumes volumes = new Volumes(bucket, execution, "s3://b/p");
    Volume volume = volumes.create(NewVolume.of("fs.img", 1 << 20));
    write(volume);
    assertThat(read(volume)).isEqualTo((byte) 7);
    Deletions deletions = new Deletions(volumes);
    deletions.retire("fs.img");
    assertThat(deletions.reap(volume.id()).objects()).isPositive();
  }

  @Test
  void readersNeedLess() throws Exception {
    allow(Set.of("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"));
    new Prefix(bucket, "s3://b/p").claim();
    Volumes volumes = new Volumes(bucket, execution, "s3://b/p");
    Volume volume = volumes.create(NewVolume.of("fs.img", 1 << 20));
    write(volume);
    allow(Set.of("s3:GetObject", "s3:ListBucket"));
    new Prefix(bucket, "s3://b/p").require();
    assertThat(volumes.list()).extracting(Volume::name).containsExactly("fs.img");
    assertThat(read(volume)).isEqualTo((byte) 7);
    assertThatThrownBy(() -> write(volume)).isInstanceOf(StoreRefused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"})
  void nothingCanBeLeftOut(String action) throws Exception {
    Set<String> rest =
        new TreeSet<>(Set.of("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"));
    rest.remove(action);
    allow(rest);
    assertThat(new CapabilityProbe(bucket, execution).run())
        .anyMatch(finding -> finding.verdict() == Finding.Verdict.FAILURE);
  }

  @Test
  void itIsForOnePrefixOnly() throws Exception {
    allow(Set.of("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"));
    try (S3Store other = as(server.settings("other"))) {
      Prefix prefix = new Prefix(other, "s3://b/other");
      assertThatThrownBy(prefix::claim).isInstanceOf(StoreRefused.class);
    }
  }

  private void write(Volume volume) {
    try (Image image = opener().openForWriting(volume.id(), false)) {
      image.write(0, ByteBuffer.wrap(new byte[] {7}));
    }
  }

  private byte read(Volume volume) {
    ByteBuffer one = ByteBuffer.allocate(1);
    try (Image image = opener().openForReading(volume.id(), false)) {
      image.read(0, one);
    }
    return one.get(0);
  }

  private ImageOpener opener() {
    return new ImageOpener(
        bucket,
        execution,
        arenas,
        new ArenaPool(32),
        new FrameCache(1 << 20),
        new Host("node-1", "machine-1", "boot-1", "test"),
        ImageOptions.defaults(),
        () -> false);
  }

  /** The page's policy as the bucket's, with no more than {@code actions} of it. */
  private void allow(Set<String> actions) throws IOException {
    JsonObject policy = JsonParser.parseString(documented()).getAsJsonObject();
    JsonArray statements = new JsonArray();
    for (JsonElement statement : policy.getAsJsonArray("Statement")) {
      JsonObject allowed = statement.getAsJsonObject();
      JsonArray kept = new JsonArray();
      actionsOf(allowed).stream().filter(actions::contains).forEach(kept::add);
      allowed.add("Action", kept);
      allowed.addProperty("Principal", USER);
      if (!kept.isEmpty()) {
        statements.add(allowed);
      }
    }
    policy.add("Statement", statements);
    try (S3Client owner = owner()) {
      owner.putBucketPolicy(put -> put.bucket(S3Server.BUCKET).policy(policy.toString()));
    }
  }

  private static List<String> actionsOf(JsonObject statement) {
    JsonElement action = statement.get("Action");
    return action.isJsonArray()
        ? action.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList()
        : List.of(action.getAsString());
  }

  private static String documented() throws IOException {
    String page = Files.readString(Page.root().resolve("docs/security.md"));
    Matcher block = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL).matcher(page);
    assertThat(block.find()).isTrue();
    return block.group(1).replace("BUCKET", S3Server.BUCKET).replace("PREFIX", "p");
  }

  private S3Client owner() {
    return S3Client.builder()
        .endpointOverride(server.endpoint())
        .forcePathStyle(true)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(S3Server.ACCESS_KEY, S3Server.SECRET_KEY)))
        .build();
  }
}
