package io.s3shard.csi;

import io.grpc.Status;
import io.s3shard.error.StoreRefused;
import io.s3shard.proto.csi.v1.ListVolumesResponse;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.rpc.Refused;
import io.s3shard.volume.DriverHome;
import io.s3shard.volume.NameHash;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All volumes of all stores, in the order of the stores' hashes and of the hashes of the volumes'
 * names, so that a page begins where another ended whatever was made or deleted between them.
 * Requests: one for each 1,000 names of a store, and three for each volume on the page.
 */
final class VolumeListing {
  private static final Logger LOG = LoggerFactory.getLogger(VolumeListing.class);

  private static final Pattern TOKEN = Pattern.compile("([0-9a-f]{16})/([0-9a-f]{32})");

  /** How many volumes are looked at before it is seen whether the page is full. */
  private static final int AT_ONCE = 100;

  private final DriverHome home;
  private final Stores stores;
  private final Buckets buckets;

  VolumeListing(DriverHome home, Stores stores, Buckets buckets) {
    this.home = home;
    this.stores = stores;
    this.buckets = buckets;
  }

  /** The last name that was listed. */
  private record Cursor(String store, String hash) {
    static Cursor parse(String token) {
      if (token.isEmpty()) {
        return new Cursor("", "");
      }
      var form = TOKEN.matcher(token);
      if (!form.matches()) {
        throw badToken(token);
      }
      return new Cursor(form.group(1), form.group(2));
    }

    String token() {
      return store + "/" + hash;
    }
  }

  /** Begin again without one, as the specification has it. */
  static Refused badToken(String token) {
    return new Refused(
        Status.Code.ABORTED, "starting_token \"" + token + "\" is none of ours: begin without one");
  }

  /**
   * @param max 0: all that there are
   */
  ListVolumesResponse list(int max, String token) {
    Cursor cursor = Cursor.parse(token);
    ListVolumesResponse.Builder page = ListVolumesResponse.newBuilder();
    for (String store : home.stores()) {
      if (store.compareTo(cursor.store()) >= 0) {
        String after = store.equals(cursor.store()) ? cursor.hash() : "";
        addOf(store, after, max, page);
        if (!page.getNextToken().isEmpty()) {
          break;
        }
      }
    }
    return page.build();
  }

  private void addOf(String store, String after, int max, ListVolumesResponse.Builder page) {
    try {
      StoreLocation place = stores.find(store).orElseThrow();
      buckets.in(
          place,
          Secrets.NONE.credentials(),
          volumes -> {
            add(volumes, new Cursor(store, after), max, page);
            return true;
          });
    } catch (StoreRefused e) {
      // it has volumes of foreign credentials, which a listing does not bring
      LOG.warn("the volumes of store {} are not listed: {}", store, e.getMessage());
    }
  }

  private static void add(
      Volumes volumes, Cursor after, int max, ListVolumesResponse.Builder page) {
    List<String> names =
        volumes.names().stream()
            .filter(name -> NameHash.of(name).compareTo(after.hash()) > 0)
            .sorted(Comparator.comparing(NameHash::of))
            .toList();
    for (List<String> some : portions(names)) {
      for (Volume volume : volumes.find(some)) {
        page.addEntries(Shown.entry(after.store(), volume));
        if (page.getEntriesCount() == max) {
          page.setNextToken(new Cursor(after.store(), NameHash.of(volume.name())).token());
          return;
        }
      }
    }
  }

  private static List<List<String>> portions(List<String> names) {
    List<List<String>> portions = new ArrayList<>();
    for (int from = 0; from < names.size(); from += AT_ONCE) {
      portions.add(names.subList(from, Math.min(names.size(), from + AT_ONCE)));
    }
    return portions;
  }
}
