{{/*
The pod of a worker. root: the release; place: gpus, cpus, memory, options; which: the words that say what it works on;
restart: the policy. Held to `tune deploy kubernetes` by tests/deploy.
*/}}
{{- define "tuner.workerPod" -}}
{{- $gpus := int (default 0 .place.gpus) -}}
{{- $cpus := int (default (max 1 (mul 4 $gpus)) .place.cpus) -}}
{{- $memory := default "2Gi" .place.memory -}}
restartPolicy: {{ .restart }}
automountServiceAccountToken: false
# A Service called tuner would make variables that begin with TUNER_, too.
enableServiceLinks: false
terminationGracePeriodSeconds: 120
securityContext:
  {{- include "tuner.podRights" 10001 | nindent 2 }}
{{- include "tuner.placement" .root }}
containers:
  - name: worker
    image: {{ ternary .root.Values.image.gpu .root.Values.image.cpu (gt $gpus 0) | quote }}
    {{- with .root.Values.image.pullPolicy }}
    imagePullPolicy: {{ . }}
    {{- end }}
    args:
      - tune
      - worker
      {{- range .which }}
      - {{ . | quote }}
      {{- end }}
      {{- if gt $gpus 1 }}
      - --workers
      - {{ $gpus | quote }}
      {{- end }}
      - --device
      - {{ ternary "gpu" "cpu" (gt $gpus 0) }}
      {{- range .place.options }}
      - {{ . | quote }}
      {{- end }}
    env:
      {{- include "tuner.secretEnv" .root | nindent 6 }}
      - name: TUNER_THREADS
        value: {{ max 1 (div $cpus (max 1 $gpus)) | quote }}
      - name: KERAS_HOME
        value: /data/datasets
      - name: HOME
        value: /home/tuner
    resources:
      # Without a limit of the CPU: a worker computes with as many threads as it asks for cores.
      requests:
        cpu: {{ $cpus | quote }}
        memory: {{ $memory }}
      limits:
        memory: {{ $memory }}
        {{- if gt $gpus 0 }}
        nvidia.com/gpu: {{ $gpus | quote }}
        {{- end }}
    securityContext:
      {{- include "tuner.rights" . | nindent 6 }}
    volumeMounts:
      {{- include "tuner.mounts" .root | nindent 6 }}
volumes:
  {{- include "tuner.volumes" .root | nindent 2 }}
{{- end }}

{{/* 2, 3: bad input, or no such study, which another pod would end with, too. 143: told to go. */}}
{{- define "tuner.failurePolicy" -}}
rules:
  - action: Ignore
    onPodConditions:
      - type: DisruptionTarget
        status: "True"
  - action: FailJob
    onExitCodes:
      containerName: worker
      operator: In
      values: [2, 3]
  - action: Ignore
    onExitCodes:
      containerName: worker
      operator: In
      values: [143]
{{- end }}

{{- define "tuner.workerLabels" -}}
app.kubernetes.io/name: tuner
app.kubernetes.io/component: worker
{{- end }}
