package io.s3shard.e2e;

import io.s3shard.proto.shardd.v1.CloseVolumeRequest;
import io.s3shard.proto.shardd.v1.GetHealthRequest;
import io.s3shard.proto.shardd.v1.ListVolumesRequest;
import io.s3shard.proto.shardd.v1.OpenVolume;
import io.s3shard.proto.shardd.v1.OpenVolumeRequest;
import io.s3shard.proto.shardd.v1.ResizeVolumeRequest;
import io.s3shard.proto.shardd.v1.SharddGrpc;
import io.s3shard.proto.shardd.v1.SharddGrpc.SharddBlockingStub;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.rpc.Endpoint;
import io.s3shard.rpc.UnixChannel;
import io.s3shard.shardd.DescriptorHolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code shardd} as a process of its own that can be killed, and its client and holder here. */
final class Shardd implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final Map<String, String> environment;
  private final Path folder;
  private final Endpoint endpoint;
  private final UnixChannel channel;
  private DescriptorHolder holder;
  private Process process;

  Shardd(Map<String, String> environment, Path folder) {
    this.environment = environment;
    this.folder = folder;
    this.endpoint = new Endpoint(folder.resolve("shardd.sock"));
    this.channel = new UnixChannel(endpoint);
  }

  /** Keeps the descriptors in this process, as {@code node} does. */
  void hold() {
    holder = DescriptorHolder.start(Path.of(endpoint.path() + ".keep"), channel::reconnect);
  }

  int held() {
    return holder.count();
  }

  /** As if the process that holds had died with all that it held. */
  void letGo() {
    holder.close();
    holder = null;
  }

  Process process() {
    return process;
  }

  /** Starts one; the one before it may live or be dead. */
  Process start() throws IOException {
    return start(System.getProperty("java.class.path"));
  }

  /** Starts one of another build. */
  Process start(String classPath) throws IOException {
    String more = System.getProperty("s3shard.shardd.options", "");
    List<String> options = more.isEmpty() ? List.of() : List.of(more.split(" "));
    List<String> arguments = new ArrayList<>(List.of("shardd", "--socket", endpoint.toString()));
    arguments.addAll(List.of("--volumes-dir", folder.resolve("volumes").toString()));
    arguments.addAll(List.of("--arena-dir", folder.resolve("arenas").toString()));
    arguments.addAll(List.of("--cache-dir", folder.resolve("cache").toString()));
    List<String> command = AnotherJvm.command(classPath, options, "io.s3shard.cli.Main", arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("shardd.log").toFile()));
    process = builder.start();
    return process;
  }

  SharddBlockingStub stub() {
    return SharddGrpc.newBlockingStub(channel.channel())
        .withWaitForReady()
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Opens a volume for writing; its file. */
  Path open(String handle, String volumeId, String bucket, String prefix) {
    OpenVolumeRequest request =
        OpenVolumeRequest.newBuilder()
            .setHandle(handle)
            .setVolumeId(volumeId)
            .setPlace(
                StoreLocation.newBuilder()
                    .setBucket(bucket)
                    .setPrefix(prefix)
                    .setEndpoint(environment.get("AWS_ENDPOINT_URL"))
                    .setRegion("us-east-1"))
            .setNodeId("node-a")
            .build();
    return Path.of(stub().openVolume(request).getPath());
  }

  void close(String handle) {
    stub().closeVolume(CloseVolumeRequest.newBuilder().setHandle(handle).build());
  }

  void resize(String handle, long bytes) {
    stub()
        .resizeVolume(
            ResizeVolumeRequest.newBuilder().setHandle(handle).setSizeBytes(bytes).build());
  }

  List<OpenVolume> volumes() {
    return stub().listVolumes(ListVolumesRequest.getDefaultInstance()).getVolumesList();
  }

  /** Whether it has heard what there is to take over. */
  boolean isReadySoon() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!isReady() && System.nanoTime() < end) {
      Thread.sleep(50);
    }
    return isReady();
  }

  private boolean isReady() {
    return stub().getHealth(GetHealthRequest.getDefaultInstance()).getReady();
  }

  String log() throws IOException {
    return Files.readString(folder.resolve("shardd.log"));
  }

  static void kill(Process process) throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    if (process != null) {
      kill(process);
    }
    if (holder != null) {
      holder.close();
    }
    channel.close();
  }
}
