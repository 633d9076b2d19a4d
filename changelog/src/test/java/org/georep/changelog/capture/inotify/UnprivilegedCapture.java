package org.georep.changelog.capture.inotify;

import java.io.IOException;
import java.nio.file.Path;
import org.georep.changelog.capture.CaptureChoice;
import org.georep.changelog.capture.CaptureWish;
import org.georep.changelog.capture.RecordSink;
import org.georep.changelog.record.ChangeRecord;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;

/** A program for {@link LimitsTest}: captures a volume and prints what it finds. */
public final class UnprivilegedCapture {
  private UnprivilegedCapture() {}

  /** Captures the volume whose root is the argument, until killed. */
  public static void main(String[] arguments) throws IOException {
    CaptureChoice choice =
        CaptureChoice.open(
            NativeLibc.instance(), RawPath.toBytes(Path.of(arguments[0])), CaptureWish.AUTO);
    System.out.println("capture " + choice.name() + ": " + choice.reason());
    choice
        .source()
        .orElseThrow()
        .run(
            new RecordSink() {
              @Override
              public void append(ChangeRecord change) {
                System.out.println(change);
              }

              @Override
              public void flush() {}
            });
  }
}
