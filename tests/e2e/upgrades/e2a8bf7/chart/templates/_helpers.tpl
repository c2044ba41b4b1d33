{{/* The chart's name and version, as a label. */}}
{{- define "krt.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* A value without a default; an empty one is a value, too. */}}
{{- define "krt.given" -}}
{{- if kindIs "invalid" .value -}}
{{- fail (printf "%s must be given" .path) -}}
{{- end -}}
{{- .value -}}
{{- end -}}

{{/* One mapping of several: the later wins, key by key, also with an empty value. */}}
{{- define "krt.merge" -}}
{{- $merged := dict -}}
{{- range . -}}
{{- range $key, $value := . -}}
{{- $_ := set $merged $key $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $merged -}}
{{- end -}}
