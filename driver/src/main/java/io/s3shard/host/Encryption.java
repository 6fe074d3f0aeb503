package io.s3shard.host;

import io.s3shard.error.HostFailure;
import io.s3shard.error.InvalidRequest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * LUKS2 on a device, by cryptsetup. The passphrase goes to its standard input, never into an
 * argument, a file or a log.
 */
public final class Encryption {
  private static final int WRONG_KEY = 2;
  private static final Duration TIME = Duration.ofMinutes(2);
  private static final Path MAPPER = Path.of("/dev/mapper");
  private static final Path BLOCK = Path.of("/sys/block");

  private final Programs programs;

  public Encryption(Programs programs) {
    this.programs = programs;
  }

  /** Makes an empty device an encrypted one. */
  public void format(String device, byte[] passphrase) {
    // Argon2id with 64 MiB: a node must be able to open several at once
    programs.require(
        Command.of(
                "cryptsetup",
                "luksFormat",
                "--batch-mode",
                "--type=luks2",
                "--pbkdf=argon2id",
                "--pbkdf-memory=65536",
                "--pbkdf-parallel=1",
                "--key-file=-",
                device)
            .within(TIME)
            .reading(passphrase));
  }

  /**
   * Opens it as {@code name}; the device of what is readable. Discards go through: which blocks are
   * in use shows in the bucket, and room comes back. The volume's key stays in the kernel, so that
   * it can grow without the passphrase.
   *
   * @throws InvalidRequest if the passphrase is wrong
   */
  public String open(String device, String name, byte[] passphrase, boolean readOnly) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "cryptsetup",
                "open",
                "--type=luks2",
                "--allow-discards",
                "--disable-keyring",
                "--key-file=-"));
    if (readOnly) {
      words.add("--readonly");
    }
    words.addAll(List.of(device, name));
    Command command = Command.of(words).within(TIME).reading(passphrase);
    Programs.Outcome outcome = programs.run(command);
    if (outcome.exit() == WRONG_KEY) {
      throw new InvalidRequest(
          "the passphrase does not open the volume: check the secret that the storage class names for"
              + " node-stage");
    }
    if (outcome.exit() != 0) {
      throw new HostFailure(
          "'" + command + "' failed with exit " + outcome.exit() + ": " + outcome.err().strip());
    }
    return MAPPER.resolve(name).toString();
  }

  /** The readable device over {@code device}, if it is open. */
  public Optional<String> over(String device) {
    String lower = device.substring(device.lastIndexOf('/') + 1);
    try (DirectoryStream<Path> all = Files.newDirectoryStream(BLOCK, "dm-*")) {
      for (Path one : all) {
        if (Files.exists(one.resolve("slaves").resolve(lower))) {
          return Optional.of(MAPPER.resolve(name(one)).toString());
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new HostFailure("can't read " + BLOCK + ": " + e.getMessage(), e);
    }
  }

  /** The device under an open one such as {@code /dev/mapper/NAME}; empty: it is none. */
  public Optional<String> under(String mapped) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(BLOCK, "dm-*")) {
      for (Path one : all) {
        if (MAPPER.resolve(name(one)).toString().equals(mapped)) {
          try (DirectoryStream<Path> lower = Files.newDirectoryStream(one.resolve("slaves"))) {
            for (Path device : lower) {
              return Optional.of("/dev/" + device.getFileName());
            }
          }
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new HostFailure("can't read " + BLOCK + ": " + e.getMessage(), e);
    }
  }

  private static String name(Path device) throws IOException {
    return Files.readString(device.resolve("dm/name")).strip();
  }

  public void close(String mapped) {
    programs.require("cryptsetup", "close", mapped.substring(mapped.lastIndexOf('/') + 1));
  }

  /** To the size of the device below. */
  public void grow(String mapped) {
    programs.require("cryptsetup", "resize", mapped.substring(mapped.lastIndexOf('/') + 1));
  }
}
