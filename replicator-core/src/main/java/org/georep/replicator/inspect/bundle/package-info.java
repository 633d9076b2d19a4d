/**
 * What a bug report needs, in one archive: how georep is set up and what it did, and nothing of
 * what it replicates, nor what opens anything.
 */
@NullMarked
package org.georep.replicator.inspect.bundle;

import org.jspecify.annotations.NullMarked;
