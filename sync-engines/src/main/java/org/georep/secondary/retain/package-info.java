/** What becomes of a version that nothing on the primary stands for any more. */
@NullMarked
package org.georep.secondary.retain;

import org.jspecify.annotations.NullMarked;
