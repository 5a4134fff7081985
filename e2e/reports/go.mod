// The kinds of reports, as the projects ship them that they come from: those of OpenReports by itself, those of the policy working
// group by an engine that writes them.
module apparmor-admission.dev/e2e/reports

go 1.25.0

require (
	github.com/kyverno/kyverno v1.13.4
	openreports.io v0.2.1
)

// The name that it has for Go leads to a site of its own; this is where it is.
replace openreports.io => github.com/openreports/reports-api v0.2.1
