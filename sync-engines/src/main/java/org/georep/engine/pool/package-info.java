/**
 * The workers that take data jobs, choose an engine for each file, have what arrived published, and
 * say how each job ended.
 */
@NullMarked
package org.georep.engine.pool;

import org.jspecify.annotations.NullMarked;
