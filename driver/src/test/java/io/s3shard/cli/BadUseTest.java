package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.proto.v1.PrefixFormat;
import io.s3shard.store.Body;
import io.s3shard.store.Finding;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a person can get wrong on the command line: one line with the remedy, and the right exit
 * code.
 */
class BadUseTest {
  private static final String P = "s3://bucket/p";

  static Stream<Arguments> table() {
    return Stream.of(
        bad(2, "which command? 's3shard --help' lists them (see 's3shard --help')"),
        bad(
            2,
            "Unmatched argument at index 0: 'lss'; did you mean ls? (see 's3shard --help')",
            "lss"),
        bad(2, "Missing required parameter: 's3://BUCKET/PREFIX' (see 's3shard ls --help')", "ls"),
        bad(
            2,
            "s3://BUCKET/PREFIX: \"bucket/p\" is no place for volumes: write s3://bucket/prefix (see 's3shard ls --help')",
            "ls",
            "bucket/p"),
        bad(
            2,
            "Missing required option: '--size=<size>' (see 's3shard create --help')",
            "create",
            P,
            "a"),
        bad(
            2,
            "--size: the size 5 has no unit: write 5B, 5MiB or 5GiB (see 's3shard create --help')",
            "create",
            P,
            "a",
            "--size",
            "5"),
        bad(
            2,
            "a volume of size 0 can hold nothing: give the size that it shall have, such as --size 10GiB",
            "create",
            P,
            "a",
            "--size",
            "0"),
        bad(
            2,
            "a size of 71468255805440 bytes is not allowed: at most 64TiB (70368744177664)",
            "create",
            P,
            "a",
            "--size",
            "65TiB"),
        bad(
            2,
            "a chunk size of 3145728 bytes is not allowed: a power of two from 256KiB to 64MiB",
            "create",
            P,
            "a",
            "--size",
            "1GiB",
            "--chunk-size",
            "3MiB"),
        bad(
            2,
            "the name is 256 bytes long, at most 255 are allowed",
            "create",
            P,
            "x".repeat(256),
            "--size",
            "1GiB"),
        bad(2, "a volume's name must be valid UTF-8", "create", P, "\udcff", "--size", "1GiB"),
        bad(
            2,
            "\"a/b\" can't be a volume's name: not empty, no slash, not \".\", \"..\" or \".snapshots\"",
            "create",
            P,
            "a/b",
            "--size",
            "1GiB"),
        bad(
            4,
            "a volume \"there\" exists: choose another name, or remove it with 's3shard rm'",
            "create",
            P,
            "there",
            "--size",
            "1GiB"),
        bad(
            3,
            "there is no volume \"b\" in s3://bucket/p: 's3shard ls s3://bucket/p' lists them",
            "info",
            P,
            "b"),
        bad(
            2,
            "\"there\" has 1073741824 bytes and can't shrink to 1048576: make a smaller volume and copy the files",
            "resize",
            P,
            "there",
            "1MiB"),
        bad(
            2,
            "a size of 71468255805440 bytes is not allowed: at most 64TiB (70368744177664)",
            "resize",
            P,
            "there",
            "65TiB"),
        bad(2, "nobody is here to confirm the deletion of \"there\": add --yes", "rm", P, "there"),
        bad(
            2,
            "say what to inspect: the key of an object, or --volume NAME with or without --slot N",
            "inspect",
            P),
        bad(2, "slot 0 is none: the first is 1", "inspect", P, "--volume", "there", "--slot", "0"),
        bad(2, "--interval and --count must be more than 0", "stats", "/nowhere", "--count", "0"),
        bad(
            3,
            "no s3shard process serves /nowhere: 'findmnt -t fuse.s3shard' lists the mounts",
            "stats",
            "/nowhere"),
        bad(
            3,
            "no s3shard mount on /nowhere: 'findmnt -t fuse.s3shard' lists the mounts",
            "umount",
            "/nowhere"),
        bad(
            2,
            "--read-only takes nothing over: leave out --takeover",
            "mount",
            P,
            "/nowhere",
            "--read-only",
            "--takeover"),
        bad(
            2,
            "an arena of 1MiB is too small: at least 8MiB",
            "mount",
            P,
            "/nowhere",
            "--arena-size",
            "1MiB"),
        bad(
            2,
            "--min-flush-interval is at most 30s: an fsync of a file system waits for two, and the kernel complains of what waits"
                + " for two minutes",
            "mount",
            P,
            "/nowhere",
            "--min-flush-interval",
            "31s"),
        bad(
            2,
            "\"soon\" is no duration: write a whole number and a unit, such as 500ms, 5s, 2m or 1h",
            "mount",
            P,
            "/nowhere",
            "--outage-deadline",
            "soon"));
  }

