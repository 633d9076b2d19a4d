/**
 * Opens a secondary for a connection and answers its requests, each by the part whose duty it is.
 */
@NullMarked
package org.georep.secondary.session;

import org.jspecify.annotations.NullMarked;
