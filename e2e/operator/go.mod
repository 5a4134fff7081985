// The kinds of the Prometheus operator, as their own project ships them.
module apparmor-admission.dev/e2e/operator

go 1.25.0

require github.com/prometheus-operator/prometheus-operator v0.85.0
