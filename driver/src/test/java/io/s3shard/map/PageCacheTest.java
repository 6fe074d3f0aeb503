package io.s3shard.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.format.ObjectRef;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The least recently used pages go, and never too many. */
class PageCacheTest {
  private final PageCache cache = new PageCache(2);
  private final Page page = page();

  @Test
  void theLeastRecentlyUsedGoesFirst() {
    cache.limit(3 * page.memoryBytes());
    cache.put(ref(1), page);
    cache.put(ref(2), page);
    cache.put(ref(3), page);
    assertThat(cache.get(ref(1))).isNotNull();
    cache.put(ref(4), page);
    assertThat(cache.snapshot().keySet()).containsExactly(ref(3), ref(1), ref(4));
    assertThat(cache.memoryBytes()).isEqualTo(3 * page.memoryBytes());
  }

  @Test
  void aSmallerLimitHoldsAtOnceButForAFewPages() {
    for (int i = 0; i < 5; i++) {
      cache.put(ref(i), page);
    }
    cache.limit(0);
    assertThat(cache.snapshot().keySet()).containsExactly(ref(3), ref(4));
  }

  @Test
  void thePageOfAnotherCheckpointGoes() {
    cache.put(ref(1), page);
    cache.put(ref(2), page);
    cache.retain(Set.of(ref(2), ref(3)));
    assertThat(cache.snapshot().keySet()).containsExactly(ref(2));
    assertThat(cache.memoryBytes()).isEqualTo(page.memoryBytes());
  }

  @Test
  void theSamePageTwiceCountsOnce() {
    cache.put(ref(1), page);
    cache.put(ref(1), page());
    assertThat(cache.memoryBytes()).isEqualTo(page.memoryBytes());
  }

  private static ObjectRef ref(int number) {
    return ObjectRef.map(MapWorld.volume(1), 1, 1, number);
  }

  private static Page page() {
    PageBuilder builder = new PageBuilder(64);
    builder.add(
        new ChunkEntry(1, new Base(ObjectRef.data(MapWorld.volume(1), 1, 1, 1, 64), 0), List.of()));
    return builder.build();
  }
}
