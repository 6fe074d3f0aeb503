# The model of the protocol: ./dev model [NAME | --quick]
model() {
  need_java
  cd "$ROOT/protocol" || die "no model in $ROOT/protocol"
  if [ "${1:-}" = --quick ]; then
    # one scenario of each kind, and the mutations that they must catch
    for name in "pin of a pin" "pins" "takeover: two crashes and a flush error" "no confirmation"; do
      "$JAVA_HOME/bin/java" -Xmx2g Protocol.java "$name" || die "the model fails: $name"
    done
    return
  fi
  exec "$JAVA_HOME/bin/java" -Xmx6g Protocol.java "$@"
}
