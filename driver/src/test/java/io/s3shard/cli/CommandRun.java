package io.s3shard.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.store.Finding;
import io.s3shard.store.ObjectStore;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Runs commands as a shell would, on a store of the test's choice, and keeps what they print. */
final class CommandRun {
  private final Stores stores;

  /** The mounts of this machine are none of a test's. */
  private final Map<String, String> environment =
      new TreeMap<>(Map.of("S3SHARD_RUN_DIR", "/nonexistent"));

  private final Execution execution = new ThreadExecution();
  private String typed = "";
  private boolean terminal;

  private int exit;
  private String out = "";
  private String err = "";

  CommandRun(Stores stores) {
    this.stores = stores;
  }

  static CommandRun on(ObjectStore store) {
    return new CommandRun(new GivenStore(() -> store, List.of()));
  }

  /** As if the bucket had been tried out with this result. */
  static CommandRun on(ObjectStore store, Finding found) {
    return new CommandRun(new GivenStore(() -> store, List.of(found)));
  }

  static CommandRun failing(RuntimeException failure) {
    return new CommandRun(
        new GivenStore(
            () -> {
              throw failure;
            },
            List.of()));
  }

  private record GivenStore(Supplier<ObjectStore> store, List<Finding> found) implements Stores {
    @Override
    public ObjectStore connect(Location location, StoreOptions options) {
      return store.get();
    }

    @Override
    public String storeTag(Location location, StoreOptions options) {
      return location.toString();
    }

    @Override
    public List<Finding> probe(Location location, StoreOptions options) {
      return found;
    }
  }

  CommandRun with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Somebody sits there and types this. */
  CommandRun typing(String line) {
    terminal = true;
    typed = line;
    return this;
  }

  CommandRun run(String... arguments) {
    StringWriter outText = new StringWriter();
    StringWriter errText = new StringWriter();
    Surroundings surroundings =
        new Surroundings(
            new PrintWriter(outText),
            new PrintWriter(errText),
            new BufferedReader(new StringReader(typed)),
            terminal,
            environment,
            execution,
            stores);
    exit = Main.run(surroundings, arguments);
    out = outText.toString();
    err = errText.toString();
    return this;
  }

  int exit() {
    return exit;
  }

  String out() {
    return out;
  }

  String err() {
    return err;
  }

  JsonObject json() {
    return JsonParser.parseString(out).getAsJsonObject();
  }
}
