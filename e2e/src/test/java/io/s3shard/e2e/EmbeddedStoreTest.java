package io.s3shard.e2e;

import io.s3shard.store.ObjectStore;
import io.s3shard.store.ObjectStoreContract;
import io.s3shard.store.s3.S3Settings;
import io.s3shard.store.s3.S3Store;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * S3 keeps the contract, with the embedded server that {@code ./dev s3} and {@code ./dev try}
 * start.
 */
public final class EmbeddedStoreTest extends ObjectStoreContract {
  private static EmbeddedS3 server;
  private S3Store bucket;

  @BeforeAll
  static void startServer(@TempDir Path folder) throws Exception {
    server = EmbeddedS3.start(folder, 0);
    System.setProperty("aws.accessKeyId", EmbeddedS3.ACCESS_KEY);
    System.setProperty("aws.secretAccessKey", EmbeddedS3.SECRET_KEY);
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @BeforeEach
  void open(TestInfo test) {
    String prefix = test.getTestMethod().orElseThrow().getName();
    bucket = new S3Store(S3Settings.of(EmbeddedS3.BUCKET, prefix).withEndpoint(server.endpoint()));
  }

  @AfterEach
  void close() {
    bucket.close();
  }

  @Override
  protected ObjectStore store() {
    return bucket;
  }

  /**
   * A file's name on the server's disk, of 255 bytes, less the 37 that the server adds to it while
   * the object is written.
   */
  @Override
  protected int longestName() {
    return 218;
  }
}
