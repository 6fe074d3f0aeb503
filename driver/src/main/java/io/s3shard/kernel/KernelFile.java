package io.s3shard.kernel;

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
 * What Java has no calls for: lseek(2) to the next data of a sparse file, fallocate(2) to make a
 * range of a block device zeros without writing them, or to take a file's room at once. For one
 * caller.
 */
public final class KernelFile implements AutoCloseable {
  private static final int O_CLOEXEC = 02000000;
  private static final int O_RDWR = 2;
  private static final int ENXIO = 6;
  private static final int ENOSPC = 28;
  private static final int EOPNOTSUPP = 95;
  private static final int SEEK_DATA = 3;

  /** FALLOC_FL_KEEP_SIZE and FALLOC_FL_PUNCH_HOLE. */
  private static final int PUNCH = 1 | 2;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle OPEN =
      call(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
  private static final MethodHandle LSEEK =
      call(
          "lseek",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
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

  private final Arena memory = Arena.ofConfined();
  private final MemorySegment state = memory.allocate(STATE);
  private final int descriptor;

  private KernelFile(Path file, int flags) throws IOException {
    MemorySegment path = memory.allocateFrom(file.toString());
    this.descriptor = (int) invoke(() -> (int) OPEN.invokeExact(state, path, flags | O_CLOEXEC));
    if (descriptor < 0) {
      int errno = errno();
      memory.close();
      throw new IOException("can't open " + file + ": error " + errno);
    }
  }

  public static KernelFile toRead(Path file) throws IOException {
    return new KernelFile(file, 0);
  }

  public static KernelFile toWrite(Path file) throws IOException {
    return new KernelFile(file, O_RDWR);
  }

  private static MethodHandle call(String name, FunctionDescriptor signature) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        signature,
        Linker.Option.captureCallState("errno"));
  }

  /** The next offset from which there may be data; {@code sizeBytes} if there is none. */
  public long nextData(long offset, long sizeBytes) {
    long next = invoke(() -> (long) LSEEK.invokeExact(state, descriptor, offset, SEEK_DATA));
    if (next < 0) {
      // what has no such call is all data
      return errno() == ENXIO ? sizeBytes : offset;
    }
    return next;
  }

  /** Makes a range zeros. False: it has to be written. */
  public boolean zero(long offset, long length) {
    return fallocate(PUNCH, offset, length) == 0;
  }

  /**
   * Makes the file {@code bytes} long, its room taken, without writing it. A file system that has
   * no such call leaves it sparse: then it is writing that fails when the disk is full.
   *
   * @throws IOException if there is no room
   */
  public void allocate(long bytes) throws IOException {
    if (fallocate(0, 0, bytes) < 0 && errno() != EOPNOTSUPP) {
      throw new IOException(errno() == ENOSPC ? "no space left" : "fallocate: error " + errno());
    }
  }

  private int fallocate(int mode, long offset, long length) {
    return (int) invoke(() -> (int) FALLOCATE.invokeExact(state, descriptor, mode, offset, length));
  }

  private int errno() {
    return (int) ERRNO.get(state, 0L);
  }

  private interface Call {
    long run() throws Throwable;
  }

  private static long invoke(Call call) {
    try {
      return call.run();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    long unused = invoke(() -> (int) CLOSE.invokeExact(state, descriptor));
    assert unused == 0;
    memory.close();
  }
}
