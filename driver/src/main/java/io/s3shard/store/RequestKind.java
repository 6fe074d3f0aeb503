package io.s3shard.store;

/**
 * A request as the bill knows it, with Amazon's list price of S3 Standard in us-east-1
 * (https://aws.amazon.com/s3/pricing/, 2026).
 */
public enum RequestKind {
  GET(0.0004),
  PUT(0.005),
  PUT_IF_ABSENT(0.005),
  LIST(0.005),
  DELETE(0);

  private final double dollarsPerThousand;

  RequestKind(double dollarsPerThousand) {
    this.dollarsPerThousand = dollarsPerThousand;
  }

  /** Of one request, in US dollars. */
  public double dollars() {
    return dollarsPerThousand / 1000;
  }
}
