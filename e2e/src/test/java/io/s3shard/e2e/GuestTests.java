package io.s3shard.e2e;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs the tests for the guest's kernel, in there, without Maven; exit 1 if one fails or none runs.
 */
final class GuestTests {
  private GuestTests() {}

  public static void main(String[] arguments) {
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectPackage("io.s3shard.e2e"))
            .filters(TagFilter.includeTags("guest"))
            .build();
    LauncherFactory.create().execute(request, summary);
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var seen = summary.getSummary();
    seen.printFailuresTo(out, 20);
    out.printf(
        "Guest tests run: %d, Failures: %d, Skipped: %d%n",
        seen.getTestsFoundCount(), seen.getTotalFailureCount(), seen.getTestsSkippedCount());
    boolean good = seen.getTestsSucceededCount() > 0 && seen.getTotalFailureCount() == 0;
    System.exit(good ? 0 : 1);
  }
}
