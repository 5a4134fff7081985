/** Everything at once: a constant stream of pods, while what judges them is restarted, changed, killed and cut off. */
@NullMarked
package dev.apparmoradmission.e2e.storm;

import org.jspecify.annotations.NullMarked;
