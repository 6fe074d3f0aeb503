package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import picocli.CommandLine.Option;

/** What is lost for ever is lost only if the user types its name, or has said {@code --yes}. */
final class Confirmation {
  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask for the volume's name.")
  private boolean yes;

  /**
   * @param loss what happens, a sentence for the user
   * @throws InvalidRequest if the user types something else, or nobody is there to ask
   */
  void ask(Surroundings surroundings, String name, String loss) {
    if (yes) {
      return;
    }
    if (!surroundings.terminal()) {
      throw new InvalidRequest(
          "nobody is here to confirm the deletion of \"" + name + "\": add --yes");
    }
    surroundings.err().print(loss + " Type its name to go on: ");
    surroundings.err().flush();
    try {
      if (!name.equals(surroundings.in().readLine())) {
        throw new InvalidRequest("that is not the volume's name: nothing was deleted");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
