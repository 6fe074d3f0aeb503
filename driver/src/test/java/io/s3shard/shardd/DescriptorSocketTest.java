package io.s3shard.shardd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Open files between processes, here between two ends in one. */
class DescriptorSocketTest {
  @TempDir Path folder;

  @Test
  void anOpenFileAndItsMessageArrive() throws Exception {
    Path socket = folder.resolve("s");
    Path file = Files.writeString(folder.resolve("file"), "contents");
    try (DescriptorSocket server = DescriptorSocket.listen(socket);
        DescriptorSocket client = DescriptorSocket.connect(socket);
        DescriptorSocket accepted = server.accept()) {
      assertThat(accepted).isNotNull();
      int mine = descriptorOf(file);
      client.send("take it".getBytes(StandardCharsets.UTF_8), mine);
      client.send("nothing".getBytes(StandardCharsets.UTF_8), DescriptorSocket.NONE);
      DescriptorSocket.Received received = accepted.receive();
      assertThat(received.message()).asString().isEqualTo("take it");
      assertThat(received.descriptor()).isNotEqualTo(mine);
      assertThat(target(received.descriptor())).isEqualTo(file);
      DescriptorSocket.closeFile(received.descriptor());
      DescriptorSocket.Received second = accepted.receive();
      assertThat(second.message()).asString().isEqualTo("nothing");
      assertThat(second.descriptor()).isEqualTo(DescriptorSocket.NONE);
      client.close();
      assertThat(accepted.receive()).as("the other side has gone").isNull();
    }
  }

  @Test
  void whoeverWaitsIsFreedByAClose() throws Exception {
    DescriptorSocket server = DescriptorSocket.listen(folder.resolve("s"));
    Thread waiting = Thread.ofPlatform().start(server::accept);
    Awaitility.await().until(() -> waiting.getState() != Thread.State.NEW);
    server.close();
    waiting.join();
    assertThatThrownBy(() -> DescriptorSocket.connect(folder.resolve("s")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("can't connect to");
  }

  @Test
  void aMessageThatTheOtherSideCouldNotTakeIsRefused() throws Exception {
    try (DescriptorSocket server = DescriptorSocket.listen(folder.resolve("s"));
        DescriptorSocket client = DescriptorSocket.connect(folder.resolve("s"))) {
      for (int length : List.of(0, DescriptorSocket.MAX_MESSAGE + 1)) {
        assertThatThrownBy(() -> client.send(new byte[length], DescriptorSocket.NONE))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  /** Opens a file that stays open for as long as this process, and finds its number. */
  private static int descriptorOf(Path file) throws IOException {
    Files.newByteChannel(file).size();
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(link -> file.equals(linked(link)))
          .mapToInt(link -> Integer.parseInt(link.getFileName().toString()))
          .findFirst()
          .orElseThrow();
    }
  }

  private static Path target(int descriptor) {
    return linked(Path.of("/proc/self/fd/" + descriptor));
  }

  private static Path linked(Path link) {
    try {
      return Files.readSymbolicLink(link);
    } catch (IOException e) {
      return link;
    }
  }
}
