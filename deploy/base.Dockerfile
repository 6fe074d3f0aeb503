# What is below s3shard, where there is an image registry: ./dev image --public-images.
FROM debian:trixie-slim
COPY packages /tmp/packages
RUN apt-get update && xargs apt-get install -y --no-install-recommends </tmp/packages \
    && rm -rf /var/lib/apt/lists/* /tmp/packages
