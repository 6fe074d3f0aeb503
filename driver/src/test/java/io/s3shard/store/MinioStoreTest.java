package io.s3shard.store;

import io.s3shard.store.s3.S3Store;
import io.s3shard.testing.MinioServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** S3 keeps the contract, with MinIO as the server: only where its program is given. */
@Tag("s3")
@EnabledIfSystemProperty(named = MinioServer.PROGRAM, matches = ".+")
final class MinioStoreTest extends ObjectStoreContract {
  private static MinioServer server;
  private S3Store bucket;

  @BeforeAll
  static void startServer() {
    server = MinioServer.started();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void open(TestInfo test) {
    bucket =
        new S3Store(server.settings("contract/" + test.getTestMethod().orElseThrow().getName()));
  }

  @AfterEach
  void close() {
    bucket.close();
  }

  @Override
  protected ObjectStore store() {
    return bucket;
  }

  /** A file's name on the server's disk. */
  @Override
  protected int longestName() {
    return 255;
  }
}
