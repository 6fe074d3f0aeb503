# Tests that need another kernel: ./dev guest
# In a User Mode Linux with dm-crypt, where ext4 may grow while it is mounted. The guest sees this machine's files, read-only under a
# layer in memory, so nothing of it is left.

need_guest() {
  need_packages cryptsetup-bin dmsetup fio e2fsprogs busybox-static
  [ -x "$S3SHARD_CACHE/guest/linux.uml" ] && return
  note "fetching the guest's kernel"
  BUNDLE=$S3SHARD_CACHE/guest "$ROOT/e2e/guest/setup-bundle.sh" >"$S3SHARD_CACHE/guest.log" 2>&1 ||
    die "the guest's kernel could not be set up, see $S3SHARD_CACHE/guest.log"
}

guest() {
  local work
  if [ "$(id -u)" != 0 ]; then
    note "the guest's root is this machine's: going on with sudo"
    exec sudo -E "$ROOT/dev" guest "$@"
  fi
  [ "$(uname -m)" = x86_64 ] || die "Debian has this kernel for amd64 only"
  need_java
  need_maven
  need_mount_tools
  need_server versitygw
  need_guest
  maven -q -Dspotless.check.skip=true test-compile dependency:build-classpath -DincludeScope=test \
    -Dmdep.outputFile=target/test-classpath >&2 || die "the build failed"
  work=$(mktemp -d)
  {
    printf '#!/bin/bash\nexport TMPDIR=/tmp\nexec'
    printf ' %q' "$JAVA_HOME/bin/java" "${JAVA_OPTIONS[@]}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
      "-Ds3shard.versitygw=$S3SHARD_CACHE/bin/versitygw" \
      -cp "$ROOT/e2e/target/test-classes:$ROOT/e2e/target/classes:$(cat "$ROOT/e2e/target/test-classpath")" io.s3shard.e2e.GuestTests
  } >"$work/tests"
  chmod 755 "$work/tests"
  BUNDLE=$S3SHARD_CACHE/guest "$ROOT/e2e/guest/run-in-guest.sh" -m 4G "$work/tests" || {
    rm -rf "$work"
    die "a test in the guest failed"
  }
  rm -rf "$work"
}
