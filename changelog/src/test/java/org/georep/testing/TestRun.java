package org.georep.testing;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A program that runs the test classes its arguments name, for {@link OtherUser#runTests}. */
public final class TestRun {
  static final String PREFIX = "test: ";

  private TestRun() {}

  /** Prints a line for each test that ended, and why it failed; exits with 1 if any did. */
  public static void main(String[] classes) {
    AtomicInteger failed = new AtomicInteger();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(Arrays.stream(classes).map(DiscoverySelectors::selectClass).toList())
                .build(),
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                boolean broken = result.getStatus() == TestExecutionResult.Status.FAILED;
                if (test.isTest() || broken) {
                  System.out.println(
                      PREFIX + result.getStatus() + " " + test.getLegacyReportingName());
                }
                if (broken) {
                  failed.incrementAndGet();
                  result.getThrowable().ifPresent(e -> e.printStackTrace(System.out));
                }
              }
            });
    System.out.flush();
    System.exit(failed.get() == 0 ? 0 : 1);
  }
}
