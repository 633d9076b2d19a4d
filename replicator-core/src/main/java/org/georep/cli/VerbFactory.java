package org.georep.cli;

import picocli.CommandLine;

/** Makes verbs; those that go on until they are stopped are given what tells them to. */
final class VerbFactory implements CommandLine.IFactory {
  private final Ending ending;

  VerbFactory(Ending ending) {
    this.ending = ending;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    if (type == ReplicateCommand.class) {
      return type.cast(new ReplicateCommand(ending));
    }
    if (type == StatusCommand.class) {
      return type.cast(new StatusCommand(ending));
    }
    if (type == MonitorCommand.class) {
      return type.cast(new MonitorCommand(ending));
    }
    if (type == WorkerCommand.class) {
      return type.cast(new WorkerCommand(ending));
    }
    if (type == CaptureCommand.class) {
      return type.cast(new CaptureCommand(ending));
    }
    if (type == VerifyCommand.class) {
      return type.cast(new VerifyCommand(ending));
    }
    if (type == SyncCommand.class) {
      return type.cast(new SyncCommand(ending));
    }
    if (type == CheckpointCommand.class) {
      return type.cast(new CheckpointCommand(ending));
    }
    if (type == ConflictsCommand.class) {
      return type.cast(new ConflictsCommand(ending));
    }
    if (type == FailbackCommand.class) {
      return type.cast(new FailbackCommand(ending));
    }
    return CommandLine.defaultFactory().create(type);
  }
}
