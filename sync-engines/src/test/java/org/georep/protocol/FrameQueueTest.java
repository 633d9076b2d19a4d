package org.georep.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameQueueTest {
  private final FrameQueue queue = new FrameQueue();

  private static Frame frame(Frame.Type type, long id) {
    return new Frame(type, id, new byte[10]);
  }

  private List<Long> drained() throws InterruptedException {
    List<Long> ids = new ArrayList<>();
    while (!queue.isEmpty()) {
      ids.add(queue.next(0).orElseThrow().id());
    }
    return ids;
  }

  @Test
  void contentsWaitForAllElse() throws Exception {
    assertThat(queue.addContent(frame(Frame.Type.CONTENT, 1))).isTrue();
    assertThat(queue.addContent(frame(Frame.Type.CONTENT_END, 2))).isTrue();
    assertThat(queue.add(frame(Frame.Type.REQUEST, 3))).isTrue();
    queue.pong(4);
    assertThat(queue.add(frame(Frame.Type.REQUEST, 5))).isTrue();
    assertThat(drained()).containsExactly(4L, 3L, 5L, 1L, 2L);
  }

  @Test
  void contentsQueuedBeforeTheEndAreSentAndLaterOnesRefused() throws Exception {
    queue.addContent(frame(Frame.Type.CONTENT, 1));
    queue.finish();
    assertThat(queue.addContent(frame(Frame.Type.CONTENT, 2))).isFalse();
    assertThat(queue.isFinished()).isFalse();
    assertThat(drained()).containsExactly(1L);
    assertThat(queue.isFinished()).isTrue();
  }

  @Test
  void closingDropsContents() {
    queue.addContent(frame(Frame.Type.CONTENT, 1));
    queue.close();
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.addContent(frame(Frame.Type.CONTENT, 2))).isFalse();
  }
}
