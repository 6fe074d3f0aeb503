# Puts the program of this checkout where a machine looks for it: ./dev install [DIR]. DIR is /usr/local by default; DESTDIR is put before
# everything, for packages.
install_here() {
  local to=${1:-/usr/local} root=${DESTDIR:-} lib
  need_java
  need_packages libfuse2
  ready
  lib=$to/lib/s3shard
  rm -rf "$root$lib"
  mkdir -p "$root$lib" "$root$to/bin" "$root/sbin"
  install_program "$root$lib"
  install_command "$lib" >"$root$to/bin/s3shard"
  chmod 755 "$root$to/bin/s3shard"
  ln -sf "$to/bin/s3shard" "$root/sbin/mount.fuse.s3shard"
  ln -sf "$to/bin/s3shard" "$root/sbin/umount.fuse.s3shard"
  note "installed $to/bin/s3shard; 's3shard doctor' says what else this machine needs"
}

# The jars that a mount needs; what was compiled here becomes jars, too.
install_program() {
  local entry
  tr ':' '\n' <"$ROOT/driver/target/runtime-classpath" | while read -r entry || [ -n "$entry" ]; do # the last one has no newline
    if [ -d "$entry" ]; then
      "$JAVA_HOME/bin/jar" --create --file "$1/s3shard-$(basename "$(dirname "$(dirname "$entry")")").jar" -C "$entry" .
    else
      cp "$entry" "$1/"
    fi
  done
  "$JAVA_HOME/bin/jar" --create --file "$1/s3shard-driver.jar" -C "$ROOT/driver/target/classes" .
}

# One command for all names: mount(8) and umount(8) call it by theirs.
install_command() {
  cat <<SH
#!/bin/sh
exec "\${S3SHARD_JAVA:-$JAVA_HOME/bin/java}" ${JAVA_OPTIONS[*]} -XX:+UseSerialGC \\
  -Ds3shard.program="\${0##*/}" -cp "$1/*" io.s3shard.cli.Main "\$@"
SH
}
