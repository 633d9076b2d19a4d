/**
 * The command line: one class for each verb, which parses, asks another package to do it, and
 * prints. No logic; picocli is seen here only. How a process ends is decided in {@code Georep}
 * alone.
 */
@NullMarked
package org.georep.cli;

import org.jspecify.annotations.NullMarked;
