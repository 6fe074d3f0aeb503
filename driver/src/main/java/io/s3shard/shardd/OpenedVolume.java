package io.s3shard.shardd;

import io.s3shard.format.VolumeId;
import io.s3shard.image.Image;
import io.s3shard.image.ImageStatus;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * An open volume and what is to be known of it.
 *
 * @param away for how long the bucket has not answered; zero: it answers
 * @param released to be called once, after the image was closed
 */
public record OpenedVolume(
    VolumeId id,
    Image image,
    Supplier<ImageStatus> status,
    Supplier<Duration> away,
    Runnable released) {}
