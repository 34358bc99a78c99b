/** Kinds that every cluster has, by group: the kind, its plural and its short names. */
const KINDS = `
: Namespace/namespaces/ns Node/nodes/no Pod/pods/po Service/services/svc Secret/secrets ConfigMap/configmaps/cm ServiceAccount/serviceaccounts/sa
  PersistentVolume/persistentvolumes/pv PersistentVolumeClaim/persistentvolumeclaims/pvc ReplicationController/replicationcontrollers/rc
  Endpoints/endpoints/ep Event/events/ev LimitRange/limitranges/limits ResourceQuota/resourcequotas/quota PodTemplate/podtemplates
apps: Deployment/deployments/deploy ReplicaSet/replicasets/rs DaemonSet/daemonsets/ds StatefulSet/statefulsets/sts
batch: Job/jobs CronJob/cronjobs/cj
networking.k8s.io: Ingress/ingresses/ing IngressClass/ingressclasses NetworkPolicy/networkpolicies/netpol
rbac.authorization.k8s.io: Role/roles RoleBinding/rolebindings ClusterRole/clusterroles ClusterRoleBinding/clusterrolebindings
storage.k8s.io: StorageClass/storageclasses/sc CSIDriver/csidrivers
autoscaling: HorizontalPodAutoscaler/horizontalpodautoscalers/hpa
policy: PodDisruptionBudget/poddisruptionbudgets/pdb
scheduling.k8s.io: PriorityClass/priorityclasses/pc
apiextensions.k8s.io: CustomResourceDefinition/customresourcedefinitions/crd
`;

const kindsByName = new Map(
  KINDS.replace(/\n\s+/g, ' ')
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [group = '', rest = ''] = line.split(/:\s*/);
      return rest
        .trim()
        .split(/\s+/)
        .flatMap((entry) => {
          const [kind = '', ...names] = entry.split('/');
          return [kind.toLowerCase(), ...names].map((name) => [`${group} ${name}`, kind] as const);
        });
    }),
);

/** `apps` and `v1` of `apps/v1`; the group of `v1` is empty. */
function groupAndVersion(apiVersion: string): readonly [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/** A kind as the server writes it, if it was given in lower case or as the plural or short name of a kind that every cluster has. */
export const kindNamed = (apiVersion: string, kind: string): string =>
  kindsByName.get(`${groupAndVersion(apiVersion)[0]} ${kind.toLowerCase()}`) ?? kind;

/** How kubectl is told a kind: `Deployment.v1.apps`. */
export function kindArgument(apiVersion: string, kind: string): string {
  const [group, version] = groupAndVersion(apiVersion);
  return `${kind}.${version}.${group}`;
}
