package org.georep.runbook;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The pages of which a test types every command. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface Plays {
  /** Returns their names. */
  String[] value();
}
