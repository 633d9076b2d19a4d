/** Data engines: how contents get from the primary into the secondary's stage. */
@NullMarked
package org.georep.engine;

import org.jspecify.annotations.NullMarked;
