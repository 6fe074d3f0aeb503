package io.s3shard.store.s3;

import io.s3shard.error.Damaged;
import io.s3shard.error.StoreRefused;
import io.s3shard.store.Body;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.store.StoredObject;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A bucket over S3. Each call is one request and one try, but for listings that the server cuts
 * short and servers without multi-delete. Thread-safe. Building it sends nothing.
 */
public final class S3Store implements ObjectStore, AutoCloseable {
  /** Four times the largest chunk: what is longer is not ours. In bytes. */
  private static final long MAX_OBJECT_BYTES = 256L << 20;

  private final S3Settings settings;
  private final String where;
  private final FoundCredentials credentials;
  private final S3Client client;
  private final S3Errors errors;
  private volatile boolean lacksMultiDelete;

  /**
   * @throws StoreRefused if no region is known, which only Amazon's own endpoint needs
   */
  public S3Store(S3Settings settings) {
    this(settings, System.getenv());
  }

  S3Store(S3Settings settings, Map<String, String> environment) {
    this.settings = settings;
    this.where =
        "bucket "
            + settings.bucket()
            + " at "
            + settings.endpoint(environment).map(Object::toString).orElse("Amazon S3");
    this.credentials = new FoundCredentials(settings, where);
    this.client = S3Clients.build(settings, environment, credentials, where);
    this.errors = new S3Errors(where);
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    return whole(key, request(key).build());
  }

