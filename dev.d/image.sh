# The image s3shard/s3shard:vVERSION and a tar of it: ./dev image [--public-images]
# Base: Debian trixie with deploy/packages, made from Debian's packages, or from debian:trixie-slim where there is a registry. On it: a
# Java runtime of deploy/modules only, and the program.

IMAGE_TAR=$S3SHARD_CACHE/image/s3shard.tar

image() {
  need_java
  "$ROOT/e2e/cluster/setup-docker.sh" >&2
  ready
  local base work version
  version=$(awk '$1 == "appVersion:" {print $2}' "$ROOT/charts/s3shard/Chart.yaml")
  mkdir -p "$S3SHARD_CACHE/image"
  if [ "${1:-}" = --public-images ]; then
    base=s3shard/base:public
    docker build -q -t "$base" -f "$ROOT/deploy/base.Dockerfile" "$ROOT/deploy" >&2 || die "the base image failed"
  else
    base=$(base_image)
  fi
  work=$(mktemp -d)
  image_root "$work/root"
  cp "$ROOT/deploy/Dockerfile" "$work/"
  DOCKER_BUILDKIT=0 docker build -q -t "s3shard/s3shard:v$version" --build-arg "BASE=$base" --build-arg "VERSION=$version" "$work" \
    >"$S3SHARD_CACHE/image/build.log" 2>&1 || { cat "$S3SHARD_CACHE/image/build.log" >&2; die "the image failed"; }
  rm -rf "$work"
  docker save -o "$IMAGE_TAR.tmp" "s3shard/s3shard:v$version" && mv "$IMAGE_TAR.tmp" "$IMAGE_TAR"
  note "s3shard/s3shard:v$version: $(docker image inspect -f '{{.Size}}' "s3shard/s3shard:v$version" | numfmt --to=iec), in $IMAGE_TAR"
}

# Debian trixie with deploy/packages, without what only their installation needs.
base_image() {
  local key name tar work
  key=$(cat "$ROOT/deploy/packages" "$ROOT/dev.d/image.sh" | sha256sum | cut -c1-12)
  name=local/s3shard-base:$key tar=$S3SHARD_CACHE/image/base-$key.tar
  if ! docker image inspect "$name" >/dev/null 2>&1; then
    if [ ! -s "$tar" ]; then
      note "making a Debian trixie for the image, one to three minutes"
      work=$(mktemp -d)
      as_root debootstrap --variant=minbase --include="$(paste -sd, "$ROOT/deploy/packages")" trixie "$work/root" \
        "$(. "$ROOT/e2e/cluster/lib.sh" && mirror)" >"$S3SHARD_CACHE/image/debootstrap.log" 2>&1 ||
        die "debootstrap failed, see $S3SHARD_CACHE/image/debootstrap.log"
      # no tool that we call uses Python, Perl or ICU
      as_root tar -C "$work/root" --exclude=./var/cache/apt --exclude=./var/lib/apt/lists --exclude=./var/log --exclude=./dev \
        --exclude='./usr/share/'{doc,man,locale,info,perl5,python3} --exclude='./usr/lib/python3*' --exclude='./usr/bin/'{perl,python3}'*' \
        --exclude='./usr/lib/*/libicu*' --exclude='./usr/lib/*/perl*' --exclude='./usr/lib/*/gconv' \
        --exclude=./etc/machine-id -cf "$tar.tmp" .
      mv "$tar.tmp" "$tar"
      as_root rm -rf "$work"
      find "$S3SHARD_CACHE/image" -name 'base-*.tar' ! -path "$tar" -delete
    fi
    docker import "$tar" "$name" >/dev/null
  fi
  echo "$name"
}

# image_root DIR: what lies on the base
image_root() {
  local lib=$1/usr/lib/s3shard
  mkdir -p "$lib" "$1/usr/bin"
  . "$ROOT/dev.d/install.sh"
  install_program "$lib"
  install_command /usr/lib/s3shard | sed "s|$JAVA_HOME/bin/java|/usr/lib/jvm/s3shard/bin/java|" >"$1/usr/bin/s3shard"
  chmod 755 "$1/usr/bin/s3shard"
  mkdir -p "$1/usr/lib/jvm"
  "$JAVA_HOME/bin/jlink" --add-modules "$(paste -sd, "$ROOT/deploy/modules")" --strip-debug --no-man-pages --no-header-files --compress=zip-6 \
    --output "$1/usr/lib/jvm/s3shard" >"$S3SHARD_CACHE/image/jlink.log" 2>&1 || die "jlink failed, see $S3SHARD_CACHE/image/jlink.log"
}
