package io.s3shard.cache;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * fallocate(2): takes a file's room from its disk at once, without writing it. Java has no call for
 * it.
 */
final class Preallocation {
  private static final int O_RDWR_CLOEXEC = 2 | 02000000;
  private static final int ENOSPC = 28;
  private static final int EOPNOTSUPP = 95;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle OPEN =
      call(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
  private static final MethodHandle FALLOCATE =
      call(
          "fallocate",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle CLOSE =
      call("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private Preallocation() {}

  private static MethodHandle call(String name, FunctionDescriptor signature) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        signature,
        Linker.Option.captureCallState("errno"));
  }

  /**
   * Makes {@code file} {@code bytes} long, its room taken. A file system that has no such call
   * makes it long and sparse: then it is writing that fails when the disk is full.
   *
   * @throws IOException if there is no room
   */
  static void allocate(Path file, long bytes) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int descriptor =
          (int) OPEN.invokeExact(state, arena.allocateFrom(file.toString()), O_RDWR_CLOEXEC);
      if (descriptor < 0) {
        throw new IOException("can't open " + file + ": error " + errno(state));
      }
      int result = (int) FALLOCATE.invokeExact(state, descriptor, 0, 0L, bytes);
      int errno = result < 0 ? errno(state) : 0;
      int closed = (int) CLOSE.invokeExact(state, descriptor);
      if (closed < 0 || errno != 0 && errno != EOPNOTSUPP) {
        throw new IOException(errno == ENOSPC ? "no space left" : "fallocate: error " + errno);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }
}
