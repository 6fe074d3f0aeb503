{{- define "s3shard.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "s3shard.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "s3shard.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "s3shard.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What never changes over the life of a release: (list root component) */}}
{{- define "s3shard.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "s3shard.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* (list root component) */}}
{{- define "s3shard.labels" -}}
{{- $root := index . 0 -}}
{{ include "s3shard.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- with $root.Values.customLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The head of an object: (list root component suffix namespaced) */}}
{{- define "s3shard.metadata" -}}
{{- $root := index . 0 -}}
name: {{ include "s3shard.fullname" $root }}{{ with index . 2 }}-{{ . }}{{ end }}
{{- if index . 3 }}
namespace: {{ $root.Release.Namespace }}
{{- end }}
labels:
  {{- include "s3shard.labels" (list $root (index . 1)) | nindent 2 }}
{{- with $root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* (list root image): the digest wins over the tag, and the global registry over the image's own */}}
{{- define "s3shard.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $registry := default $image.registry $root.Values.global.imageRegistry -}}
{{- $name := ternary $image.repository (printf "%s/%s" $registry $image.repository) (empty $registry) -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $name $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default (printf "v%s" $root.Chart.AppVersion) $image.tag) -}}
{{- end -}}
{{- end -}}

{{/* (list root component values) */}}
{{- define "s3shard.serviceAccount" -}}
{{- $values := index . 2 -}}
{{- if $values.serviceAccount.create -}}
{{- default (printf "%s-%s" (include "s3shard.fullname" (index . 0)) (index . 1)) $values.serviceAccount.name -}}
{{- else -}}
{{- default "default" $values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "s3shard.home" -}}
s3://{{ required "bucket: name the bucket that keeps what the driver knows, and volumes whose class names none" .Values.bucket }}/{{ .Values.prefix }}
{{- end -}}

{{- define "s3shard.caVolume" -}}
{{- if or .Values.caBundle.configMap .Values.caBundle.secret }}
- name: ca-bundle
  {{- if .Values.caBundle.configMap }}
  configMap: {name: {{ .Values.caBundle.configMap }}}
  {{- else }}
  secret: {secretName: {{ .Values.caBundle.secret }}}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "s3shard.caMount" -}}
{{- if or .Values.caBundle.configMap .Values.caBundle.secret }}
- {name: ca-bundle, mountPath: /etc/s3shard/ca, readOnly: true}
{{- end }}
{{- end -}}

{{/* How the bucket of the home prefix is reached */}}
{{- define "s3shard.storeArgs" -}}
- --home={{ include "s3shard.home" . }}
{{- with .Values.endpoint }}
- --endpoint={{ . }}
{{- end }}
{{- with .Values.region }}
- --region={{ . }}
{{- end }}
{{- if .Values.pathStyle }}
- --path-style
{{- end }}
{{- if or .Values.caBundle.configMap .Values.caBundle.secret }}
- --ca-bundle=/etc/s3shard/ca/{{ .Values.caBundle.key }}
{{- end }}
{{- end -}}

{{- define "s3shard.credentialsSecret" -}}
{{- if .Values.credentials.existingSecret -}}
{{- .Values.credentials.existingSecret -}}
{{- else if .Values.credentials.create.accessKeyId -}}
{{- include "s3shard.fullname" . }}-credentials
{{- end -}}
{{- end -}}

{{/* (list root values): credentials, proxy, the JVM's options; the user's come last and win */}}
{{- define "s3shard.env" -}}
{{- $root := index . 0 -}}
{{- $values := index . 1 -}}
{{- with include "s3shard.credentialsSecret" $root }}
- name: AWS_ACCESS_KEY_ID
  valueFrom: {secretKeyRef: {name: {{ . }}, key: {{ $root.Values.credentials.keys.accessKeyId }}}}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom: {secretKeyRef: {name: {{ . }}, key: {{ $root.Values.credentials.keys.secretAccessKey }}}}
- name: AWS_SESSION_TOKEN
  valueFrom: {secretKeyRef: {name: {{ . }}, key: {{ $root.Values.credentials.keys.sessionToken }}, optional: true}}
{{- end }}
{{- with $root.Values.proxy.httpProxy }}
- {name: HTTP_PROXY, value: {{ . | quote }}}
{{- end }}
{{- with $root.Values.proxy.httpsProxy }}
- {name: HTTPS_PROXY, value: {{ . | quote }}}
{{- end }}
{{- with $root.Values.proxy.noProxy }}
- {name: NO_PROXY, value: {{ . | quote }}}
{{- end }}
- {name: JDK_JAVA_OPTIONS, value: {{ $values.javaOptions | quote }}}
{{- with $values.env }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* (list values): metrics, log, and what the user adds, which wins */}}
{{- define "s3shard.commonArgs" -}}
- --metrics-address=0.0.0.0
- --metrics-port={{ .metricsPort }}
- --log-level={{ .logLevel }}
- --log-format={{ .loggingFormat }}
{{- with .additionalArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* A process that lives answers /healthz; nothing here asks the bucket: an outage must not become a restart. */}}
{{- define "s3shard.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: metrics}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /healthz, port: metrics}
  periodSeconds: 20
  timeoutSeconds: 10
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: metrics}
  periodSeconds: 5
  timeoutSeconds: 5
{{- end -}}

{{/* (list root component values): what pods of all three have in common */}}
{{- define "s3shard.podSpec" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
serviceAccountName: {{ include "s3shard.serviceAccount" . }}
priorityClassName: {{ $values.priorityClassName }}
terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
{{- with $root.Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* (list root component values) */}}
{{- define "s3shard.podMetadata" -}}
{{- $values := index . 2 -}}
labels:
  {{- include "s3shard.labels" (list (index . 0) (index . 1)) | nindent 2 }}
  {{- with $values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* (list root name values): one sidecar of the controller; its own arguments come from the caller's .args */}}
{{- define "s3shard.sidecar" -}}
{{- $values := .values -}}
- name: {{ .name }}
  image: {{ include "s3shard.image" (list .root $values.image) }}
  imagePullPolicy: {{ $values.image.pullPolicy }}
  args:
    - --csi-address=/csi/csi.sock
    - --v={{ $values.logLevel }}
    - --http-endpoint=:{{ .port }}
    - --leader-election
    - --leader-election-namespace={{ .root.Release.Namespace }}
    {{- range .args }}
    - {{ . }}
    {{- end }}
    {{- with $values.additionalArgs }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - {name: {{ .name }}, containerPort: {{ .port }}}
  resources:
    {{- toYaml $values.resources | nindent 4 }}
  securityContext:
    {{- include "s3shard.restricted" . | nindent 4 }}
  volumeMounts:
    - {name: socket, mountPath: /csi}
{{- end -}}

{{- define "s3shard.restricted" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "s3shard.snapshots" -}}
{{- $enabled := .Values.sidecars.snapshotter.enabled | toString -}}
{{- if or (eq $enabled "true") (and (eq $enabled "auto") (.Capabilities.APIVersions.Has "snapshot.storage.k8s.io/v1")) -}}
true
{{- end -}}
{{- end -}}

{{- define "s3shard.groupSnapshots" -}}
{{- $enabled := .Values.sidecars.snapshotter.groupSnapshots | toString -}}
{{- if and (include "s3shard.snapshots" .) (or (eq $enabled "true") (and (eq $enabled "auto") (or (.Capabilities.APIVersions.Has "groupsnapshot.storage.k8s.io/v1") (.Capabilities.APIVersions.Has "groupsnapshot.storage.k8s.io/v1beta2")))) -}}
true
{{- end -}}
{{- end -}}
