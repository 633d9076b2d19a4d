package org.georep.replicator.worker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Operations done together, each in a directory of its own. What each finds is made by the
 * constructor.
 */
final class Act {
  private static final int LONGEST_NAME = 80;

  private final Scene scene;
  private final Map<Operation, Ground> all = new LinkedHashMap<>();

  Act(String name, Scene scene, Holder holder, List<Operation> operations) throws Exception {
    this.scene = scene;
    for (Operation operation : operations) {
      String shown = operation.name().replaceAll("[^A-Za-z0-9.]+", "_");
      String directory =
          all.size() + "-" + shown.substring(0, Math.min(LONGEST_NAME, shown.length()));
      Path place = Path.of(name, directory);
      Ground ground =
          new Ground(
              Files.createDirectories(scene.primary.resolve(place)),
              Files.createDirectories(scene.outside.resolve(place)),
              scene.secondary.resolve(place),
              holder);
      all.put(operation, ground);
      operation.before().run(ground);
    }
  }

  /** Does them. */
  void change() throws Exception {
    for (Map.Entry<Operation, Ground> each : all.entrySet()) {
      each.getKey().change().run(each.getValue());
    }
  }

  /** Waits until they have arrived; then does what is left of them, and that arrives too. */
  void arrives(Scene.Replicating replicating) throws Exception {
    replicating.awaitInStep();
    for (Map.Entry<Operation, Ground> each : all.entrySet()) {
      each.getKey().meanwhile().run(each.getValue());
    }
    scene.assertInStep();
    for (Map.Entry<Operation, Ground> each : all.entrySet()) {
      each.getKey().after().run(each.getValue());
    }
    replicating.awaitInStep();
    scene.assertInStep();
  }
}
