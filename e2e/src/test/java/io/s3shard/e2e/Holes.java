package io.s3shard.e2e;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * Punches holes into an open file by fallocate(2), which Java lacks: a program for each would be
 * slower than the write.
 */
final class Holes implements AutoCloseable {
  private static final int O_WRONLY = 1;
  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final MethodHandle OPEN =
      function(
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          "open");
  private static final MethodHandle FALLOCATE =
      function(
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG),
          "fallocate");
  private static final MethodHandle CLOSE =
      function(FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), "close");

  private final int descriptor;

  private Holes(int descriptor) {
    this.descriptor = descriptor;
  }

  static Holes in(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(file.toString());
      return new Holes(checked((int) OPEN.invokeExact(path, O_WRONLY), "open"));
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  void punch(long offset, long length) throws IOException {
    try {
      int mode = PUNCH_HOLE | KEEP_SIZE;
      checked((int) FALLOCATE.invokeExact(descriptor, mode, offset, length), "fallocate");
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** The daemon may have been killed: what close answers means nothing. */
  @Override
  public void close() {
    try {
      int _ = (int) CLOSE.invokeExact(descriptor);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static int checked(int result, String what) throws IOException {
    if (result < 0) {
      throw new IOException(what + " failed");
    }
    return result;
  }

  private static MethodHandle function(FunctionDescriptor shape, String name) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape);
  }
}
