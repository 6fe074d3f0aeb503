package io.s3shard.format;

import io.s3shard.error.InvalidRequest;
import io.s3shard.store.ObjectKey;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The keys of a prefix, DESIGN §4. Numbers are 16 hexadecimal digits, so that byte order is their
 * order.
 */
public final class Layout {
  /** Marks a prefix as ours and says its format version. */
  public static final ObjectKey PREFIX_FORMAT = new ObjectKey("s3shard");

  public static final String NAMES = "names/";
  public static final String VOLUMES = "volumes/";

  public static final String NODES = "nodes/";
  public static final String STORES = "stores/";
  public static final String SNAPSHOTS = "snapshots/";
  public static final String GROUPS = "groups/";
  public static final String ATTACHED = "attached/";

  /** Bytes of UTF-8 in a volume's name; what a directory entry of Linux can hold. */
  public static final int NAME_MAX_BYTES = 255;

  private Layout() {}

  /** In the driver's home prefix: where the store of that hash is. */
  public static ObjectKey store(String hash) {
    return new ObjectKey(STORES + hash);
  }

  /** In the driver's home prefix: a node of that id exists. */
  public static ObjectKey node(String id) {
    return new ObjectKey(NODES + id);
  }

  /** In the driver's home prefix: of which volume a snapshot is whose name has that hash. */
  public static ObjectKey snapshotEntry(String nameHash) {
    return new ObjectKey(SNAPSHOTS + nameHash);
  }

  /** In the driver's home prefix: of which volumes a group snapshot is. */
  public static ObjectKey groupEntry(String nameHash) {
    return new ObjectKey(GROUPS + nameHash);
  }

  /** In the driver's home prefix: a volume may be attached to a node. */
  public static ObjectKey attached(String node, String volumeHandle) {
    return new ObjectKey(attachedFolder(node) + volumeHandle);
  }

  public static String attachedFolder(String node) {
    return ATTACHED + node + "/";
  }

  /** The newest record sorts first: a LIST begins with the tail. */
  public static ObjectKey log(VolumeId volume, long slot) {
    return new ObjectKey(logFolder(volume) + hex(Long.MAX_VALUE - slot));
  }

  public static ObjectKey data(VolumeId volume, long epoch, long tail, long counter) {
    return new ObjectKey(dataFolder(volume) + hex(epoch) + "-" + hex(tail) + "-" + hex(counter));
  }

  public static ObjectKey map(VolumeId volume, long epoch, long tail, long counter) {
    return new ObjectKey(mapFolder(volume) + hex(epoch) + "-" + hex(tail) + "-" + hex(counter));
  }

  public static String folder(VolumeId volume) {
    return VOLUMES + volume + "/";
  }

  public static String logFolder(VolumeId volume) {
    return folder(volume) + "log/";
  }

  public static String dataFolder(VolumeId volume) {
    return folder(volume) + "data/";
  }

  public static String mapFolder(VolumeId volume) {
    return folder(volume) + "map/";
  }

  /** The slot of a key below {@link #logFolder}; empty if it is no such key. */
  public static Optional<Long> slot(VolumeId volume, ObjectKey key) {
    String folder = logFolder(volume);
    if (!key.value().startsWith(folder) || key.value().length() != folder.length() + 16) {
      return Optional.empty();
    }
    try {
      long slot =
          Long.MAX_VALUE - Long.parseUnsignedLong(key.value().substring(folder.length()), 16);
      // a number has other spellings, such as capitals; only one is a key of ours
      return slot >= 1 && log(volume, slot).equals(key) ? Optional.of(slot) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * The object that a key below a volume's {@code data/} or {@code map/} names, its payload's
   * length unknown (0).
   */
  public static Optional<ObjectRef> object(VolumeId volume, ObjectKey key) {
    boolean data = key.value().startsWith(dataFolder(volume));
    if (!data && !key.value().startsWith(mapFolder(volume))) {
      return Optional.empty();
    }
    String[] parts =
        key.value()
            .substring((data ? dataFolder(volume) : mapFolder(volume)).length())
            .split("-", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      long[] n = new long[3];
      for (int i = 0; i < 3; i++) {
        if (parts[i].length() != 16) {
          return Optional.empty();
        }
        n[i] = Long.parseUnsignedLong(parts[i], 16);
      }
      ObjectRef.Kind kind = data ? ObjectRef.Kind.DATA : ObjectRef.Kind.MAP;
      ObjectRef object = new ObjectRef(volume, kind, n[0], n[1], n[2], 0);
      return object.key().equals(key) ? Optional.of(object) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * The first index entry of a volume's name ({@link NameKey} has the others). @throws
   * InvalidRequest if it can be no name of a file
   */
  public static ObjectKey name(String name) {
    byte[] utf8 = utf8(name);
    StringBuilder key = new StringBuilder(NAMES);
    for (byte b : utf8) {
      char c = (char) (b & 0xff);
      boolean plain = c < 128 && (Character.isLetterOrDigit(c) || c == '.' || c == '_' || c == '-');
      if (plain) {
        key.append(c);
      } else {
        key.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
        key.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
    return new ObjectKey(key.toString());
  }

  /** Whether a volume can be called so. */
  public static boolean isName(String name) {
    try {
      name(name);
      return true;
    } catch (InvalidRequest e) {
      return false;
    }
  }

  /** The name that the key of a first index entry stands for; empty if it is no such key. */
  public static Optional<String> nameOf(ObjectKey key) {
    if (!key.value().startsWith(NAMES)) {
      return Optional.empty();
    }
    String coded = key.value().substring(NAMES.length());
    ByteBuffer utf8 = ByteBuffer.allocate(coded.length());
    for (int i = 0; i < coded.length(); i++) {
      char c = coded.charAt(i);
      if (c != '%') {
        utf8.put((byte) c);
        continue;
      }
      if (i + 2 >= coded.length()) {
        return Optional.empty();
      }
      int high = Character.digit(coded.charAt(i + 1), 16);
      int low = Character.digit(coded.charAt(i + 2), 16);
      if (high < 0 || low < 0) {
        return Optional.empty();
      }
      utf8.put((byte) (high << 4 | low));
      i += 2;
    }
    try {
      String name = StandardCharsets.UTF_8.newDecoder().decode(utf8.flip()).toString();
      return name(name).equals(key) ? Optional.of(name) : Optional.empty();
    } catch (CharacterCodingException | InvalidRequest e) {
      return Optional.empty();
    }
  }

  private static byte[] utf8(String name) {
    byte[] utf8;
    try {
      ByteBuffer encoded =
          StandardCharsets.UTF_8.newEncoder().encode(java.nio.CharBuffer.wrap(name));
      utf8 = new byte[encoded.remaining()];
      encoded.get(utf8);
    } catch (CharacterCodingException e) {
      throw new InvalidRequest("a volume's name must be valid UTF-8", e);
    }
    if (utf8.length > NAME_MAX_BYTES) {
      throw new InvalidRequest(
          "the name is " + utf8.length + " bytes long, at most " + NAME_MAX_BYTES + " are allowed");
    }
    boolean bad =
        name.isEmpty() || name.equals(".") || name.equals("..") || name.equals(".snapshots");
    if (bad || name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
      throw new InvalidRequest(
          "\""
              + name
              + "\" can't be a volume's name: not empty, no slash, not \".\", \"..\" or \".snapshots\"");
    }
    return utf8;
  }

  static String hex(long number) {
    String digits = Long.toHexString(number);
    return "0".repeat(16 - digits.length()) + digits;
  }
}
