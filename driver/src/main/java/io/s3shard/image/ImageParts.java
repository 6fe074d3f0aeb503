package io.s3shard.image;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import io.s3shard.format.VolumeId;
import io.s3shard.log.OwnedLog;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.ObjectStore;
import java.util.List;
import java.util.SortedMap;

/**
 * What an image that is open for writing is made of; {@link ImageOpener} puts it together. {@code
 * coveredSequence}: the arena sequence that the log's last COMMIT covers; {@code replayed}: younger
 * records that a dead process left in the arena; {@code commits}: those after the checkpoint, by
 * slot; {@code wake}: raised when the background commit has to look.
 */
record ImageParts(
    Object lock,
    VolumeId volume,
    Execution execution,
    Signal wake,
    ObjectStore store,
    BlockReader reader,
    CommittedMap committed,
    ReadAhead readAhead,
    VolumeLog log,
    OwnedLog owned,
    ObjectNames names,
    Arena arena,
    WaitingWriters waiting,
    ImageOptions options,
    int chunkBlocks,
    long sizeBytes,
    long coveredSequence,
    List<Arena.Reservation> replayed,
    SortedMap<Long, UncoveredCommits.Brought> commits,
    SharedQuotas quotas) {}
