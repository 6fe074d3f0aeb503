# The limit of FUSE in Java: the experiment in reference/, an image in a mapped file on a tmpfs, no bucket.
sys_start() {
  local cp; cp=$(cat "$BENCH/../target/classpath")
  [ "$CACHE/reference/FuseSessionExperiment.class" -nt "$BENCH/reference/FuseSessionExperiment.java" ] ||
    "$JAVA_HOME/bin/javac" -nowarn -d "$CACHE/reference" -cp "$cp" "$BENCH/reference/FuseSessionExperiment.java" || return 1
  "$JAVA_HOME/bin/java" -Ddata="$STATE/data" --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED -Xmx1g \
    -cp "$CACHE/reference:$cp" FuseSessionExperiment "$MNT" 0 own 16 >>"$LOGS/fuse-memory.log" 2>&1 &
  SYS_PIDS=$!
  wait_for 30 test -e "$MNT/img" || return 1
  IMAGE=$MNT/img
}
sys_stop() { umount -l "$MNT"; stop $SYS_PIDS; }
sys_drop_cache() { :; }
sys_destroy() { mountpoint -q "$MNT" && umount -l "$MNT"; return 0; }
