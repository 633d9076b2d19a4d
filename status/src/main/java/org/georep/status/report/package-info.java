/**
 * Plain records: what a worker, its crawl and its rates look like. They are the JSON contract: keys
 * are added, never renamed or removed, and every key is always written; what is not known is null,
 * never 0. Nothing here reads or writes files.
 */
@NullMarked
package org.georep.status.report;

import org.jspecify.annotations.NullMarked;
