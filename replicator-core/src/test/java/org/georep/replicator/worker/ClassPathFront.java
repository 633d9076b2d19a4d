package org.georep.replicator.worker;

import java.io.File;
import java.nio.file.Path;

/** Puts a directory before the class path of agents started by this process, until it is closed. */
final class ClassPathFront implements AutoCloseable {
  private static final String PROPERTY = "java.class.path";

  private final String before = System.getProperty(PROPERTY);

  ClassPathFront(Path directory) {
    System.setProperty(PROPERTY, directory + File.pathSeparator + before);
  }

  @Override
  public void close() {
    System.setProperty(PROPERTY, before);
  }
}
