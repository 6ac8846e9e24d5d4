"""What of Kubernetes' Job is used here, by its own names.

Leaves to others: what stands in it (kubernetes); Kubernetes' own schemas, to which tests hold it.
"""

from typing import Literal, NotRequired, TypedDict


class Metadata(TypedDict):
    name: str
    namespace: NotRequired[str]
    labels: dict[str, str]
    annotations: dict[str, str]


class SecretKey(TypedDict):
    name: str
    key: str
    optional: NotRequired[bool]


class FromSecret(TypedDict):
    secretKeyRef: SecretKey


class Variable(TypedDict):
    name: str
    value: NotRequired[str]
    valueFrom: NotRequired[FromSecret]


class Resources(TypedDict):
    requests: dict[str, str]
    limits: dict[str, str]


class Capabilities(TypedDict):
    drop: list[str]


class ContainerRights(TypedDict):
    allowPrivilegeEscalation: bool
    readOnlyRootFilesystem: bool
    capabilities: Capabilities


class Mount(TypedDict):
    name: str
    mountPath: str


class Container(TypedDict):
    name: str
    image: str
    args: list[str]
    env: list[Variable]
    resources: Resources
    securityContext: ContainerRights
    volumeMounts: list[Mount]


class Claim(TypedDict):
    claimName: str


class Volume(TypedDict):
    name: str
    emptyDir: NotRequired[dict[str, str]]
    persistentVolumeClaim: NotRequired[Claim]


class Seccomp(TypedDict):
    type: Literal["RuntimeDefault"]


class PodRights(TypedDict):
    runAsNonRoot: bool
    runAsUser: int
    runAsGroup: int
    fsGroup: int
    seccompProfile: Seccomp


class PodSpec(TypedDict):
    restartPolicy: Literal["Never"]
    automountServiceAccountToken: bool
    enableServiceLinks: bool
    terminationGracePeriodSeconds: int
    securityContext: PodRights
    containers: list[Container]
    volumes: list[Volume]


class PodMetadata(TypedDict):
    labels: dict[str, str]


class PodTemplate(TypedDict):
    metadata: PodMetadata
    spec: PodSpec


class Condition(TypedDict):
    type: Literal["DisruptionTarget"]
    status: Literal["True"]


class ExitCodes(TypedDict):
    containerName: str
    operator: Literal["In"]
    values: list[int]


class Rule(TypedDict):
    action: Literal["Ignore", "FailJob"]
    onPodConditions: NotRequired[list[Condition]]
    onExitCodes: NotRequired[ExitCodes]


class FailurePolicy(TypedDict):
    rules: list[Rule]


class JobSpec(TypedDict):
    completionMode: Literal["Indexed"]
    completions: int
    parallelism: int
    backoffLimitPerIndex: int
    podReplacementPolicy: Literal["Failed"]
    podFailurePolicy: FailurePolicy
    ttlSecondsAfterFinished: int
    template: PodTemplate


class Job(TypedDict):
    apiVersion: Literal["batch/v1"]
    kind: Literal["Job"]
    metadata: Metadata
    spec: JobSpec
