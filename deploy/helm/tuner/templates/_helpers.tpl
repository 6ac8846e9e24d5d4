{{/* What every object of this release is labelled with; the argument is its component. */}}
{{- define "tuner.labels" -}}
app.kubernetes.io/name: tuner
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "tuner.selector" -}}
app.kubernetes.io/name: tuner
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* A study's name as that of its Job: a digest tells apart what such a name cannot. */}}
{{- define "tuner.jobName" -}}
{{- $plain := regexReplaceAll "[^A-Za-z0-9]+" . "-" | trimAll "-" | lower -}}
{{- $name := printf "tune-%s" $plain -}}
{{- if and (eq $plain .) (le (len $name) 52) -}}
{{ $name }}
{{- else -}}
{{ printf "%s-%s" ($name | trunc 43 | trimSuffix "-") (sha256sum . | trunc 8) }}
{{- end -}}
{{- end }}

{{/* Nobody is root, and nothing is gained. The argument is the user's number. */}}
{{- define "tuner.podRights" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "tuner.rights" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "tuner.mlflowUrl" -}}
{{- if .Values.mlflow.enabled -}}
http://{{ .Release.Name }}-mlflow:5000
{{- else -}}
{{ .Values.mlflow.url }}
{{- end -}}
{{- end }}

{{/* Where the studies are, and what an MLflow server may ask for. */}}
{{- define "tuner.secretEnv" -}}
- name: TUNER_STORAGE
  valueFrom:
    secretKeyRef:
      name: {{ .Values.secret }}
      key: storage
- name: MLFLOW_TRACKING_USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ .Values.secret }}
      key: mlflow-username
      optional: true
- name: MLFLOW_TRACKING_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.secret }}
      key: mlflow-password
      optional: true
- name: TUNER_ARTIFACTS
  value: {{ ternary "/data/artifacts" "" (ne .Values.claims.artifacts "") | quote }}
{{- end }}

{{/* What a container of the project's image writes to: the rest of it is read-only. */}}
{{- define "tuner.mounts" -}}
- name: datasets
  mountPath: /data/datasets
- name: home
  mountPath: /home/tuner
- name: tmp
  mountPath: /tmp
- name: work
  mountPath: /app
{{- if .Values.claims.artifacts }}
- name: artifacts
  mountPath: /data/artifacts
{{- end }}
{{- end }}

{{- define "tuner.volumes" -}}
- name: datasets
{{- if .Values.claims.datasets }}
  persistentVolumeClaim:
    claimName: {{ .Values.claims.datasets }}
{{- else }}
  emptyDir: {}
{{- end }}
- name: home
  emptyDir: {}
- name: tmp
  emptyDir: {}
- name: work
  emptyDir: {}
{{- if .Values.claims.artifacts }}
- name: artifacts
  persistentVolumeClaim:
    claimName: {{ .Values.claims.artifacts }}
{{- end }}
{{- end }}

{{- define "tuner.placement" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
