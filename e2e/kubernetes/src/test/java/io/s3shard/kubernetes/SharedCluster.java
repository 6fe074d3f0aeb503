package io.s3shard.kubernetes;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests the one cluster and release of this run; they are taken away after the last. */
final class SharedCluster implements ParameterResolver {
  /** A cluster with the driver. */
  record Installed(Cluster cluster, Release release) implements AutoCloseable {
    static Installed start() throws Exception {
      Cluster cluster = Cluster.start();
      try {
        new Snapshots(cluster).install();
        return new Installed(cluster, Release.install(cluster));
      } catch (Exception | Error e) {
        cluster.close();
        throw e;
      }
    }

    @Override
    public void close() throws Exception {
      release.uninstall();
      cluster.close();
    }
  }

  /** One attempt is made: without a cluster, each test fails for the reason of the first. */
  private record Attempt(@Nullable Installed made, @Nullable Exception failure)
      implements AutoCloseable {
    static Attempt make() {
      try {
        return new Attempt(Installed.start(), null);
      } catch (Exception e) {
        return new Attempt(null, e);
      }
    }

    Installed installed() {
      if (made == null) {
        throw new IllegalStateException("no cluster with the driver", failure);
      }
      return made;
    }

    @Override
    public void close() throws Exception {
      if (made != null) {
        made.close();
      }
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Cluster.class || type == Release.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Installed installed =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.create(SharedCluster.class))
            .computeIfAbsent(Attempt.class, key -> Attempt.make(), Attempt.class)
            .installed();
    return parameter.getParameter().getType() == Cluster.class
        ? installed.cluster()
        : installed.release();
  }
}
