/** How status is laid out for people on a terminal. Programs read the JSON instead. */
@NullMarked
package org.georep.status.screen;

import org.jspecify.annotations.NullMarked;
