package io.s3shard.e2e;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;

/**
 * An S3 server over a directory, in this process: for a first try and for tests where nothing else
 * is installed. One bucket, {@value #BUCKET}. What it holds outlives it.
 */
public final class EmbeddedS3 implements AutoCloseable {
  public static final String BUCKET = "s3shard";
  public static final String ACCESS_KEY = "s3shard-try";
  public static final String SECRET_KEY = "s3shard-try-secret";

  private final S3Proxy proxy;

  private EmbeddedS3(S3Proxy proxy) {
    this.proxy = proxy;
  }

  /** Serves {@code folder} on a loopback port; 0 chooses a free one. */
  public static EmbeddedS3 start(Path folder, int port) throws Exception {
    Files.createDirectories(folder);
    BlobStore store = new FilesystemNio2BlobStore(folder.toString());
    if (!store.containerExists(BUCKET)) {
      store.createContainer(CreateBucketRequest.builder().bucket(BUCKET).build());
    }
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(store)
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .build();
    proxy.start();
    return new EmbeddedS3(proxy);
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + proxy.getPort());
  }

  @Override
  public void close() throws Exception {
    proxy.stop();
  }

  /** {@code DIR PORT}: serves until it is told to stop. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 2) {
      System.err.println("usage: ./dev s3 DIR PORT");
      System.exit(2);
    }
    EmbeddedS3 server;
    try {
      server = start(Path.of(arguments[0]).toAbsolutePath(), Integer.parseInt(arguments[1]));
    } catch (IOException | NumberFormatException e) {
      System.err.println(
          "dev s3: can't serve "
              + arguments[0]
              + " on port "
              + arguments[1]
              + ": "
              + e.getMessage());
      System.exit(1);
      return;
    }
    System.out.println("export AWS_ENDPOINT_URL=" + server.endpoint());
    System.out.println("export AWS_ACCESS_KEY_ID=" + ACCESS_KEY);
    System.out.println("export AWS_SECRET_ACCESS_KEY=" + SECRET_KEY);
    System.out.println("export AWS_REGION=us-east-1");
    System.out.println("# then: ./dev s3shard mount s3://" + BUCKET + "/demo DIR");
    System.out.flush();
    Thread.currentThread().join();
  }
}
