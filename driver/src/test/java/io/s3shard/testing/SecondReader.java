package io.s3shard.testing;

import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Another implementation of the format, which shares no code with ours: {@code
 * docs/read_volume.py}, the reference page as a program. It needs Python 3.
 */
public final class SecondReader {
  private final Path script;

  public SecondReader() {
    this.script = Page.root().resolve("docs/read_volume.py");
  }

  /** What it says of the object in {@code file} that lies under {@code key}, as JSON. */
  public String inspect(ObjectKey key, Path file) throws IOException, InterruptedException {
    return run("inspect", key.value(), file.toString());
  }

  /** What it finds in the arena in {@code folder}, as JSON. */
  public String arena(Path folder) throws IOException, InterruptedException {
    return run("arena", folder.toString());
  }

  /** The bytes of the volume {@code name}; {@code slot}: after which record, or none: now. */
  public byte[] image(Path bucket, String name, String... slot)
      throws IOException, InterruptedException {
    Path out = bucket.resolveSibling(bucket.getFileName() + ".image");
    List<String> arguments = new ArrayList<>(List.of("read", bucket.toString(), name));
    arguments.add(out.toString());
    arguments.addAll(List.of(slot));
    run(arguments.toArray(String[]::new));
    return Files.readAllBytes(out);
  }

  /**
   * Copies all objects of {@code bucket} into files below {@code folder}. Nothing changes
   * meanwhile, though an owner deletes what is dead: the bucket's methods are synchronized.
   */
  public static void copy(MemoryStore bucket, Path folder) throws IOException {
    synchronized (bucket) {
      String after = "";
      List<ListedObject> page;
      do {
        page = bucket.list("", after, 1000, Purpose.READ);
        for (ListedObject object : page) {
          copy(bucket.get(object.key(), Purpose.READ).body(), folder.resolve(object.key().value()));
          after = object.key().value();
        }
      } while (page.size() == 1000);
    }
  }

  private static void copy(ByteBuffer body, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(body);
    }
  }

  private String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("python3", "-B", script.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + said);
    }
    return said;
  }
}
