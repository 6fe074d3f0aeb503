package io.s3shard.fuse;

import io.s3shard.error.StoreRefused;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Struct;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one mount: libfuse2 takes requests apart and calls {@link ImageFiles}, our own threads
 * read them. Each request holds its thread until it is answered, however long the bucket is away;
 * threads are made when none is idle.
 */
public final class FuseSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FuseSession.class);

  /** A write and its header. */
  private static final int BUFFER_BYTES = FuseMount.MAX_TRANSFER_BYTES + 4096;

  /** fuse_in_header. */
  private static final int HEADER_BYTES = 40;

  private static final int LOOKUP = 1;
  private static final int INIT = 26;
  private static final long ROOT_NODE = 1;

  /** The first that libfuse2 gives out: what is looked up first has it. */
  private static final long ONE_FILE_NODE = 2;

  private static final int PR_SET_IO_FLUSHER = 57;
  private static final int EINTR = 4;
  private static final int ENOENT = 2;
  private static final int EAGAIN = 11;

  private final FuseMount mount;
  private final LibFuse2 fuse;
  private final SessionThreads limits;
  private final RequestFilter filter;
  private final Pointer library;
  private final Pointer session;
  private final Pointer channel;

  /**
   * libfuse2 knows the callbacks by native pointers only: without this reference they would be
   * collected under it.
   */
  private final ImageFiles files;

  private final Pointer operations;
  private final AtomicInteger threads = new AtomicInteger();
  private final AtomicInteger idle = new AtomicInteger();
  private final CountDownLatch ended = new CountDownLatch(1);

  private FuseSession(
      FuseMount mount, SessionThreads limits, RequestFilter filter, ImageFiles files) {
    this.mount = mount;
    this.fuse = library();
    this.limits = limits;
    this.filter = filter;
    this.files = files;
    this.operations = operations(files);
    this.channel = fuse.fuse_kern_chan_new(mount.descriptor());
    this.library = fuseNew(channel, operations);
    this.session = fuse.fuse_get_session(library);
  }

  private static LibFuse2 library() {
    try {
      return LibraryLoader.create(LibFuse2.class).failImmediately().load("libfuse.so.2");
    } catch (UnsatisfiedLinkError e) {
      throw new StoreRefused(
          "libfuse.so.2 is not installed: install libfuse2 (Debian: apt-get install libfuse2)", e);
    }
  }

  /**
   * Mounts {@code files} on {@code mountPoint} and begins to serve.
   *
   * @param source what the mount table shows, such as {@code s3://bucket/prefix}
   * @throws io.s3shard.error.S3ShardException saying what is missing, and the remedy
   */
  public static FuseSession mount(
      String source, Path mountPoint, boolean readOnly, DirectoryFileSystem files) {
    library();
    SessionThreads limits = SessionThreads.DIRECTORY;
    FuseMount mount = FuseMount.mount(source, mountPoint, readOnly, limits);
    FuseSession session = new FuseSession(mount, limits, RequestFilter.NONE, files);
    session.begin(List.of(init()));
    return session;
  }

  /**
   * Begins to serve the one file of a mount. It may be somebody else's who is dead: what that one
   * had not answered is answered now.
   *
   * @param resumed whether the kernel has spoken with somebody else before
   */
  public static FuseSession serve(FuseMount mount, boolean resumed, OneFileSystem file) {
    FuseSession session =
        new FuseSession(mount, SessionThreads.ONE_FILE, new OneFileRequests(mount), file);
    session.begin(List.of(init(), lookUp(OneFileSystem.NAME)));
    if (resumed) {
      mount.resend();
    }
    return session;
  }

  private void begin(List<Pointer> madeUp) {
    // our own page faults must not wait for writes that wait for us; refused without
    // CAP_SYS_RESOURCE, then it is only slower
    FuseMount.C.prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0);
    pretend(madeUp);
    for (int i = 0; i < limits.initial(); i++) {
      addThread();
    }
  }

  /** The image has grown by another way than through the mount. */
  public void sizeChanged() {
    mount.forgetAttributes(ONE_FILE_NODE);
  }

  /** Returns when the mount has ended, by whomever. */
  public void await() throws InterruptedException {
    ended.await();
  }

  /** Unmounts and waits for the end; false if the mount is in use. */
  public boolean unmount() throws InterruptedException {
    if (ended.getCount() > 0 && !mount.unmount()) {
      return false;
    }
    ended.await();
    return true;
  }

  /** Takes the mount away even if it is in use: its users get errors once this process has gone. */
  @Override
  public void close() {
    mount.detach();
  }

  private void addThread() {
    if (threads.incrementAndGet() > limits.most()) {
      threads.decrementAndGet();
      return;
    }
    idle.incrementAndGet();
    Thread.ofPlatform().daemon().name("fuse-" + threads.get()).start(this::serve);
  }

  private void serve() {
    try {
      Pointer buffer = Memory.allocateDirect(FuseMount.RUNTIME, BUFFER_BYTES);
      Pointer holder = Memory.allocateDirect(FuseMount.RUNTIME, 8);
      while (true) {
        holder.putPointer(0, channel);
        int length = fuse.fuse_chan_recv(holder, buffer, BUFFER_BYTES);
        if (length == -EINTR || length == -EAGAIN || length == -ENOENT) {
          continue; // ENOENT: the request was aborted before we saw it
        }
        if (length <= 0) {
          return; // unmounted
        }
        if (idle.decrementAndGet() == 0) {
          addThread();
        }
        if (!filter.takes(buffer)) {
          fuse.fuse_session_process(session, buffer, length, channel);
        }
        idle.incrementAndGet();
      }
    } catch (RuntimeException | Error e) {
      LOG.error("a FUSE thread ends by a fault of s3shard itself", e);
    } finally {
      idle.decrementAndGet();
      ended.countDown();
      if (threads.decrementAndGet() == 0) {
        fuse.fuse_destroy(library); // closes the descriptor, too
      }
    }
  }

  /**
   * What libfuse2 must have seen before it serves: requests of ours, answered into /dev/null. A
   * handshake always; and the kernel goes on with the node number that it knows.
   */
  private void pretend(List<Pointer> requests) {
    int descriptor = FuseMount.C.open("/dev/null", 1);
    Pointer nowhere = fuse.fuse_kern_chan_new(descriptor);
    for (Pointer request : requests) {
      fuse.fuse_session_process(session, request, request.getInt(0), nowhere);
    }
    fuse.fuse_chan_destroy(nowhere); // closes the descriptor, too
  }

  private static Pointer init() {
    Pointer init = request(INIT, 0, 16);
    init.putInt(40, 7);
    init.putInt(44, 19);
    init.putInt(48, FuseMount.MAX_TRANSFER_BYTES);
    init.putInt(52, 1 | 1 << 5);
    return init;
  }

  private static Pointer lookUp(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    Pointer lookUp = request(LOOKUP, ROOT_NODE, bytes.length + 1);
    lookUp.put(HEADER_BYTES, bytes, 0, bytes.length);
    return lookUp;
  }

  /** As the kernel would send it: a header, then a body of zeros. */
  private static Pointer request(int opcode, long node, int bodyBytes) {
    Pointer request = FuseMount.zeroed(HEADER_BYTES + bodyBytes);
    request.putInt(0, HEADER_BYTES + bodyBytes);
    request.putInt(4, opcode);
    request.putLong(8, 1);
    request.putLong(16, node);
    return request;
  }

  /**
   * jnr-fuse keeps the table of callbacks on the heap until it is passed to a call: a native copy.
   */
  private static Pointer operations(ImageFiles files) {
    int bytes = Struct.size(files.operations());
    byte[] table = new byte[bytes];
    Struct.getMemory(files.operations()).get(0, table, 0, bytes);
    Pointer copy = Memory.allocateDirect(FuseMount.RUNTIME, bytes);
    copy.put(0, table, 0, bytes);
    return copy;
  }

  /**
   * fuse_new of symbol version FUSE_2.6: a plain look-up, which is all that jnr-ffi has, finds an
   * older one.
   */
  private static Pointer fuseNew(Pointer channel, Pointer operations) {
    Linker linker = Linker.nativeLinker();
    Arena arena = Arena.global();
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    MethodHandle dlopen =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("dlopen"),
            FunctionDescriptor.of(word, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    MethodHandle dlvsym =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("dlvsym"),
            FunctionDescriptor.of(
                ValueLayout.ADDRESS, word, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    FunctionDescriptor signature = FunctionDescriptor.of(word, word, word, word, word, word);
    try {
      long library = (long) dlopen.invokeExact(arena.allocateFrom("libfuse.so.2"), 1);
      MemorySegment symbol =
          (MemorySegment)
              dlvsym.invokeExact(
                  library, arena.allocateFrom("fuse_new"), arena.allocateFrom("FUSE_2.6"));
      MethodHandle fuseNew = linker.downcallHandle(symbol, signature);
      MemorySegment arguments = arguments(arena);
      long table = operations.size();
      long made =
          (long)
              fuseNew.invokeExact(
                  channel.address(), arguments.address(), operations.address(), table, 0L);
      if (made == 0) {
        throw new StoreRefused("libfuse2 refuses the session: its version is not 2.9");
      }
      return Pointer.wrap(FuseMount.RUNTIME, made);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new StoreRefused("libfuse2 can't be called: " + e, e);
    }
  }

  /**
   * struct fuse_args {argc, argv, allocated}: our name, and hard_remove, or a deleted open file
   * would stay under another name.
   */
  private static MemorySegment arguments(Arena arena) {
    MemorySegment list = arena.allocate(24, 8);
    list.set(ValueLayout.ADDRESS, 0, arena.allocateFrom("s3shard"));
    list.set(ValueLayout.ADDRESS, 8, arena.allocateFrom("-ohard_remove"));
    MemorySegment arguments = arena.allocate(24, 8);
    arguments.set(ValueLayout.JAVA_INT, 0, 2);
    arguments.set(ValueLayout.ADDRESS, 8, list);
    return arguments;
  }

  @Override
  public String toString() {
    return files + " on " + mount.mountPoint();
  }
}
