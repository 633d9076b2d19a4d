package org.georep.cli;

import picocli.CommandLine;

/** Says which georep this is, by the jar's manifest. */
final class Version implements CommandLine.IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Georep.class.getPackage().getImplementationVersion();
    return new String[] {
      "georep " + (version == null ? "(development)" : version),
      "Java " + Runtime.version() + " on " + System.getProperty("os.name")
    };
  }
}
