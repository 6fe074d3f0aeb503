package io.s3shard.kubernetes;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests the one cluster and release of this run; they are taken away after the last. */
final class SharedCluster implements ParameterResolver {
  /** A cluster with the driver. */
  record Installed(Cluster cluster, Release release) implements AutoCloseable {
    static Installed start() {
      try {
        Cluster cluster = Cluster.start();
        new Snapshots(cluster).install();
        return new Installed(cluster, Release.install(cluster));
      } catch (Exception e) {
        throw new IllegalStateException("no cluster with the driver", e);
      }
    }

    @Override
    public void close() throws Exception {
      release.uninstall();
      cluster.close();
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
            .computeIfAbsent(Installed.class, key -> Installed.start(), Installed.class);
    return parameter.getParameter().getType() == Cluster.class
        ? installed.cluster()
        : installed.release();
  }
}
