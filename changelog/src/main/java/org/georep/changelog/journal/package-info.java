/** The journal: append, read, positions, trimming, gaps. Chronicle Queue is seen here only. */
@NullMarked
package org.georep.changelog.journal;

import org.jspecify.annotations.NullMarked;
