# Finds or installs what the other commands need. Everything comes from the package registries that apt, Maven and Go are set up
# with on this machine; downloads are kept in $S3SHARD_CACHE.

MAVEN_VERSION=3.9.11
VERSITYGW_VERSION=v1.8.0
MINIO_VERSION=v0.0.0-20260212201848-7aac2a2c5b7c
JAVA_OPTIONS=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)

note() { echo "dev: $*" >&2; }
die() { echo "dev: $*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else command -v sudo >/dev/null || die "needs root: $*"; sudo "$@"; fi
}

# need_packages NAME…: Debian packages, installed if they are missing
need_packages() {
  local missing=() p
  for p in "$@"; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
  done
  [ ${#missing[@]} = 0 ] && return
  command -v apt-get >/dev/null || die "install these with your package manager: ${missing[*]}"
  note "installing ${missing[*]}"
  as_root apt-get update -q >"$S3SHARD_CACHE/apt.log" 2>&1 || true
  as_root mkdir -p /usr/share/man/man1 # slim images have none, and the JDK's package stumbles over that
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" \
    >>"$S3SHARD_CACHE/apt.log" 2>&1 || die "apt-get failed, see $S3SHARD_CACHE/apt.log"
}

is_java_25() { [ -x "$1/bin/javac" ] && "$1/bin/javac" -version 2>&1 | grep -q '^javac 25'; }

need_java() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25* "$S3SHARD_CACHE"/jdk/usr/lib/jvm/*25*; do
    if [ -n "$home" ] && is_java_25 "$home"; then
      export JAVA_HOME=$home PATH=$home/bin:$PATH
      return
    fi
  done
  need_packages ca-certificates
  # a new machine has no lists yet
  apt-cache policy openjdk-25-jdk-headless 2>/dev/null | grep -q Candidate || as_root apt-get update -q >"$S3SHARD_CACHE/apt.log" 2>&1 || true
  if apt-cache policy openjdk-25-jdk-headless 2>/dev/null | grep -q 'Candidate: 25'; then
    need_packages openjdk-25-jdk-headless
  else
    java_of_a_newer_suite
  fi
  for home in /usr/lib/jvm/*25* "$S3SHARD_CACHE"/jdk/usr/lib/jvm/*25*; do
    is_java_25 "$home" && export JAVA_HOME=$home PATH=$home/bin:$PATH && return
  done
  die "no JDK 25: install one and set JAVA_HOME"
}

# This suite has no JDK 25: take a newer suite's package apart into the cache; the machine's own packages stay as they are.
java_of_a_newer_suite() {
  local work uri sources
  note "fetching JDK 25 of a newer Debian suite into $S3SHARD_CACHE/jdk"
  sources=$(ls /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
  uri=$(awk '/^URIs:/ {print $2; exit}' ${sources:-/dev/null})
  [ -n "$uri" ] || uri=$(awk '/^deb /{for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) {print $i; exit}}' /etc/apt/sources.list)
  [ -n "$uri" ] || die "no Debian mirror in /etc/apt: install a JDK 25 and set JAVA_HOME"
  work=$(mktemp -d)
  chmod 755 "$work"
  mkdir -p "$work"/parts "$work"/lists/partial "$work"/cache/archives/partial
  printf 'Types: deb\nURIs: %s\nSuites: sid\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' "$uri" >"$work/parts/newer.sources"
  printf 'Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "%s/parts";\nDir::State::lists "%s/lists";\nDir::Cache "%s/cache";\n' "$work" "$work" "$work" >"$work/conf"
  (
    cd "$work"
    export APT_CONFIG=$work/conf
    as_root env APT_CONFIG="$work/conf" apt-get update -q
    as_root env APT_CONFIG="$work/conf" apt-get download openjdk-25-jdk-headless openjdk-25-jre-headless libc6 libstdc++6 libgcc-s1 zlib1g libjpeg62-turbo liblcms2-2 libpcsclite1
  ) >>"$S3SHARD_CACHE/apt.log" 2>&1 || die "JDK 25 could not be fetched, see $S3SHARD_CACHE/apt.log"
  mkdir -p "$S3SHARD_CACHE/jdk"
  for p in "$work"/openjdk-25-*.deb; do dpkg-deb -x "$p" "$S3SHARD_CACHE/jdk"; done
  local home
  home=$(echo "$S3SHARD_CACHE"/jdk/usr/lib/jvm/java-25-*)
  rm -rf "$home/conf/security" && cp -r "$S3SHARD_CACHE/jdk/etc/java-25-openjdk/security" "$home/conf/security" 2>/dev/null || true
  find "$home" -xtype l -lname '/etc/java-25-openjdk/*' | while read -r link; do
    ln -sfn "$S3SHARD_CACHE/jdk$(readlink "$link")" "$link"
  done
  if ! "$home/bin/java" -version >/dev/null 2>&1; then # the package wants a newer C library: give it its own
    mkdir -p "$S3SHARD_CACHE/jdk/own"
    for p in "$work"/lib*.deb "$work"/zlib*.deb; do dpkg-deb -x "$p" "$S3SHARD_CACHE/jdk/own"; done
    with_own_libraries "$home"
  fi
  rm -rf "$work"
}

# Makes each program of a JDK start with the C library that lies beside it.
with_own_libraries() {
  local home=$1 own=$S3SHARD_CACHE/jdk/own loader program
  need_packages patchelf
  loader=$(find "$own" -name 'ld-linux-*.so.*' | head -n 1)
  local path
  path=$(find "$own" -name 'libc.so.6' -printf '%h\n' | head -n 1):$(find "$own" -name 'libz.so.1' -printf '%h\n' | head -n 1)
  for program in "$home"/bin/* "$home"/lib/jspawnhelper; do
    [ -f "$program" ] && patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$path:\$ORIGIN/../lib:\$ORIGIN" "$program" 2>/dev/null || true
  done
}

need_maven() {
  local home=$S3SHARD_CACHE/apache-maven-$MAVEN_VERSION
  if [ ! -x "$home/bin/mvn" ]; then
    if command -v mvn >/dev/null && mvn -version 2>/dev/null | grep -qE 'Apache Maven (3\.9|[4-9])'; then
      MVN=mvn
      return
    fi
    command -v mvn >/dev/null || need_packages maven
    note "fetching Maven $MAVEN_VERSION"
    local work
    work=$(mktemp -d)
    (cd "$work" && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy \
      -Dartifact="org.apache.maven:apache-maven:$MAVEN_VERSION:tar.gz:bin" -DoutputDirectory="$work") >"$S3SHARD_CACHE/maven.log" 2>&1 ||
      die "Maven $MAVEN_VERSION could not be fetched, see $S3SHARD_CACHE/maven.log"
    tar -xzf "$work"/apache-maven-*.tar.gz -C "$S3SHARD_CACHE"
    rm -rf "$work"
  fi
  MVN=$home/bin/mvn
}

# Maven's own libraries use what JDK 25 warns of.
maven() { (cd "$ROOT" && MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED" "$MVN" -B -ntp "$@"); }

need_go() {
  command -v go >/dev/null && return
  [ -x /usr/local/go/bin/go ] && export PATH=/usr/local/go/bin:$PATH && return
  need_packages golang-go
}

# need_server versitygw|minio: built by Go, once
need_server() {
  [ -x "$S3SHARD_CACHE/bin/$1" ] && return
  need_go
  note "building $1, a few minutes"
  local what
  case $1 in
    versitygw) what=github.com/versity/versitygw/cmd/versitygw@$VERSITYGW_VERSION ;;
    minio) what=github.com/minio/minio@$MINIO_VERSION ;;
    *) die "no server '$1'" ;;
  esac
  GOBIN=$S3SHARD_CACHE/bin GOFLAGS=-buildvcs=false go install "$what" >"$S3SHARD_CACHE/go.log" 2>&1 || die "go failed, see $S3SHARD_CACHE/go.log"
}

# For a test that reads the format by another program.
need_python() { command -v python3 >/dev/null || need_packages python3; }

need_mount_tools() { need_packages libfuse2 fuse3 e2fsprogs xfsprogs btrfs-progs util-linux fio attr curl; }

# Compiles all modules and writes the class path of what was compiled. Nothing is installed: several checkouts may build side by side.
build() {
  mkdir -p "$ROOT/target"
  maven -q -Dmaven.test.skip=true -Dspotless.check.skip=true compile dependency:build-classpath -DincludeScope=runtime \
    -Dmdep.outputFile=target/runtime-classpath >&2 || die "the build failed"
  cp "$ROOT/e2e/target/runtime-classpath" "$ROOT/target/classpath"
}

ready() {
  local stamp=$ROOT/target/classpath
  if [ ! -f "$stamp" ] || [ -n "$(find "$ROOT"/pom.xml "$ROOT"/*/pom.xml "$ROOT"/*/src/main -newer "$stamp" -type f -print -quit)" ]; then
    need_maven
    note "building"
    build
  fi
}

run_main() {
  local main=$1
  shift
  # shellcheck disable=SC2086
  exec "$JAVA_HOME/bin/java" "${JAVA_OPTIONS[@]}" ${S3SHARD_JAVA_OPTIONS:-} -cp "$ROOT/e2e/target/classes:$(cat "$ROOT/target/classpath")" "$main" "$@"
}

# A main class of the driver's tests.
test_main() {
  local main=$1
  shift
  maven -q -pl proto,driver -Dspotless.check.skip=true test-compile dependency:build-classpath -DincludeScope=test \
    -Dmdep.outputFile=target/test-classpath >&2 || die "the build failed"
  exec "$JAVA_HOME/bin/java" "${JAVA_OPTIONS[@]}" -Djdk.trackAllThreads=false -cp "$ROOT/driver/target/test-classes:$(cat "$ROOT/driver/target/test-classpath"):$ROOT/driver/target/classes" "$main" "$@"
}
