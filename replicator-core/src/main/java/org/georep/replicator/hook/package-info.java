/** What an operator wants to hear of goes to a program and to an address of their choice. */
@NullMarked
package org.georep.replicator.hook;

import org.jspecify.annotations.NullMarked;
