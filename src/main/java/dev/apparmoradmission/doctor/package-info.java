/**
 * The command {@code doctor}: is a live installation sound? A {@link dev.apparmoradmission.doctor.ClusterReader} gathers facts and
 * writes nothing; an {@link dev.apparmoradmission.doctor.Examination} judges them and knows no cluster.
 */
@NullMarked
package dev.apparmoradmission.doctor;

import org.jspecify.annotations.NullMarked;
