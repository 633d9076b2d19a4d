/**
 * What a session is: its configuration, its name, its two ends, its state directory and the lock
 * that keeps a second process away; and how every verb ends. Nothing here moves data.
 */
@NullMarked
package org.georep.replicator.session;

import org.jspecify.annotations.NullMarked;
