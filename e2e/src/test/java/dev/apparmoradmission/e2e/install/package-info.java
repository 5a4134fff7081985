/** What {@code deploy/} renders to: its overlays, its chart, and that both agree. */
@NullMarked
package dev.apparmoradmission.e2e.install;

import org.jspecify.annotations.NullMarked;
