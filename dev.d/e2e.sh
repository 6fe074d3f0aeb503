# The driver in a real cluster of two nodes: ./dev e2e [--core] [--public-images] [TEST…]
# Everything is built here from Debian's packages and Go modules, as there may be no image registry (e2e/cluster): Kubernetes, the
# sidecars, our image. --core: what ./dev test includes. The Docker engine ends if it was started here.

e2e() {
  local options=() tests="" engine=theirs public="" crds
  E2E_GROUPS=cluster
  while [ $# -gt 0 ]; do
    case $1 in
      --core) E2E_GROUPS=core ;;
      --public-images) public=--public-images ;;
      *) tests=${tests:+$tests,}$1 ;;
    esac
    shift
  done
  need_java
  need_maven
  need_server versitygw
  need_go
  docker version >/dev/null 2>&1 || engine=ours
  "$ROOT/e2e/cluster/setup-docker.sh" >&2 || die "no Docker engine"
  crds=$S3SHARD_CACHE/snapshot-crds.yaml
  snapshot_crds >"$crds"
  . "$ROOT/dev.d/image.sh"
  image $public
  if [ -n "$public" ]; then
    options+=(-Ds3shard.public=true "-Ds3shard.images=$IMAGE_TAR")
  else
    "$ROOT/e2e/cluster/build-k3s-image.sh" >&2 || die "the image of Kubernetes failed"
    "$ROOT/e2e/cluster/build-sidecars.sh" >&2 || die "the sidecars failed"
    options+=("-Ds3shard.k3s=local/k3s:$(kubernetes_version)" "-Ds3shard.images=$S3SHARD_CACHE/sidecars.tar:$IMAGE_TAR")
  fi
  options+=("-Ds3shard.snapshot.crds=$crds" "-Ds3shard.versitygw=$S3SHARD_CACHE/bin/versitygw" "-Dkubernetes.tests=$E2E_GROUPS")
  [ -z "$tests" ] || options+=("-Dtest=$tests" -Dsurefire.failIfNoSpecifiedTests=false)
  local status=0
  maven -q -pl e2e/kubernetes "${options[@]}" -Dspotless.check.skip=true test || status=1
  [ $engine = theirs ] || "$ROOT/e2e/cluster/setup-docker.sh" stop >&2
  [ $status = 0 ] || die "the tests in the cluster failed"
}

kubernetes_version() { awk '$1 == "k8s.io/kubernetes" {print $2; exit}' "$ROOT/e2e/cluster/k3s/go.mod"; }

# The custom resources of snapshots come with a Go module of their own.
snapshot_crds() {
  local module=github.com/kubernetes-csi/external-snapshotter/client/v8 file
  (
    cd "$ROOT/e2e/cluster/sidecars" || exit
    go mod download "$module"
    for file in "$(go list -m -f '{{.Dir}}' "$module")"/config/crd/snapshot.*.yaml; do
      cat "$file"
      echo ---
    done
  )
}

# What is generated from the chart.
manifests() {
  need_java
  need_maven
  maven -q -pl e2e/kubernetes -Dspotless.check.skip=true test-compile dependency:build-classpath -DincludeScope=test \
    -Dmdep.outputFile=target/test-classpath >&2 || die "the build failed"
  local main
  for main in Manifests ChartReference; do
    (cd "$ROOT/e2e/kubernetes" && "$JAVA_HOME/bin/java" "${JAVA_OPTIONS[@]}" \
      -cp "target/test-classes:$(cat target/test-classpath)" "io.s3shard.kubernetes.$main") || die "$main failed"
  done
}
