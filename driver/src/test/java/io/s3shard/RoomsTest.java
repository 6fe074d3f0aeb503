package io.s3shard;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import picocli.CommandLine.Command;

/** The rooms of ARCHITECTURE.md: an arrow may only point down, and each library has one user. */
@AnalyzeClasses(packages = "io.s3shard", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  private static final String ROOT = "io.s3shard.";

  @ArchTest
  static final ArchRule arrowsPointDown =
      Architectures.layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.s3shard..")
          .withOptionalLayers(true)
          .layer("cli")
          .definedBy(ROOT + "cli..")
          .layer("csi")
          .definedBy(ROOT + "csi..")
          .layer("shardd")
          .definedBy(ROOT + "shardd..")
          .layer("rpc")
          .definedBy(ROOT + "rpc..")
          .layer("kube")
          .definedBy(ROOT + "kube..")
          .layer("host")
          .definedBy(ROOT + "host..")
          .layer("fuse")
          .definedBy(ROOT + "fuse..")
          .layer("transfer")
          .definedBy(ROOT + "transfer..")
          .layer("volume")
          .definedBy(ROOT + "volume..")
          .layer("image")
          .definedBy(ROOT + "image..")
          .layer("map")
          .definedBy(ROOT + "map..")
          .layer("cache")
          .definedBy(ROOT + "cache..")
          .layer("kernel")
          .definedBy(ROOT + "kernel..")
          .layer("log")
          .definedBy(ROOT + "log..")
          .layer("s3")
          .definedBy(ROOT + "store.s3..")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("csi")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("kube")
          .mayOnlyBeAccessedByLayers("cli", "csi")
          .whereLayer("host")
          .mayOnlyBeAccessedByLayers("cli", "csi")
          .whereLayer("shardd")
          .mayOnlyBeAccessedByLayers("cli", "csi")
          .whereLayer("rpc")
          .mayOnlyBeAccessedByLayers("cli", "csi", "shardd")
          .whereLayer("fuse")
          .mayOnlyBeAccessedByLayers("cli", "shardd")
          .whereLayer("transfer")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("volume")
          .mayOnlyBeAccessedByLayers("cli", "csi", "kube", "shardd", "fuse", "transfer")
          .whereLayer("image")
          .mayOnlyBeAccessedByLayers("cli", "csi", "shardd", "fuse", "volume", "transfer")
          .whereLayer("map")
          .mayOnlyBeAccessedByLayers("cli", "image")
          .whereLayer("cache")
          .mayOnlyBeAccessedByLayers("cli", "image")
          .whereLayer("kernel")
          .mayOnlyBeAccessedByLayers("cache", "transfer")
          .whereLayer("log")
          .mayOnlyBeAccessedByLayers("cli", "csi", "volume", "image", "map")
          .whereLayer("s3")
          .mayOnlyBeAccessedByLayers("cli");

  @ArchTest
  static final ArchRule onlyTheStoreKnowsAmazon =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "store.s3..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon.awssdk..");

  @ArchTest
  static final ArchRule onlyFuseKnowsJnr =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "fuse..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("ru.serce..", "jnr..");

  @ArchTest
  static final ArchRule onlyKubeKnowsFabric8 =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "kube..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.fabric8..");

  @ArchTest
  static final ArchRule onlyRpcKnowsNetty =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "rpc..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", "io.grpc.netty..");

  @ArchTest
  static final ArchRule onlyServicesKnowGrpc =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              ROOT + "rpc..", ROOT + "shardd..", ROOT + "csi..", ROOT + "proto..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.grpc..");

  @ArchTest
  static final ArchRule onlyTheHostRunsPrograms =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + "host..", ROOT + "cli..")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(ProcessBuilder.class);

  /** What the simulation runs must take time, chance and threads from Execution only. */
  @ArchTest
  static final ArchRule theEngineIsDeterministic =
      noClasses()
          .that()
          .resideInAnyPackage(
              ROOT + "store",
              ROOT + "format..",
              ROOT + "log..",
              ROOT + "map..",
              ROOT + "cache..",
              ROOT + "image..",
              ROOT + "volume..")
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .callConstructor(Random.class)
          .orShould()
          .callMethod(ThreadLocalRandom.class, "current")
          .orShould()
          .callMethod(Thread.class, "startVirtualThread", Runnable.class);

  /**
   * All commands are made before one of them tells the logging library, by LogSetup, what to log
   * and where: a logger that is there earlier starts it without that.
   */
  @ArchTest
  static final ArchRule commandsHaveNoLoggers =
      noFields()
          .that()
          .areDeclaredInClassesThat()
          .areAnnotatedWith(Command.class)
          .should()
          .haveRawType(Logger.class);
}
