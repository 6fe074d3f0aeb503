package io.s3shard.cli;

import com.google.gson.JsonObject;
import java.util.List;

/**
 * What {@code doctor} found of one thing.
 *
 * @param remedy what to do about it; empty if all is well
 */
record Diagnosis(String check, Result result, String message, String remedy, ExitCode code) {
  /** How bad it is: works, works less well, does not work. */
  enum Result {
    ok,
    warn,
    fail
  }

  static Diagnosis ok(String check, String message) {
    return new Diagnosis(check, Result.ok, message, "", ExitCode.OK);
  }

  static Diagnosis warn(String check, String message, String remedy) {
    return new Diagnosis(check, Result.warn, message, remedy, ExitCode.OK);
  }

  static Diagnosis fail(String check, String message, String remedy) {
    return new Diagnosis(check, Result.fail, message, remedy, ExitCode.OTHER);
  }

  /** A failure whose message says the remedy. */
  static Diagnosis fail(String check, RuntimeException failure) {
    return new Diagnosis(check, Result.fail, Failures.message(failure), "", ExitCode.of(failure));
  }

  JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("check", check);
    json.addProperty("result", result.name());
    json.addProperty("message", message);
    json.addProperty("remedy", remedy);
    return json;
  }

  List<String> row() {
    return List.of(result.name(), check, remedy.isEmpty() ? message : message + ": " + remedy);
  }
}
