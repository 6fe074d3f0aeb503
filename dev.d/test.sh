# Everything that must pass: ./dev test [--minio]
all_tests() {
  local options=()
  need_java
  need_maven
  need_mount_tools
  need_python
  need_server versitygw
  options+=("-Ds3shard.versitygw=$S3SHARD_CACHE/bin/versitygw")
  if [ "${1:-}" = --minio ]; then
    need_server minio
    options+=("-Ds3shard.minio=$S3SHARD_CACHE/bin/minio")
  fi
  maven "${options[@]}" -Dfuzz.skip=false -Dstyle.color=never verify || die "tests failed"
  "$ROOT/dev" model --quick || die "the model failed"
  [ "$(id -u)" != 0 ] || "$ROOT/dev" sanity || die "the CSI plugins do not conform"
  [ "$(id -u)-$(uname -m)" != 0-x86_64 ] || "$ROOT/dev" guest || die "the tests in the guest's kernel failed"
  [ "$(id -u)" != 0 ] || "$ROOT/dev" try || die "the main job failed"
  [ "$(id -u)" != 0 ] || "$ROOT/dev" e2e --core || die "the driver fails in a cluster"
}
