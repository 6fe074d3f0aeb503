package io.s3shard.shardd;

import io.s3shard.error.StoreRefused;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * A unix socket whose messages may carry an open file to another process (SCM_RIGHTS), which the
 * JDK's sockets can't: by the foreign function interface. SOCK_SEQPACKET keeps messages apart.
 *
 * <p>Numbers and layouts are those of 64-bit Linux.
 */
final class DescriptorSocket implements AutoCloseable {
  /** No file comes with the message. */
  static final int NONE = -1;

  /** Bytes of a message; the kernel's default buffers take twice that. */
  static final int MAX_MESSAGE = 64 << 10;

  private static final int AF_UNIX = 1;
  private static final int SEQPACKET_CLOEXEC = 5 | 02000000;
  private static final int CLOEXEC = 02000000;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int SHUT_RDWR = 2;
  private static final int EINTR = 4;

  /** sockaddr_un; msghdr; cmsghdr with one descriptor, and its length without padding. */
  private static final int ADDRESS_BYTES = 110;

  private static final int HEADER_BYTES = 56;
  private static final int CONTROL_BYTES = 24;
  private static final int CONTROL_LENGTH = 20;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO_AT =
      STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private static final MethodHandle SOCKET = function("socket", INT, INT, INT);
  private static final MethodHandle BIND = function("bind", INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle LISTEN = function("listen", INT, INT);
  private static final MethodHandle CONNECT = function("connect", INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle ACCEPT =
      function("accept4", INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, INT);
  private static final MethodHandle SEND = function("sendmsg", INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle RECEIVE = function("recvmsg", INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle SHUTDOWN = function("shutdown", INT, INT);
  private static final MethodHandle CLOSE = function("close", INT);

  private final int descriptor;
  private boolean closed;

  private DescriptorSocket(int descriptor) {
    this.descriptor = descriptor;
  }

  /** A message and the file that came with it, ours to close; {@link #NONE}: none. */
  record Received(byte[] message, int descriptor) {}

  private record Result(long value, int errno) {}

  private static MethodHandle function(String name, MemoryLayout... arguments) {
    boolean sized = name.endsWith("msg");
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(sized ? LONG : INT, arguments),
        Linker.Option.captureCallState("errno"));
  }

  /** Listens at {@code path}; what a dead process left there is replaced. Only root may connect. */
  static DescriptorSocket listen(Path path) throws IOException {
    Files.deleteIfExists(path);
    DescriptorSocket socket = open();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(path, arena);
      socket.require(
          "listen at " + path, call(BIND, socket.descriptor, address, ADDRESS_BYTES).errno());
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      socket.require("listen at " + path, call(LISTEN, socket.descriptor, 16).errno());
      return socket;
    }
  }

  /**
   * @throws IOException if nobody listens there
   */
  static DescriptorSocket connect(Path path) throws IOException {
    DescriptorSocket socket = open();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(path, arena);
      socket.require(
          "connect to " + path, call(CONNECT, socket.descriptor, address, ADDRESS_BYTES).errno());
      return socket;
    }
  }

  private static DescriptorSocket open() throws IOException {
    Result opened = call(SOCKET, AF_UNIX, SEQPACKET_CLOEXEC, 0);
    if (opened.value() < 0) {
      throw new IOException("can't make a socket: errno " + opened.errno());
    }
    return new DescriptorSocket((int) opened.value());
  }

  private void require(String what, int errno) throws IOException {
    if (errno != 0) {
      close();
      throw new IOException("can't " + what + ": errno " + errno);
    }
  }

  private static MemorySegment address(Path path, Arena arena) throws IOException {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > ADDRESS_BYTES - 3) {
      throw new IOException("the path " + path + " is too long for a socket");
    }
    MemorySegment address = arena.allocate(ADDRESS_BYTES);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, 2, bytes.length);
    return address;
  }

  /** Waits for somebody to connect; null: closed. */
  @Nullable DescriptorSocket accept() {
    while (true) {
      Result accepted = call(ACCEPT, descriptor, MemorySegment.NULL, MemorySegment.NULL, CLOEXEC);
      if (accepted.value() >= 0) {
        return new DescriptorSocket((int) accepted.value());
      }
      if (accepted.errno() != EINTR) {
        return null;
      }
    }
  }

  /**
   * @throws IOException if the other side has gone
   */
  void send(byte[] message, int file) throws IOException {
    if (message.length == 0 || message.length > MAX_MESSAGE) {
      throw new IllegalArgumentException("a message of " + message.length + " bytes");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment body = arena.allocate(message.length);
      MemorySegment.copy(message, 0, body, ValueLayout.JAVA_BYTE, 0, message.length);
      MemorySegment header = header(arena, body);
      if (file != NONE) {
        MemorySegment control = arena.allocate(CONTROL_BYTES, 8);
        control.set(LONG, 0, CONTROL_LENGTH);
        control.set(INT, 8, SOL_SOCKET);
        control.set(INT, 12, SCM_RIGHTS);
        control.set(INT, 16, file);
        header.set(ValueLayout.ADDRESS, 32, control);
        header.set(LONG, 40, CONTROL_BYTES);
      }
      Result sent;
      do {
        sent = call(SEND, descriptor, header, MSG_NOSIGNAL);
      } while (sent.value() < 0 && sent.errno() == EINTR);
      if (sent.value() != message.length) {
        throw new IOException("can't send: errno " + sent.errno());
      }
    }
  }

  /** Waits for a message; null: the other side has gone, or this was closed. */
  @Nullable Received receive() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment body = arena.allocate(MAX_MESSAGE);
      MemorySegment header = header(arena, body);
      MemorySegment control = arena.allocate(CONTROL_BYTES, 8);
      Result got;
      do {
        header.set(ValueLayout.ADDRESS, 32, control);
        header.set(LONG, 40, CONTROL_BYTES);
        got = call(RECEIVE, descriptor, header, MSG_CMSG_CLOEXEC);
      } while (got.value() < 0 && got.errno() == EINTR);
      if (got.value() <= 0) {
        return null;
      }
      boolean file =
          header.get(LONG, 40) >= CONTROL_LENGTH
              && control.get(INT, 8) == SOL_SOCKET
              && control.get(INT, 12) == SCM_RIGHTS;
      byte[] message = body.asSlice(0, got.value()).toArray(ValueLayout.JAVA_BYTE);
      return new Received(message, file ? control.get(INT, 16) : NONE);
    }
  }

  private static MemorySegment header(Arena arena, MemorySegment body) {
    MemorySegment vector = arena.allocate(16, 8);
    vector.set(ValueLayout.ADDRESS, 0, body);
    vector.set(LONG, 8, body.byteSize());
    MemorySegment header = arena.allocate(HEADER_BYTES, 8);
    header.set(ValueLayout.ADDRESS, 16, vector);
    header.set(LONG, 24, 1);
    return header;
  }

  /** Ends every wait. Does nothing the second time. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    call(SHUTDOWN, descriptor, SHUT_RDWR);
    closeFile(descriptor);
  }

  /** Closes an open file that came with a message. */
  static void closeFile(int file) {
    call(CLOSE, file);
  }

  private static Result call(MethodHandle function, Object... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      Object[] all = new Object[arguments.length + 1];
      all[0] = state;
      System.arraycopy(arguments, 0, all, 1, arguments.length);
      long value = ((Number) function.invokeWithArguments(all)).longValue();
      return new Result(value, value < 0 ? state.get(INT, ERRNO_AT) : 0);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new StoreRefused("the C library can't be called: " + e, e);
    }
  }
}
