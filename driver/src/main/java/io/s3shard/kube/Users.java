package io.s3shard.kube;

import io.fabric8.kubernetes.api.model.CSIPersistentVolumeSource;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who uses a volume on one node: the pods and their claims. Found by the pods, since a node has at
 * most some hundred of them, however many volumes the cluster has.
 */
final class Users {
  private final KubernetesClient client;
  private final String driver;
  private final String node;

  Users(KubernetesClient client, String driver, String node) {
    this.client = client;
    this.driver = driver;
    this.node = node;
  }

  /** Pods and claims by the handle of their volume, of those handles that are wanted. */
  Map<String, List<ObjectReference>> of(Set<String> handles) {
    Map<String, List<ObjectReference>> users = new HashMap<>();
    Map<String, Optional<Claimed>> claims = new HashMap<>();
    Set<String> mentioned = new HashSet<>();
    for (Pod pod :
        client.pods().inAnyNamespace().withField("spec.nodeName", node).list().getItems()) {
      for (String name : claimNames(pod)) {
        String namespace = pod.getMetadata().getNamespace();
        Optional<Claimed> claimed =
            claims.computeIfAbsent(namespace + "/" + name, _ -> claimed(namespace, name));
        if (claimed.isPresent() && handles.contains(claimed.get().handle())) {
          List<ObjectReference> some =
              users.computeIfAbsent(claimed.get().handle(), _ -> new ArrayList<>());
          some.add(reference("Pod", pod.getMetadata()));
          if (mentioned.add(claimed.get().claim().getUid())) {
            some.add(claimed.get().claim());
          }
        }
      }
    }
    return users;
  }

  /** A claim that is bound to a volume of ours. */
  private record Claimed(String handle, ObjectReference claim) {}

  private Optional<Claimed> claimed(String namespace, String name) {
    @Nullable PersistentVolumeClaim claim =
        client.persistentVolumeClaims().inNamespace(namespace).withName(name).get();
    if (claim == null || claim.getSpec().getVolumeName() == null) {
      return Optional.empty();
    }
    @Nullable PersistentVolume volume =
        client.persistentVolumes().withName(claim.getSpec().getVolumeName()).get();
    @Nullable CSIPersistentVolumeSource csi = volume == null ? null : volume.getSpec().getCsi();
    return csi == null || !driver.equals(csi.getDriver())
        ? Optional.empty()
        : Optional.of(
            new Claimed(
                csi.getVolumeHandle(), reference("PersistentVolumeClaim", claim.getMetadata())));
  }

  private static List<String> claimNames(Pod pod) {
    List<String> names = new ArrayList<>();
    for (Volume volume : pod.getSpec().getVolumes()) {
      if (volume.getPersistentVolumeClaim() != null) {
        names.add(volume.getPersistentVolumeClaim().getClaimName());
      } else if (volume.getEphemeral() != null) {
        names.add(pod.getMetadata().getName() + "-" + volume.getName());
      }
    }
    return names;
  }

  private static ObjectReference reference(
      String kind, io.fabric8.kubernetes.api.model.ObjectMeta of) {
    return new ObjectReferenceBuilder()
        .withApiVersion("v1")
        .withKind(kind)
        .withNamespace(of.getNamespace())
        .withName(of.getName())
        .withUid(of.getUid())
        .build();
  }
}
