/**
 * Where work comes from: the journal ({@link org.georep.replicator.crawl.JournalIntake}:
 * <em>history</em> while it catches up, <em>changelog</em> when live) and the walk ({@link
 * org.georep.replicator.crawl.HybridCrawl}). Both only name what has to be looked at; nothing here
 * sends an entry.
 */
@NullMarked
package org.georep.replicator.crawl;

import org.jspecify.annotations.NullMarked;
