package io.s3shard.image;

import io.s3shard.cache.Frame;
import io.s3shard.format.ObjectRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Makes as few GETs as possible of the frames that are wanted: neighbours become one, also across a
 * small gap.
 */
final class FetchPlan {
  /** Frames in one GET at most: 4 MiB, a chunk of the default size. */
  static final int LONGEST_FRAMES = 128;

  /**
   * So many frames that nobody wants are fetched along, rather than asking twice: 64 KiB take a
   * stream of 80 MB/s less than 1 ms, a request of its own 25.
   */
  private static final int GAP_FRAMES = 2;

  private final int longestFrames;
  private final Map<ObjectRef, TreeSet<Long>> wanted = new LinkedHashMap<>();

  FetchPlan(int longestFrames) {
    this.longestFrames = longestFrames;
  }

  void want(Frame frame) {
    wanted.computeIfAbsent(frame.object(), object -> new TreeSet<>()).add(frame.number());
  }

  /** The fetches; each is entered under all of its frames in {@code underWay}. */
  List<FrameFetch> fetches(Map<Frame, FrameFetch> underWay) {
    List<FrameFetch> fetches = new ArrayList<>();
    wanted.forEach((object, numbers) -> {
      long first = -1;
      long end = -1;
      for (long number : numbers) {
        boolean joins =
            first >= 0
                && number - first < longestFrames
                && number - end <= GAP_FRAMES
                && isFree(object, end, number, underWay);
        if (!joins) {
          enter(object, first, end, fetches, underWay);
          first = number;
        }
        end = number + 1;
      }
      enter(object, first, end, fetches, underWay);
    });
    return fetches;
  }

  private static boolean isFree(
      ObjectRef object, long from, long to, Map<Frame, FrameFetch> underWay) {
    for (long number = from; number < to; number++) {
      if (underWay.containsKey(new Frame(object, number))) {
        return false;
      }
    }
    return true;
  }

  private static void enter(
      ObjectRef object,
      long first,
      long end,
      List<FrameFetch> fetches,
      Map<Frame, FrameFetch> underWay) {
    if (first < 0) {
      return;
    }
    FrameFetch fetch = new FrameFetch(object, first, (int) (end - first));
    for (int i = 0; i < fetch.frames(); i++) {
      underWay.put(fetch.frame(i), fetch);
    }
    fetches.add(fetch);
  }
}
