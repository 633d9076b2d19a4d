package org.georep.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class OperationLogTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  @Test
  void whatAnAuthorThinksUpIsReadAgain() throws Exception {
    Author author = new Author(3, 77, 500, true);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      steps.add(new Step.Act(i, author.next()));
    }
    steps.add(new Step.Break(5000, Fault.STALL, 321));
    steps.add(new Step.Quiet(5001));
    Path file = sandbox.path().resolve("log");
    SetUp setUp = SetUp.of(77);

    OperationLog.write(file, setUp, steps);

    OperationLog.Read read = OperationLog.read(file);
    assertThat(read.setUp()).isEqualTo(setUp);
    assertThat(read.steps()).isEqualTo(steps);
  }

  @Test
  void oneSeedThinksUpTheSame() {
    Author one = new Author(1, 5, 100, true);
    Author same = new Author(1, 5, 100, true);
    Author other = new Author(1, 6, 100, true);
    List<Operation> thought = new ArrayList<>();
    List<Operation> otherwise = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      Operation operation = one.next();
      assertThat(same.next()).isEqualTo(operation);
      thought.add(operation);
      otherwise.add(other.next());
    }
    assertThat(otherwise).isNotEqualTo(thought);
  }
}
