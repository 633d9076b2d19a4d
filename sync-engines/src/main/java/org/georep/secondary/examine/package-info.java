/**
 * Looks at what is really on the secondary, whatever the inventory believes: digests, differences
 * one by one, hashes of contents. Changes nothing but the marks of files that are disowned.
 */
@NullMarked
package org.georep.secondary.examine;

import org.jspecify.annotations.NullMarked;
