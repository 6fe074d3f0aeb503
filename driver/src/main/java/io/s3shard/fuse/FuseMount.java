package io.s3shard.fuse;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.StoreRefused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jnr.constants.platform.Errno;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * A mount of ours and its descriptor: made with mount(2), the kernel's handshake answered here.
 * libfuse2's own handshake does not ask for asynchronous direct I/O, and without it a loop device
 * is served one request at a time.
 *
 * <p>Numbers are those of {@code linux/fuse.h}.
 */
public final class FuseMount {
  /** Bytes in a read or a write: what libfuse2 can carry. */
  static final int MAX_TRANSFER_BYTES = 128 << 10;

  static final String TYPE = "fuse.s3shard";

  private static final int O_RDWR_CLOEXEC = 2 | 02000000;
  private static final int MS_RDONLY = 1;
  private static final int MS_NOSUID = 2;
  private static final int MS_NODEV = 4;
  private static final int MNT_DETACH = 2;

  private static final int ASYNC_READ = 1;
  private static final int BIG_WRITES = 1 << 5;
  private static final int ASYNC_DIO = 1 << 15;
  private static final int PARALLEL_DIROPS = 1 << 18;

  /** Spares a getxattr for each write: no image is ever setuid. */
  private static final int HANDLE_KILLPRIV_V2 = 1 << 28;

  private static final int INIT_EXT = 1 << 30;
  private static final int HAS_RESEND_UPPER = 1 << 39 - 32;

  /** A message whose {@code unique} is 0 is a notice; its kind is where an error would be. */
  private static final int NOTIFY_INVAL_INODE = 2;

  private static final int NOTIFY_RESEND = 7;

  static final LibC C = LibraryLoader.create(LibC.class).load("c");
  static final Runtime RUNTIME = Runtime.getSystemRuntime();

  private final Path mountPoint;
  private final int descriptor;

  private FuseMount(Path mountPoint, int descriptor) {
    this.mountPoint = mountPoint;
    this.descriptor = descriptor;
  }

  /**
   * A mount that another process made and answered for. {@code descriptor}: its connection, ours
   * from now on.
   */
  public static FuseMount adopt(Path mountPoint, int descriptor) {
    return new FuseMount(mountPoint, descriptor);
  }

  /**
   * The connection to the kernel: whoever holds it open keeps the mount alive. Closed when the
   * session ends.
   */
  public int descriptor() {
    return descriptor;
  }

  public Path mountPoint() {
    return mountPoint;
  }

  /**
   * Mounts and shakes hands.
   *
   * @param source what the mount table shows, such as {@code s3://bucket/prefix}
   * @throws InvalidRequest or StoreRefused with the remedy
   */
  public static FuseMount mount(
      String source, Path mountPoint, boolean readOnly, SessionThreads threads) {
    cleanStale(mountPoint);
    check(mountPoint);
    int descriptor = C.open("/dev/fuse", O_RDWR_CLOEXEC);
    if (descriptor < 0) {
      throw new StoreRefused(
          "can't open /dev/fuse: " + lastError() + "; be root, and load the kernel's fuse module");
    }
    int flags = MS_NOSUID | MS_NODEV | (readOnly ? MS_RDONLY : 0);
    String data =
        "fd="
            + descriptor
            + ",rootmode=40000,user_id=0,group_id=0,default_permissions,allow_other,max_read="
            + MAX_TRANSFER_BYTES;
    if (C.mount(source, mountPoint.toString(), TYPE, flags, data) != 0) {
      String why = lastError();
      C.close(descriptor);
      throw new StoreRefused(
          "can't mount on " + mountPoint + ": " + why + "; mounting needs root (CAP_SYS_ADMIN)");
    }
    FuseMount mount = new FuseMount(mountPoint, descriptor);
    mount.shakeHands(threads.background());
    return mount;
  }

  private static void check(Path mountPoint) {
    if (!Files.isDirectory(mountPoint)) {
      throw new InvalidRequest(
          "the mount point " + mountPoint + " is not a directory; make it: mkdir -p " + mountPoint);
    }
    if (mountInfo().stream().anyMatch(line -> mountedOn(line, mountPoint))) {
      throw new InvalidRequest(
          "something is mounted on "
              + mountPoint
              + " already; unmount it, or choose another directory");
    }
  }

  /** Mounts of ours below {@code folder}, whoever serves them. */
  public static List<Path> below(Path folder) {
    return mountInfo().stream()
        .filter(line -> line.contains(" " + TYPE + " "))
        .map(line -> Path.of(unescaped(line.split(" ", -1)[4])))
        .filter(place -> place.startsWith(folder) && !place.equals(folder))
        .toList();
  }

