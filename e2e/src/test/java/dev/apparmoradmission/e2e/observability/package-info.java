/** What people see of a webhook that runs: metrics, alerts, the dashboard, logs, Events. */
@NullMarked
package dev.apparmoradmission.e2e.observability;

import org.jspecify.annotations.NullMarked;
