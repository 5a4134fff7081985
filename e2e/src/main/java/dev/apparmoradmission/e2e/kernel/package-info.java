/**
 * A way to a machine whose kernel has AppArmor, from one that need not: commands there, and connections from there to the API
 * server here, over two files that both can see.
 */
@NullMarked
package dev.apparmoradmission.e2e.kernel;

import org.jspecify.annotations.NullMarked;