  private static String unescaped(String field) {
    return field
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\040", " ")
        .replace("\\134", "\\");
  }

  /** Takes the mount at {@code place} out of sight at once, if there is one. */
  public static void detach(Path place) {
    C.umount2(place.toString(), MNT_DETACH);
  }

  /** Takes away what a daemon that died left: a mount of ours that answers "not connected". */
  private static void cleanStale(Path mountPoint) {
    boolean ours =
        mountInfo().stream()
            .anyMatch(line -> mountedOn(line, mountPoint) && line.contains(" " + TYPE + " "));
    if (ours && !answers(mountPoint)) {
      C.umount2(mountPoint.toString(), MNT_DETACH);
    }
  }

  private static boolean answers(Path mountPoint) {
    try {
      Files.readAttributes(mountPoint, "unix:mode");
      return true;
    } catch (IOException e) {
      return !String.valueOf(e.getMessage()).contains("not connected");
    }
  }

  private static List<String> mountInfo() {
    try {
      return Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new StoreRefused("can't read /proc/self/mountinfo: " + e.getMessage(), e);
    }
  }

  /** The fifth field is the mount point, with blanks and the like in octal. */
  private static boolean mountedOn(String line, Path mountPoint) {
    String[] fields = line.split(" ", -1);
    String escaped =
        mountPoint
            .toString()
            .replace("\\", "\\134")
            .replace(" ", "\\040")
            .replace("\t", "\\011")
            .replace("\n", "\\012");
    return fields.length > 4 && fields[4].equals(escaped);
  }

  /**
   * fuse_in_header is 40 bytes, fuse_out_header 16, fuse_init_out 64. Version 7.19 is what libfuse2
   * speaks.
   */
  private void shakeHands(int background) {
    Pointer in = Memory.allocateDirect(RUNTIME, MAX_TRANSFER_BYTES + 4096);
    long length = C.read(descriptor, in, MAX_TRANSFER_BYTES + 4096L);
    if (length < 56 || in.getInt(4) != 26) {
      throw new StoreRefused("the kernel's FUSE handshake is not understood: " + length + " bytes");
    }
    int readAhead = in.getInt(48);
    int offered = in.getInt(52);
    int wanted =
        ASYNC_READ | BIG_WRITES | ASYNC_DIO | PARALLEL_DIROPS | HANDLE_KILLPRIV_V2 | INIT_EXT;
    Pointer out = zeroed(80);
    out.putInt(0, 80);
    out.putLong(8, in.getLong(8));
    out.putInt(16, 7);
    out.putInt(20, 19);
    out.putInt(24, readAhead);
    out.putInt(28, wanted & offered);
    out.putShort(32, (short) background);
    out.putShort(34, (short) (background * 3 / 4));
    out.putInt(36, MAX_TRANSFER_BYTES);
    out.putInt(40, 1);
    out.putInt(48, HAS_RESEND_UPPER);
    if (!send(out, 80)) {
      throw new StoreRefused("the kernel refuses the FUSE handshake: " + lastError());
    }
  }

  /**
   * What a dead process had read and not answered comes again, to whoever reads the descriptor.
   *
   * @throws StoreRefused if the kernel can't (Linux 6.9)
   */
  void resend() {
    Pointer notice = zeroed(16);
    notice.putInt(0, 16);
    notice.putInt(4, NOTIFY_RESEND);
    if (!send(notice, 16)) {
      throw new StoreRefused(
          "the kernel does not send unanswered requests again: "
              + lastError()
              + "; taking a mount over needs Linux 6.9");
    }
  }

  /** The kernel asks anew for a node's attributes. */
  void forgetAttributes(long node) {
    Pointer notice = zeroed(40);
    notice.putInt(0, 40);
    notice.putInt(4, NOTIFY_INVAL_INODE);
    notice.putLong(16, node);
    notice.putLong(24, -1); // no range: attributes only
    send(notice, 40); // refused if the kernel does not know the node: then it knows no attributes
  }

  /** False: the kernel does not take it. */
  boolean send(Pointer message, int bytes) {
    return C.write(descriptor, message, bytes) == bytes;
  }

  /** Unmounts; false if it is in use. */
  boolean unmount() {
    return C.umount2(mountPoint.toString(), 0) == 0;
  }

  /** Takes the mount out of sight at once; it ends when its last user has gone. */
  void detach() {
    detach(mountPoint);
  }

  static Pointer zeroed(int bytes) {
    Pointer memory = Memory.allocateDirect(RUNTIME, bytes);
    memory.put(0, new byte[bytes], 0, bytes);
    return memory;
  }

  static String lastError() {
    return Errno.valueOf(LastError.getLastError(RUNTIME)).toString();
  }
}
