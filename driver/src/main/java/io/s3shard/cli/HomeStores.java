package io.s3shard.cli;

import io.s3shard.csi.Stores;
import io.s3shard.error.InvalidRequest;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.store.ObjectStore;
import io.s3shard.volume.DriverHome;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The home prefix's entries, which never change: each is read once. */
final class HomeStores implements Stores {
  /** More stores than a cluster has storage classes and credentials. */
  private static final int MAX_KNOWN = 1000;

  private final DriverHome home;
  private final Map<String, StoreLocation> known = new ConcurrentHashMap<>();

  HomeStores(ObjectStore store) {
    this.home = new DriverHome(store);
  }

  @Override
  public Optional<StoreLocation> find(String hash) {
    StoreLocation place = known.get(hash);
    if (place != null) {
      return Optional.of(place);
    }
    Optional<StoreLocation> found = home.store(hash);
    if (known.size() >= MAX_KNOWN) {
      known.clear();
    }
    found.ifPresent(location -> known.put(hash, location));
    return found;
  }

  @Override
  public void register(StoreLocation place) {
    if (place.equals(known.get(hash(place)))) {
      return;
    }
    String hash = home.register(place);
    StoreLocation there = find(hash).orElse(place);
    if (!there.equals(place)) {
      throw new InvalidRequest(
          "the volumes in s3://"
              + place.getBucket()
              + "/"
              + place.getPrefix()
              + " are known with another region, addressing or CA bundle: give the same, or another prefix");
    }
  }

  /** All that the home prefix holds. */
  DriverHome home() {
    return home;
  }
}
