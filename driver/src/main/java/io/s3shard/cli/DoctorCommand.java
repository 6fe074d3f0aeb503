package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code doctor}: what is missing on this machine, or refused by this bucket, and the remedy. */
@Command(
    name = "doctor",
    description = {
      "Say what is missing, and the remedy.",
      "Looks at this machine, and with s3://BUCKET/PREFIX at the way to that bucket and at what it can do."
    })
final class DoctorCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "s3://BUCKET/PREFIX",
      converter = Location.Converter.class,
      description = "The prefix to look at, too.")
  private @Nullable Location location;

  @Option(
      names = "--bundle",
      paramLabel = "FILE",
      converter = Paths.Converter.class,
      description =
          "Write what was found, this machine and its mounts to a new zip file, without keys and data, for whoever is asked for help.")
  private @Nullable Path bundle;

  @Mixin private StoreOptions options = new StoreOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  DoctorCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    List<Diagnosis> diagnoses =
        new ArrayList<>(new MachineChecks(Path.of("/"), surroundings.environment()).all());
    if (location != null) {
      diagnoses.addAll(new BucketChecks(surroundings, location, options).all());
    }
    Document found = document(diagnoses);
    if (bundle != null) {
      write(bundle, found);
    }
    output.print(found, surroundings.out());
    return diagnoses.stream()
        .filter(diagnosis -> diagnosis.result() == Diagnosis.Result.fail)
        .map(diagnosis -> diagnosis.code().number())
        .findFirst()
        .orElse(ExitCode.OK.number());
  }

  private static Document document(List<Diagnosis> diagnoses) {
    return Document.list(
        "Doctor",
        diagnoses.stream().map(Diagnosis::json).toList(),
        List.of(),
        diagnoses.stream().map(Diagnosis::row).toList(),
        diagnoses.stream()
            .filter(f -> f.result() != Diagnosis.Result.ok)
            .map(Diagnosis::check)
            .toList());
  }

  private void write(Path file, Document found) {
    try {
      new SupportBundle(surroundings.environment(), Path.of("/")).write(file, found);
    } catch (FileAlreadyExistsException e) {
      throw new InvalidRequest(file + " exists: name a new file");
    } catch (IOException e) {
      throw new InvalidRequest(file + " can't be written: " + e);
    }
  }
}
