/**
 * Change records: what capture writes into the journal and the crawl reads from it. A record never
 * says what happened, only where to look: a name that is dirty (E, entry), an inode whose
 * attributes (M, metadata) or contents (D, data) are, or that everything known since some moment is
 * in doubt. Replaying one twice, late or in another order is harmless by construction.
 */
@NullMarked
package org.georep.changelog.record;

import org.jspecify.annotations.NullMarked;
