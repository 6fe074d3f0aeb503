# Whether the same sources give the same bytes: ./dev reproducible. Builds the commit that is checked out twice, in two folders, without
# tests, and compares all jars. A few minutes.
reproducible() {
  need_java
  need_maven
  need_packages git
  local once again copy jar
  WORK=$(mktemp -d "${TMPDIR:-/tmp}/s3shard-reproducible.XXXXXX")
  trap 'rm -rf "$WORK"' EXIT
  once=$WORK/once again=$WORK/in/another/folder/again
  for copy in "$once" "$again"; do
    mkdir -p "$copy"
    git -C "$ROOT" archive HEAD | tar xf - -C "$copy"
    (ROOT=$copy maven -q -o -DskipTests -Dspotless.check.skip=true verify) || die "the build in $copy failed"
  done
  (cd "$once" && find . -path '*/target/*.jar') | sort | while read -r jar; do
    cmp "$once/$jar" "$again/$jar" || die "$jar differs between two builds"
    printf '%s  %s\n' "$(sha256sum "$once/$jar" | cut -d ' ' -f 1)" "${jar#./}"
  done
}