  @Override
  public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    return whole(key, request(key).ifMatch(quoted(etag)).build());
  }

  @Override
  public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(range.length()));
    get(key, range, bytes, purpose);
    return bytes.flip().asReadOnlyBuffer();
  }

  @Override
  public void get(ObjectKey key, ByteRange range, ByteBuffer into, Purpose purpose) {
    String bytes = "bytes=" + range.offset() + "-" + (range.end() - 1);
    GetObjectRequest request = request(key).range(bytes).build();
    Received received =
        receive(key, request, Received.into(into.slice(into.position(), (int) range.length())));
    boolean ranged = received.head().contentRange() != null;
    if (!ranged && (range.offset() > 0 || received.promised() > range.length())) {
      throw new StoreRefused(
          where
              + " answers a ranged get with the whole of "
              + key
              + ": it lacks ranges, use another server");
    }
    if (received.body().remaining() != range.length()) {
      throw new Damaged(
          "object "
              + key
              + " in "
              + where
              + " is truncated: "
              + received.body().remaining()
              + " bytes instead of "
              + range.length()
              + " at "
              + range.offset());
    }
    into.position(into.position() + (int) range.length());
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    try {
      client.putObject(upload(key, body).build(), GatheredBody.of(body));
    } catch (RuntimeException e) {
      throw errors.classify("put of " + key, e);
    }
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    try {
      client.putObject(upload(key, body).ifNoneMatch("*").build(), GatheredBody.of(body));
      return PutOutcome.WON;
    } catch (RuntimeException e) {
      return errors.settle("put-if-absent of " + key, e);
    }
  }

  @Override
  public List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    List<ListedObject> listed = new ArrayList<>();
    @Nullable String after = startAfter == null ? null : settings.keyPrefix() + startAfter;
    @Nullable String token = null;
    do {
      ListObjectsV2Response answer = listPage(prefix, after, token, limit - listed.size());
      answer.contents().stream().filter(this::isKey).map(this::listed).forEach(listed::add);
      token = Boolean.TRUE.equals(answer.isTruncated()) ? answer.nextContinuationToken() : null;
    } while (listed.size() < limit && token != null);
    return List.copyOf(listed.size() > limit ? listed.subList(0, limit) : listed);
  }

  @Override
  public void delete(Collection<ObjectKey> keys, Purpose purpose) {
    if (keys.size() > 1000) {
      throw new IllegalArgumentException("delete of " + keys.size() + " keys at once");
    }
    if (keys.size() < 2 || lacksMultiDelete) {
      keys.forEach(this::deleteOne);
      return;
    }
    try {
      deleteMany(keys);
    } catch (RuntimeException e) {
      if (!S3Errors.lacksMultiDelete(e)) {
        throw errors.classify(
            "delete of " + keys.size() + " objects from " + keys.iterator().next(), e);
      }
      lacksMultiDelete = true;
      keys.forEach(this::deleteOne);
    }
  }

  @Override
  public void close() {
    client.close();
    credentials.close();
  }

  /** "bucket b at https://…", for people. */
  @Override
  public String toString() {
    return where;
  }

  S3Client client() {
    return client;
  }

  S3Settings settings() {
    return settings;
  }

  private StoredObject whole(ObjectKey key, GetObjectRequest request) {
    Received received = receive(key, request, Received.atMost(MAX_OBJECT_BYTES));
    if (received.promised() > MAX_OBJECT_BYTES) {
      throw new Damaged(
          "object "
              + key
              + " in "
              + where
              + " has "
              + received.promised()
              + " bytes: it is not ours");
    }
    return new StoredObject(received.body(), quoted(received.head().eTag()));
  }

  private Received receive(
      ObjectKey key,
      GetObjectRequest request,
      ResponseTransformer<GetObjectResponse, Received> transformer) {
    try {
      return client.getObject(request, transformer);
    } catch (RuntimeException e) {
      throw errors.classifyGet("get of " + key, e);
    }
  }

  private ListObjectsV2Response listPage(
      String prefix, @Nullable String after, @Nullable String token, int limit) {
    try {
      return client.listObjectsV2(
          ListObjectsV2Request.builder()
              .bucket(settings.bucket())
              .prefix(settings.keyPrefix() + prefix)
              .startAfter(after)
              .continuationToken(token)
              .maxKeys(limit)
              .build());
    } catch (RuntimeException e) {
      throw errors.classify("list of " + prefix + "*", e);
    }
  }

  private void deleteMany(Collection<ObjectKey> keys) {
    List<ObjectIdentifier> objects =
        keys.stream().map(key -> ObjectIdentifier.builder().key(full(key)).build()).toList();
    DeleteObjectsResponse answer =
        client.deleteObjects(request ->
            request.bucket(settings.bucket()).delete(what -> what.objects(objects).quiet(true)));
    for (S3Error error : answer.errors()) {
      if (!"NoSuchKey".equals(error.code())) {
        throw errors.undeleted(String.valueOf(error.key()), error.code(), error.message());
      }
    }
  }

  private void deleteOne(ObjectKey key) {
    try {
      client.deleteObject(request -> request.bucket(settings.bucket()).key(full(key)));
    } catch (RuntimeException e) {
      if (!S3Errors.isMissingKey(e)) {
        throw errors.classify("delete of " + key, e);
      }
    }
  }

  private GetObjectRequest.Builder request(ObjectKey key) {
    return GetObjectRequest.builder().bucket(settings.bucket()).key(full(key));
  }

  private PutObjectRequest.Builder upload(ObjectKey key, Body body) {
    return PutObjectRequest.builder()
        .bucket(settings.bucket())
        .key(full(key))
        .contentLength(body.length())
        .checksumCRC32C(GatheredBody.crc32c(body));
  }

  private String full(ObjectKey key) {
    return settings.keyPrefix() + key.value();
  }

  /**
   * Consoles make objects named like folders; the one that is the prefix itself is no key of ours.
   */
  private boolean isKey(S3Object object) {
    String key = object.key();
    int start = settings.keyPrefix().length();
    return key.length() > start && key.charAt(start) != '/';
  }

  private ListedObject listed(S3Object object) {
    ObjectKey key = new ObjectKey(object.key().substring(settings.keyPrefix().length()));
    return new ListedObject(key, quoted(object.eTag()), object.size());
  }

  /** Servers differ in whether a listing has the quotes that a header must have. */
  private static String quoted(@Nullable String etag) {
    return etag == null || etag.startsWith("\"") || etag.startsWith("W/")
        ? String.valueOf(etag)
        : "\"" + etag + "\"";
  }
}
