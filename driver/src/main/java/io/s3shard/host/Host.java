package io.s3shard.host;

/** All that can be done to this host's devices and mounts. */
public record Host(
    Mounts mounts,
    LoopDevices loops,
    Signatures signatures,
    FileSystems fileSystems,
    Encryption encryption,
    UsageReader usage) {
  public static Host of(Programs programs) {
    return new Host(
        new Mounts(programs),
        new LoopDevices(programs),
        new Signatures(programs),
        new FileSystems(programs),
        new Encryption(programs),
        new UsageReader(programs));
  }
}