  private static Arguments bad(int exit, String message, String... arguments) {
    return Arguments.of(exit, message, arguments);
  }

  @ParameterizedTest
  @MethodSource("table")
  void isOneLineWithTheRemedy(int exit, String message, String[] arguments) {
    MemoryStore store = new MemoryStore();
    CommandRun.on(store).run("create", P, "there", "--size", "1GiB");
    CommandRun command = CommandRun.on(store).with("S3SHARD_RUN_DIR", "/nowhere").run(arguments);
    assertThat(command.err()).isEqualTo("s3shard: " + message + "\n");
    assertThat(command.exit()).isEqualTo(exit);
    assertThat(command.out()).isEmpty();
  }

  @Test
  void aPrefixOfANewerFormatAsksForAnUpgrade() {
    MemoryStore store = new MemoryStore();
    byte[] mark = PrefixFormat.newBuilder().setVersion(9).build().toByteArray();
    store.put(
        Layout.PREFIX_FORMAT,
        ObjectFormat.encode(ObjectFormat.Kind.PREFIX_FORMAT, Layout.PREFIX_FORMAT, List.of(), mark),
        Purpose.MAP);
    for (String[] arguments : new String[][] {{"ls", P}, {"create", P, "a", "--size", "1GiB"}}) {
      CommandRun command = CommandRun.on(store).run(arguments);
      assertThat(command.err())
          .isEqualTo(
              "s3shard: s3://bucket/p has format version 9, this s3shard knows 1: upgrade s3shard\n");
      assertThat(command.exit()).isEqualTo(6);
    }
  }

  @Test
  void aBucketWithoutConditionalPutsIsRefused() {
    MemoryStore store = new MemoryStore();
    Finding found = Finding.failure("conditional puts", "8 of 8 won: use another server");
    CommandRun command = CommandRun.on(store, found).run("create", P, "a", "--size", "1GiB");
    assertThat(command.err())
        .isEqualTo(
            "s3shard: s3://bucket/p can't hold volumes: conditional puts: 8 of 8 won: use another server\n");
    assertThat(command.exit()).isEqualTo(6);
    assertThat(store.list("", null, 1, Purpose.MAP)).isEmpty();
    CommandRun doctor = CommandRun.on(store, found).run("doctor", P);
    assertThat(doctor.out())
        .containsPattern("fail +conditional puts +8 of 8 won: use another server");
  }

  @Test
  void aForeignPrefixIsRefused() {
    MemoryStore store = new MemoryStore();
    store.put(new ObjectKey("index.html"), Body.of(new byte[1]), Purpose.MAP);
    for (String[] arguments : new String[][] {{"ls", P}, {"create", P, "a", "--size", "1GiB"}}) {
      CommandRun command = CommandRun.on(store).run(arguments);
      assertThat(command.err())
          .isEqualTo(
              "s3shard: s3://bucket/p holds other things (index.html) and no s3shard mark: use an empty prefix\n");
      assertThat(command.exit()).isEqualTo(6);
    }
  }
}
