package dev.apparmoradmission.webhook;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a configuration key means; {@code deploy/CONFIGURATION.md} is generated from it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Described {
    /** One or two sentences. */
    String value();

    /** The option of the command line that sets the same; empty for none. */
    String option() default "";
}
