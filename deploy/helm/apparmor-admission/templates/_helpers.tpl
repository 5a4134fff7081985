{{- define "apparmor-admission.labels" -}}
app.kubernetes.io/part-of: apparmor-admission
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* An image by digest where there is one, else by tag. Takes [values of the image, root]. */}}
{{- define "apparmor-admission.image" -}}
{{- $image := index . 0 }}
{{- $root := index . 1 }}
{{- if $image.digest }}
{{- printf "%s@%s" $image.repository $image.digest }}
{{- else }}
{{- printf "%s:%s" $image.repository (default $root.Chart.AppVersion $image.tag) }}
{{- end }}
{{- end }}

{{- define "apparmor-admission.excluded" -}}
{{- toJson (append .Values.excludeNamespaces .Release.Namespace | uniq) }}
{{- end }}

{{- define "apparmor-admission.failurePolicy" -}}
{{- ternary "Ignore" .Values.failurePolicy .Values.auditOnly }}
{{- end }}

{{- define "apparmor-admission.timeout" -}}
{{- ternary 3 10 .Values.auditOnly }}
{{- end }}

{{- define "apparmor-admission.policies" -}}
{{- default "apparmor-admission-policies" .Values.policies.existingConfigMap }}
{{- end }}
