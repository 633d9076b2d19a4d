package org.georep.engine.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import org.georep.engine.Shipment.Missing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RsyncEndTest {
  @ParameterizedTest
  @ValueSource(ints = {10, 12, 30, 35, 255})
  void brokenLinkIsTriedAgain(int status) {
    assertThat(RsyncEnd.missing(status, "rsync: connection unexpectedly closed\nmore"))
        .isEqualTo(
            new Missing.Again(
                "the data channel broke (rsync status "
                    + status
                    + "): rsync: connection unexpectedly closed"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 11, 23, 24, 25, 1, 2, 4, 127})
  void singleFilesLeftOutAreTakenOtherwise(int status) {
    assertThat(RsyncEnd.missing(status, "")).isEqualTo(new Missing.Otherwise());
  }

  @Test
  void anyOtherStatusIsTriedAgainWithWhatWasSaid() {
    assertThat(RsyncEnd.missing(99, "odd\n"))
        .isEqualTo(new Missing.Again("rsync ended with status 99: odd"));
  }

  @Test
  void countsWhatWasSent() {
    assertThat(RsyncEnd.bytesSent("a\nTotal bytes sent: 7207\nb")).isEqualTo(7207);
    assertThat(RsyncEnd.bytesSent("")).isZero();
  }

  @Test
  void knowsVersions() {
    assertThat(RsyncProgram.version("rsync  version 3.2.7  protocol version 31")).contains("3.2.7");
    assertThat(RsyncProgram.version("rsync  version v3.2.3  protocol")).contains("3.2.3");
    assertThat(RsyncProgram.version("rsync  version 3.5.0pre1  protocol")).contains("3.5.0pre1");
    assertThat(RsyncProgram.version("rsync  version 3.0.9  protocol version 30")).isEmpty();
    assertThat(RsyncProgram.version("openrsync: protocol version 29")).isEmpty();
    assertThat(RsyncProgram.goodEnough("4.0")).isTrue();
    assertThat(RsyncProgram.goodEnough("")).isFalse();
  }
}
