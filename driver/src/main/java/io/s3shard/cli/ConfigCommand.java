package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.cli.ConfiguredDefaults.Setting;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code config}: which options are set by the environment and by files, and where. */
@Command(
    name = "config",
    description = {
      "Show which options the environment and files set, and where.",
      "The first line that names an option wins; the command line wins over all. Files: $S3SHARD_CONFIG, or else"
          + " ~/.config/s3shard/config.toml and /etc/s3shard/config.toml."
    },
    footer = {
      "",
      "Example of a file:",
      "  endpoint = \"https://s3.example.org\"",
      "  [mount]",
      "  cache-size = \"4GiB\""
    })
final class ConfigCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private OutputOptions output = new OutputOptions();

  ConfigCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    List<Setting> settings =
        ConfiguredDefaults.of(surroundings.environment()).settings(spec.root().commandLine());
    output.print(
        Document.list(
            "Config",
            settings.stream().map(ConfigCommand::json).toList(),
            List.of("OPTION", "VALUE", "COMMAND", "ORIGIN"),
            settings.stream().map(ConfigCommand::row).toList(),
            settings.stream().map(Setting::option).toList()),
        surroundings.out());
    return ExitCode.OK.number();
  }

  private static JsonObject json(Setting setting) {
    JsonObject json = new JsonObject();
    json.addProperty("option", setting.option());
    json.addProperty("value", setting.value());
    json.addProperty("command", String.join(" ", setting.command()));
    json.addProperty("origin", setting.origin());
    return json;
  }

  private static List<String> row(Setting setting) {
    String command = setting.command().isEmpty() ? "all" : String.join(" ", setting.command());
    return List.of(setting.option(), setting.value(), command, setting.origin());
  }
}
