package io.s3shard.shardd;

import io.s3shard.error.InvalidRequest;
import io.s3shard.format.VolumeId;
import io.s3shard.proto.shardd.v1.OpenVolumeRequest;

/** What a request to open may say: a handle becomes the name of a folder. */
final class Handles {
  private static final int MAX_CHARS = 128;

  private Handles() {}

  static void check(OpenVolumeRequest request) {
    String handle = request.getHandle();
    if (!handle.matches("[A-Za-z0-9][A-Za-z0-9._-]*") || handle.length() > MAX_CHARS) {
      throw new InvalidRequest(
          "\"" + handle + "\" is no handle: give 1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'");
    }
    if (!VolumeId.isValid(request.getVolumeId())) {
      throw new InvalidRequest("\"" + request.getVolumeId() + "\" is no volume's id");
    }
    if (request.getPlace().getBucket().isEmpty()) {
      throw new InvalidRequest("volume " + handle + ": no bucket is given");
    }
    if (!request.getPin().isEmpty() && !request.getReadOnly()) {
      throw new InvalidRequest("volume " + handle + ": a snapshot can only be opened for reading");
    }
  }
}
