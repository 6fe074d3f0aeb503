package io.s3shard.cli;

import io.s3shard.execution.Execution;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.util.Map;

/**
 * What surrounds a command.
 *
 * @param out results only
 * @param err everything else, a line each
 * @param terminal whether a person can answer a question
 */
record Surroundings(
    PrintWriter out,
    PrintWriter err,
    BufferedReader in,
    boolean terminal,
    Map<String, String> environment,
    Execution execution,
    Stores stores) {}
